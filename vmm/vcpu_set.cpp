// SPDX-License-Identifier: Apache-2.0
#include "vmm/vcpu_set.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <system_error>

namespace unpark {

namespace {

// Only there to make KVM_RUN return EINTR: no SA_RESTART, and the handler does nothing.
const int kKickSignal = SIGRTMIN;

}  // namespace

thread_local std::optional<VcpuId> VcpuSet::current_vcpu_;

VcpuSet::VcpuSet(std::uint32_t possible, Handler handler, FailureHandler on_failure)
    : handler_(std::move(handler)),
      on_failure_(std::move(on_failure)),
      slots_(possible),
      tokens_(possible),
      seen_running_(possible),
      smi_requested_(possible) {}

VcpuSet::~VcpuSet() {
  stop_and_join();
}

void VcpuSet::stop_and_join() {
  std::vector<std::thread> threads;
  {
    Lock lock(m_);
    destroyed_ = true;
    for (std::uint32_t i = 0; i < slots_.size(); ++i) {
      ask_to_stop(VcpuId{i});
      if (slots_[i].thread.joinable()) threads.push_back(std::move(slots_[i].thread));
    }
  }
  changed_.notify_all();
  settled_.notify_all();
  for (auto& t : threads) t.join();
}

void VcpuSet::install_kick_signal() {
  struct sigaction sa {};
  sa.sa_handler = [](int) {};
  ::sigaction(kKickSignal, &sa, nullptr);
}

// ---- threads

void VcpuSet::adopt(std::unique_ptr<Vcpu> vcpu) {
  const VcpuId id = vcpu->id();
  Lock lock(m_);
  slot(id).vcpu = std::move(vcpu);
}

Result<Done, SysError> VcpuSet::start_thread(VcpuId cpu) {
  Lock lock(m_);
  if (slot(cpu).thread.joinable()) return Done{};
  try {
    slot(cpu).thread = std::thread([this, cpu] { thread_main(cpu); });
  } catch (const std::system_error& e) {
    return Unexpected{SysError{"pthread_create", e.code().value()}};
  }
  while (slot(cpu).tid == 0) changed_.wait(m_);
  return Done{};
}

// ---- transitions

bool VcpuSet::begin_transition() {
  const std::optional<VcpuId> self = current_vcpu_;
  Lock lock(m_);
  if (!self) {
    while (busy_) changed_.wait(m_);
    busy_ = true;
    return true;
  }
  const std::uint64_t generation = slot(*self).generation;
  slot(*self).active = false;  // whoever waits for this vCPU need not wait for its wait
  slot(*self).waits_for_ticket = true;
  changed_.notify_all();
  for (;;) {
    const bool lost = destroyed_ || slot(*self).generation != generation;
    if (lost && !slot(*self).held) {
      // Not quiet until it has left its handler and seen its new token: whoever comes next waits.
      slot(*self).active = true;
      slot(*self).waits_for_ticket = false;
      return false;
    }
    if (!lost && !busy_ && !paused_ && !stopping_) break;
    changed_.wait(m_);
  }
  slot(*self).waits_for_ticket = false;
  busy_ = true;
  return true;
}

void VcpuSet::end_transition() {
  const std::optional<VcpuId> self = current_vcpu_;
  {
    Lock lock(m_);
    busy_ = false;
    for (Slot& s : slots_) s.held = false;
    // One that has ejected itself too: it leaves as soon as it sees its token.
    if (self) slot(*self).active = true;
  }
  changed_.notify_all();
}

void VcpuSet::ask_to_stop(VcpuId cpu) {
  Slot& s = slot(cpu);
  if (!s.vcpu) return;
  tokens_[cpu.value].fetch_add(1);
  s.vcpu->set_immediate_exit(true);
  if (s.thread.joinable()) ::pthread_kill(s.thread.native_handle(), kKickSignal);
  changed_.notify_all();
}

void VcpuSet::hold(VcpuId cpu) {
  Lock lock(m_);
  slot(cpu).held = true;
  if (slot(cpu).active) ask_to_stop(cpu);
  while (slot(cpu).active) changed_.wait(m_);
}

void VcpuSet::hold_all() {
  Lock lock(m_);
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    slots_[i].held = true;
    if (slots_[i].active) ask_to_stop(VcpuId{i});
  }
  for (Slot& s : slots_)
    while (s.active) changed_.wait(m_);
}

