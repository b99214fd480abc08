// SPDX-License-Identifier: Apache-2.0
// How guest memory is cut; who sees the pieces is in memory_view_test.cpp.
#include "vmm/memory_map.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace unpark {

static void PrintTo(const MemorySizes& s, std::ostream* out) {
  *out << (s.ram >> 20) << "MiB flash " << s.flash << " tseg " << s.ext_tseg_mib;
}

namespace {

constexpr std::uint64_t kMiB = 1ull << 20, kGiB = 1ull << 30;
constexpr std::uint64_t kFourGiB = 4 * kGiB;
constexpr std::uint64_t kFourMiBFlash = 0x40'0000;

std::vector<Piece> pieces_of(const MemorySizes& sizes, Backing backing) {
  std::vector<Piece> out = cut_memory(sizes);
  std::erase_if(out, [&](const Piece& p) { return p.backing != backing; });
  return out;
}

TEST(LowRam, IsAllOfItUpTo2816MiB) {
  EXPECT_EQ(low_ram_size(64 * kMiB), 64 * kMiB);
  EXPECT_EQ(low_ram_size(2816 * kMiB), 2816 * kMiB);
}

TEST(LowRam, EndsAt2GiBIfThereIsMore) {
  EXPECT_EQ(low_ram_size(2817 * kMiB), 2 * kGiB);
  EXPECT_EQ(low_ram_size(64 * kGiB), 2 * kGiB);
}

class CutMemory : public testing::TestWithParam<MemorySizes> {
 protected:
  const MemorySizes sizes = GetParam();
  const std::uint64_t low = low_ram_size(sizes.ram);
};

TEST_P(CutMemory, PutsEveryByteOfRamAtOneAddress) {
  std::vector<Piece> ram = pieces_of(sizes, Backing::kRam);
  std::sort(ram.begin(), ram.end(),
            [](const Piece& a, const Piece& b) { return a.offset < b.offset; });
  std::uint64_t next = 0;
  for (const Piece& p : ram) {
    EXPECT_EQ(p.offset, next);
    EXPECT_EQ(p.at.value, next < low ? next : kFourGiB + (next - low));
    next += p.size;
  }
  EXPECT_EQ(next, sizes.ram);
}

TEST_P(CutMemory, ListsRamAndFlashByAddressTheAliasLast) {
  const std::vector<Piece> all = cut_memory(sizes);
  const auto above = std::find_if(all.begin(), all.end(), [](const Piece& p) {
    return p.backing == Backing::kFlash && p.at.value + p.size == kFourGiB;
  });
  ASSERT_NE(above, all.end());
  const std::vector<Piece> ram = pieces_of(sizes, Backing::kRam);
  EXPECT_TRUE(std::is_sorted(ram.begin(), ram.end(), [](const Piece& a, const Piece& b) {
    return a.at.value < b.at.value;
  }));
}

TEST_P(CutMemory, CutsWhereTheChipsetMayEverChangeWhatIsVisible) {
  std::vector<std::uint64_t> starts;
  for (const Piece& p : pieces_of(sizes, Backing::kRam)) starts.push_back(p.at.value);
  std::vector<std::uint64_t> wanted = {0x3'0000, 0x5'0000, 0xa'0000, 0x10'0000};
  for (std::uint64_t segment = 0xc'0000; segment <= 0xf'0000; segment += 0x4000)
    wanted.push_back(segment);
  for (const std::uint64_t mib : {1u, 2u, 8u, sizes.ext_tseg_mib})
    if (mib != 0) wanted.push_back(low - mib * kMiB);
  for (const std::uint64_t cut : wanted)
    EXPECT_EQ(std::count(starts.begin(), starts.end(), cut), 1) << std::hex << cut;
}

TEST_P(CutMemory, MakesNoEmptyOrUnalignedPiece) {
  for (const Piece& p : cut_memory(sizes)) {
    EXPECT_GT(p.size, 0u) << std::hex << p.at.value;
    EXPECT_EQ(p.at.value % 4096, 0u);
    EXPECT_EQ(p.size % 4096, 0u) << std::hex << p.at.value;
    EXPECT_EQ(p.offset % 4096, 0u) << std::hex << p.at.value;
  }
}

TEST_P(CutMemory, RamPiecesDoNotOverlapEachOtherOrTheFlashAbove) {
  std::vector<Piece> all = cut_memory(sizes);
  std::erase_if(all, [](const Piece& p) {
    return p.backing == Backing::kFlash && p.at.value < kMiB;  // the alias shares addresses
  });
  std::sort(all.begin(), all.end(),
            [](const Piece& a, const Piece& b) { return a.at.value < b.at.value; });
  for (std::size_t i = 0; i + 1 < all.size(); ++i)
    EXPECT_LE(all[i].at.value + all[i].size, all[i + 1].at.value);
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, CutMemory,
    testing::Values(MemorySizes{64 * kMiB, kFourMiBFlash, 16},   // smallest machine
                    MemorySizes{65 * kMiB, 0x8'4000, 48},        // odd sizes
                    MemorySizes{256 * kMiB, kFourMiBFlash, 16},  // default
                    MemorySizes{256 * kMiB, kFourMiBFlash, 8},   // extended size met already
                    MemorySizes{256 * kMiB, kFourMiBFlash, 0},   // not offered
                    MemorySizes{2816 * kMiB, 8 * kMiB, 16},      // last that is not split
                    MemorySizes{2817 * kMiB, 8 * kMiB, 16},      // first that is
                    MemorySizes{64 * kGiB, kFourMiBFlash, 64}));

TEST(Flash, EndsAt4GiB) {
  const auto flash = pieces_of({256 * kMiB, kFourMiBFlash, 16}, Backing::kFlash);
  ASSERT_FALSE(flash.empty());
  EXPECT_EQ(flash.front().at.value, 0xffc0'0000u);
  EXPECT_EQ(flash.front().size, kFourMiBFlash);
  EXPECT_EQ(flash.front().offset, 0u);
}

TEST(Flash, ItsLast128KiBAreAlsoBelow1MiB) {
  std::vector<Piece> alias = pieces_of({256 * kMiB, kFourMiBFlash, 16}, Backing::kFlash);
  std::erase_if(alias, [](const Piece& p) { return p.at.value >= kMiB; });
  std::uint64_t next = 0xe'0000;
  for (const Piece& p : alias) {
    EXPECT_EQ(p.at.value, next);
    EXPECT_EQ(p.offset, kFourMiBFlash - (kMiB - next));
    next += p.size;
  }
  EXPECT_EQ(next, kMiB);
}

TEST(Flash, OfLessThan128KiBHasNoMoreThanItselfBelow1MiB) {
  constexpr std::uint64_t k64KiB = 0x1'0000;
  std::vector<Piece> alias = pieces_of({256 * kMiB, k64KiB, 16}, Backing::kFlash);
  std::erase_if(alias, [](const Piece& p) { return p.at.value >= kMiB; });
  ASSERT_EQ(alias.size(), 1u);
  EXPECT_EQ(alias[0].at.value, 0xf'0000u);
  EXPECT_EQ(alias[0].size, k64KiB);
  EXPECT_EQ(alias[0].offset, 0u);
}

TEST(CutMemorySmall, AnExtendedTsegLargerThanRamCutsNothingOff) {
  std::uint64_t ram = 0;
  for (const Piece& p : pieces_of({64 * kMiB, kFourMiBFlash, 0xfffe}, Backing::kRam)) ram += p.size;
  EXPECT_EQ(ram, 64 * kMiB);
}

TEST(TsegRangeTest, LiesAtTheTopOfLowRam) {
  const MemorySizes sizes{256 * kMiB, kFourMiBFlash, 16};
  const auto range = [&](std::uint32_t mib) {
    return tseg_range(sizes, {.tseg_enabled = true, .tseg_mib = mib});
  };
  EXPECT_EQ(range(1).first, 0xff0'0000u);
  EXPECT_EQ(range(8).first, 0xf80'0000u);
  EXPECT_EQ(range(16).first, 0xf00'0000u);
  EXPECT_EQ(range(16).end, 0x1000'0000u);
}

TEST(TsegRangeTest, LiesBelow2GiBOfAMachineThatIsSplit) {
  const TsegRange r =
      tseg_range({8 * kGiB, kFourMiBFlash, 16}, {.tseg_enabled = true, .tseg_mib = 8});
  EXPECT_EQ(r.first, 0x7f80'0000u);
  EXPECT_EQ(r.end, 0x8000'0000u);
}

TEST(TsegRangeTest, IsEmptyUnlessItIsEnabled) {
  const MemorySizes sizes{256 * kMiB, kFourMiBFlash, 16};
  const TsegRange off = tseg_range(sizes, {.tseg_enabled = false, .tseg_mib = 8});
  EXPECT_EQ(off.first, off.end);
  const TsegRange none = tseg_range(sizes, {.tseg_enabled = true, .tseg_mib = 0});
  EXPECT_EQ(none.first, none.end);
}

TEST(TsegRangeTest, LeavesTheFirstMiBToTheOsHoweverLargeTheGuestMakesIt) {
  const TsegRange r =
      tseg_range({64 * kMiB, kFourMiBFlash, 0xfffe}, {.tseg_enabled = true, .tseg_mib = 0xfffe});
  EXPECT_EQ(r.first, 0x10'0000u);
  EXPECT_EQ(r.end, 0x400'0000u);
}

}  // namespace
}  // namespace unpark
