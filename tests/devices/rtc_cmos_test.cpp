// SPDX-License-Identifier: Apache-2.0
// The memory size in CMOS: 15h/16h and 17h/18h KiB, 30h/31h again, 34h/35h and 5Bh-5Dh in 64 KiB.
#include "devices/rtc_cmos.h"

#include <gtest/gtest.h>

#include <numeric>

namespace unpark::test {
namespace {

constexpr std::uint64_t kMiB = 1 << 20, kGiB = 1 << 30;

unsigned le16(const CmosBytes& c, std::size_t at) {
  return c[at] | static_cast<unsigned>(c[at + 1]) << 8;
}
unsigned le24(const CmosBytes& c, std::size_t at) {
  return le16(c, at) | static_cast<unsigned>(c[at + 2]) << 16;
}

TEST(CmosForMemory, HalfAGiBAllBelow) {
  const CmosBytes c = cmos_for_memory({.low = 512 * kMiB});
  EXPECT_EQ(c[0x15], 0x80);  // 640
  EXPECT_EQ(c[0x16], 0x02);
  EXPECT_EQ(le16(c, 0x17), 65535u);  // 511 MiB do not fit
  EXPECT_EQ(le16(c, 0x30), 65535u);
  EXPECT_EQ(c[0x34], 0x00);
  EXPECT_EQ(c[0x35], 0x1f);
  EXPECT_EQ(le24(c, 0x5b), 0u);
}

TEST(CmosForMemory, TwoGiBBelowAndSixAbove) {
  const CmosBytes c = cmos_for_memory({.low = 2 * kGiB, .high = 6 * kGiB});
  EXPECT_EQ(le16(c, 0x34), 0x7f00u);
  EXPECT_EQ(c[0x5b], 0x00);
  EXPECT_EQ(c[0x5c], 0x80);
  EXPECT_EQ(c[0x5d], 0x01);
}

TEST(CmosForMemory, ExtendedMemoryIsExactWhereItFits) {
  EXPECT_EQ(le16(cmos_for_memory({.low = 32 * kMiB}), 0x17), 31u * 1024);
  EXPECT_EQ(le16(cmos_for_memory({.low = 32 * kMiB}), 0x30), 31u * 1024);
  EXPECT_EQ(le16(cmos_for_memory({.low = 32 * kMiB}), 0x34), 0x100u);
}

TEST(CmosForMemory, LittleMemoryDoesNotWrap) {
  const CmosBytes c = cmos_for_memory({.low = 512 << 10});
  EXPECT_EQ(le16(c, 0x15), 512u);
  EXPECT_EQ(le16(c, 0x17), 0u);
  EXPECT_EQ(le16(c, 0x34), 0u);
}

TEST(CmosForMemory, TooMuchMemoryIsTheMostThatCanBeSaid) {
  EXPECT_EQ(le24(cmos_for_memory({.low = 2 * kGiB, .high = 1024 * kGiB}), 0x5b), 0xff'ffffu);
  EXPECT_EQ(le24(cmos_for_memory({.low = 2 * kGiB, .high = 1023 * kGiB}), 0x5b), 0xff'c000u);
}

TEST(CmosForMemory, ChecksumIsTheSumOf10To2D) {
  const CmosBytes c = cmos_for_memory({.low = 512 * kMiB, .high = kGiB});
  // 80h + 02h + ffh + ffh
  EXPECT_EQ(c[0x2e], 0x02);
  EXPECT_EQ(c[0x2f], 0x80);
  EXPECT_EQ(std::accumulate(c.begin() + 0x10, c.begin() + 0x2e, 0u), 0x280u);
}

TEST(CmosForMemory, ShutdownStatusIsZero) {
  EXPECT_EQ(cmos_for_memory({.low = kGiB})[0x0f], 0);
}

}  // namespace
}  // namespace unpark::test
