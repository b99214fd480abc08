// SPDX-License-Identifier: Apache-2.0
// Several vCPUs and the host at the controller at once. Meant for the tsan build too.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "devices/hotplug_controller.h"

namespace unpark::test {
namespace {

constexpr std::uint32_t kCpus = 4;

// A machine that knows which CPU runs, and notices a second unpark or eject of the same one.
class CountingHost final : public CpuHotplugHost {
 public:
  bool unpark(VcpuId cpu) override {
    if (running[cpu.value].exchange(true)) ++mistakes;
    ++unparks;
    return true;
  }
  bool eject(VcpuId cpu) override {
    if (ejects_at_once.fetch_add(1) != 0) ++mistakes;
    if (!running[cpu.value].exchange(false)) ++mistakes;
    ++ejects;
    ejects_at_once.fetch_sub(1);
    return true;
  }
  void event_acknowledged(VcpuId, bool) override { ++acknowledged; }
  void ospm_status(VcpuId, std::uint32_t, std::uint32_t) override {}
  void gate_refused(Access, bool, bool, std::uint64_t) override { ++refused; }

  std::array<std::atomic<bool>, kCpus> running{};
  std::atomic<int> mistakes{0}, unparks{0}, ejects{0}, ejects_at_once{0}, acknowledged{0},
      refused{0};
};

class QuietGpe final : public GpeSource {
 public:
  void raise(unsigned) override { ++raised; }
  void set_unconsumed(unsigned, bool u) override { unconsumed = u; }
  std::atomic<int> raised{0};
  std::atomic<bool> unconsumed{false};
};

struct Race : testing::Test {
  CountingHost host;
  QuietGpe gpe;
  HotplugController controller{kCpus, host, gpe};
  std::shared_ptr<IoDevice> control = controller.control_window();
  std::shared_ptr<IoDevice> os = controller.os_window();

  void SetUp() override {
    controller.reset(std::vector{VcpuId{0}});
    controller.set_smram_locked(true);
  }
  static Access at(std::uint32_t offset, std::uint8_t width, bool smm, std::uint32_t cpu) {
    return {.offset = offset, .width = width, .in_smm = smm, .cpu = VcpuId{cpu}};
  }
  void smm_write(std::uint32_t cpu, std::uint32_t offset, std::uint8_t width, std::uint64_t v) {
    (void)control->write(at(offset, width, true, cpu), v);
  }
  void os_write(std::uint32_t cpu, std::uint32_t offset, std::uint8_t width, std::uint64_t v) {
    (void)os->write(at(offset, width, false, cpu), v);
  }
};

TEST_F(Race, ManyClaimersUnparkACpuOnce) {
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_TRUE(controller.plug(VcpuId{1}));
    smm_write(0, 0, 4, 1);
    std::atomic<bool> go{false};
    std::vector<std::thread> claimers;
    for (std::uint32_t cpu = 0; cpu < 3; ++cpu)
      claimers.emplace_back([&, cpu] {
        while (!go) std::this_thread::yield();
        smm_write(cpu, 5, 1, 3);
      });
    go = true;
    for (auto& t : claimers) t.join();
    ASSERT_EQ(host.unparks, round + 1);
    smm_write(0, 4, 1, 0x08);
    ASSERT_EQ(host.ejects, round + 1);
  }
  EXPECT_EQ(host.mistakes, 0);
}

TEST_F(Race, WithdrawAndClaimNeverBothSucceed) {
  constexpr int kRounds = 300;
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_TRUE(controller.plug(VcpuId{1}));
    smm_write(0, 0, 4, 1);
    const int before = host.unparks;
    std::atomic<bool> go{false};
    std::thread claimer{[&] {
      while (!go) std::this_thread::yield();
      smm_write(0, 5, 1, 3);
    }};
    go = true;
    const bool withdrawn = controller.withdraw(VcpuId{1}).has_value();
    claimer.join();
    ASSERT_EQ(host.unparks - before, withdrawn ? 0 : 1);
    if (!withdrawn) smm_write(0, 4, 1, 0x08);
    ASSERT_EQ(controller.slot(VcpuId{1})->state, SlotState::kAbsent);
  }
}

TEST_F(Race, NothingIsUnparkedOrEjectedTwiceUnderFire) {
  controller.set_guest_eject_allowed(true);
  std::atomic<bool> stop{false};
  const auto firmware = [&](std::uint32_t cpu) {
    while (!stop)
      for (std::uint32_t s = 0; s < kCpus; ++s) {
        smm_write(cpu, 0, 4, s);
        smm_write(cpu, 5, 1, 3);
        smm_write(cpu, 4, 1, 0x08);
      }
  };
  const auto guest = [&](std::uint32_t cpu) {
    while (!stop)
      for (std::uint32_t s = 0; s < kCpus; ++s) {
        os_write(cpu, 0, 4, s);
        for (const unsigned f : {0x02u, 0x04u, 0x08u, 0x10u, 0x20u}) os_write(cpu, 4, 1, f);
        (void)control->read(at(4, 1, false, cpu));
        (void)control->write(at(4, 1, false, cpu), 0x20);
      }
  };
  std::thread f0{firmware, 0}, f1{firmware, 1}, g2{guest, 2}, g3{guest, 3};
  int plugged = 0;
  // Until enough has happened; how long that takes is the scheduler's affair.
  for (int i = 0; i < 10'000'000 && (i < 3000 || host.ejects < 100 || host.refused < 100); ++i) {
    const VcpuId cpu{1 + static_cast<std::uint32_t>(i) % 3};
    plugged += controller.plug(cpu).has_value();
    (void)controller.request_removal(cpu);
    if (i % 7 == 0 && controller.withdraw(cpu)) --plugged;
    std::this_thread::yield();
  }
  stop = true;
  for (auto* t : {&f0, &f1, &g2, &g3}) t->join();

  EXPECT_EQ(host.mistakes, 0);
  int inserted = 0;
  for (std::uint32_t s = 1; s < kCpus; ++s) {
    const HotplugSlot slot = *controller.slot(VcpuId{s});
    EXPECT_EQ(host.running[s], slot.state == SlotState::kPresent);
    inserted += slot.state == SlotState::kInserted;
  }
  EXPECT_EQ(host.unparks + inserted, plugged);
  EXPECT_GE(host.ejects, 100);
  EXPECT_GE(host.refused, 100);
  EXPECT_EQ(gpe.unconsumed, controller.events_unconsumed());
  const auto refusals = controller.refusals();
  EXPECT_EQ(static_cast<std::uint64_t>(host.refused), refusals.control + refusals.os);
}

}  // namespace
}  // namespace unpark::test
