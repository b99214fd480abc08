// SPDX-License-Identifier: Apache-2.0
// Stopping vCPUs that the kernel runs: pause, reset in the middle of an exit, destruction.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <mutex>

#include "tests/lab/guest_code.h"
#include "tests/lab/smm_required.h"
#include "tests/lab/thread_cpu_time.h"
#include "tests/lab/tiny_machine.h"

LAB_GUEST(half_done);
LAB_GUEST(join);
LAB_GUEST(order);
LAB_GUEST(smi_halt);
LAB_GUEST(spin);

namespace unpark {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr VcpuId kBoot{0}, kSecond{1}, kThird{2}, kFourth{3}, kFifth{4}, kSixth{5};
constexpr std::uint8_t kIn = 0, kMmioRead = 1, kStringIn = 2;  // what lab_guest::half_done does
constexpr std::uint64_t kCounter = 0x500;                      // of lab_guest::spin

std::unique_ptr<TinyMachine> machine_with_boot_cpu(std::uint32_t possible,
                                                   std::span<const std::byte> code) {
  auto made = TinyMachine::create(possible);
  if (!made || !(*made)->make(kBoot) || !(*made)->cpus().cold_boot(kBoot)) return nullptr;
  (*made)->load(TinyMachine::kBootCode, code);
  return *std::move(made);
}

class VcpuPause : public SmmRequired {};
class VcpuReset : public SmmRequired, public testing::WithParamInterface<std::uint8_t> {};
class VcpuDestruction : public SmmRequired {};

TEST_F(VcpuPause, ASpinningGuestStandsStillBetweenPauseAndResumeAThousandTimes) {
  const auto m = machine_with_boot_cpu(1, lab_guest::spin());
  ASSERT_NE(m, nullptr);
  m->cpus().resume();
  ASSERT_TRUE(m->wait_told(kBoot, 'S'));
  std::uint32_t last = m->word(kCounter);
  for (int i = 0; i < 1000; ++i) {
    m->cpus().pause();
    const std::uint32_t at_pause = m->word(kCounter);
    std::uint64_t rip = 0;
    m->cpus().inspect(kBoot, [&](Vcpu& v) {
      kvm_regs regs{};
      EXPECT_TRUE(call(v.fd(), kvm_op::kGetRegs, regs));
      rip = regs.rip;
    });
    ASSERT_GE(rip, 0x1000u);
    ASSERT_LT(rip, 0x1000u + lab_guest::spin().size());
    ASSERT_EQ(m->word(kCounter).load(), at_pause) << "it ran while paused, in cycle " << i;
    last = at_pause;
    m->cpus().resume();
    // Most pauses come before its thread is back in the guest; some are to find it running.
    if (i % 20 == 0) {
      ASSERT_TRUE(m->wait([&] { return m->word(kCounter).load() != last; })) << i;
    }
  }
  EXPECT_TRUE(m->wait([&] { return m->word(kCounter).load() != last; }));
  EXPECT_EQ(m->told(kBoot, 'S'), 1u) << "it started over";
}

// A guest inside an "in", an MMIO read in two pieces, a long string: KVM owes it the rest.
TEST_P(VcpuReset, InTheMiddleOfAnExitForgetsTheExit) {
  const auto m = machine_with_boot_cpu(1, lab_guest::half_done());
  ASSERT_NE(m, nullptr);
  m->byte(0x540) = GetParam();
  std::mutex lock;
  bool reading = false;
  m->on_read([&](Vcpu&, std::span<std::byte> into) {
    std::memset(into.data(), 0x5a, into.size());
    std::lock_guard guard(lock);
    if (std::exchange(reading, true)) return;
    m->cpus().stop_all_soon();  // before the guest gets its answer
  });
  m->cpus().resume();
  ASSERT_TRUE(m->wait([&] {
    std::lock_guard guard(lock);
    return reading;
  }));
  m->cpus().pause();
  std::uint8_t stored_before = 0;
  ASSERT_TRUE(m->cpus().reset_all([&]() -> Result<Done, SysError> {
    stored_before = m->byte(0x5'0000);
    m->byte(0x5'0000) = 0;
    return Done{};
  }));
  // A string's bytes belong to memory as it was, not as the reset opens it.
  EXPECT_EQ(m->byte(0x5'0000).load(), 0u) << "the exit was finished after the reset";
  if (GetParam() == kStringIn) {
    EXPECT_EQ(stored_before, 0x5au);
  }
  m->cpus().inspect(kBoot, [](Vcpu& v) {
    kvm_regs regs{};
    kvm_mp_state mp{};
    ASSERT_TRUE(call(v.fd(), kvm_op::kGetMpState, mp));
    ASSERT_TRUE(call(v.fd(), kvm_op::kGetRegs, regs));
    EXPECT_EQ(mp.mp_state, KVM_MP_STATE_RUNNABLE + 0u);
    EXPECT_EQ(regs.rip, 0xfff0u);
    EXPECT_EQ(regs.rax, 0u);
    EXPECT_EQ(regs.rcx, 0u);
    EXPECT_EQ(regs.rdi, 0u);
  });
  EXPECT_EQ(m->told(kBoot, 'R'), 0u);

  m->cpus().resume();
  EXPECT_TRUE(m->wait_told(kBoot, 'R')) << "it does not run after the reset";
  EXPECT_EQ(m->told(kBoot, 'R'), 1u);
  EXPECT_EQ(m->failures(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Exits, VcpuReset, testing::Values(kIn, kMmioRead, kStringIn),
                         [](const auto& p) {
                           return p.param == kIn         ? "In"
                                  : p.param == kMmioRead ? "MmioRead"
                                                         : "StringIn";
                         });

TEST_F(VcpuPause, StoppedSoonMeansQuietUntilTheReset) {
  const auto m = machine_with_boot_cpu(1, lab_guest::spin());
  ASSERT_NE(m, nullptr);
  m->cpus().resume();
  ASSERT_TRUE(m->wait_told(kBoot, 'S'));
  m->cpus().stop_all_soon();
  m->cpus().inspect(kBoot, [](Vcpu&) {});  // quiet now, and afterwards
  const std::uint32_t stopped_at = m->word(kCounter);
  const auto used = thread_cpu_time(m->cpus().thread_id(kBoot));
  m->cpus().inspect(kBoot, [](Vcpu&) {});
  EXPECT_EQ(m->word(kCounter).load(), stopped_at);
  EXPECT_LT(thread_cpu_time(m->cpus().thread_id(kBoot)) - used, std::chrono::milliseconds{50});
  ASSERT_TRUE(m->cpus().reset_all([] { return Done{}; }));
  EXPECT_TRUE(m->wait_told(kBoot, 'S', 2));
}

TEST_F(VcpuDestruction, EndsCpusWhateverTheyAreDoing) {
  for (const bool paused : {false, true}) {
    auto m = machine_with_boot_cpu(6, lab_guest::spin());
    ASSERT_NE(m, nullptr);
    m->load(TinyMachine::code_of(kSecond), lab_guest::join());
    m->load(TinyMachine::code_of(kThird), lab_guest::join());
    m->load(TinyMachine::kResetSmbase + 0x8000, lab_guest::smi_halt());
    m->cpus().resume();
    ASSERT_TRUE(m->wait_told(kBoot, 'S'));  // spins
    ASSERT_TRUE(m->start(kSecond, 'J'));    // halts
    ASSERT_TRUE(m->start(kThird, 'J'));     // halts, in SMM
    ASSERT_TRUE(m->smis().direct(kThird));
    ASSERT_TRUE(m->wait_told(kThird, 'h'));
    ASSERT_TRUE(m->park(kFourth));  // parked
    ASSERT_TRUE(m->park(kFifth));   // waits for its SIPI
    ASSERT_TRUE(m->cpus().unpark(kFifth, [](Vcpu&, bool) {}));
    ASSERT_TRUE(m->make(kSixth));  // absent
    if (paused) m->cpus().pause();

    const auto begin = std::chrono::steady_clock::now();
    m.reset();
    const Seconds took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took, Seconds{10}) << (paused ? "paused" : "running");
  }
}

// Two CPUs in the middle of ejecting each other when the set goes.
TEST_F(VcpuDestruction, EndsCpusThatWaitForEachOther) {
  for (int round = 0; round < 10; ++round) {
    auto m = machine_with_boot_cpu(3, lab_guest::join());
    ASSERT_NE(m, nullptr);
    std::mutex lock;
    unsigned begun = 0;
    m->on_out(0x28, [&, machine = m.get()](Vcpu&, std::uint8_t target, bool) {
      {
        std::lock_guard guard(lock);
        ++begun;
      }
      machine->poke();
      (void)machine->cpus().eject(VcpuId{target});
    });
    m->word(0x518) = 2;
    for (const auto& [cpu, target] : {std::pair{kSecond, kThird}, std::pair{kThird, kSecond}}) {
      m->load(TinyMachine::code_of(cpu), lab_guest::order());
      m->byte(TinyMachine::code_of(cpu) + 0xf00) = static_cast<std::uint8_t>(target.value);
    }
    m->cpus().resume();
    ASSERT_TRUE(m->start(kSecond, 'O'));
    ASSERT_TRUE(m->start(kThird, 'O'));
    ASSERT_TRUE(m->wait([&] {
      std::lock_guard guard(lock);
      return begun >= 1;
    }));
    const auto begin = std::chrono::steady_clock::now();
    m.reset();
    const Seconds took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took, Seconds{10}) << round;
  }
}

}  // namespace
}  // namespace unpark
