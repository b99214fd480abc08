// SPDX-License-Identifier: Apache-2.0
#include "vmm/machine.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "vmm/apic_base.h"
#include "vmm/cpuid.h"
#include "vmm/host_check.h"
#include "vmm/io_dispatch.h"
#include "vmm/tseg_size.h"

namespace unpark {

namespace {

Error failed(std::string_view what, const SysError& e) {
  return Error{fmt::format("cannot {}: {}", what, describe(e))};
}

// KVM takes the first eight bits of an APIC ID only, unless told otherwise.
constexpr std::uint32_t kNarrowIds = 255;

}  // namespace

Result<std::unique_ptr<Machine>, Error> Machine::create(MachineConfig config, EventLoop& loop,
                                                        Sinks sinks) {
  auto kvm = Kvm::open(config.kvm_path);
  if (!kvm) return Unexpected{Error{kvm.error().message}};
  if (const auto lacks = missing_capabilities(*kvm); !lacks.empty())
    return Unexpected{Error{refusal_of(lacks)}};
  const int limit = kvm->check(KVM_CAP_MAX_VCPUS);
  if (config.max_cpus > static_cast<std::uint32_t>(limit))
    return Unexpected{Error{fmt::format("{} possible CPUs are more than this host's KVM gives ({})",
                                        config.max_cpus, limit)}};
  auto cpuid = kvm->supported_cpuid();
  if (!cpuid) return Unexpected{failed("ask KVM for its CPUID", cpuid.error())};
  limit_physical_bits(*cpuid, ram_end(config.memory));
  const std::uint32_t needed_tseg = tseg_mib_for(*cpuid, config.max_cpus);
  if (config.tseg_mib == 0) config.tseg_mib = needed_tseg;
  TRY(check_tseg(config.tseg_mib, config.max_cpus, config.memory,
                 config.vars_size != 0 ? kOvmfNeeds : kBuiltinNeeds));
  if (const auto w = tseg_warning(config.tseg_mib, needed_tseg, config.max_cpus); !w.empty())
    spdlog::warn("{}", w);
  std::unique_ptr<Machine> machine{
      new Machine(std::move(config), loop, std::move(sinks), *std::move(kvm), *std::move(cpuid))};
  TRY(machine->build());
  return machine;
}

Machine::Machine(MachineConfig config, EventLoop& loop, Sinks sinks, Kvm kvm,
                 std::vector<kvm_cpuid_entry2> cpuid)
    : config_(std::move(config)),
      loop_(loop),
      sinks_(std::move(sinks)),
      kvm_(std::move(kvm)),
      supported_cpuid_(std::move(cpuid)),
      tracer_(clock_,
              [this](const HotplugRecord& r, std::size_t row) {
                post([this, e = event::HotplugStep{r, row}] { sinks_.event(e); }, When::kSoon);
              }),
      refusal_log_(clock_, 8, 1),
      reset_log_(clock_, 8, 1) {}

Machine::~Machine() {
  // In this order: a vCPU thread uses both until it is joined.
  if (vcpus_) vcpus_->stop_and_join();
  alive_.reset();
  for (const auto& [number, timer] : deadlines_) loop_.cancel(timer);
  for (const auto& [cpu, p] : plugged_)
    if (p.removal) loop_.cancel(*p.removal);
  if (next_press_) loop_.cancel(*next_press_);
  if (rtc_timer_) loop_.cancel(*rtc_timer_);
  if (board_ && board_->vars_flash() && !board_->vars_flash()->flush())
    spdlog::error("the last change of the variables could not be stored");
}

Result<Done, Error> Machine::build() {
  const auto attempt = [](std::string_view what, auto r) -> Result<Done, Error> {
    if (!r) return Unexpected{failed(what, r.error())};
    return Done{};
  };
  auto run_size = kvm_.run_size();
  auto msrs = kvm_.msr_indices();
  auto vm = kvm_.create_vm();
  if (!run_size) return Unexpected{failed("ask KVM for its run page", run_size.error())};
  if (!msrs) return Unexpected{failed("ask KVM for its MSRs", msrs.error())};
  if (!vm) return Unexpected{failed("create a virtual machine", vm.error())};
  run_size_ = *run_size;
  msr_indices_ = *std::move(msrs);
  vm_ = *std::move(vm);
  TRY(attempt("filter IA32_APIC_BASE", filter_apic_base(vm_)));
  smi_.emplace(vm_, config_.max_cpus > kNarrowIds);
  TRY(attempt("set up the interrupt controllers", make_chips_of_the_kernel()));

  memory_ = TRY(GuestMemory::create(
      {config_.memory, config_.firmware.bytes().size(), config_.tseg_mib, config_.vars_size},
      config_.firmware.bytes(), config_.pages));
  if (config_.vars)
    vars_host_ = std::make_unique<VarsFlashHost>(
        vm_, memory_, config_.vars,
        [this](const SysError& e) { on_host_failure("guest memory", e); }, clock_);
  board_ = std::make_unique<Board>(config_, board_host());
  // Both have their own copies by now, of what may be many megabytes.
  config_.kernel.reset();
  config_.firmware = {};
  tracepoints_ = std::make_unique<TracepointWatch>(
      loop_, clock_, tracer_, config_.max_cpus,
      TracepointWatch::Host{
          .thread_id = [this](VcpuId cpu) { return vcpus_->thread_id(cpu); },
          .look = [this](VcpuId cpu) { return look_at_new_cpu(cpu); },
      });
  vcpus_ = std::make_unique<VcpuSet>(
      config_.max_cpus,
      [this](Vcpu& vcpu, const VmExit& exit, bool smm) { on_exit(vcpu, exit, smm); },
      [this](VcpuId cpu, const SysError& e) { on_vcpu_failure(cpu, e); });
  for (std::uint32_t i = 0; i < config_.cpus; ++i) {
    TRY(attempt(fmt::format("create vCPU {}", i), make_vcpu(VcpuId{i})));
    TRY(attempt(fmt::format("reset vCPU {}", i), vcpus_->cold_boot(VcpuId{i})));
    plugged_[VcpuId{i}];
  }
  board_->reset(plugged());
  return attempt("map guest memory", memory_->apply(vm_, board_->mch().control()));
}

Result<Done, SysError> Machine::make_chips_of_the_kernel() {
  if (config_.max_cpus > kNarrowIds) {
    kvm_enable_cap cap{};
    cap.cap = KVM_CAP_X2APIC_API;
    cap.args[0] = KVM_X2APIC_API_USE_32BIT_IDS | KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK;
    TRY(call(vm_, kvm_op::kEnableCap, cap));
  }
  const __u64 identity_map = q35::kIdentityMapPage.value;
  TRY(call(vm_, kvm_op::kSetIdentityMapAddr, identity_map));
  TRY(call(vm_, kvm_op::kSetTssAddr, static_cast<unsigned long>(q35::kTssPages.value)));
  TRY(call(vm_, kvm_op::kCreateIrqchip));
  const kvm_pit_config pit{.flags = KVM_PIT_SPEAKER_DUMMY};
  TRY(call(vm_, kvm_op::kCreatePit2, pit));
  for (const auto id : {KVM_IRQCHIP_PIC_MASTER, KVM_IRQCHIP_PIC_SLAVE, KVM_IRQCHIP_IOAPIC}) {
    kvm_irqchip chip{};
    chip.chip_id = static_cast<std::uint32_t>(id);
    TRY(call(vm_, kvm_op::kGetIrqchip, chip));
    irqchips_.push_back(chip);
  }
  TRY(call(vm_, kvm_op::kGetPit2, pit_));
  return Done{};
}

Result<Done, SysError> Machine::reset_kernel_chips() {
  for (kvm_irqchip& chip : irqchips_) TRY(call(vm_, kvm_op::kSetIrqchip, chip));
  TRY(call(vm_, kvm_op::kSetPit2, pit_));
  return Done{};
}

Result<Done, SysError> Machine::make_vcpu(VcpuId cpu) {
  if (!vcpus_->has_vcpu(cpu))
    vcpus_->adopt(TRY(Vcpu::create(
        vm_, run_size_, cpu, cpuid_of(supported_cpuid_, cpu, config_.max_cpus), msr_indices_)));
  return vcpus_->start_thread(cpu);
}

BoardHost Machine::board_host() {
  return {
      .hotplug = *this,
      .smi = *this,
      .memory = memory_,
      .clock = clock_,
      .irq_line =
          [this](Gsi gsi) {
            return IrqLine{std::make_shared<IrqWire>([this, gsi](bool level) {
              kvm_irq_level irq{};
              irq.irq = gsi.value;
              irq.level = level ? 1 : 0;
              if (const auto r = call(vm_, kvm_op::kIrqLine, irq); !r)
                spdlog::error("interrupt line {}: {}", gsi.value, describe(r.error()));
            })};
          },
      .on_reset = [this](ResetSource source) { on_reset(source); },
      .on_sleep =
          [this](std::uint8_t type) {
            if (type == spec::pm::kSleepTypeS5)
              stop_with(RunState::kShutdown, true, "guest-shutdown");
          },
      .on_gpe_taken = [this](unsigned bit) { gpe_taken(bit); },
      .on_step = [this](const StepReport& report) { on_step(report); },
      .on_boot_stage = [this](BootStage stage,
                              std::uint64_t detail) { on_boot_stage(stage, detail); },
      .on_panic = [this](GuestPanic what) { on_panic(what); },
      .on_memory_control = [this](const MemoryControl& control) { on_memory_control(control); },
      .on_refusal =
          [this](const BusRefusal& r) {
            if (!spdlog::should_log(spdlog::level::debug)) return;
            if (refusal_log_.admit() < 0) return;
            spdlog::debug("cpu {}: {} of {} bytes at {:#x} refused by {}", r.at.cpu.value,
                          r.write ? "write" : "read", r.at.width, r.address,
                          r.device.empty() ? "nobody" : r.device);
          },
      .present_cpus =
          [this] {
            std::vector<bool> present(config_.max_cpus);
            for (std::uint32_t i = 0; i < config_.max_cpus; ++i)
              present[i] = vcpus_->lifecycle(VcpuId{i}) != Lifecycle::kAbsent &&
                           vcpus_->lifecycle(VcpuId{i}) != Lifecycle::kParked;
            return present;
          },
      .utc =
          [] {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
            return UtcTime{seconds.count(),
                           static_cast<std::uint32_t>(Nanoseconds{now - seconds}.count())};
          },
      .wake_rtc = [this](std::optional<Nanoseconds> deadline) { wake_rtc(deadline); },
      .vars = vars_host_ ? memory_->vars() : std::span<std::byte>{},
      .vars_host = vars_host_.get(),
  };
}

void Machine::start() {
  run_state_ = RunState::kRunning;
  started_ = clock_.now();
  if (config_.max_cpus > config_.cpus) tracepoints_->prepare(config_.tracefs);
  vcpus_->resume();
}

// ---- on vCPU threads

void Machine::on_exit(Vcpu& vcpu, const VmExit& exit, bool smm) {
  if (const auto* write = std::get_if<vm_exit::MsrWrite>(&exit)) return on_msr_write(vcpu, *write);
  switch (dispatch(exit, {vcpu.id(), smm}, board_->ports(), board_->mmio())) {
    case AfterExit::kRunAgain:
      return;
    case AfterExit::kTripleFault:
      if (reset_log_.admit() >= 0)
        spdlog::warn("cpu {}: triple fault; the machine is reset", vcpu.id().value);
      request_reset(true, "guest-reset");
      return;
    case AfterExit::kFailed: {
      const auto& f = std::get<vm_exit::Failed>(exit);
      kvm_regs regs{};
      (void)call(vcpu.fd(), kvm_op::kGetRegs, regs);  // only for the message
      spdlog::error(
          "cpu {}: KVM cannot go on: exit reason {} detail {:#x} at RIP {:#x}{}; the machine is "
          "stopped",
          vcpu.id().value, f.reason, f.detail, regs.rip, smm ? " in SMM" : "");
      stop_with(RunState::kInternalError, true, "internal-error");
      return;
    }
  }
}

void Machine::on_msr_write(Vcpu& vcpu, const vm_exit::MsrWrite& write) {
  *write.refused = 1;
  if (write.index == kMsrApicBase && may_set_apic_base(vcpu.run_page().apic_base, write.value)) {
    const auto set = set_apic_base(vcpu.fd(), write.value);
    if (!set) return on_vcpu_failure(vcpu.id(), set.error());
    if (*set) *write.refused = 0;
  }
  if (*write.refused != 0 && refusal_log_.admit() >= 0)
    spdlog::warn(
        "cpu {}: write of {:#x} to MSR {:#x} refused: the local APIC stays on, at its place",
        vcpu.id().value, write.value, write.index);
}

void Machine::on_vcpu_failure(VcpuId cpu, const SysError& e) {
  on_host_failure(fmt::format("cpu {}", cpu.value), e);
}

void Machine::on_memory_control(const MemoryControl& control) {
  if (const auto r = memory_->apply(vm_, control); !r) on_host_failure("guest memory", r.error());
  // SMIs that were held back until now.
  if (control.smram_locked && config_.trigger == HotplugTrigger::kVmm)
    post([this] { press_for_parked(); });
}

void Machine::on_host_failure(std::string_view what, const SysError& e) {
  spdlog::error("{}: {}; the machine is stopped", what, describe(e));
  stop_with(RunState::kInternalError, false, "host-error");
}

void Machine::wake_rtc(std::optional<Nanoseconds> deadline) {
  {
    Lock lock(rtc_m_);
    rtc_deadline_ = deadline;
    // However often a guest moves it, the loop hears of it once.
    if (std::exchange(rtc_posted_, true)) return;
  }
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) set_rtc_timer();
  });
}

