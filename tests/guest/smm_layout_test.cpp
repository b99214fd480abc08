// SPDX-License-Identifier: Apache-2.0
#include "guest/smm/smm_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace unpark::guest::smm {
namespace {

constexpr std::uint64_t kTseg = 0x7f00'0000;
constexpr std::uint64_t kTsegSize = 8u << 20;  // the smallest that the firmware programs
constexpr std::uint32_t kCpus = 255;           // xAPIC IDs

struct Area {
  std::uint64_t begin, end;
};

// Everything in TSEG that belongs to somebody.
std::vector<Area> areas() {
  std::vector<Area> all;
  for (std::uint32_t id = 0; id < kCpus; ++id) {
    const std::uint64_t smbase = smbase_of(kTseg, id);
    all.push_back({smbase + 0x8000, smbase + 0x8400});   // entry code
    all.push_back({smbase + 0xfc00, smbase + 0x10000});  // save area
    all.push_back({stack_top_of(kTseg, id) - 0x2000, stack_top_of(kTseg, id)});
  }
  all.push_back({kTseg, kTseg + 0x100000});  // body
  all.push_back({kTseg + kPageTables, kTseg + kPageTables + 0x6000});
  return all;
}

TEST(SmmLayout, NothingOverlapsForAnyCpu) {
  auto all = areas();
  std::sort(all.begin(), all.end(), [](Area a, Area b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < all.size(); ++i)
    ASSERT_LE(all[i - 1].end, all[i].begin) << "area at " << std::hex << all[i].begin;
}

TEST(SmmLayout, EverythingLiesInTheSmallestTseg) {
  for (const Area a : areas()) {
    EXPECT_GE(a.begin, kTseg);
    EXPECT_LE(a.end, kTseg + kTsegSize);
  }
  EXPECT_LE(kUsed, kTsegSize);
}

TEST(SmmLayout, SmbasesStand2KiBApartAndAreAligned) {
  for (std::uint32_t id = 0; id < kCpus; ++id) {
    EXPECT_EQ(smbase_of(kTseg, id) % 0x800, 0u);
    EXPECT_EQ(smbase_of(kTseg, id + 1) - smbase_of(kTseg, id), 0x800u);
  }
}

}  // namespace
}  // namespace unpark::guest::smm
