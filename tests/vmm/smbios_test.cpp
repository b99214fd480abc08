// SPDX-License-Identifier: Apache-2.0
// Numbers and offsets as in DSP0134 3.0.0.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>

#include "tests/vmm/smbios_structures.h"

namespace unpark {
namespace {

using test::smbios_of_type;
using test::smbios_structures;
using test::SmbiosStructure;
using testing::ElementsAre;

constexpr std::uint64_t kMiB = 1 << 20;

SmbiosConfig some_config() {
  return {.possible_cpus = 8,
          .present_cpus = 2,
          .memory = 0x1'0000'0000,
          .firmware = 4 * kMiB,
          .version = "1.2.3"};
}

SmbiosStructure only(const SmbiosConfig& config, unsigned type) {
  const auto found = smbios_of_type(config, type);
  EXPECT_EQ(found.size(), 1u) << "type " << type;
  return found.empty() ? SmbiosStructure{.fields = std::string(256, '\0')} : found.front();
}

TEST(SmbiosEntryPoint, Is24BytesThatSumToZero) {
  const std::string anchor = test::text_of(build_smbios(some_config()).anchor);
  ASSERT_EQ(anchor.size(), 0x18u);
  EXPECT_EQ(std::accumulate(
                anchor.begin(), anchor.end(), 0u,
                [](unsigned sum, char c) { return (sum + static_cast<std::uint8_t>(c)) & 0xff; }),
            0u);
  EXPECT_EQ(anchor.substr(0, 5), "_SM3_");
  const SmbiosStructure entry{.fields = anchor};
  EXPECT_EQ(entry.byte(0x06), 0x18u);
  EXPECT_EQ(entry.byte(0x07), 3u);
  EXPECT_EQ(entry.byte(0x08), 0u);
  EXPECT_EQ(entry.byte(0x0a), 1u);
  EXPECT_EQ(entry.byte(0x0b), 0u);
  EXPECT_EQ(entry.qword(0x10), 0u) << "the firmware places the table";
}

TEST(SmbiosEntryPoint, HasTheExactSizeOfTheTable) {
  for (const std::uint64_t memory : {64 * kMiB, 4096 * kMiB, 0x40'0000 * kMiB}) {
    SmbiosConfig config = some_config();
    config.memory = memory;
    const SmbiosFiles files = build_smbios(config);
    EXPECT_EQ(SmbiosStructure{.fields = test::text_of(files.anchor)}.dword(0x0c),
              files.tables.size());
  }
}

TEST(SmbiosTable, HasTheseStructuresAndNothingBehindTheEnd) {
  std::vector<unsigned> types;
  for (const auto& s : smbios_structures(build_smbios(some_config()).tables))
    types.push_back(s.type());
  EXPECT_THAT(types, ElementsAre(0, 1, 3, 4, 16, 17, 19, 19, 32, 127));
}

TEST(SmbiosTable, StructuresHaveTheLengthsOfVersion30) {
  const std::map<unsigned, unsigned> lengths = {{0, 0x18},  {1, 0x1b},  {3, 0x16},
                                                {4, 0x30},  {16, 0x17}, {17, 0x28},
                                                {19, 0x1f}, {32, 0x0b}, {127, 4}};
  for (const auto& s : smbios_structures(build_smbios(some_config()).tables))
    EXPECT_EQ(s.byte(1), lengths.at(s.type())) << "type " << s.type();
}

TEST(SmbiosTable, HandlesAreUniqueAndInTheRangeOvmfAccepts) {
  std::set<unsigned> handles;
  for (const auto& s : smbios_structures(build_smbios(some_config()).tables)) {
    EXPECT_TRUE(handles.insert(s.handle()).second) << s.handle();
    EXPECT_LE(s.handle(), 0xfeffu);
  }
}

TEST(SmbiosTable, StringNumbersCountTheStringsBehindTheirStructure) {
  const std::map<unsigned, std::vector<std::size_t>> where = {
      {0, {4, 5, 8}},
      {1, {4, 5, 6, 7, 0x19, 0x1a}},
      {3, {4, 6, 7, 8, 0x15}},
      {4, {4, 7, 0x10, 0x20, 0x21, 0x22}},
      {17, {0x10, 0x11, 0x17, 0x18, 0x19, 0x1a}}};
  for (const auto& s : smbios_structures(build_smbios(some_config()).tables)) {
    std::set<unsigned> used;
    if (const auto w = where.find(s.type()); w != where.end())
      for (const std::size_t offset : w->second)
        if (s.byte(offset) != 0) used.insert(s.byte(offset));
    std::set<unsigned> there;
    for (unsigned n = 1; n <= s.strings.size(); ++n) there.insert(n);
    EXPECT_EQ(used, there) << "type " << s.type();
  }
}

TEST(SmbiosTable, AnEmptyVersionIsNoStringAndDoesNotEndTheOthers) {
  SmbiosConfig config = some_config();
  config.version = "";
  const SmbiosStructure bios = only(config, 0);
  EXPECT_EQ(bios.byte(5), 0u);
  EXPECT_EQ(bios.text(8).size(), 10u);
  EXPECT_EQ(smbios_structures(build_smbios(config).tables).size(), 10u);
}

TEST(SmbiosBios, NamesTheProgramAndADateLinuxTakesForModern) {
  const SmbiosStructure bios = only(some_config(), 0);
  EXPECT_EQ(bios.text(4), "unpark");
  EXPECT_EQ(bios.text(5), "1.2.3");
  EXPECT_THAT(bios.text(8), testing::MatchesRegex("[01][0-9]/[0-3][0-9]/20[2-9][0-9]"));
}

TEST(SmbiosBios, IsUefiInAVirtualMachine) {
  const SmbiosStructure bios = only(some_config(), 0);
  EXPECT_EQ(bios.qword(0x0a) & 1u << 3, 0u) << "characteristics are supported";
  EXPECT_EQ(bios.byte(0x12), 0x01u) << "ACPI";
  EXPECT_EQ(bios.byte(0x13), 0x18u) << "UEFI, virtual machine";
}

TEST(SmbiosBios, RomSizeIsThatOfTheFlash) {
  const auto rom_size = [](std::uint64_t firmware) {
    return only({.memory = 256 * kMiB, .firmware = firmware, .version = "1"}, 0).byte(9);
  };
  EXPECT_EQ(rom_size(0x1'0000), 0u);
  EXPECT_EQ(rom_size(0x4'0000), 3u);
  EXPECT_EQ(rom_size(4 * kMiB), 0x3fu);
  EXPECT_EQ(rom_size(8 * kMiB), 0x7fu);
  EXPECT_EQ(rom_size(16 * kMiB), 0xffu);
  EXPECT_EQ(rom_size(0), 0u) << "no size below 64 KiB can be told";
  EXPECT_EQ(rom_size(17 * kMiB), 0xffu) << "none above 16 MiB either";
}

TEST(SmbiosSystem, HasNoUuidUnlessOneIsGiven) {
  EXPECT_EQ(only(some_config(), 1).fields.substr(8, 16), std::string(16, '\0'));
}

// 7.2.1 prints this very example.
TEST(SmbiosSystem, UuidHasItsFirstThreeFieldsLittleEndian) {
  SmbiosConfig config = some_config();
  config.uuid = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
  EXPECT_EQ(only(config, 1).fields.substr(8, 16),
            std::string("\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16));
}

TEST(SmbiosSystem, WakesUpByThePowerSwitch) {
  EXPECT_EQ(only(some_config(), 1).byte(0x18), 6u);
}

struct Cores {
  unsigned possible, present;
  unsigned count, enabled;    // 23h and 25h, 24h
  unsigned count2, enabled2;  // 2Ah and 2Eh, 2Ch
};

class SmbiosProcessor : public testing::TestWithParam<Cores> {};

TEST_P(SmbiosProcessor, CountsPossibleAndPresentCpusAsCoresOfOneSocket) {
  const Cores& c = GetParam();
  SmbiosConfig config = some_config();
  config.possible_cpus = c.possible;
  config.present_cpus = c.present;
  const SmbiosStructure cpu = only(config, 4);
  EXPECT_EQ(cpu.byte(0x23), c.count);
  EXPECT_EQ(cpu.byte(0x24), c.enabled);
  EXPECT_EQ(cpu.byte(0x25), c.count) << "a thread each";
  EXPECT_EQ(cpu.word(0x2a), c.count2);
  EXPECT_EQ(cpu.word(0x2c), c.enabled2);
  EXPECT_EQ(cpu.word(0x2e), c.count2);
  EXPECT_EQ((cpu.word(0x26) & 1u << 3) != 0, c.possible > 1) << "multi-core";
}

// FFh in the narrow field means "look at the wide one", which is right for 255 as well.
INSTANTIATE_TEST_SUITE_P(Counts, SmbiosProcessor,
                         testing::Values(Cores{1, 1, 1, 1, 1, 1}, Cores{8, 2, 8, 2, 8, 2},
                                         Cores{254, 254, 254, 254, 254, 254},
                                         Cores{255, 3, 255, 3, 255, 3},
                                         Cores{256, 255, 255, 255, 256, 255},
                                         Cores{4096, 4096, 255, 255, 4096, 4096},
                                         Cores{0xffff, 1, 255, 1, 0xfffe, 1}));

TEST(SmbiosProcessorFields, AreAnEnabledCpuWithoutCacheStructures) {
  const SmbiosStructure cpu = only(some_config(), 4);
  EXPECT_EQ(cpu.byte(0x05), 3u) << "central processor";
  EXPECT_EQ(cpu.byte(0x18), 0x41u) << "populated, enabled";
  for (const std::size_t cache : {0x1au, 0x1cu, 0x1eu}) EXPECT_EQ(cpu.word(cache), 0xffffu);
}

TEST(SmbiosTable, SizeDependsOnNoNumberOfCpus) {
  SmbiosConfig config = some_config();
  const std::size_t size = build_smbios(config).tables.size();
  config.present_cpus = 8;
  EXPECT_EQ(build_smbios(config).tables.size(), size);
  config.possible_cpus = config.present_cpus = 300;
  EXPECT_EQ(build_smbios(config).tables.size(), size);
}

TEST(SmbiosBoot, ReportsNoError) {
  EXPECT_EQ(only(some_config(), 32).byte(0x0a), 0u);
}

}  // namespace
}  // namespace unpark