void Machine::on_reset(ResetSource source) {
  if (spdlog::should_log(spdlog::level::debug) && reset_log_.admit() >= 0)
    spdlog::debug("the guest asks for a reset by {}", name_of(source));
  request_reset(true, "guest-reset");
}

void Machine::on_panic(GuestPanic what) {
  if (what == GuestPanic::kPanicked) {
    stop_with(RunState::kGuestPanicked, true, "guest-panic");
  } else if (!crash_loaded_.exchange(true)) {
    if (reset_log_.admit() >= 0)
      spdlog::warn("the guest says that it panicked (pvpanic), and goes on with its crash kernel");
    emit(event::GuestCrashLoaded{});
  }
}

void Machine::on_boot_stage(BootStage stage, std::uint64_t detail) {
  post([this, stage, detail, at = since_start(), boot = boots_.load()] {
    if (boot == boots_) boot_stages_.push_back({stage, at});
    if (sinks_.boot_stage) sinks_.boot_stage(stage, detail, at);
  });
}

void Machine::stop_with(RunState state, bool guest, std::string reason) {
  // A broken machine stops, and can then still be shut down. One that panicked is no better.
  const bool broken = state != RunState::kShutdown;
  if ((broken ? broken_ : shut_down_).exchange(true)) return;
  vcpus_->stop_all_soon();
  if (state == RunState::kGuestPanicked)
    spdlog::error("the guest says that it panicked (pvpanic); the machine is stopped");
  loop_.post([this, alive = std::weak_ptr(alive_), state, guest, reason = std::move(reason)] {
    if (alive.expired() || run_state_ == RunState::kShutdown) return;
    if (state != RunState::kShutdown) {
      run_state_ = state;
      if (state == RunState::kGuestPanicked) sinks_.event(event::GuestPanicked{});
      sinks_.event(event::Stop{});
      return;
    }
    // What it ended as stays to be asked for.
    if (run_state_ != RunState::kInternalError && run_state_ != RunState::kGuestPanicked)
      run_state_ = RunState::kShutdown;
    sinks_.event(event::Shutdown{guest, reason});
  });
}

