// SPDX-License-Identifier: Apache-2.0
// A parked vCPU inside the kernel's KVM: deaf, still, and free of cost. docs/design.md section 4.
#include <gtest/gtest.h>

#include <iterator>

#include "tests/lab/guest_code.h"
#include "tests/lab/smm_required.h"
#include "tests/lab/thread_cpu_time.h"
#include "tests/lab/tiny_machine.h"

LAB_GUEST(join);
LAB_GUEST(send_ipis);
LAB_GUEST(smi_count);
LAB_GUEST(spin);

namespace unpark {
namespace {

constexpr VcpuId kBoot{0}, kSecond{1}, kThird{2}, kFourth{3};

// Delivery modes of the ICR and of messages, SDM vol. 3 11.6.1.
constexpr std::uint32_t kFixed = 0, kSmi = 2, kNmi = 4, kInit = 5, kStartUp = 6;
constexpr std::uint32_t kAllModes[] = {kFixed, kSmi, kNmi, kInit, kStartUp};
constexpr std::uint8_t kVector = 0x61;
constexpr std::uint32_t kEverybody = 0xff;

class ParkedCpu : public SmmRequired {
 protected:
  void SetUp() override {
    SmmRequired::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto made = TinyMachine::create(4);
    ASSERT_TRUE(made) << describe(made.error());
    machine_ = *std::move(made);
    ASSERT_TRUE(machine_->make(kBoot));
    ASSERT_TRUE(machine_->cpus().cold_boot(kBoot));
  }
  TinyMachine& machine() { return *machine_; }
  VcpuSet& cpus() { return machine_->cpus(); }

