// SPDX-License-Identifier: Apache-2.0
// Firmware that takes part in CPU hotplug and then does not claim: what the machine says of it,
// what it can be made to believe, and what parked CPUs cost.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

#include "devices/step_port_spec.h"
#include "tests/lab/guest_code.h"
#include "tests/lab/live_machine.h"
#include "tests/lab/resident_memory.h"
#include "tests/lab/smm_required.h"
#include "tests/lab/thread_cpu_time.h"

LAB_GUEST(negotiate);

namespace unpark {
namespace {

constexpr VcpuId kSecond{1};
// Rows of the list of steps: 01a 01b 02-03 04 05 06 07a ... 15.
constexpr std::size_t kRow01a = 0, kRow01b = 1, kRow02 = 2, kRow04 = 3, kRow05 = 4, kRow15 = 16;

class FirmwareThatNeverClaims : public SmmRequired {
 protected:
  static std::unique_ptr<LiveMachine> negotiated(std::uint32_t max,
                                                 std::chrono::milliseconds deadline) {
    MachineConfig config;
    config.max_cpus = max;
    config.memory = 64 << 20;
    config.firmware = flash_image(lab_guest::negotiate());
    config.hotplug_deadline = deadline;
    auto m = LiveMachine::create(std::move(config));
    if (!m) return nullptr;
    m->start();
    if (m->wait([](const Seen& s) { return s.said("N") || s.said("X"); }) && m->debug() == "BN")
      return m;
    ADD_FAILURE() << "no negotiation: " << m->debug();
    return nullptr;
  }
};

TEST_F(FirmwareThatNeverClaims, IsNamedWithTheStepThatDidNotCome) {
  const auto m = negotiated(2, std::chrono::milliseconds{300});
  ASSERT_NE(m, nullptr);
  ASSERT_EQ(m->add(kSecond, "cpu1"), "");
  ASSERT_TRUE(m->wait([](const Seen& s) { return s.count<event::HotplugOverdue>() > 0; }));
  const auto overdue = m->look<event::HotplugOverdue>(
      [](const Seen& s) { return *s.last<event::HotplugOverdue>(); });
  EXPECT_EQ(overdue.record.cpu, kSecond);
  EXPECT_EQ(overdue.record.id, "cpu1");
  EXPECT_EQ(overdue.record.overdue, "04");
  const std::string log = m->log();
  EXPECT_NE(log.find("hot-add of CPU 1: step 04 (host CPU, OS"), std::string::npos) << log;
  EXPECT_NE(log.find("within 300 ms"), std::string::npos) << log;
  EXPECT_EQ(m->lifecycle_of(kSecond), "parked");
  const auto record = m->record_of(kSecond);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->steps[kRow01a].source, StepSource::kVmm);
  EXPECT_EQ(record->steps[kRow01b].source, StepSource::kVmm);
  EXPECT_EQ(record->first_missing(), kRow04);
}

TEST_F(FirmwareThatNeverClaims, GetsNoSmiByTheHostBeforeItHasLockedSmram) {
  const auto m = negotiated(2, std::chrono::seconds{60});
  ASSERT_NE(m, nullptr);
  std::string refusal = "none";
  m->on_loop([&](Machine& machine) {
    if (const auto r = machine.inject_smi(std::nullopt); !r) refusal = r.error().description;
  });
  EXPECT_EQ(refusal, "the firmware has not locked SMRAM yet: its SMI handlers may not be in place");
}

TEST_F(FirmwareThatNeverClaims, CanTellItsOwnStepsButNeitherThoseOfOthersNorWhatTheVmmSees) {
  const auto m = negotiated(2, std::chrono::seconds{60});
  ASSERT_NE(m, nullptr);
  ASSERT_EQ(m->add(kSecond, "cpu1"), "");
  m->on_loop([](Machine& machine) {
    const std::uint8_t order = 's';
    EXPECT_EQ(machine.receive_serial({&order, 1}), 1u);
  });
  ASSERT_TRUE(m->wait_said("K"));
  ASSERT_TRUE(m->wait(
      [](const Seen& s) { return s.has_marker(spec::step_port::kMarkerReported, kSecond); }));
  const auto record = m->record_of(kSecond);
  ASSERT_TRUE(record);
  // The OS's own steps are its word; SMM's and the new CPU's are not for it to tell.
  using enum StepSource;
  EXPECT_EQ(record->steps[kRow01a].source, kVmm);
  EXPECT_EQ(record->steps[kRow01b].source, kVmm);
  for (std::size_t row = kRow02; row < kStepRows; ++row) {
    const bool of_os = row == kRow04 || row == kRow05 || row == kRow15;
    EXPECT_EQ(record->steps[row].source, of_os ? kGuest : kNotObserved) << kSteps[row].label;
  }
  EXPECT_FALSE(record->complete());
  // What the VMM sees for itself it has not seen.
  EXPECT_FALSE(record->parked_state_intact);
  EXPECT_FALSE(record->smbase_before);
  EXPECT_FALSE(record->smbase_after);
  EXPECT_EQ(m->lifecycle_of(kSecond), "parked");
  EXPECT_EQ(m->look<std::size_t>([](const Seen& s) { return s.count<event::Reset>(); }), 0u);
}

TEST_F(FirmwareThatNeverClaims, MayLeaveTwoHundredCpusParkedAtNoCost) {
  constexpr std::uint32_t kParked = 200;
  const auto m = negotiated(255, std::chrono::seconds{600});
  ASSERT_NE(m, nullptr);
  ASSERT_EQ(m->add(kSecond, "cpu1"), "");  // what only the first one costs
  const std::size_t before = resident_kib();
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint32_t i = 2; i <= kParked; ++i)
    ASSERT_EQ(m->add(VcpuId{i}, "cpu" + std::to_string(i)), "") << i;
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  const std::size_t after = resident_kib();

  std::vector<CpuInfo> cpus;
  m->on_loop([&](Machine& machine) { cpus = machine.cpus(); });
  const auto used_by_parked = [&] {
    std::chrono::nanoseconds sum{0};
    for (const CpuInfo& cpu : cpus)
      if (cpu.lifecycle == "parked") sum += thread_cpu_time(cpu.thread_id);
    return sum;
  };
  const auto boot_tid = cpus.front().thread_id;
  // It polls its serial port all the while.
  const auto let_boot_cpu_use = [&](std::chrono::milliseconds time) {
    const auto from = thread_cpu_time(boot_tid);
    while (thread_cpu_time(boot_tid) - from < time) std::this_thread::yield();
  };
  let_boot_cpu_use(std::chrono::milliseconds{500});  // the threads settle after the last add
  const auto parked_before = used_by_parked();
  let_boot_cpu_use(std::chrono::milliseconds{500});
  const auto parked_used = used_by_parked() - parked_before;

  std::uint32_t parked = 0;
  for (const CpuInfo& cpu : cpus) parked += cpu.lifecycle == "parked" ? 1 : 0;
  EXPECT_EQ(parked, kParked);
  const double kib = static_cast<double>(after - before) / (kParked - 1);
  std::printf(
      "parked CPUs: %u; %.1f KiB resident and %.2f ms to add each; CPU time of all while "
      "the boot CPU used 500 ms: %.3f ms\n",
      parked, kib, took.count() / (kParked - 1),
      std::chrono::duration<double, std::milli>(parked_used).count());
  EXPECT_LT(kib, 100);
  EXPECT_EQ(parked_used.count(), 0);
  EXPECT_EQ(m->run_state(), RunState::kRunning);
}

}  // namespace
}  // namespace unpark