void Machine::request_reset(bool guest, std::string reason) {
  const bool pending = reset_pending_.exchange(true);
  // Also where another CPU was first, which may not have come to this line yet: whoever asks for a
  // reset does not see its next instruction.
  vcpus_->stop_all_soon();
  if (pending) return;
  loop_.post([this, alive = std::weak_ptr(alive_), guest, reason = std::move(reason)] {
    if (!alive.expired()) do_reset(guest, reason);
  });
}

bool Machine::post(EventLoop::Task task, When when) {
  const std::uint32_t waiting = posted_.fetch_add(1);
  if (waiting >= kMaxPosted) {
    posted_.fetch_sub(1);
    dropped_posts_.fetch_add(1);
    return false;
  }
  auto guarded = [this, alive = std::weak_ptr(alive_), task = std::move(task)] {
    if (alive.expired()) return;
    posted_.fetch_sub(1);
    if (const auto lost = dropped_posts_.exchange(0); lost > 0 && refusal_log_.admit() >= 0)
      spdlog::warn("{} reports of the guest were dropped: more than {} were waiting", lost,
                   kMaxPosted);
    task();
  };
  // Not while there may be too many soon.
  when == When::kNow || waiting >= kMaxPosted / 2 ? loop_.post(std::move(guarded))
                                                  : loop_.post_soon(std::move(guarded));
  return true;
}

