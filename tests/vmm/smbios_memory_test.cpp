// SPDX-License-Identifier: Apache-2.0
// Types 16, 17 and 19. Numbers and offsets as in DSP0134 3.0.0, 7.17, 7.18 and 7.20.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/vmm/smbios_structures.h"

namespace unpark {
namespace {

using test::smbios_of_type;
using test::SmbiosStructure;

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint64_t kGiB = 1 << 30;
constexpr std::uint64_t kTiB = 1024 * kGiB;

SmbiosConfig of(std::uint64_t memory) {
  return {.memory = memory, .version = "1"};
}

std::uint64_t capacity(const SmbiosStructure& array) {
  const std::uint64_t kib = array.dword(0x07);
  return kib == 0x8000'0000 ? array.qword(0x0f) : kib * 1024;
}

std::uint64_t size(const SmbiosStructure& device) {
  const std::uint64_t mib = device.word(0x0c);  // bit 15 clear: units of 1 MiB
  return (mib == 0x7fff ? device.dword(0x1c) : mib) * kMiB;
}

struct Mapped {
  std::uint64_t first = 0, end = 0;
  friend bool operator==(const Mapped&, const Mapped&) = default;
};

std::vector<Mapped> mapped(std::uint64_t memory) {
  std::vector<Mapped> out;
  for (const auto& s : smbios_of_type(of(memory), 19)) {
    if (s.dword(4) == 0xffff'ffff) {
      EXPECT_EQ(s.dword(8), 0xffff'ffffu);
      out.push_back({s.qword(0x0f), s.qword(0x17) + 1});
    } else {
      EXPECT_EQ(s.qword(0x0f), 0u);
      EXPECT_EQ(s.qword(0x17), 0u);
      out.push_back({s.dword(4) * 1024, (s.dword(8) + 1) * 1024});
    }
  }
  return out;
}

class SmbiosMemory : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SmbiosMemory, ArrayDeviceAndRangesTellTheSameSize) {
  const auto arrays = smbios_of_type(of(GetParam()), 16);
  const auto devices = smbios_of_type(of(GetParam()), 17);
  ASSERT_EQ(arrays.size(), 1u);
  ASSERT_EQ(arrays[0].word(0x0d), devices.size());
  EXPECT_EQ(capacity(arrays[0]), GetParam());
  std::uint64_t of_devices = 0, of_ranges = 0;
  for (const auto& d : devices) {
    EXPECT_EQ(d.word(4), arrays[0].handle());
    of_devices += size(d);
  }
  for (const auto& m : mapped(GetParam())) of_ranges += m.end - m.first;
  EXPECT_EQ(of_devices, GetParam());
  EXPECT_EQ(of_ranges, GetParam());
}

TEST_P(SmbiosMemory, RangesBelongToTheArrayAndAreOneDeviceWide) {
  const unsigned array = smbios_of_type(of(GetParam()), 16).at(0).handle();
  for (const auto& s : smbios_of_type(of(GetParam()), 19)) {
    EXPECT_EQ(s.word(0x0c), array);
    EXPECT_EQ(s.byte(0x0e), 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, SmbiosMemory,
                         testing::Values(64 * kMiB, 256 * kMiB, 2816 * kMiB, 2817 * kMiB, 4 * kGiB,
                                         32 * kGiB - 2 * kMiB, 32 * kGiB - kMiB, 32 * kGiB,
                                         32 * kGiB + kMiB, kTiB - kMiB, kTiB, kTiB + kMiB,
                                         2 * kTiB - kMiB, 2 * kTiB, 4 * kTiB, 64 * kTiB));

TEST(SmbiosMemoryArray, IsSystemMemoryWithoutErrorInformation) {
  const SmbiosStructure array = smbios_of_type(of(kGiB), 16).at(0);
  EXPECT_EQ(array.byte(0x04), 1u) << "location: other";
  EXPECT_EQ(array.byte(0x05), 3u) << "use: system memory";
  EXPECT_EQ(array.word(0x0b), 0xfffeu);
}

// 7.17: 8000'0000h KiB, 2 TiB, is the first capacity that needs the wide field.
TEST(SmbiosMemoryArray, TellsTwoTiBInBytes) {
  const auto at = [](std::uint64_t memory) { return smbios_of_type(of(memory), 16).at(0); };
  EXPECT_EQ(at(2 * kTiB - kMiB).dword(7), 0x7fff'fc00u);
  EXPECT_EQ(at(2 * kTiB - kMiB).qword(0x0f), 0u);
  EXPECT_EQ(at(2 * kTiB).dword(7), 0x8000'0000u);
  EXPECT_EQ(at(2 * kTiB).qword(0x0f), 0x200'0000'0000u);
}

// 7.18.5: from 32 GiB - 1 MiB on the size is in the extended field.
TEST(SmbiosMemoryDevice, Tells32GiBLessOneMiBInTheExtendedSize) {
  const auto at = [](std::uint64_t memory) { return smbios_of_type(of(memory), 17).at(0); };
  EXPECT_EQ(at(32 * kGiB - 2 * kMiB).word(0x0c), 0x7ffeu);
  EXPECT_EQ(at(32 * kGiB - 2 * kMiB).dword(0x1c), 0u);
  EXPECT_EQ(at(32 * kGiB - kMiB).word(0x0c), 0x7fffu);
  EXPECT_EQ(at(32 * kGiB - kMiB).dword(0x1c), 0x7fffu);
  EXPECT_EQ(at(32 * kGiB).word(0x0c), 0x7fffu);
  EXPECT_EQ(at(32 * kGiB).dword(0x1c), 0x8000u);
  EXPECT_EQ(at(kTiB).dword(0x1c), 0x10'0000u);
}

TEST(SmbiosMemoryDevice, IsARamDimmOfUnknownWidthAndSpeed) {
  const SmbiosStructure device = smbios_of_type(of(kGiB), 17).at(0);
  EXPECT_EQ(device.word(0x06), 0xfffeu);
  EXPECT_EQ(device.word(0x08), 0xffffu);
  EXPECT_EQ(device.word(0x0a), 0xffffu);
  EXPECT_EQ(device.byte(0x0e), 9u);
  EXPECT_EQ(device.byte(0x12), 7u);
  EXPECT_EQ(device.word(0x15), 0u);
  EXPECT_EQ(device.text(0x10), "DIMM 0");
}

TEST(SmbiosMappedRange, IsOneUpTo2816MiB) {
  EXPECT_THAT(mapped(64 * kMiB), testing::ElementsAre(Mapped{0, 0x400'0000}));
  EXPECT_THAT(mapped(2816 * kMiB), testing::ElementsAre(Mapped{0, 0xb000'0000}));
}

TEST(SmbiosMappedRange, ContinuesAt4GiBWithTheRest) {
  EXPECT_THAT(mapped(2817 * kMiB),
              testing::ElementsAre(Mapped{0, 0x8000'0000}, Mapped{0x1'0000'0000, 0x1'3010'0000}));
  EXPECT_THAT(mapped(4 * kGiB),
              testing::ElementsAre(Mapped{0, 0x8000'0000}, Mapped{0x1'0000'0000, 0x1'8000'0000}));
  EXPECT_THAT(mapped(kTiB),
              testing::ElementsAre(Mapped{0, 0x8000'0000}, Mapped{0x1'0000'0000, 0x100'8000'0000}));
}

// 7.20: FFFF'FFFFh, the last KiB below 4 TiB, is taken: it means "look at the wide fields".
TEST(SmbiosMappedRange, TellsWhatReaches4TiBInBytes) {
  const auto high = [](std::uint64_t memory) { return smbios_of_type(of(memory), 19).at(1); };
  // 2 GiB of it are below 4 GiB, and the hole of 2 GiB goes on top.
  EXPECT_EQ(high(4 * kTiB - 2 * kGiB - kMiB).dword(8), 0xffff'fbffu);
  EXPECT_EQ(high(4 * kTiB - 2 * kGiB).dword(8), 0xffff'ffffu);
  EXPECT_EQ(high(4 * kTiB - 2 * kGiB).qword(0x0f), 0x1'0000'0000u);
  EXPECT_EQ(high(4 * kTiB - 2 * kGiB).qword(0x17), 0x3ff'ffff'ffffu);
}

}  // namespace
}  // namespace unpark
