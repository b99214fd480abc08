// SPDX-License-Identifier: Apache-2.0
#include "tests/lab/tiny_machine.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "vmm/cpuid.h"
#include "vmm/flexible.h"

namespace unpark {

namespace {

constexpr std::chrono::seconds kLimit{30};  // the lab is slow, and its host may be busy
constexpr std::uint64_t kRomPage = 0xffff'f000;
constexpr std::uint64_t kGdtPointer = 0x6f0, kGdt = 0x700;

}  // namespace

Result<std::unique_ptr<TinyMachine>, SysError> TinyMachine::create(std::uint32_t possible) {
  const auto no_memory = Unexpected{SysError{"memfd", ENOMEM}};
  auto kvm = Kvm::open();
  if (!kvm) return Unexpected{SysError{"open(/dev/kvm)", ENODEV}};
  auto vm = TRY(kvm->create_vm());
  auto ram = MappedMemory::create("tiny-ram", kRamSize);
  auto rom = MappedMemory::create("tiny-rom", 4096);
  if (!ram || !rom) return no_memory;
  std::unique_ptr<TinyMachine> m{
      new TinyMachine(*std::move(kvm), std::move(vm), *std::move(ram), *std::move(rom), possible)};
  TRY(m->build());
  return m;
}

TinyMachine::TinyMachine(Kvm kvm, UniqueFd vm, MappedMemory ram, MappedMemory rom,
                         std::uint32_t possible)
    : kvm_(std::move(kvm)),
      vm_(std::move(vm)),
      ram_(std::move(ram)),
      rom_(std::move(rom)),
      possible_(possible) {}

TinyMachine::~TinyMachine() = default;

Result<Done, SysError> TinyMachine::build() {
  run_size_ = TRY(kvm_.run_size());
  cpuid_ = TRY(kvm_.supported_cpuid());
  msrs_ = TRY(kvm_.msr_indices());
  const __u64 identity_map = 0xfeff'c000;
  TRY(call(vm_, kvm_op::kSetIdentityMapAddr, identity_map));
  TRY(call(vm_, kvm_op::kSetTssAddr, 0xfeff'd000ul));
  TRY(call(vm_, kvm_op::kCreateIrqchip));
  for (const std::uint32_t space : {0u, 1u}) {
    kvm_userspace_memory_region region{};
    region.slot = space << 16;
    region.memory_size = kRamSize;
    region.userspace_addr = reinterpret_cast<std::uintptr_t>(ram_.data());
    TRY(call(vm_, kvm_op::kSetUserMemoryRegion, region));
    region.slot = space << 16 | 1;
    region.guest_phys_addr = kRomPage;
    region.memory_size = 4096;
    region.userspace_addr = reinterpret_cast<std::uintptr_t>(rom_.data());
    TRY(call(vm_, kvm_op::kSetUserMemoryRegion, region));
  }
  // jmp far 0000:1000
  constexpr std::array<unsigned char, 5> kJump = {0xea, 0x00, 0x10, 0x00, 0x00};
  std::memcpy(rom_.data() + 0xff0, kJump.data(), kJump.size());
  // For guests that want all of memory in real mode: a flat data segment, selector 8.
  constexpr std::array<std::uint64_t, 2> kTable = {0, 0x00cf'9200'0000'ffff};
  constexpr std::uint16_t kTableLimit = sizeof kTable - 1;
  constexpr std::uint32_t kTableBase = kGdt;
  std::memcpy(ram_.data() + kGdt, kTable.data(), sizeof kTable);
  std::memcpy(ram_.data() + kGdtPointer, &kTableLimit, sizeof kTableLimit);
  std::memcpy(ram_.data() + kGdtPointer + 2, &kTableBase, sizeof kTableBase);

  set_ = std::make_unique<VcpuSet>(
      possible_, [this](Vcpu& v, const VmExit& e, bool smm) { on_exit(v, e, smm); },
      [this](VcpuId, const SysError&) {
        std::lock_guard lock(m_);
        ++failures_;
        changed_.notify_all();
      });
  return Done{};
}

void TinyMachine::on_exit(Vcpu& vcpu, const VmExit& exit, bool in_smm) {
  if (const auto* out = std::get_if<vm_exit::PortOut>(&exit)) {
    const auto port = static_cast<std::uint8_t>(out->port.value);
    for (const std::byte b : out->data) {
      const auto value = std::to_integer<std::uint8_t>(b);
      if (port == kTell) {
        std::lock_guard lock(m_);
        ++told_[{vcpu.id().value, static_cast<char>(value)}];
      } else if (const auto f = outs_.find(port); f != outs_.end()) {
        f->second(vcpu, value, in_smm);
      }
    }
  } else if (const auto* in = std::get_if<vm_exit::PortIn>(&exit)) {
    if (read_) read_(vcpu, in->into);
  } else if (const auto* mmio = std::get_if<vm_exit::MmioRead>(&exit)) {
    if (read_) read_(vcpu, mmio->into);
  } else if (!std::holds_alternative<vm_exit::MmioWrite>(exit)) {
    std::lock_guard lock(m_);
    ++failures_;  // no guest here means to do that
  }
  poke();
}

void TinyMachine::load(std::uint64_t at, std::span<const std::byte> code) {
  std::memcpy(ram_.data() + at, code.data(), code.size());
}

Result<Done, SysError> TinyMachine::make(VcpuId cpu) {
  if (!set_->has_vcpu(cpu))
    set_->adopt(TRY(Vcpu::create(vm_, run_size_, cpu, cpuid_of(cpuid_, cpu, possible_), msrs_)));
  return set_->start_thread(cpu);
}

Result<Done, SysError> TinyMachine::park(VcpuId cpu) {
  TRY(make(cpu));
  return set_->park(cpu);
}

bool TinyMachine::start(VcpuId cpu, char greeting) {
  const unsigned before = told(cpu, greeting);
  if (!park(cpu) || !set_->unpark(cpu, [](Vcpu&, bool) {})) return false;
  send_init_and_sipi(cpu);
  return wait_told(cpu, greeting, before + 1);
}

void TinyMachine::send(std::uint32_t destination, std::uint32_t delivery_mode,
                       std::uint8_t vector) {
  kvm_msi msi{};
  msi.address_lo = 0xfee0'0000 | destination << 12;
  msi.data = delivery_mode << 8 | vector;
  (void)call(vm_, kvm_op::kSignalMsi, msi);  // "delivered to nobody" is no error of ours
}

void TinyMachine::send_init_and_sipi(VcpuId cpu) {
  send(cpu.value, 5, 0);
  send(cpu.value, 6, vector_of(cpu));
}

void TinyMachine::set_smbase(VcpuId cpu, std::uint64_t smbase) {
  set_->inspect(cpu, [&](Vcpu& v) {
    Flexible<KvmMsrs, kvm_msr_entry> msrs(1);
    msrs->nmsrs = 1;
    msrs.entries()[0] = {0x9e, 0, smbase};
    (void)call(v.fd(), kvm_op::kSetMsrs, *msrs);
  });
}

ParkedState TinyMachine::state_of(VcpuId cpu) {
  ParkedState out;
  set_->inspect(cpu, [&](Vcpu& v) {
    if (const auto s = capture_parked(v.fd())) out = *s;
  });
  return out;
}

std::atomic_ref<std::uint32_t> TinyMachine::word(std::uint64_t at) {
  return std::atomic_ref(*reinterpret_cast<std::uint32_t*>(ram_.data() + at));
}
std::atomic_ref<std::uint8_t> TinyMachine::byte(std::uint64_t at) {
  return std::atomic_ref(*reinterpret_cast<std::uint8_t*>(ram_.data() + at));
}

unsigned TinyMachine::told(VcpuId cpu, char value) {
  std::lock_guard lock(m_);
  return told_[{cpu.value, value}];
}

bool TinyMachine::wait(const std::function<bool()>& done) {
  const auto until = std::chrono::steady_clock::now() + kLimit;
  for (;;) {
    {
      // Looked at without the lock, which `done` may take; what came meanwhile ends the next wait
      // early enough: it looks again every 10 ms at the latest.
      if (done()) return true;
      std::unique_lock lock(m_);
      changed_.wait_for(lock, std::chrono::milliseconds{10});
    }
    if (std::chrono::steady_clock::now() > until) return done();
  }
}

bool TinyMachine::wait_told(VcpuId cpu, char value, unsigned times) {
  return wait([&] { return told(cpu, value) >= times; });
}

void TinyMachine::poke() {
  std::lock_guard lock(m_);
  changed_.notify_all();
}

unsigned TinyMachine::failures() {
  std::lock_guard lock(m_);
  return failures_;
}

}  // namespace unpark
