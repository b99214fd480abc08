// SPDX-License-Identifier: Apache-2.0
#include "measure/bare_loop.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "vmm/flexible.h"
#include "vmm/kvm.h"
#include "vmm/kvm_structs.h"

extern "C" {
extern const std::uint8_t unpark_bare_guest_begin[] __attribute__((visibility("hidden")));
extern const std::uint8_t unpark_bare_guest_end[] __attribute__((visibility("hidden")));
}

namespace unpark::measure {

namespace {

// Guest-physical addresses; one page of 2 MiB maps all.
constexpr std::uint64_t kMemory = 2u << 20;
constexpr std::uint64_t kTables = 0x1000;  // three
constexpr std::uint64_t kCode = 0x8000;
constexpr std::uint64_t kHandler = 0x38000;  // SMBASE 30000h + 8000h
constexpr std::uint64_t kSamples = 0x100000;
constexpr std::uint32_t kMost = 16384;
constexpr std::uint32_t kSmmSpace = 1u << 16;  // KVM_CAP_MULTI_ADDRESS_SPACE: memory seen in SMM
constexpr std::uint16_t kApmControl = 0xb2;

struct Unmap {
  std::size_t size;
  void operator()(void* p) const { ::munmap(p, size); }
};
using Mapping = std::unique_ptr<void, Unmap>;

Result<Mapping, SysError> map(std::size_t size, int flags, int fd) {
  void* p = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0);
  if (p == MAP_FAILED) return Unexpected{SysError{"mmap", errno}};
  return Mapping{p, Unmap{size}};
}

void fill(std::byte* memory) {
  const std::uint64_t tables[] = {kTables + 0x1003, kTables + 0x2003, 0x83};  // 2 MiB, writable
  for (std::size_t i = 0; i < std::size(tables); ++i)
    std::memcpy(memory + kTables + i * 0x1000, &tables[i], sizeof tables[i]);
  std::memcpy(memory + kCode, unpark_bare_guest_begin,
              static_cast<std::size_t>(unpark_bare_guest_end - unpark_bare_guest_begin));
  const std::uint8_t rsm[] = {0x0f, 0xaa};
  std::memcpy(memory + kHandler, rsm, sizeof rsm);
}

Result<Done, SysError> enter_long_mode(const UniqueFd& vcpu, std::uint64_t count) {
  kvm_sregs s{};
  TRY(call(vcpu, kvm_op::kGetSregs, s));
  s.cr3 = kTables;
  s.cr4 = 0x20;        // PAE
  s.efer = 0x500;      // LME, LMA
  s.cr0 = 0x80000011;  // PG, ET, PE
  kvm_segment flat{};
  flat.limit = 0xffffffff;
  flat.selector = 0x10;
  flat.type = 3;
  flat.present = flat.db = flat.s = flat.g = 1;
  s.ds = s.es = s.fs = s.gs = s.ss = flat;
  s.cs = flat;
  s.cs.selector = 8;
  s.cs.type = 11;
  s.cs.db = 0;
  s.cs.l = 1;
  TRY(call(vcpu, kvm_op::kSetSregs, s));
  kvm_regs r{};
  r.rip = kCode;
  r.rflags = 2;
  r.rdi = kSamples;
  r.rsi = count;
  TRY(call(vcpu, kvm_op::kSetRegs, r));
  return Done{};
}

// The save area has the 64-bit form only for a CPU that knows long mode.
Result<Done, SysError> set_cpuid(const Kvm& kvm, const UniqueFd& vcpu) {
  const auto leaves = TRY(kvm.supported_cpuid());
  Flexible<KvmCpuid2, kvm_cpuid_entry2> cpuid(leaves.size());
  cpuid->nent = static_cast<std::uint32_t>(leaves.size());
  std::copy(leaves.begin(), leaves.end(), cpuid.entries());
  TRY(call(vcpu, kvm_op::kSetCpuid2, *cpuid));
  return Done{};
}

// What there is to time. Ends at the guest's HLT.
Result<Done, SysError> serve(const UniqueFd& vcpu, const kvm_run& run, const Interrupt& interrupt) {
  for (;;) {
    TRY(call(vcpu, kvm_op::kRun));
    if (run.exit_reason == KVM_EXIT_HLT) return Done{};
    if (run.exit_reason != KVM_EXIT_IO || run.io.port != kApmControl)
      return Unexpected{SysError{"KVM_RUN", EPROTO}};
    TRY(call(vcpu, kvm_op::kSmi));
    if (interrupt.pending()) return Done{};
  }
}

Result<bench::Samples, SysError> loop(const Kvm& kvm, std::uint32_t count,
                                      const Interrupt& interrupt) {
  const UniqueFd vm = TRY(kvm.create_vm());
  const Mapping memory = TRY(map(kMemory, MAP_PRIVATE | MAP_ANONYMOUS, -1));
  auto* bytes = static_cast<std::byte*>(memory.get());
  fill(bytes);
  for (const std::uint32_t space : {0u, kSmmSpace}) {
    kvm_userspace_memory_region region{};
    region.slot = space;
    region.memory_size = kMemory;
    region.userspace_addr = reinterpret_cast<std::uintptr_t>(bytes);
    TRY(call(vm, kvm_op::kSetUserMemoryRegion, region));
  }
  const UniqueFd vcpu{TRY(call(vm, kvm_op::kCreateVcpu, 0UL))};
  TRY(set_cpuid(kvm, vcpu));
  const std::size_t run_size = TRY(kvm.run_size());
  const Mapping run = TRY(map(run_size, MAP_SHARED, vcpu.get()));
  TRY(enter_long_mode(vcpu, count));
  TRY(serve(vcpu, *static_cast<const kvm_run*>(run.get()), interrupt));
  bench::Samples samples;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint64_t cycles = 0;
    std::memcpy(&cycles, bytes + kSamples + i * sizeof cycles, sizeof cycles);
    if (cycles == 0) break;  // not reached
    samples.push_back(static_cast<double>(cycles));
  }
  return samples;
}

}  // namespace

Result<bench::Samples, Error> bare_smi_loop(std::uint32_t count, std::uint32_t warmup,
                                            const Interrupt& interrupt) {
  const auto kvm = Kvm::open();
  if (!kvm) return Unexpected{kvm.error()};
  if (kvm->check(KVM_CAP_X86_SMM) == 0)
    return Unexpected{Error{"the bare loop needs SMM, and KVM_CAP_X86_SMM is 0"}};
  const std::uint32_t all = std::min(kMost, count + warmup);
  auto samples = loop(*kvm, all, interrupt);
  if (!samples)
    return Unexpected{Error{fmt::format("the bare loop failed: {}", describe(samples.error()))}};
  const std::size_t skip = std::min<std::size_t>(warmup, samples->size());
  samples->erase(samples->begin(), samples->begin() + static_cast<std::ptrdiff_t>(skip));
  return *std::move(samples);
}

}  // namespace unpark::measure