Result<Done, SysError> VcpuSet::settle(const std::vector<Vcpu*>& vcpus) {
  std::vector<Vcpu*> here;
  std::optional<SysError> error;
  {
    Lock lock(m_);
    for (Vcpu* v : vcpus) {
      if (v->settled()) continue;
      Slot& s = slot(v->id());
      // The thread of one that waits for the ticket is inside its Handler.
      if (current_vcpu_ == v->id() || !s.thread.joinable() || s.waits_for_ticket) {
        here.push_back(v);
      } else {
        s.settling = Settling::kAsked;
      }
    }
    changed_.notify_all();
    for (Vcpu* v : vcpus) {
      Slot& s = slot(v->id());
      while (s.settling == Settling::kTaken || (s.settling == Settling::kAsked && !destroyed_))
        settled_.wait(m_);
      if (std::exchange(s.settling, Settling::kNone) != Settling::kNone) here.push_back(v);
      if (const auto e = std::exchange(s.settle_error, std::nullopt); e && !error) error = e;
    }
  }
  if (error) return Unexpected{*error};
  for (Vcpu* v : here) TRY(v->settle());
  return Done{};
}

void VcpuSet::move(VcpuId cpu, Lifecycle to) {
  Slot& s = slot(cpu);
  if (s.lifecycle == to) return;
  assert(can_become(s.lifecycle, to));  // the callers have looked: a guest cannot get here
  if (wants_to_run(to) && !wants_to_run(s.lifecycle)) awake_.fetch_add(1);
  if (!wants_to_run(to) && wants_to_run(s.lifecycle)) awake_.fetch_sub(1);
  s.lifecycle = to;
  seen_running_[cpu.value].store(to == Lifecycle::kRunning);
  if (to != Lifecycle::kRunning) smi_requested_[cpu.value].store(false);
}

// ---- what the event loop asks for

bool VcpuSet::has_vcpu(VcpuId cpu) const {
  Lock lock(m_);
  return slot(cpu).vcpu != nullptr;
}

Result<Done, SysError> VcpuSet::park(VcpuId cpu) {
  begin_transition();
  hold(cpu);
  Vcpu* vcpu = nullptr;
  {
    Lock lock(m_);
    vcpu = slot(cpu).vcpu.get();
  }
  const auto parked = [&]() -> Result<ParkedState, SysError> {
    TRY(vcpu->park());
    return capture_parked(vcpu->fd());
  }();
  if (parked) {
    Lock lock(m_);
    slot(cpu).parked = *parked;
    slot(cpu).failed = false;
    move(cpu, Lifecycle::kParked);
  }
  end_transition();
  if (!parked) return Unexpected{parked.error()};
  return Done{};
}

bool VcpuSet::withdraw(VcpuId cpu) {
  begin_transition();
  bool was_parked = false;
  {
    Lock lock(m_);
    was_parked = slot(cpu).lifecycle == Lifecycle::kParked;
    if (was_parked) move(cpu, Lifecycle::kAbsent);
  }
  end_transition();
  return was_parked;
}

Result<Done, SysError> VcpuSet::cold_boot(VcpuId cpu) {
  begin_transition();
  Vcpu* vcpu = nullptr;
  {
    Lock lock(m_);
    vcpu = slot(cpu).vcpu.get();
    move(cpu, Lifecycle::kWaitForSipi);
    if (cpu.value == 0) move(cpu, Lifecycle::kRunning);
  }
  const auto r = vcpu->reset(cpu.value == 0 ? WakeAs::kBootCpu : WakeAs::kWaitForSipi);
  end_transition();
  if (!r) return Unexpected{r.error()};
  return Done{};
}

Result<Done, SysError> VcpuSet::reset_all(
    const std::function<Result<Done, SysError>()>& while_stopped) {
  begin_transition();
  hold_all();
  std::vector<Vcpu*> plugged;
  {
    Lock lock(m_);
    stopping_ = true;  // also where nobody has asked before: for an error below
    for (Slot& s : slots_)
      if (s.lifecycle != Lifecycle::kAbsent) plugged.push_back(s.vcpu.get());
  }
  const auto r = [&]() -> Result<Done, SysError> {
    // While memory is still what it was: `while_stopped` opens what SMM kept for itself.
    TRY(settle(plugged));
    TRY(while_stopped());
    revive_all();
    for (Vcpu* v : plugged)
      TRY(v->reset(v->id().value == 0 ? WakeAs::kBootCpu : WakeAs::kWaitForSipi));
    return Done{};
  }();
  if (r) {
    Lock lock(m_);
    stopping_ = false;
  }
  end_transition();
  return r;
}

