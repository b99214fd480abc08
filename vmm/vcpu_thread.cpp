// SPDX-License-Identifier: Apache-2.0
// What a vCPU's own thread does.
#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "vmm/vcpu_set.h"

namespace unpark {

namespace {

constexpr std::chrono::microseconds kFirstSipiWait{50}, kLongestSipiWait{10'000};

}  // namespace

void VcpuSet::thread_main(VcpuId cpu) {
  ::pthread_setname_np(::pthread_self(), fmt::format("vcpu-{}", cpu.value).c_str());
  current_vcpu_ = cpu;
  Vcpu* vcpu = nullptr;
  {
    Lock lock(m_);
    slot(cpu).tid = ::gettid();
    vcpu = slot(cpu).vcpu.get();
  }
  changed_.notify_all();
  while (const auto work = enter(cpu)) {
    if (work->settle) {
      end_settling(cpu, vcpu->settle());
      continue;
    }
    run_until_stopped(*vcpu, work->token);
    leave(cpu);
  }
}

std::optional<VcpuSet::Work> VcpuSet::enter(VcpuId cpu) {
  Lock lock(m_);
  for (;;) {
    Slot& s = slot(cpu);
    if (destroyed_) return std::nullopt;
    if (s.settling == Settling::kAsked) {
      s.settling = Settling::kTaken;
      return Work{.settle = true};
    }
    if (wants_to_run(s.lifecycle) && !paused_ && !stopping_ && !s.held && !s.failed) break;
    changed_.wait(m_);
  }
  slot(cpu).active = true;
  changed_.notify_all();
  return Work{.token = tokens_[cpu.value].load()};
}

void VcpuSet::leave(VcpuId cpu) {
  {
    Lock lock(m_);
    slot(cpu).active = false;
  }
  changed_.notify_all();
}

void VcpuSet::end_settling(VcpuId cpu, const Result<Done, SysError>& result) {
  {
    Lock lock(m_);
    slot(cpu).settling = Settling::kNone;
    if (!result) slot(cpu).settle_error = result.error();
  }
  settled_.notify_all();
}

void VcpuSet::run_until_stopped(Vcpu& vcpu, std::uint64_t token) {
  const std::uint32_t i = vcpu.id().value;
  for (;;) {
    vcpu.set_immediate_exit(false);
    if (tokens_[i].load() != token) return;
    if (smi_requested_[i].load(std::memory_order_relaxed) && smi_requested_[i].exchange(false))
      if (const auto r = call(vcpu.fd(), kvm_op::kSmi); !r) return fail(vcpu.id(), r.error());
    const auto exit = vcpu.run();
    if (!exit) return fail(vcpu.id(), exit.error());
    if (std::holds_alternative<vm_exit::Interrupted>(*exit)) continue;
    if (std::holds_alternative<vm_exit::WaitsForSipi>(*exit)) {
      if (const auto r = await_sipi(vcpu, token); !r) return fail(vcpu.id(), r.error());
      continue;
    }
    if (!seen_running_[i].load(std::memory_order_relaxed)) mark_running(vcpu.id());
    handler_(vcpu, *exit, in_smm(vcpu.run_page()));
  }
}

// KVM_RUN of a CPU that waits for SIPI blocks in the kernel while nothing is pending. With an SMI
// or NMI pending, which such a CPU must not take yet, it returns at once, again and again, and
// after an INIT it does not even return but loops in the kernel. OVMF brings every CPU that it adds
// there, and it must not get a host CPU for that. So KVM is asked for the state instead, which
// makes it act on INIT and SIPI, at intervals of a quarter of what it has waited: OVMF sends the
// SIPI 10 ms after the INIT, and all CPUs are in SMM until this one has got it.
Result<Done, SysError> VcpuSet::await_sipi(Vcpu& vcpu, std::uint64_t token) {
  using Clock = std::chrono::steady_clock;
  for (const auto begun = Clock::now();;) {
    kvm_mp_state state{};
    TRY(call(vcpu.fd(), kvm_op::kGetMpState, state));
    if (state.mp_state != KVM_MP_STATE_UNINITIALIZED &&
        state.mp_state != KVM_MP_STATE_INIT_RECEIVED)
      return Done{};
    const auto now = Clock::now();
    const auto until =
        now + std::clamp<Clock::duration>((now - begun) / 4, kFirstSipiWait, kLongestSipiWait);
    Lock lock(m_);
    do {
      if (tokens_[vcpu.id().value].load() != token) return Done{};
    } while (changed_.wait_until(m_, until) != std::cv_status::timeout);
  }
}

void VcpuSet::fail(VcpuId cpu, const SysError& e) {
  on_failure_(cpu, e);
  Lock lock(m_);
  slot(cpu).failed = true;
}

}  // namespace unpark
