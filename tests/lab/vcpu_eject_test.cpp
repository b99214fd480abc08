// SPDX-License-Identifier: Apache-2.0
// Eject and unpark of vCPUs that the kernel runs: wherever they are, whoever asks. vmm/vcpu_set.h.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

#include "tests/lab/guest_code.h"
#include "tests/lab/smm_required.h"
#include "tests/lab/tiny_machine.h"
#include "vmm/flexible.h"

LAB_GUEST(dirty);
LAB_GUEST(join);
LAB_GUEST(order);
LAB_GUEST(order_of_boot_cpu);
LAB_GUEST(smi_halt);

namespace unpark {
namespace {

constexpr VcpuId kBoot{0}, kSecond{1}, kThird{2};
constexpr std::uint8_t kOrderPort = 0x28;

class VcpuEject : public SmmRequired {
 protected:
  void SetUp() override {
    SmmRequired::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto made = TinyMachine::create(4);
    ASSERT_TRUE(made) << describe(made.error());
    machine_ = *std::move(made);
    ASSERT_TRUE(machine_->make(kBoot));
    ASSERT_TRUE(machine_->cpus().cold_boot(kBoot));
    machine_->load(TinyMachine::kBootCode, lab_guest::join());
    machine_->load(TinyMachine::kResetSmbase + 0x8000, lab_guest::smi_halt());
  }
  void run_boot_cpu(char greeting = 'J') {
    cpus().resume();
    ASSERT_TRUE(machine().wait_told(kBoot, greeting));
  }
  TinyMachine& machine() { return *machine_; }
  VcpuSet& cpus() { return machine_->cpus(); }

  // What the CPUs' handlers tell; before the machine, whose threads call them to the last.
  std::atomic<unsigned> begun_ = 0, ordered_ = 0, done_ = 0;
  std::atomic<bool> in_unpark_ = false, stop_ordered_ = false, unpark_returned_ = false;