void VcpuSet::revive_all() {
  Lock lock(m_);
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    Slot& s = slots_[i];
    if (s.lifecycle == Lifecycle::kAbsent) continue;
    ++s.generation;
    tokens_[i].fetch_add(1);  // of one that waits for the ticket, and was not asked to stop
    s.failed = false;
    s.parked.reset();
    smi_requested_[i].store(false);
    move(VcpuId{i}, Lifecycle::kWaitForSipi);
    if (i == 0) move(VcpuId{i}, Lifecycle::kRunning);
  }
}

void VcpuSet::pause() {
  begin_transition();
  {
    Lock lock(m_);
    paused_ = true;
  }
  hold_all();
  end_transition();
}

void VcpuSet::resume() {
  {
    Lock lock(m_);
    paused_ = false;
  }
  changed_.notify_all();
}

void VcpuSet::inspect(VcpuId cpu, const std::function<void(Vcpu&)>& f) {
  begin_transition();
  hold(cpu);
  Vcpu* vcpu = nullptr;
  {
    Lock lock(m_);
    vcpu = slot(cpu).vcpu.get();
  }
  if (vcpu) f(*vcpu);
  end_transition();
}

// ---- what a vCPU asks for

bool VcpuSet::unpark(VcpuId cpu, const std::function<void(Vcpu&, bool)>& woken) {
  if (!begin_transition()) return false;
  hold(cpu);  // its thread may still be on its way out of an earlier life
  Vcpu* vcpu = nullptr;
  std::optional<ParkedState> parked;
  {
    Lock lock(m_);
    if (slot(cpu).lifecycle == Lifecycle::kParked) {
      vcpu = slot(cpu).vcpu.get();
      parked = slot(cpu).parked;
    }
  }
  bool done = false;
  if (vcpu) {
    const auto now = capture_parked(vcpu->fd());
    const auto r = vcpu->reset(WakeAs::kWaitForSipi);
    if (!r) on_failure_(cpu, r.error());
    if (r) {
      woken(*vcpu, now && parked && now->nothing_pending && *now == *parked);
      Lock lock(m_);
      move(cpu, Lifecycle::kWaitForSipi);
      slot(cpu).held = false;
      changed_.notify_all();
      // A pause keeps it out, and so does a reset or the end, ordered meanwhile by another vCPU.
      while (!slot(cpu).active && !destroyed_ && !stopping_ && !paused_) changed_.wait(m_);
      done = true;
    }
  }
  end_transition();
  return done;
}

bool VcpuSet::eject(VcpuId cpu) {
  if (!begin_transition()) return false;
  hold(cpu);
  Vcpu* vcpu = nullptr;
  {
    Lock lock(m_);
    if (wants_to_run(slot(cpu).lifecycle)) vcpu = slot(cpu).vcpu.get();
  }
  bool done = false;
  if (vcpu) {
    const auto r = [&]() -> Result<Done, SysError> {
      TRY(settle({vcpu}));
      return vcpu->park();
    }();
    if (!r)
      on_failure_(cpu, r.error());
    else
      done = true;
    Lock lock(m_);
    // Even where KVM failed the CPU has been stopped and stays so.
    tokens_[cpu.value].fetch_add(1);
    ++slot(cpu).generation;
    move(cpu, Lifecycle::kAbsent);
  }
  end_transition();
  return done;
}

Vcpu* VcpuSet::own() {
  if (!current_vcpu_) return nullptr;
  Lock lock(m_);
  return slot(*current_vcpu_).vcpu.get();
}

// ---- from anywhere

void VcpuSet::stop_all_soon() {
  Lock lock(m_);
  stopping_ = true;
  // Also one that is quiet because it works on another, and would otherwise go on afterwards.
  for (std::uint32_t i = 0; i < slots_.size(); ++i) ask_to_stop(VcpuId{i});
  changed_.notify_all();
}

void VcpuSet::request_smi(VcpuId cpu) {
  Lock lock(m_);
  Slot& s = slot(cpu);
  if (!wants_to_run(s.lifecycle)) return;
  smi_requested_[cpu.value].store(true);
  s.vcpu->set_immediate_exit(true);
  if (s.active && s.thread.joinable()) ::pthread_kill(s.thread.native_handle(), kKickSignal);
}

Lifecycle VcpuSet::lifecycle(VcpuId cpu) const {
  Lock lock(m_);
  return slot(cpu).lifecycle;
}

std::int64_t VcpuSet::thread_id(VcpuId cpu) const {
  Lock lock(m_);
  return slot(cpu).lifecycle == Lifecycle::kAbsent ? 0 : slot(cpu).tid;
}

void VcpuSet::mark_running(VcpuId cpu) {
  Lock lock(m_);
  if (slot(cpu).lifecycle == Lifecycle::kWaitForSipi) move(cpu, Lifecycle::kRunning);
}

}  // namespace unpark