 private:
  std::unique_ptr<TinyMachine> machine_;
};

TEST_F(ParkedCpu, IsDisabledCleanAndWaiting) {
  ASSERT_TRUE(machine().park(kSecond));
  const ParkedState s = machine().state_of(kSecond);
  EXPECT_TRUE(s.nothing_pending);
  EXPECT_EQ(s.apic_base & 0x800, 0u);  // IA32_APIC_BASE bit 11
  EXPECT_EQ(s.apic_base & 0x100, 0u);  // bit 8: not the boot CPU
  EXPECT_EQ(s.smbase, 0x30000u);       // SDM vol. 3 32.11
  EXPECT_EQ(s.mp_state, KVM_MP_STATE_UNINITIALIZED + 0u);
  EXPECT_EQ(s.regs.rip, 0xfff0u);
  EXPECT_EQ(cpus().lifecycle(kSecond), Lifecycle::kParked);
}

TEST_F(ParkedCpu, IgnoresEveryMessageDirectedOrBroadcastWhileAnEnabledCpuCollectsThem) {
  ASSERT_TRUE(machine().park(kSecond));
  ASSERT_TRUE(machine().make(kThird));
  ASSERT_TRUE(cpus().cold_boot(kThird));
  const ParkedState before = machine().state_of(kSecond);

  // Nothing runs: what arrives stays pending and can be seen.
  for (const std::uint32_t destination : {kSecond.value, kEverybody})
    for (const std::uint32_t mode : {kFixed, kSmi, kNmi}) {
      machine().send(destination, mode, kVector);
      EXPECT_EQ(machine().state_of(kSecond), before) << "mode " << mode << " to " << destination;
    }
  EXPECT_FALSE(machine().state_of(kThird).nothing_pending) << "the broadcasts reached nobody";
  for (const std::uint32_t destination : {kSecond.value, kEverybody})
    for (const std::uint32_t mode : {kInit, kStartUp, kStartUp}) {
      machine().send(destination, mode, TinyMachine::vector_of(kSecond));
      EXPECT_EQ(machine().state_of(kSecond), before) << "mode " << mode << " to " << destination;
    }
  const ParkedState third = machine().state_of(kThird);
  EXPECT_EQ(third.regs.rip, 0u) << "INIT and SIPI did not start the enabled CPU";
}

TEST_F(ParkedCpu, IgnoresWhatAnotherCpuOfTheGuestSends) {
  ASSERT_TRUE(machine().park(kSecond));
  const ParkedState before = machine().state_of(kSecond);
  machine().load(TinyMachine::kBootCode, lab_guest::send_ipis());
  machine().load(TinyMachine::code_of(kSecond), lab_guest::join());
  std::uint64_t at = 0x800;  // the guest's list
  const auto order = [&](std::uint32_t high, std::uint32_t low) {
    machine().word(at) = high;
    machine().word(at + 4) = low;
    at += 8;
  };
  for (const std::uint32_t mode : kAllModes) {
    const std::uint8_t vector = mode == kStartUp ? TinyMachine::vector_of(kSecond)
                                : mode == kFixed ? kVector
                                                 : std::uint8_t{0};
    const std::uint32_t low = 0x4000u | mode << 8 | vector;  // level: assert
    order(kSecond.value << 24, low);                         // physical destination
    order(0x0200'0000, low | 0x800);                         // logical destination
    order(0xff00'0000, low | 0xc'0000);                      // all but self
  }
  order(0, 0);

  cpus().resume();
  ASSERT_TRUE(machine().wait_told(kBoot, 'I'));
  EXPECT_EQ(machine().state_of(kSecond), before);
  EXPECT_TRUE(machine().state_of(kSecond).nothing_pending);
  EXPECT_EQ(machine().told(kSecond, 'J'), 0u);
  EXPECT_EQ(machine().failures(), 0u);
}

// With an SMI pending KVM_RUN of a vCPU that waits for SIPI returns at once, time and again; once
// it has had its INIT too, KVM_RUN does not return and does not rest either. OVMF sends both 10 ms
// before the SIPI.
class UnparkedCpu : public ParkedCpu, public testing::WithParamInterface<bool> {};

TEST_P(UnparkedCpu, WaitsForItsSipiWithAnSmiPendingAtLittleCost) {
  machine().load(TinyMachine::kBootCode, lab_guest::spin());
  machine().load(TinyMachine::code_of(kSecond), lab_guest::join());
  machine().load(TinyMachine::kResetSmbase + 0x8000, lab_guest::smi_count());
  ASSERT_TRUE(machine().park(kSecond));
  cpus().resume();
  ASSERT_TRUE(machine().wait_told(kBoot, 'S'));
  ASSERT_TRUE(cpus().unpark(kSecond, [](Vcpu&, bool) {}));
  machine().send(kSecond.value, kSmi, 0);
  if (GetParam()) machine().send(kSecond.value, kInit, 0);

  const auto boot = cpus().thread_id(kBoot), second = cpus().thread_id(kSecond);
  const auto boot_from = thread_cpu_time(boot), second_from = thread_cpu_time(second);
  ASSERT_TRUE(machine().wait(
      [&] { return thread_cpu_time(boot) - boot_from > std::chrono::milliseconds{400}; }));
  const auto used = thread_cpu_time(second) - second_from;
  EXPECT_LT(used, std::chrono::milliseconds{200}) << "it asks KVM without a pause";
  EXPECT_EQ(machine().told(kSecond, 's'), 0u) << "it took the SMI before its SIPI";

  machine().send_init_and_sipi(kSecond);
  EXPECT_TRUE(machine().wait_told(kSecond, 'J'));
  EXPECT_TRUE(machine().wait_told(kSecond, 's')) << "the SMI is lost";
  EXPECT_EQ(machine().failures(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Init, UnparkedCpu, testing::Bool(),
                         [](const auto& p) { return p.param ? "AfterIt" : "BeforeIt"; });

TEST_F(ParkedCpu, UsesNoCpuTimeWhateverIsSentToIt) {
  ASSERT_TRUE(machine().park(kSecond));
  machine().load(TinyMachine::kBootCode, lab_guest::spin());
  cpus().resume();
  ASSERT_TRUE(machine().wait_told(kBoot, 'S'));
  const std::int64_t tid = cpus().thread_id(kSecond);
  ASSERT_GT(tid, 0);
  const std::int64_t boot_tid = cpus().thread_id(kBoot);

  const auto boot_cpu_works = [&](std::chrono::milliseconds time) {
    const auto from = thread_cpu_time(boot_tid);
    return machine().wait([&] {
      for (const std::uint32_t mode : kAllModes) machine().send(kSecond.value, mode, kVector);
      return thread_cpu_time(boot_tid) - from > time;
    });
  };

  // Its thread has had time to settle after the parking.
  ASSERT_TRUE(boot_cpu_works(std::chrono::milliseconds{200}));
  const auto before = thread_cpu_time(tid);
  ASSERT_GE(before.count(), 0);
  ASSERT_TRUE(boot_cpu_works(std::chrono::milliseconds{200}));
  EXPECT_EQ(thread_cpu_time(tid).count(), before.count());
}

TEST_F(ParkedCpu, StartsOnInitAndSipiOnceItIsUnparked) {
  machine().load(TinyMachine::kBootCode, lab_guest::join());
  machine().load(TinyMachine::code_of(kSecond), lab_guest::join());
  cpus().resume();
  ASSERT_TRUE(machine().wait_told(kBoot, 'J'));
  ASSERT_TRUE(machine().park(kSecond));
  machine().send_init_and_sipi(kSecond);  // lost: it is parked

  bool was_intact = false;
  ASSERT_TRUE(cpus().unpark(kSecond, [&](Vcpu&, bool intact) { was_intact = intact; }));
  EXPECT_TRUE(was_intact);
  EXPECT_EQ(cpus().lifecycle(kSecond), Lifecycle::kWaitForSipi);
  EXPECT_EQ(machine().state_of(kSecond).mp_state, KVM_MP_STATE_UNINITIALIZED + 0u)
      << "a message from before the unpark counted";
  machine().send_init_and_sipi(kSecond);
  EXPECT_TRUE(machine().wait_told(kSecond, 'J'));
  EXPECT_TRUE(machine().wait([&] { return cpus().lifecycle(kSecond) == Lifecycle::kRunning; }));
  EXPECT_FALSE(cpus().unpark(kSecond, [](Vcpu&, bool) {})) << "it is not parked any more";
}

TEST_F(ParkedCpu, AStateThatMovedWhileParkedIsReportedByUnpark) {
  ASSERT_TRUE(machine().park(kSecond));
  cpus().inspect(kSecond, [](Vcpu& v) {
    kvm_regs regs{};
    ASSERT_TRUE(call(v.fd(), kvm_op::kGetRegs, regs));
    regs.rip = 0x1234;
    ASSERT_TRUE(call(v.fd(), kvm_op::kSetRegs, regs));
  });
  cpus().resume();
  bool was_intact = true;
  ASSERT_TRUE(cpus().unpark(kSecond, [&](Vcpu&, bool intact) { was_intact = intact; }));
  EXPECT_FALSE(was_intact);
}

TEST_F(ParkedCpu, AHundredBroadcastSmisReachEveryEnabledCpuAndNeverTheParkedOne) {
  constexpr VcpuId kEnabled[] = {kBoot, kSecond, kThird};
  machine().load(TinyMachine::kBootCode, lab_guest::join());
  for (const VcpuId cpu : {kSecond, kThird})
    machine().load(TinyMachine::code_of(cpu), lab_guest::join());
  for (const VcpuId cpu : {kBoot, kSecond, kThird, kFourth})
    machine().load(TinyMachine::smbase_of(cpu) + 0x8000, lab_guest::smi_count());
  machine().load(TinyMachine::kResetSmbase + 0x8000, lab_guest::smi_count());
  cpus().resume();
  ASSERT_TRUE(machine().wait_told(kBoot, 'J'));
  for (const VcpuId cpu : {kSecond, kThird}) ASSERT_TRUE(machine().start(cpu, 'J'));
  for (const VcpuId cpu : kEnabled) machine().set_smbase(cpu, TinyMachine::smbase_of(cpu));
  ASSERT_TRUE(machine().park(kFourth));
  const ParkedState before = machine().state_of(kFourth);

  const auto count = [&](VcpuId cpu) { return machine().word(0xc00 + 4 * cpu.value).load(); };
  for (std::uint32_t i = 1; i <= 100; ++i) {
    ASSERT_TRUE(machine().smis().broadcast());
    for (const VcpuId cpu : kEnabled)
      ASSERT_TRUE(machine().wait_told(cpu, 's', i)) << "CPU " << cpu.value << ", SMI " << i;
  }
  for (const VcpuId cpu : kEnabled) EXPECT_EQ(count(cpu), 100u) << "CPU " << cpu.value;
  EXPECT_EQ(count(kFourth), 0u);
  EXPECT_EQ(machine().told(kFourth, 's'), 0u);
  EXPECT_EQ(machine().state_of(kFourth), before);
}

}  // namespace
}  // namespace unpark
