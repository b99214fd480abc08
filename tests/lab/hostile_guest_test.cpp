// SPDX-License-Identifier: Apache-2.0
// Guests that must be stopped or contained, on the whole machine and the kernel's KVM.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "tests/lab/guest_code.h"
#include "tests/lab/live_machine.h"
#include "tests/lab/resident_memory.h"
#include "tests/lab/smm_required.h"
#include "tests/lab/thread_cpu_time.h"

LAB_GUEST(apic_base);
LAB_GUEST(control_window);
LAB_GUEST(dots);
LAB_GUEST(endless_loop);
LAB_GUEST(execute_hole);
LAB_GUEST(hammer);
LAB_GUEST(hostile_dma);
LAB_GUEST(reset_storm);
LAB_GUEST(soft_off);
LAB_GUEST(strings);
LAB_GUEST(triple_fault);
LAB_GUEST(write_flash);

namespace unpark {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr VcpuId kBoot{0}, kSecond{1};

class HostileGuest : public SmmRequired {
 protected:
  // Made, but not started.
  static std::unique_ptr<LiveMachine> machine(std::span<const std::byte> code,
                                              std::uint32_t cpus = 1, std::uint32_t max = 2,
                                              bool control_socket = false) {
    MachineConfig config;
    config.cpus = cpus;
    config.max_cpus = max;
    config.memory = 64 << 20;
    config.firmware = flash_image(code);
    return LiveMachine::create(std::move(config), control_socket);
  }
  static std::unique_ptr<LiveMachine> running(std::span<const std::byte> code,
                                              std::uint32_t cpus = 1, std::uint32_t max = 2) {
    auto m = machine(code, cpus, max);
    if (m) m->start();
    return m;
  }
};

bool shut_down(LiveMachine& m) {
  return m.wait([](const Seen& s) { return s.count<event::Shutdown>() > 0; });
}

TEST_F(HostileGuest, ATripleFaultResetsTheMachine) {
  const auto m = running(lab_guest::triple_fault());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait([](const Seen& s) { return s.count<event::Reset>() >= 3; }))
      << m->debug() << m->log();
  EXPECT_TRUE(m->wait_said("BB")) << "it did not start again";
  const auto reset = m->look<event::Reset>([](const Seen& s) { return *s.last<event::Reset>(); });
  EXPECT_TRUE(reset.guest);
  EXPECT_EQ(reset.reason, "guest-reset");
}

TEST_F(HostileGuest, AnEndlessLoopDoesNotKeepTheMachineFromEnding) {
  auto m = running(lab_guest::endless_loop());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("B"));
  const auto begin = std::chrono::steady_clock::now();
  m->on_loop([](Machine& machine) { machine.request_quit("host-qmp-quit"); });
  ASSERT_TRUE(shut_down(*m));
  EXPECT_EQ(m->run_state(), RunState::kShutdown);
  m.reset();
  const Seconds took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, Seconds{10});
}

TEST_F(HostileGuest, ExecutingWhereNothingIsStopsTheMachineWithAMessage) {
  const auto m = running(lab_guest::execute_hole());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("B"));
  ASSERT_TRUE(m->wait([](const Seen& s) { return s.count<event::Stop>() > 0; }));
  EXPECT_EQ(m->run_state(), RunState::kInternalError);
  EXPECT_EQ(m->look<std::size_t>([](const Seen& s) { return s.count<event::Shutdown>(); }), 0u)
      << "it stays to be looked at";
  const std::string log = m->log();
  EXPECT_NE(log.find("cpu 0: KVM cannot go on"), std::string::npos) << log;
  EXPECT_NE(log.find("RIP 0x123"), std::string::npos) << log;
}

TEST_F(HostileGuest, AfterAnInternalErrorTheMachineCanStillBeToldToQuit) {
  const auto m = running(lab_guest::execute_hole());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait([](const Seen& s) { return s.count<event::Stop>() > 0; }));
  m->on_loop([](Machine& machine) { machine.request_quit("host-qmp-quit"); });
  ASSERT_TRUE(shut_down(*m)) << "nobody is told that it may end";
  EXPECT_EQ(m->run_state(), RunState::kInternalError) << "what it ended as is forgotten";
}

TEST_F(HostileGuest, AnEndIsFinalWhateverResetWasOnItsWay) {
  const auto m = running(lab_guest::dots(), 2);
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("B..."));
  m->on_loop([](Machine& machine) {
    machine.request_reset(true, "guest-reset");
    machine.request_quit("host-qmp-quit");
  });
  ASSERT_TRUE(shut_down(*m));
  std::int64_t tid = 0;
  m->on_loop([&](Machine& machine) { tid = machine.cpus().front().thread_id; });
  ASSERT_GT(tid, 0);
  // The machine is stopped: its CPU leaves KVM_RUN, and stays out of it.
  const auto begin = std::chrono::steady_clock::now();
  auto used = thread_cpu_time(tid);
  bool still = false;
  while (!still && std::chrono::steady_clock::now() - begin < std::chrono::seconds{5}) {
    const auto from = m->debug().size();
    std::this_thread::sleep_for(std::chrono::milliseconds{200});  // a guest says much in this time
    still = m->debug().size() == from && thread_cpu_time(tid) == used;
    used = thread_cpu_time(tid);
  }
  EXPECT_TRUE(still) << "the guest runs on after the end of its machine";
}

TEST_F(HostileGuest, WritesToFlashAreDropped) {
  const auto m = running(lab_guest::write_flash());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("K")) << m->debug() << m->log();
  EXPECT_EQ(m->debug(), "\xff\xffK");
}

