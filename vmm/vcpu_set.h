// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "devices/sync.h"
#include "vmm/lifecycle.h"
#include "vmm/vcpu.h"

namespace unpark {

// All vCPUs of a machine: their threads, and the one place where a vCPU changes its state.
//
// Kick protocol. The owner, before every KVM_RUN: clear immediate_exit, then look at its token. The
// kicker: change the token, then set immediate_exit, then signal. Whichever way the two interleave,
// either the owner sees the new token, or KVM_RUN sees the flag, or the signal ends KVM_RUN. One
// that waits for its SIPI outside of KVM_RUN (await_sipi) is woken by `changed_` and sees the
// token.
//
// Quiet and active. A vCPU is *active* from the moment its thread may enter KVM_RUN until it has
// left it for good; otherwise *quiet*, and somebody else may read and write its state. A parked,
// absent or paused vCPU is quiet: its thread blocks here, not in KVM. Before a reset or an eject
// the owner of the ticket has it settle (Vcpu::settle()), which is a KVM_RUN that returns at once.
//
// Transitions. Whoever changes a vCPU's state (unpark, eject, reset, pause, device_add) owns the
// one transition ticket meanwhile. A vCPU thread that waits for the ticket is quiet, so that two
// vCPUs which eject each other cannot wait for each other: the first wins, and the second finds on
// waking that it was ejected (or reset), gives up, and its access has no effect.
//
// Lock order: none; m_ is never held while a callback or KVM is called.
class VcpuSet {
 public:
  // Carries out one exit on the vCPU's thread.
  using Handler = std::function<void(Vcpu&, const VmExit&, bool in_smm)>;
  // KVM_RUN itself failed; the vCPU stops for good. On the vCPU's thread.
  using FailureHandler = std::function<void(VcpuId, const SysError&)>;

  VcpuSet(std::uint32_t possible, Handler handler, FailureHandler on_failure);
  // Stops and joins every thread.
  ~VcpuSet();
  VcpuSet(const VcpuSet&) = delete;
  VcpuSet& operator=(const VcpuSet&) = delete;

  // Installs the signal that ends KVM_RUN. Once per process, before the first vCPU runs.
  static void install_kick_signal();

  // Stops and joins every thread; nothing runs afterwards. For an owner that the callbacks use.
  void stop_and_join();

  // ---- From the event loop's thread.

  // Gives the set a vCPU that KVM has just made, as kAbsent and quiet.
  void adopt(std::unique_ptr<Vcpu> vcpu);
  [[nodiscard]] bool has_vcpu(VcpuId cpu) const;  // KVM has made it, perhaps it is retired
  // Of an adopted vCPU, unless it has one. Fails where the host gives no further thread.
  Result<Done, SysError> start_thread(VcpuId cpu);
  // kAbsent -> kParked.
  Result<Done, SysError> park(VcpuId cpu);
  // kParked -> kAbsent: device_del of a CPU that was never claimed.
  bool withdraw(VcpuId cpu);
  // Stops all and lets what they were at be finished; calls `while_stopped`; then every vCPU that
  // is not kAbsent is reset, the boot CPU (slot 0) to run and the others to wait for SIPI, and all
  // go on unless paused. On any error nothing runs until the next reset_all().
  Result<Done, SysError> reset_all(const std::function<Result<Done, SysError>()>& while_stopped);
  void pause();  // returns when every vCPU is quiet
  void resume();
  // Runs `f` on the vCPU while it is quiet.
  void inspect(VcpuId cpu, const std::function<void(Vcpu&)>& f);
  // kAbsent -> kWaitForSipi (or boot CPU) before the machine first runs.
  Result<Done, SysError> cold_boot(VcpuId cpu);

  // ---- From a vCPU's own thread, inside its Handler, no lock held; from the loop's thread too.

  // kParked -> kWaitForSipi; the thread is in its run loop when this returns.
  // `woken` sees the vCPU after its reset and before it runs; `intact`: from park() on nothing had
  // moved in it and nothing was pending.
  bool unpark(VcpuId cpu, const std::function<void(Vcpu&, bool intact)>& woken);
  // kWaitForSipi or kRunning -> kAbsent: stopped wherever it was, deaf, its descriptor retired.
  bool eject(VcpuId cpu);

  // The vCPU whose thread this is; null on any other thread.
  Vcpu* own();
  // For a vCPU inside its Handler: no other wants to run. None comes to before it has returned if
  // all unpark() calls are made on vCPU threads: reset_all() waits for it, a CPU that does not run
  // unparks nobody.
  [[nodiscard]] bool alone() const { return awake_.load() == 1; }

