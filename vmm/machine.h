// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vmm/board.h"
#include "vmm/event_loop.h"
#include "vmm/guest_memory.h"
#include "vmm/hotplug_trace.h"
#include "vmm/kvm.h"
#include "vmm/machine_config.h"
#include "vmm/machine_control.h"
#include "vmm/qmp_events.h"
#include "vmm/rate_limit.h"
#include "vmm/smi_injector.h"
#include "vmm/steady_clock.h"
#include "vmm/tracepoint_watch.h"
#include "vmm/vars_flash_host.h"
#include "vmm/vcpu_set.h"

namespace unpark {

// One virtual machine: KVM, memory, vCPUs, board. Lives on the event loop's thread; what vCPU
// threads have to tell is posted there.
class Machine final : public MachineControl, private CpuHotplugHost, private SmiSink {
 public:
  // What the machine tells about itself, on the loop's thread, in the order it happened.
  struct Sinks {
    std::function<void(const QmpEvent&)> event;
    // What the guest says on the step port beside the steps (spec::step_port::Marker); may be null.
    std::function<void(std::uint8_t marker, VcpuId cpu)> marker;
    // How far the boot has come, and how long after start(); may be null. docs/command-line.md has
    // what each stage means.
    std::function<void(BootStage stage, std::uint64_t detail, Nanoseconds since_start)>
        boot_stage{};
  };

  // Everything is made and checked, nothing runs. The error says what the user can do.
  static Result<std::unique_ptr<Machine>, Error> create(MachineConfig config, EventLoop& loop,
                                                        Sinks sinks);
  ~Machine() override;
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  void start();
  // Bytes typed at COM1; how many were taken.
  std::size_t receive_serial(std::span<const std::uint8_t> bytes);
  [[nodiscard]] const HotplugTracer& tracer() const { return tracer_; }
  [[nodiscard]] HotplugRefusals refusals() const { return board_->hotplug().refusals(); }
  [[nodiscard]] const MachineConfig& config() const { return config_; }
  [[nodiscard]] Nanoseconds since_start() const { return clock_.now() - started_; }
  // KVM's tracepoints are read for hot-adds that are ordered now, if the firmware does not tell.
  [[nodiscard]] bool has_tracepoints() const { return tracepoints_->ready(); }
  // TSEG as the firmware has set it; empty before.
  [[nodiscard]] TsegRange tseg() const;
  // Host-ordered: the firmware looks at the controller in any SMI.
  Result<Done, SysError> order_smi();
  void request_reset(bool guest, std::string reason);

  // MachineControl.
  [[nodiscard]] RunState run_state() const override { return run_state_; }
  [[nodiscard]] std::vector<CpuInfo> cpus() const override;
  [[nodiscard]] std::string cpu_type() const override;
  Result<Done, ControlError> add_cpu(const DeviceAddCpu& add) override;
  Result<Done, ControlError> remove_cpu(const std::string& id) override;
  Result<Done, ControlError> inject_smi(std::optional<VcpuId> cpu) override;
  [[nodiscard]] std::vector<HotplugRecord> hotplug_trace() const override {
    return tracer_.records();
  }
  [[nodiscard]] std::vector<BootStageTime> boot_stages() const override { return boot_stages_; }
  void request_quit(std::string reason) override;

 private:
  Machine(MachineConfig config, EventLoop& loop, Sinks sinks, Kvm kvm,
          std::vector<kvm_cpuid_entry2> cpuid);
  Result<Done, Error> build();
  Result<Done, SysError> make_chips_of_the_kernel();
  Result<Done, SysError> make_vcpu(VcpuId cpu);
  Result<Done, SysError> reset_kernel_chips();
  BoardHost board_host();

  // On vCPU threads.
  void on_exit(Vcpu& vcpu, const VmExit& exit, bool in_smm);
  void on_msr_write(Vcpu& vcpu, const vm_exit::MsrWrite& write);
  void on_vcpu_failure(VcpuId cpu, const SysError& e);
  void on_step(const StepReport& report);
  void note_smbase(VcpuId cpu);  // of the vCPU whose thread this is
  void gpe_taken(unsigned bit);
  void wake_rtc(std::optional<Nanoseconds> deadline);
  void on_reset(ResetSource source);
  void on_panic(GuestPanic what);
  void on_boot_stage(BootStage stage, std::uint64_t detail);
  void on_memory_control(const MemoryControl& control);
  void on_host_failure(std::string_view what, const SysError& e);
  void stop_with(RunState state, bool guest, std::string reason);
  bool unpark(VcpuId cpu) override;
  bool eject(VcpuId cpu) override;
  void slot_emptied(VcpuId cpu) override;
  void event_acknowledged(VcpuId cpu, bool insert) override;
  void ospm_status(VcpuId cpu, std::uint32_t event, std::uint32_t status) override;
  void gate_refused(Access at, bool control_window, bool write, std::uint64_t value) override;
  void raise_smi(VcpuId writer) override;
  // Runs `task` on the loop's thread, from any thread. A guest can cause these at will: beyond
  // kMaxPosted of them waiting, further ones are dropped and counted: false. kSoon: nobody waits
  // for it, and a CPU in SMM has better things to do than to wake the loop.
  enum class When { kNow, kSoon };
  bool post(EventLoop::Task task, When when = When::kNow);
  void emit(QmpEvent event);  // the same