 private:
  std::unique_ptr<TinyMachine> machine_;
};

std::uint64_t msr(Vcpu& v, std::uint32_t index) {
  Flexible<KvmMsrs, kvm_msr_entry> msrs(1);
  msrs->nmsrs = 1;
  msrs.entries()[0] = {index, 0, 0};
  EXPECT_TRUE(call(v.fd(), kvm_op::kGetMsrs, *msrs)) << std::hex << index;
  return msrs.entries()[0].data;
}

std::uint32_t lapic_register(const kvm_lapic_state& lapic, std::size_t at) {
  std::uint32_t v = 0;
  std::memcpy(&v, lapic.regs + at, sizeof v);
  return v;
}

// Values retyped from SDM vol. 3 tables 10-1 and 11.4.7.1, AMD64 APM vol. 2 14.1.3.
void expect_fresh(Vcpu& v) {
  kvm_regs regs{};
  kvm_sregs sregs{};
  kvm_debugregs debug{};
  kvm_lapic_state lapic{};
  kvm_vcpu_events events{};
  kvm_mp_state mp{};
  ASSERT_TRUE(call(v.fd(), kvm_op::kGetMpState, mp));
  ASSERT_TRUE(call(v.fd(), kvm_op::kGetRegs, regs));
  ASSERT_TRUE(call(v.fd(), kvm_op::kGetSregs, sregs));
  ASSERT_TRUE(call(v.fd(), kvm_op::kGetDebugregs, debug));
  ASSERT_TRUE(call(v.fd(), kvm_op::kGetLapic, lapic));
  ASSERT_TRUE(call(v.fd(), kvm_op::kGetVcpuEvents, events));
  EXPECT_EQ(mp.mp_state, KVM_MP_STATE_UNINITIALIZED + 0u);
  EXPECT_EQ(regs.rip, 0xfff0u);
  EXPECT_EQ(regs.rflags, 2u);
  EXPECT_EQ(regs.rbp, 0u);
  EXPECT_EQ(regs.rsi, 0u);
  EXPECT_EQ(sregs.cs.base, 0xffff'0000u);
  EXPECT_EQ(sregs.cs.selector, 0xf000u);
  EXPECT_EQ(sregs.cr0, 0x6000'0010u);
  EXPECT_EQ(sregs.cr4, 0u);
  EXPECT_EQ(sregs.efer, 0u);
  EXPECT_EQ(sregs.ds.limit, 0xffffu);
  EXPECT_EQ(sregs.gdt.base, 0u);
  EXPECT_EQ(sregs.apic_base & 0x900, 0x800u);  // enabled, not the boot CPU
  EXPECT_EQ(debug.db[0], 0u);
  EXPECT_EQ(debug.dr7, 0x400u);
  EXPECT_EQ(msr(v, 0x9e), 0x3'0000u);                // SMBASE
  EXPECT_EQ(msr(v, 0xc000'0081), 0u);                // STAR
  EXPECT_EQ(msr(v, 0xc000'0102), 0u);                // KERNEL_GS_BASE
  EXPECT_EQ(msr(v, 0x176), 0u);                      // SYSENTER_EIP
  EXPECT_EQ(msr(v, 0x277), 0x0007'0406'0007'0406u);  // PAT
  EXPECT_EQ(lapic_register(lapic, 0x20), std::uint32_t{v.id().value} << 24);
  EXPECT_EQ(lapic_register(lapic, 0x80), 0u);            // TPR
  EXPECT_EQ(lapic_register(lapic, 0xd0), 0u);            // LDR
  EXPECT_EQ(lapic_register(lapic, 0xe0), 0xffff'ffffu);  // DFR
  EXPECT_EQ(lapic_register(lapic, 0xf0), 0xffu);         // SVR
  EXPECT_EQ(lapic_register(lapic, 0x300), 0u);           // ICR
  EXPECT_EQ(lapic_register(lapic, 0x320), 0x1'0000u);    // LVT timer: masked
  EXPECT_EQ(lapic_register(lapic, 0x360), 0x1'0000u);    // LVT LINT1
  EXPECT_EQ(lapic_register(lapic, 0x380), 0u);           // initial count
  for (std::size_t irr = 0x200; irr < 0x280; irr += 0x10)
    EXPECT_EQ(lapic_register(lapic, irr), 0u) << "IRR " << std::hex << irr;
  EXPECT_EQ(events.smi.smm, 0u);
  EXPECT_EQ(events.smi.pending, 0u);
  EXPECT_EQ(events.smi.latched_init, 0u);
  EXPECT_EQ(events.nmi.pending, 0u);
  EXPECT_EQ(events.nmi.injected, 0u);
  EXPECT_EQ(events.nmi.masked, 0u);
}

TEST_F(VcpuEject, WhatComesBackAfterwardsIsAFreshCpu) {
  machine().load(TinyMachine::code_of(kSecond), lab_guest::dirty());
  machine().load(TinyMachine::smbase_of(kSecond) + 0x8000, lab_guest::smi_halt());
  ASSERT_NO_FATAL_FAILURE(run_boot_cpu());
  ASSERT_TRUE(machine().start(kSecond, 'D'));
  machine().set_smbase(kSecond, TinyMachine::smbase_of(kSecond));
  ASSERT_TRUE(machine().smis().direct(kSecond));
  ASSERT_TRUE(machine().wait_told(kSecond, 'h'));
  // Held back until RSM, which never comes.
  ASSERT_TRUE(machine().smis().direct(kSecond));
  machine().send(kSecond.value, 4, 0);
  machine().send_init_and_sipi(kSecond);
  bool was_dirty = false;
  cpus().inspect(
      kSecond, [&](Vcpu& v) { was_dirty = msr(v, 0xc000'0081) != 0 && msr(v, 0x9e) != 0x3'0000; });
  ASSERT_TRUE(was_dirty) << "there was nothing to wipe";

  ASSERT_TRUE(cpus().eject(kSecond));
  EXPECT_EQ(cpus().lifecycle(kSecond), Lifecycle::kAbsent);
  EXPECT_EQ(cpus().thread_id(kSecond), 0);
  ASSERT_TRUE(machine().park(kSecond));
  EXPECT_TRUE(machine().state_of(kSecond).nothing_pending);
  bool was_intact = false;
  ASSERT_TRUE(cpus().unpark(kSecond, [&](Vcpu& v, bool intact) {
    was_intact = intact;
    expect_fresh(v);
  }));
  EXPECT_TRUE(was_intact);
  cpus().inspect(kSecond, expect_fresh);
}

TEST_F(VcpuEject, StopsACpuThatHaltsInsideSmmAndItCanComeBackFiftyTimes) {
  machine().load(TinyMachine::code_of(kSecond), lab_guest::join());
  ASSERT_NO_FATAL_FAILURE(run_boot_cpu());
  for (unsigned round = 1; round <= 50; ++round) {
    ASSERT_TRUE(machine().start(kSecond, 'J')) << round;
    ASSERT_TRUE(machine().smis().direct(kSecond));
    ASSERT_TRUE(machine().wait_told(kSecond, 'h', round));
    ASSERT_TRUE(cpus().eject(kSecond)) << round;
    ASSERT_EQ(cpus().lifecycle(kSecond), Lifecycle::kAbsent);
    const ParkedState s = machine().state_of(kSecond);
    ASSERT_TRUE(s.nothing_pending) << round;
    ASSERT_EQ(s.apic_base & 0x800, 0u) << "an ejected CPU can hear";
    ASSERT_EQ(s.smbase, 0x3'0000u);
  }
  EXPECT_EQ(machine().failures(), 0u);
}

TEST_F(VcpuEject, ACpuIsAloneWhileEveryOtherIsParkedOrAbsent) {
  machine().load(TinyMachine::code_of(kSecond), lab_guest::join());
  ASSERT_NO_FATAL_FAILURE(run_boot_cpu());
  EXPECT_TRUE(cpus().alone());
  ASSERT_TRUE(machine().park(kThird));
  EXPECT_TRUE(cpus().alone()) << "beside a parked one";
  ASSERT_TRUE(machine().park(kSecond));
  ASSERT_TRUE(cpus().unpark(kSecond, [](Vcpu&, bool) {}));
  EXPECT_FALSE(cpus().alone()) << "beside one that waits for its SIPI";
  machine().send_init_and_sipi(kSecond);
  ASSERT_TRUE(machine().wait_told(kSecond, 'J'));
  EXPECT_FALSE(cpus().alone()) << "beside one that runs";
  ASSERT_TRUE(cpus().eject(kSecond));
  EXPECT_TRUE(cpus().alone()) << "it was ejected";
  cpus().pause();
  EXPECT_TRUE(cpus().alone());
  // To a reset the parked one is as good as any.
  ASSERT_TRUE(cpus().reset_all([] { return Done{}; }));
  EXPECT_FALSE(cpus().alone());
  ASSERT_TRUE(cpus().eject(kThird));
  EXPECT_TRUE(cpus().alone());
}

TEST_F(VcpuEject, OfTwoCpusThatEjectEachOtherExactlyOneStays) {
  machine().on_out(kOrderPort, [&](Vcpu&, std::uint8_t target, bool) {
    // The second one must be on its way too, or it would be ejected before it has ordered anything.
    const unsigned mine = ++begun_;
    machine().poke();
    EXPECT_TRUE(machine().wait([&] { return begun_ >= (mine + 1) / 2 * 2; }));
    done_ += cpus().eject(VcpuId{target}) ? 1 : 0;
    ++ordered_;
  });
  for (const auto& [cpu, target] : {std::pair{kSecond, kThird}, std::pair{kThird, kSecond}}) {
    machine().load(TinyMachine::code_of(cpu), lab_guest::order());
    machine().byte(TinyMachine::code_of(cpu) + 0xf00) = static_cast<std::uint8_t>(target.value);
  }
  ASSERT_NO_FATAL_FAILURE(run_boot_cpu());
  machine().word(0x518) = 2;  // CPUs at the barrier
  for (unsigned round = 1; round <= 20; ++round) {
    machine().word(0x514) = 0;
    for (const VcpuId cpu : {kSecond, kThird})
      if (cpus().lifecycle(cpu) == Lifecycle::kAbsent)
        ASSERT_TRUE(machine().start(cpu, 'O')) << round;
      else
        FAIL() << "CPU " << cpu.value << " was left over";
    ASSERT_TRUE(machine().wait([&] { return ordered_ == 2 * round; }))
        << "deadlock in round " << round;
    EXPECT_EQ(done_, round) << "not exactly one eject of round " << round << " was carried out";
    const bool second_left = cpus().lifecycle(kSecond) != Lifecycle::kAbsent;
    const bool third_left = cpus().lifecycle(kThird) != Lifecycle::kAbsent;
    ASSERT_NE(second_left, third_left) << round;
    ASSERT_TRUE(cpus().eject(second_left ? kSecond : kThird));
  }
}

TEST_F(VcpuEject, ACpuMayEjectItselfAndComeBack) {
  machine().on_out(kOrderPort,
                   [&](Vcpu&, std::uint8_t target, bool) { (void)cpus().eject(VcpuId{target}); });
  machine().load(TinyMachine::code_of(kSecond), lab_guest::order());
  machine().byte(TinyMachine::code_of(kSecond) + 0xf00) = static_cast<std::uint8_t>(kSecond.value);
  ASSERT_NO_FATAL_FAILURE(run_boot_cpu());
  for (unsigned round = 1; round <= 10; ++round) {
    machine().word(0x514) = 0;
    machine().word(0x518) = 1;
    ASSERT_TRUE(machine().start(kSecond, 'O')) << round;
    ASSERT_TRUE(machine().wait([&] { return cpus().lifecycle(kSecond) == Lifecycle::kAbsent; }));
  }
  // Returned from its own eject it must not have gone on.
  EXPECT_FALSE(cpus().eject(kSecond)) << "it is there again";
  EXPECT_EQ(machine().told(kSecond, 'E'), 0u);
  EXPECT_EQ(machine().failures(), 0u);
}

TEST_F(VcpuEject, WhatIsNotThereCannotBeEjected) {
  ASSERT_NO_FATAL_FAILURE(run_boot_cpu());
  EXPECT_FALSE(cpus().eject(kThird));
  ASSERT_TRUE(machine().park(kThird));
  EXPECT_FALSE(cpus().eject(kThird)) << "a parked CPU is withdrawn, not ejected";
  EXPECT_EQ(cpus().lifecycle(kThird), Lifecycle::kParked);
  EXPECT_TRUE(cpus().withdraw(kThird));
  EXPECT_FALSE(cpus().withdraw(kThird));
  EXPECT_EQ(cpus().lifecycle(kThird), Lifecycle::kAbsent);
  EXPECT_FALSE(cpus().unpark(kThird, [](Vcpu&, bool) {}));
}

// A transition waits for nobody that may wait for it: a reset that is ordered by one CPU while
// another unparks a third (vmm/vcpu_set.h, stop_all_soon()).
TEST_F(VcpuEject, AResetOrderedDuringAnUnparkKeepsNobodyWaiting) {
  const auto set = [this](std::atomic<bool>& f) {
    f = true;
    machine().poke();
  };
  machine().on_out(kOrderPort, [this, set](Vcpu& v, std::uint8_t target, bool) {
    if (v.id() == kBoot) {
      (void)cpus().unpark(VcpuId{target}, [this, set](Vcpu&, bool) {
        set(in_unpark_);
        EXPECT_TRUE(machine().wait([this] { return stop_ordered_.load(); }));
      });
      set(unpark_returned_);
    } else {
      EXPECT_TRUE(machine().wait([this] { return in_unpark_.load(); }));
      cpus().stop_all_soon();
      set(stop_ordered_);
    }
  });
  machine().word(0x518) = 1;
  machine().load(TinyMachine::kBootCode, lab_guest::order_of_boot_cpu());
  machine().byte(0x1f00) = static_cast<std::uint8_t>(kThird.value);
  machine().load(TinyMachine::code_of(kSecond), lab_guest::order());
  ASSERT_TRUE(machine().make(kSecond));
  ASSERT_TRUE(cpus().cold_boot(kSecond));
  ASSERT_TRUE(machine().park(kThird));
  cpus().resume();
  machine().send_init_and_sipi(kSecond);

  ASSERT_TRUE(machine().wait([&] { return unpark_returned_.load(); })) << "the unpark hangs";
  bool stopped = false;
  ASSERT_TRUE(cpus().reset_all([&]() -> Result<Done, SysError> {
    stopped = true;
    return Done{};
  }));
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(machine().wait_told(kBoot, 'O', 2)) << "the boot CPU did not start again";
  EXPECT_EQ(cpus().lifecycle(kSecond), Lifecycle::kWaitForSipi);
  EXPECT_EQ(cpus().lifecycle(kThird), Lifecycle::kWaitForSipi) << "parked or not, it is plugged";
}

}  // namespace
}  // namespace unpark
