// SPDX-License-Identifier: Apache-2.0
// Who sees which piece of guest memory: SMRAM, TSEG, PAM, the flash alias.
#include <gtest/gtest.h>

#include <optional>

#include "vmm/memory_map.h"

namespace unpark {
namespace {

constexpr std::uint64_t kMiB = 1ull << 20, kGiB = 1ull << 30;
constexpr unsigned kOs = 0, kInSmm = 1;  // KVM's address spaces

struct Seen {
  Backing backing;
  Visibility how;
  friend bool operator==(const Seen&, const Seen&) = default;
};
constexpr std::optional<Seen> kNothing;
constexpr std::optional<Seen> kRam = Seen{Backing::kRam, Visibility::kReadWrite};
constexpr std::optional<Seen> kReadOnlyRam = Seen{Backing::kRam, Visibility::kReadOnly};
constexpr std::optional<Seen> kFlash = Seen{Backing::kFlash, Visibility::kReadOnly};

struct MemoryView : testing::Test {
  MemorySizes sizes{256 * kMiB, 4 * kMiB, 16};
  MemoryControl control;  // as after reset

  // What is at `address`; fails if there are two things.
  std::optional<Seen> see(std::uint64_t address, unsigned space) {
    std::optional<Seen> seen;
    for (const Piece& p : cut_memory(sizes)) {
      if (address < p.at.value || address - p.at.value >= p.size) continue;
      const Visibility how = view_of(p, sizes, control)[space];
      if (how == Visibility::kHidden) continue;
      EXPECT_FALSE(seen) << "two pieces visible at " << std::hex << address;
      seen = Seen{p.backing, how};
    }
    return seen;
  }
};

TEST_F(MemoryView, AfterResetEverybodySeesTheSame) {
  for (const unsigned space : {kOs, kInSmm}) {
    EXPECT_EQ(see(0, space), kRam);
    EXPECT_EQ(see(0x3'8000, space), kRam);  // the handler of the first SMI goes there
    EXPECT_EQ(see(0x9'ffff, space), kRam);
    EXPECT_EQ(see(0xa'0000, space), kNothing);
    EXPECT_EQ(see(0xb'ffff, space), kNothing);
    EXPECT_EQ(see(0xc'0000, space), kNothing);
    EXPECT_EQ(see(0xe'0000, space), kFlash);
    EXPECT_EQ(see(0xf'ffff, space), kFlash);
    EXPECT_EQ(see(0x10'0000, space), kRam);
    EXPECT_EQ(see(0xfff'ffff, space), kRam);
    EXPECT_EQ(see(0x1000'0000, space), kNothing);
    EXPECT_EQ(see(0xffbf'ffff, space), kNothing);
    EXPECT_EQ(see(0xffc0'0000, space), kFlash);
    EXPECT_EQ(see(0xffff'fff0, space), kFlash);
    EXPECT_EQ(see(0x1'0000'0000, space), kNothing);
  }
}

TEST_F(MemoryView, RamBeyond2816MiBIsAbove4GiB) {
  sizes.ram = 4 * kGiB;
  EXPECT_EQ(see(0x7fff'ffff, kOs), kRam);
  EXPECT_EQ(see(0x8000'0000, kOs), kNothing);
  EXPECT_EQ(see(0x1'0000'0000, kOs), kRam);
  EXPECT_EQ(see(0x1'7fff'ffff, kInSmm), kRam);
  EXPECT_EQ(see(0x1'8000'0000, kOs), kNothing);
}

TEST_F(MemoryView, TsegIsHiddenOutsideSmmAndNothingElseIs) {
  control.tseg_enabled = true;
  for (const std::uint32_t mib : {1u, 2u, 8u, 16u}) {
    control.tseg_mib = mib;
    const std::uint64_t first = 0x1000'0000 - mib * kMiB;
    EXPECT_EQ(see(first - 1, kOs), kRam) << mib;
    EXPECT_EQ(see(first, kOs), kNothing) << mib;
    EXPECT_EQ(see(0xfff'ffff, kOs), kNothing) << mib;
    EXPECT_EQ(see(first, kInSmm), kRam) << mib;
    EXPECT_EQ(see(0xfff'ffff, kInSmm), kRam) << mib;
  }
}

TEST_F(MemoryView, TsegThatIsNotEnabledIsOrdinaryRam) {
  control.tseg_mib = 8;
  EXPECT_EQ(see(0xfff'ffff, kOs), kRam);
  EXPECT_EQ(see(0xfff'ffff, kInSmm), kRam);
}

TEST_F(MemoryView, TsegDoesNotReachIntoRamAbove4GiB) {
  sizes.ram = 8 * kGiB;
  control.tseg_enabled = true;
  control.tseg_mib = 16;
  EXPECT_EQ(see(0x7fff'ffff, kOs), kNothing);
  EXPECT_EQ(see(0x1'0000'0000, kOs), kRam);
  EXPECT_EQ(see(0x1'0000'0000 + 6 * kGiB - 1, kOs), kRam);
}

TEST_F(MemoryView, LockedSmramAtTheDefaultSmbaseIsHiddenOutsideSmm) {
  control.smbase_smram_locked = true;
  EXPECT_EQ(see(0x2'ffff, kOs), kRam);
  EXPECT_EQ(see(0x3'0000, kOs), kNothing);
  EXPECT_EQ(see(0x4'ffff, kOs), kNothing);
  EXPECT_EQ(see(0x5'0000, kOs), kRam);
  EXPECT_EQ(see(0x3'0000, kInSmm), kRam);
  EXPECT_EQ(see(0x4'ffff, kInSmm), kRam);
}

TEST_F(MemoryView, CompatibleSmramIsRamInSmmOnly) {
  control.compatible_smram = true;
  for (const std::uint64_t at : {0xa0000u, 0xbffffu}) {
    EXPECT_EQ(see(at, kOs), kNothing);
    EXPECT_EQ(see(at, kInSmm), kRam);
  }
}

TEST_F(MemoryView, OpenCompatibleSmramIsRamForEverybody) {
  control.compatible_smram = control.smram_open = true;
  EXPECT_EQ(see(0xa'0000, kOs), kRam);
  EXPECT_EQ(see(0xb'ffff, kInSmm), kRam);
}

struct PamSegment {
  std::size_t field;  // PAM0[5:4], PAM1[1:0], PAM1[5:4], ...
  std::uint64_t first, last;
};
// 316966, 5.1: PAM0 has F0000-FFFFF, PAM1 C0000-C3FFF and C4000-C7FFF, ..., PAM6 E8000 and EC000.
constexpr PamSegment kSegments[] = {
    {0, 0xf'0000, 0xf'ffff},  {1, 0xc'0000, 0xc'3fff},  {2, 0xc'4000, 0xc'7fff},
    {3, 0xc'8000, 0xc'bfff},  {4, 0xc'c000, 0xc'ffff},  {5, 0xd'0000, 0xd'3fff},
    {6, 0xd'4000, 0xd'7fff},  {7, 0xd'8000, 0xd'bfff},  {8, 0xd'c000, 0xd'ffff},
    {9, 0xe'0000, 0xe'3fff},  {10, 0xe'4000, 0xe'7fff}, {11, 0xe'8000, 0xe'bfff},
    {12, 0xe'c000, 0xe'ffff},
};

void PrintTo(const PamSegment& s, std::ostream* out) {
  *out << std::hex << s.first;
}
class Pam : public MemoryView, public testing::WithParamInterface<PamSegment> {};

TEST_P(Pam, MovesItsOwnSegmentToRam) {
  const auto [field, first, last] = GetParam();
  control.pam[field] = 3;
  for (const unsigned space : {kOs, kInSmm}) {
    EXPECT_EQ(see(first, space), kRam);
    EXPECT_EQ(see(last, space), kRam);
  }
}

TEST_P(Pam, LeavesAllOtherSegmentsAsTheyAre) {
  const std::size_t mine = GetParam().field;
  control.pam[mine] = 3;
  for (const PamSegment& other : kSegments) {
    if (other.field == mine) continue;
    const auto at_reset = other.first < 0xe'0000 ? kNothing : kFlash;
    EXPECT_EQ(see(other.first, kOs), at_reset) << other.field;
    EXPECT_EQ(see(other.last, kOs), at_reset) << other.field;
  }
}

TEST_P(Pam, ReadEnableAloneIsReadOnlyRam) {
  control.pam[GetParam().field] = 1;
  EXPECT_EQ(see(GetParam().first, kOs), kReadOnlyRam);
  EXPECT_EQ(see(GetParam().last, kInSmm), kReadOnlyRam);
}

// Reads from flash with writes to RAM cannot be said to KVM (memory_map.cpp).
TEST_P(Pam, WriteEnableAloneKeepsWhatIsRead) {
  const std::uint64_t first = GetParam().first;
  control.pam[GetParam().field] = 2;
  EXPECT_EQ(see(first, kOs), first < 0xe'0000 ? kNothing : kFlash);
}

INSTANTIATE_TEST_SUITE_P(Segments, Pam, testing::ValuesIn(kSegments));

TEST_F(MemoryView, NeverShowsTwoThingsAtOneAddress) {
  sizes.ram = 3 * kGiB;
  for (unsigned state = 0; state < 64; ++state) {
    control.pam.fill(static_cast<std::uint8_t>(state & 3));
    control.smbase_smram_locked = (state & 4) != 0;
    control.tseg_enabled = (state & 8) != 0;
    control.tseg_mib = 16;
    control.compatible_smram = (state & 16) != 0;
    control.smram_open = (state & 48) == 48;
    for (std::uint64_t at = 0; at < kMiB; at += 0x4000)
      for (const unsigned space : {kOs, kInSmm}) (void)see(at, space);
  }
}

// What SMM sees is never less than what the OS sees: its handlers fetch and store there.
TEST_F(MemoryView, ShowsSmmAllThatTheOsSees) {
  for (unsigned state = 0; state < 64; ++state) {
    control.pam.fill(static_cast<std::uint8_t>(state & 3));
    control.smbase_smram_locked = (state & 4) != 0;
    control.tseg_enabled = (state & 8) != 0;
    control.tseg_mib = 8;
    control.compatible_smram = (state & 16) != 0;
    control.smram_open = (state & 48) == 48;
    for (const Piece& p : cut_memory(sizes)) {
      const ViewOfPiece v = view_of(p, sizes, control);
      EXPECT_GE(v[kInSmm], v[kOs]) << std::hex << p.at.value;
    }
  }
}

}  // namespace
}  // namespace unpark