  // On the loop's thread.
  void do_reset(bool guest, const std::string& reason);
  void set_rtc_timer();
  void read_back_smbase(VcpuId cpu);
  void ejected(VcpuId cpu);
  // The guest keeps it, for all we know.
  void removal_failed(VcpuId cpu, const std::string& why);
  void check_deadline(std::uint64_t record);
  // For TracepointWatch: reads the new CPU's SMBASE; true if it halts.
  bool look_at_new_cpu(VcpuId cpu);
  // Marks record `number` with the step that is awaited, if any. `before`: "within ...".
  void note_overdue(std::uint64_t number, const std::string& before);
  [[nodiscard]] std::vector<VcpuId> plugged() const;
  [[nodiscard]] bool is_absent(VcpuId cpu) const {
    return vcpus_->lifecycle(cpu) == Lifecycle::kAbsent;
  }
  // Trigger `vmm`: the SMI for the CPUs that are still parked, now and again until their deadline.
  // Nothing before the firmware has locked SMRAM: until then its handlers may not be in place.
  void press_for_parked();
  std::vector<VcpuId> waiting_for_sipi();  // of the hot-added CPUs
  // As KVM knows it: a CPU can run without an exit that VcpuSet would see.
  Lifecycle lifecycle_now(VcpuId cpu) const;

  // Configuration and wiring.
  MachineConfig config_;  // never changes once the machine is built
  EventLoop& loop_;
  const Sinks sinks_;
  SteadyClock clock_;
  Kvm kvm_;
  std::size_t run_size_ = 0;
  const std::vector<kvm_cpuid_entry2> supported_cpuid_;
  std::vector<std::uint32_t> msr_indices_;
  UniqueFd vm_;
  std::optional<SmiInjector> smi_;
  std::shared_ptr<GuestMemory> memory_;
  std::unique_ptr<VarsFlashHost> vars_host_;
  HotplugTracer tracer_;
  std::unique_ptr<TracepointWatch> tracepoints_;  // since build()
  RateLimit refusal_log_, reset_log_;
  // The kernel's chips after power-on.
  std::vector<kvm_irqchip> irqchips_;
  kvm_pit_state2 pit_{};

  // State of the loop's thread.
  RunState run_state_ = RunState::kPrelaunch;
  Nanoseconds started_{0};  // set before the first vCPU runs
  struct Plugged {
    std::string id;  // empty: cold boot
    bool boot = true;
    std::uint64_t record = 0;                   // of the add, in tracer_; 0: cold boot
    std::optional<EventLoop::TimerId> removal;  // asked for; when its time is over
  };
  std::map<VcpuId, Plugged> plugged_;
  std::map<std::uint64_t, EventLoop::TimerId> deadlines_;
  std::optional<EventLoop::TimerId> next_press_, rtc_timer_;
  // Shared.
  std::atomic<bool> reset_pending_{false}, broken_{false}, shut_down_{false};
  static constexpr std::uint32_t kMaxPosted = 1024;
  std::atomic<std::uint32_t> posted_{0};
  std::atomic<std::uint64_t> dropped_posts_{0};
  std::atomic<bool> gate_report_waits_{false};
  std::atomic<bool> crash_loaded_{false};  // told since the last reset
  std::atomic<std::uint32_t> boots_{0};    // resets; what was posted before one is not the next's
  std::vector<BootStageTime> boot_stages_;
  // The firmware of this boot has used the step port, from SMM or before it locked SMRAM.
  std::atomic<bool> firmware_tells_{false};
  Mutex rtc_m_;  // leaf
  std::optional<Nanoseconds> rtc_deadline_ TSA(guarded_by(rtc_m_));
  bool rtc_posted_ TSA(guarded_by(rtc_m_)) = false;
  // For what was posted to the loop and is run after this object is gone.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);

  std::unique_ptr<Board> board_;
  std::unique_ptr<VcpuSet> vcpus_;  // last: its threads use everything above
};

}  // namespace unpark
