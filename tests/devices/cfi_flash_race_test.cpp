// SPDX-License-Identifier: Apache-2.0
// Two vCPUs at the flash chip at once. Meant for the tsan build too.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "devices/cfi_flash.h"

namespace unpark::test {
namespace {

constexpr int kRounds = 3000;

// Notices two calls at once, and a mode that it already has.
class StrictHost final : public CfiFlashHost {
 public:
  void array_mode(bool on) override {
    if (inside.fetch_add(1) != 0) ++mistakes;
    if (!on && while_unmapping) while_unmapping();
    if (mapped.exchange(on) == on) ++mistakes;
    inside.fetch_sub(1);
  }
  bool store(std::size_t first, std::size_t size) override {
    if (inside.fetch_add(1) != 0) ++mistakes;
    if (size != 0x1000 || first % 0x1000 != 0) ++mistakes;
    inside.fetch_sub(1);
    return true;
  }
  std::function<void()> while_unmapping;
  std::atomic<int> inside{0}, mistakes{0};
  std::atomic<bool> mapped{true};
};

struct CfiFlashRace : testing::Test {
  std::vector<std::byte> array{0x4000, std::byte{0xee}};
  StrictHost host;
  CfiFlash flash{array, host};

  void write(std::uint32_t offset, std::uint8_t value, bool smm = true) {
    (void)flash.write({.offset = offset, .width = 1, .in_smm = smm}, value);
  }
  // The array, whatever the OS finds at `offset` in the chip's present mode.
  std::uint64_t seen_by_os(std::uint32_t offset) { return *flash.read({.offset = offset}); }
};

TEST_F(CfiFlashRace, MapEndsInTheNewestState) {
  for (int i = 0; i < kRounds; ++i) {
    std::thread other([&] { write(0, 0x70); });
    write(0, 0xff);
    other.join();
    // Whoever came last: the map and what SMM reads agree.
    const bool shows_array = *flash.read({.width = 1, .in_smm = true}) == 0xee;
    ASSERT_EQ(host.mapped, shows_array);
  }
  EXPECT_EQ(host.mistakes, 0);
}

TEST_F(CfiFlashRace, WriteDoesNotEndWhileTheMapOfAnEarlierOneIsUnderWay) {
  std::future<void> later;
  bool overtook = true;
  host.while_unmapping = [&] {
    later = std::async(std::launch::async, [&] { write(0, 0xff); });
    // A chip that is right never gets there, however long one waits.
    overtook = later.wait_for(std::chrono::milliseconds{50}) == std::future_status::ready;
  };
  write(0, 0x70);
  later.get();
  EXPECT_FALSE(overtook);
  EXPECT_TRUE(host.mapped);
  EXPECT_EQ(host.mistakes, 0);
}

TEST_F(CfiFlashRace, WritersAndReadersSeeOnlyWholeStatesAndTheHostOneCallAtATime) {
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    while (!stop) {
      const std::uint64_t byte = seen_by_os(0x1000);
      if (byte != 0xee && byte != 0xff && byte != 0x5a) ++wrong;
      write(0x1000, 0xff, false);  // and an OS that hammers at it
    }
  });
  std::thread second([&] {
    while (!stop) {
      write(0x2000, 0x70);
      write(0x2000, 0xff);
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    // In one access each, so that the other writer cannot come between.
    (void)flash.write({.offset = 0x1000, .width = 2, .in_smm = true}, 0xd020);
    (void)flash.write({.offset = 0x0fff, .width = 2, .in_smm = true}, 0x5a10);
    if (i % 16 == 0) (void)flash.flush();
    if (i % 64 == 0) flash.reset();
  }
  stop = true;
  reader.join();
  second.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(host.mistakes, 0);
  EXPECT_EQ(seen_by_os(0x1000), 0x5au);
  EXPECT_EQ(seen_by_os(0x1001), 0xffu);
  EXPECT_EQ(seen_by_os(0x2000), 0xeeu);
}

}  // namespace
}  // namespace unpark::test