  // ---- From any thread.

  // Asks every vCPU to leave KVM_RUN and to stay quiet until reset_all() or resume(). Does not
  // wait: a vCPU thread may call it from its own exit.
  void stop_all_soon();
  [[nodiscard]] Lifecycle lifecycle(VcpuId cpu) const;
  [[nodiscard]] std::int64_t thread_id(VcpuId cpu) const;  // 0 if there is none
  void mark_running(VcpuId cpu);  // kWaitForSipi -> kRunning: it was seen to execute
  // An SMI for one vCPU, whatever its local APIC thinks; nothing for one that is parked or absent.
  // Its own thread passes it on to KVM: KVM_SMI of a vCPU waits for its KVM_RUN to end.
  void request_smi(VcpuId cpu);

 private:
  // Asked of a vCPU's own thread by who owns the ticket; kTaken: it is at it.
  enum class Settling { kNone, kAsked, kTaken };
  struct Slot {
    std::unique_ptr<Vcpu> vcpu;
    Lifecycle lifecycle = Lifecycle::kAbsent;
    bool active = false;
    bool held = false;              // somebody works on it: it must not enter KVM_RUN
    bool failed = false;            // KVM_RUN failed: stays out until a reset
    bool waits_for_ticket = false;  // its thread does, inside its Handler
    Settling settling = Settling::kNone;
    std::optional<SysError> settle_error;
    std::uint64_t generation = 0;  // counts resets and ejects
    std::int64_t tid = 0;
    std::optional<ParkedState> parked;
    std::thread thread;
  };
  static bool wants_to_run(Lifecycle l) {
    return l == Lifecycle::kWaitForSipi || l == Lifecycle::kRunning;
  }

  // For a vCPU's thread: to settle, or to run until its token is another.
  struct Work {
    bool settle = false;
    std::uint64_t token = 0;
  };
  static thread_local std::optional<VcpuId> current_vcpu_;  // whose thread this is
  void thread_main(VcpuId cpu);
  std::optional<Work> enter(VcpuId cpu);  // blocks; nullopt: the set is being destroyed
  void leave(VcpuId cpu);
  void end_settling(VcpuId cpu, const Result<Done, SysError>& result);
  // Vcpu::settle() of vCPUs that are held, on their own threads where that is possible.
  Result<Done, SysError> settle(const std::vector<Vcpu*>& vcpus);
  void run_until_stopped(Vcpu& vcpu, std::uint64_t token);
  // Until the CPU has got a SIPI, or is asked to stop.
  Result<Done, SysError> await_sipi(Vcpu& vcpu, std::uint64_t token);
  void fail(VcpuId cpu, const SysError& e);

  // False: the vCPU on whose thread this is was reset or ejected meanwhile.
  bool begin_transition();
  void end_transition();
  void ask_to_stop(VcpuId cpu) TSA(requires_capability(m_));
  // Until \`cpu\` is quiet; it stays so until end_transition().
  void hold(VcpuId cpu);
  void hold_all();
  void revive_all();  // lifecycles of reset_all()
  void move(VcpuId cpu, Lifecycle to) TSA(requires_capability(m_));
  Slot& slot(VcpuId cpu) TSA(requires_capability(m_)) { return slots_[cpu.value]; }
  const Slot& slot(VcpuId cpu) const TSA(requires_capability(m_)) { return slots_[cpu.value]; }

  Handler handler_;
  FailureHandler on_failure_;
  mutable Mutex m_;
  std::condition_variable_any changed_;
  std::condition_variable_any settled_;  // for who owns the ticket: changed_ wakes every vCPU
  std::vector<Slot> slots_ TSA(guarded_by(m_));
  bool busy_ TSA(guarded_by(m_)) = false;      // the transition ticket is taken
  bool paused_ TSA(guarded_by(m_)) = true;     // until the first resume()
  bool stopping_ TSA(guarded_by(m_)) = false;  // stop_all_soon(): a reset or the end follows
  bool destroyed_ TSA(guarded_by(m_)) = false;
  // Changed at every stop; compared by the owner before every KVM_RUN.
  std::vector<std::atomic<std::uint64_t>> tokens_;
  // Whether mark_running() has nothing to do: spares every exit the lock.
  std::vector<std::atomic<bool>> seen_running_;
  std::vector<std::atomic<bool>> smi_requested_;
  std::atomic<std::uint32_t> awake_ = 0;  // how many want to run
};

}  // namespace unpark