void Machine::emit(QmpEvent event) {
  post([this, event = std::move(event)] { sinks_.event(event); });
}

// ---- on the loop's thread

void Machine::do_reset(bool guest, const std::string& reason) {
  if (broken_ || shut_down_) return;
  for (const auto& [number, timer] : std::exchange(deadlines_, {})) {
    loop_.cancel(timer);
    tracepoints_->close(number);
    note_overdue(number, "before the machine was reset; it is a cold-boot CPU now");
  }
  const auto r = vcpus_->reset_all([this]() -> Result<Done, SysError> {
    reset_pending_ = false;
    firmware_tells_ = false;
    // Ejected, and not heard of here yet.
    std::erase_if(plugged_, [&](const auto& p) { return is_absent(p.first); });
    // A cold-boot CPU has nobody who remembers that it should go.
    for (auto& [cpu, p] : plugged_)
      if (p.removal) loop_.cancel(*std::exchange(p.removal, std::nullopt));
    board_->reset(plugged());
    ++boots_;
    boot_stages_.clear();
    crash_loaded_ = false;
    for (auto& [cpu, p] : plugged_) p.boot = true;
    return reset_kernel_chips();
  });
  // Its end may have come while it was being reset, which lets the CPUs go again.
  if (broken_ || shut_down_) vcpus_->stop_all_soon();
  if (!r) on_host_failure("reset", r.error());
  sinks_.event(event::Reset{guest, reason});
}

void Machine::set_rtc_timer() {
  std::optional<Nanoseconds> deadline;
  {
    Lock lock(rtc_m_);
    rtc_posted_ = false;
    deadline = rtc_deadline_;
  }
  if (rtc_timer_) loop_.cancel(*std::exchange(rtc_timer_, std::nullopt));
  if (!deadline) return;
  rtc_timer_ = loop_.after(std::max(*deadline - clock_.now(), Nanoseconds{0}), [this] {
    rtc_timer_.reset();
    board_->rtc().on_deadline();
  });
}

void Machine::request_quit(std::string reason) {
  stop_with(RunState::kShutdown, false, std::move(reason));
}

std::vector<VcpuId> Machine::plugged() const {
  std::vector<VcpuId> out;
  for (const auto& [cpu, p] : plugged_) out.push_back(cpu);
  return out;
}

std::size_t Machine::receive_serial(std::span<const std::uint8_t> bytes) {
  return board_->com1().receive(bytes);
}

TsegRange Machine::tseg() const {
  return tseg_range(memory_->sizes(), board_->mch().control());
}

}  // namespace unpark