TEST_F(HostileGuest, OutsideSmmTheControlWindowIsAllOnesOnceSmramIsLocked) {
  const auto m = running(lab_guest::control_window(), 2);
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("K"));
  // Before the lock: CPU 1 is enabled. After it: flags, command, selector, data. At the end, in the
  // OS window: CPU 1 is still enabled and nothing is asked of anybody.
  EXPECT_EQ(m->debug(), "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01K");
  EXPECT_EQ(m->lifecycle_of(kSecond), "wait-for-sipi");
  m->on_loop([](Machine& machine) {
    EXPECT_EQ(machine.refusals().control, 4u + 255 + 1);
    EXPECT_EQ(machine.refusals().os, 0u);
  });
  EXPECT_TRUE(m->wait([](const Seen& s) { return s.count<event::GateRefused>() > 0; }));
  const auto refused =
      m->look<event::GateRefused>([](const Seen& s) { return *s.last<event::GateRefused>(); });
  EXPECT_EQ(refused.cpu, kBoot);
  EXPECT_TRUE(refused.control_window);
  EXPECT_FALSE(refused.in_smm);
}

TEST_F(HostileGuest, HammeringRefusedPortsCostsNoMemoryAndFloodsNobody) {
  const auto m = machine(lab_guest::hammer());
  ASSERT_NE(m, nullptr);
  // The worst case: the loop is busy with something else all the time.
  std::size_t before = 0, after = 0;
  m->on_loop([&](Machine& machine) {
    before = resident_kib();
    machine.start();
    EXPECT_TRUE(m->wait_said("K"));
    after = resident_kib();
  });
  EXPECT_FALSE(m->debug().find('!') != std::string::npos) << "a refused port did answer";
  EXPECT_LT(after, before + 8 * 1024) << "KiB";
  std::uint64_t refusals = 0;
  m->on_loop(
      [&](Machine& machine) { refusals = machine.refusals().control + machine.refusals().os; });
  EXPECT_EQ(refusals, 5000u * 3);
  const auto told = m->look<std::uint64_t>([](const Seen& s) { return s.event_count; });
  EXPECT_GT(told, 0u);
  EXPECT_LT(told, 2000u) << "events, of " << refusals << " refusals";
  const std::string log = m->log();
  EXPECT_LT(std::count(log.begin(), log.end(), '\n'), 200);
}

TEST_F(HostileGuest, DmaReachesRamAndNothingElse) {
  const auto m = running(lab_guest::hostile_dma());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("K"));
  EXPECT_EQ(m->debug(),
            "0"          // a good one
            "EEEEEEEEE"  // wrapping, 4 GiB, SMRAM, flash, local APIC, above RAM
            "EEE"        // writes
            "000"        // nothing there, skip, nothing asked
            "T"          // TSEG is what it was
            "K");
}

TEST_F(HostileGuest, StringsOnEveryPortAndAcrossItsEdgesDoNoHarm) {
  const auto m = running(lab_guest::strings());
  ASSERT_NE(m, nullptr);
  EXPECT_TRUE(m->wait_said("K"));
  EXPECT_EQ(m->run_state(), RunState::kRunning);
  EXPECT_EQ(m->look<std::size_t>([](const Seen& s) { return s.count<event::Reset>(); }), 0u);
}

TEST_F(HostileGuest, AResetStormFromTwoCpusIsThirtyResets) {
  const auto m = running(lab_guest::reset_storm(), 2);
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("D")) << m->debug();
  EXPECT_EQ(m->debug(), "D") << "a CPU went on after its own reset";
  EXPECT_EQ(m->look<std::size_t>([](const Seen& s) { return s.count<event::Reset>(); }), 30u);
  EXPECT_EQ(m->run_state(), RunState::kRunning);
}

// A CPU whose local APIC is off is left out of every SMI broadcast.
TEST_F(HostileGuest, TheLocalApicCanNeitherBeTurnedOffNorMoved) {
  const auto m = running(lab_guest::apic_base());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("K")) << m->debug() << m->log();
  using namespace std::string_literals;
  EXPECT_EQ(m->debug(),
            "GGGXG\x00\x0d\xe0\xfe"s
            "K");
  EXPECT_NE(m->log().find("write of 0xfee00100 to MSR 0x1b refused"), std::string::npos)
      << m->log();
}

TEST_F(HostileGuest, SoftOffEndsTheMachineBeforeTheNextInstruction) {
  const auto m = running(lab_guest::soft_off());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(shut_down(*m));
  EXPECT_EQ(m->run_state(), RunState::kShutdown);
  const auto end =
      m->look<event::Shutdown>([](const Seen& s) { return *s.last<event::Shutdown>(); });
  EXPECT_TRUE(end.guest);
  EXPECT_EQ(end.reason, "guest-shutdown");
  EXPECT_EQ(m->debug(), "B");
}

TEST_F(HostileGuest, AHotAddBeforeTheFirmwareNegotiatedIsRefusedInQemusWords) {
  const auto m = running(lab_guest::endless_loop());
  ASSERT_NE(m, nullptr);
  ASSERT_TRUE(m->wait_said("B"));
  EXPECT_EQ(m->add(kSecond, "cpu1"), "cpu hotplug with SMI wasn't enabled by firmware");
  EXPECT_EQ(m->lifecycle_of(kSecond), "absent");
  EXPECT_FALSE(m->record_of(kSecond));
}

}  // namespace
}  // namespace unpark
