// SPDX-License-Identifier: Apache-2.0
#include "vmm/vcpu_state.h"

#include <algorithm>
#include <cstring>

#include "vmm/flexible.h"
#include "vmm/q35_map.h"

namespace unpark {

namespace {

constexpr std::uint32_t kMsrTsc = 0x10, kMsrTscAdjust = 0x3b, kMsrTscDeadline = 0x6e0;

// Not written back as they were: the first two by their own rule (see capture_reset()), the
// deadline goes with the local APIC's timer.
bool is_clock(std::uint32_t msr) {
  return msr == kMsrTsc || msr == kMsrTscAdjust || msr == kMsrTscDeadline;
}

// Registers that RESET changes and that KVM_GET_MSR_INDEX_LIST leaves out (SDM vol. 4, table 2-2);
// those that this KVM does not know are skipped.
void add_unlisted(std::vector<std::uint32_t>& msrs) {
  constexpr std::uint32_t kMtrrPhysBase0 = 0x200, kMtrrPhysMask7 = 0x20f, kMtrrFix64k = 0x250,
                          kMtrrFix16k80000 = 0x258, kMtrrFix16kA0000 = 0x259, kMtrrFix4k = 0x268,
                          kMtrrFix4kEnd = 0x270, kMtrrDefType = 0x2ff, kMc0Ctl = 0x400,
                          kMcEnd = kMc0Ctl + 4 * 32;
  const auto range = [&](std::uint32_t from, std::uint32_t end) {
    for (std::uint32_t msr = from; msr < end; ++msr) msrs.push_back(msr);
  };
  range(kMtrrPhysBase0, kMtrrPhysMask7 + 1);
  msrs.insert(msrs.end(), {kMtrrFix64k, kMtrrFix16k80000, kMtrrFix16kA0000});
  range(kMtrrFix4k, kMtrrFix4kEnd);
  msrs.push_back(kMtrrDefType);
  range(kMc0Ctl, kMcEnd);
}

// KVM_GET_MSRS and KVM_SET_MSRS stop at the first index they do not like; that one is skipped.
Result<std::vector<kvm_msr_entry>, SysError> read_msrs(const UniqueFd& vcpu,
                                                       const std::vector<std::uint32_t>& indices) {
  std::vector<kvm_msr_entry> out;
  Flexible<KvmMsrs, kvm_msr_entry> msrs(indices.size());
  for (std::size_t at = 0; at < indices.size();) {
    const std::size_t n = indices.size() - at;
    msrs->nmsrs = static_cast<std::uint32_t>(n);
    for (std::size_t i = 0; i < n; ++i) msrs.entries()[i] = {indices[at + i], 0, 0};
    const auto got = static_cast<std::size_t>(TRY(call(vcpu, kvm_op::kGetMsrs, *msrs)));
    out.insert(out.end(), msrs.entries(), msrs.entries() + got);
    at += got + (got < n ? 1 : 0);
  }
  return out;
}

Result<Done, SysError> write_msrs(const UniqueFd& vcpu, const std::vector<kvm_msr_entry>& values) {
  Flexible<KvmMsrs, kvm_msr_entry> msrs(values.size());
  for (std::size_t at = 0; at < values.size();) {
    const std::size_t n = values.size() - at;
    msrs->nmsrs = static_cast<std::uint32_t>(n);
    std::copy(values.begin() + static_cast<std::ptrdiff_t>(at), values.end(), msrs.entries());
    const auto done = static_cast<std::size_t>(TRY(call(vcpu, kvm_op::kSetMsrs, *msrs)));
    at += done + (done < n ? 1 : 0);
  }
  return Done{};
}

Result<Done, SysError> write_all(const UniqueFd& vcpu, const VcpuReset& reset,
                                 std::uint64_t apic_base, std::uint32_t mp_state) {
  // First out of SMM, with nothing pending: KVM keeps both beside the registers. An SMI that has
  // just been sent is a request yet, which only KVM_GET_VCPU_EVENTS turns into the pending one that
  // KVM_SET_VCPU_EVENTS forgets. Left alone it would be taken right after the reset, at SMBASE
  // 0x30000, whatever lies there.
  kvm_vcpu_events events{};
  TRY(call(vcpu, kvm_op::kGetVcpuEvents, events));
  events = {};
  events.flags = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SIPI_VECTOR |
                 KVM_VCPUEVENT_VALID_SHADOW | KVM_VCPUEVENT_VALID_SMM;
  TRY(call(vcpu, kvm_op::kSetVcpuEvents, events));
  kvm_sregs sregs = reset.sregs;
  sregs.apic_base = apic_base;
  // kvm_amd clears its VMCB after a triple fault, the root of the nested page tables with it, and
  // only a change of CR0 makes KVM load that again: without one, a vCPU that faulted in real mode
  // would fault for ever on its first instruction (Linux 6.1, shutdown_interception()). CR0.TS will
  // do.
  sregs.cr0 ^= 1u << 3;
  TRY(call(vcpu, kvm_op::kSetSregs, sregs));
  sregs.cr0 = reset.sregs.cr0;
  TRY(call(vcpu, kvm_op::kSetSregs, sregs));
  TRY(call(vcpu, kvm_op::kSetRegs, reset.regs));
  TRY(call(vcpu, kvm_op::kSetXsave, reset.xsave));
  // A host without XSAVE reports none and refuses to set any.
  if (reset.xcrs.nr_xcrs != 0) TRY(call(vcpu, kvm_op::kSetXcrs, reset.xcrs));
  TRY(call(vcpu, kvm_op::kSetDebugregs, reset.debugregs));
  TRY(write_msrs(vcpu, reset.msrs));
  // Of a disabled local APIC too: KVM keeps its IRR, and an interrupt from before would look like
  // one that reached a parked CPU.
  TRY(call(vcpu, kvm_op::kSetLapic, reset.lapic));
  // KVM_GET_MP_STATE makes KVM act on an INIT or SIPI that it has latched; what that did is then
  // overwritten. Without it a SIPI from before would start the CPU later.
  kvm_mp_state mp{};
  TRY(call(vcpu, kvm_op::kGetMpState, mp));
  mp.mp_state = mp_state;
  TRY(call(vcpu, kvm_op::kSetMpState, mp));
  return Done{};
}

}  // namespace

Result<VcpuReset, SysError> capture_reset(const UniqueFd& vcpu,
                                          const std::vector<std::uint32_t>& msr_indices) {
  VcpuReset r;
  TRY(call(vcpu, kvm_op::kGetRegs, r.regs));
  TRY(call(vcpu, kvm_op::kGetSregs, r.sregs));
  TRY(call(vcpu, kvm_op::kGetXsave, r.xsave));
  TRY(call(vcpu, kvm_op::kGetXcrs, r.xcrs));
  TRY(call(vcpu, kvm_op::kGetDebugregs, r.debugregs));
  TRY(call(vcpu, kvm_op::kGetLapic, r.lapic));
  std::vector<std::uint32_t> kept;
  for (const std::uint32_t msr : msr_indices)
    if (!is_clock(msr) && msr != kMsrSmbase) kept.push_back(msr);
  add_unlisted(kept);
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  r.msrs = TRY(read_msrs(vcpu, kept));
  // The TSC goes on over a reset, together with those of the other CPUs: what a guest has added to
  // its own is forgotten, and a write of 0 by the host is what makes KVM bring it in step again.
  r.msrs.push_back({kMsrTscAdjust, 0, 0});
  r.msrs.push_back({kMsrTsc, 0, 0});
  r.msrs.push_back({kMsrSmbase, 0, q35::kResetSmbase});
  return r;
}

Result<Done, SysError> reset_vcpu(const UniqueFd& vcpu, const VcpuReset& reset, WakeAs wake) {
  const std::uint64_t apic_base = reset.sregs.apic_base | kApicBaseEnable;
  return write_all(vcpu, reset, apic_base,
                   wake == WakeAs::kBootCpu ? KVM_MP_STATE_RUNNABLE : KVM_MP_STATE_UNINITIALIZED);
}

Result<Done, SysError> park_vcpu(const UniqueFd& vcpu, const VcpuReset& reset) {
  // Deaf first, then clean: in the other order an IPI could still come in between. From the reset
  // state, not from what the guest has left: KVM refuses some of what a guest can leave.
  kvm_sregs sregs = reset.sregs;
  sregs.apic_base &= ~(kApicBaseEnable | kApicBaseX2apic);
  TRY(call(vcpu, kvm_op::kSetSregs, sregs));
  return write_all(vcpu, reset, sregs.apic_base, KVM_MP_STATE_UNINITIALIZED);
}

Result<std::uint64_t, SysError> read_smbase(const UniqueFd& vcpu) {
  const auto msrs = TRY(read_msrs(vcpu, {kMsrSmbase}));
  if (msrs.empty()) return Unexpected{SysError{"KVM_GET_MSRS(IA32_SMBASE)", ENOTSUP}};
  return msrs.front().data;
}

bool ParkedState::operator==(const ParkedState& o) const {
  return std::memcmp(&regs, &o.regs, sizeof regs) == 0 && apic_base == o.apic_base &&
         mp_state == o.mp_state && smbase == o.smbase && nothing_pending == o.nothing_pending;
}

Result<ParkedState, SysError> capture_parked(const UniqueFd& vcpu) {
  ParkedState s;
  kvm_sregs sregs{};
  kvm_vcpu_events events{};
  kvm_lapic_state lapic{};
  kvm_mp_state mp{};
  // MP state first: it makes KVM act on a latched INIT or SIPI, which the registers then show.
  TRY(call(vcpu, kvm_op::kGetMpState, mp));
  TRY(call(vcpu, kvm_op::kGetRegs, s.regs));
  TRY(call(vcpu, kvm_op::kGetSregs, sregs));
  TRY(call(vcpu, kvm_op::kGetVcpuEvents, events));
  TRY(call(vcpu, kvm_op::kGetLapic, lapic));
  s.apic_base = sregs.apic_base;
  s.mp_state = mp.mp_state;
  s.smbase = TRY(read_smbase(vcpu));
  // IRR at 200h-270h, ISR at 100h-170h: SDM vol. 3 table 11-1.
  const auto all_zero = [&](std::size_t first) {
    return std::all_of(lapic.regs + first, lapic.regs + first + 0x80,
                       [](char c) { return c == 0; });
  };
  s.nothing_pending = events.exception.injected == 0 && events.exception.pending == 0 &&
                      events.interrupt.injected == 0 && events.nmi.injected == 0 &&
                      events.nmi.pending == 0 && events.smi.pending == 0 && events.smi.smm == 0 &&
                      all_zero(0x100) && all_zero(0x200);
  return s;
}

}  // namespace unpark
