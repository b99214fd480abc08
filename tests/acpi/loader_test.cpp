// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "acpi/fw_cfg_tables.h"
#include "acpi/table_set.h"
#include "tests/acpi/loader_firmware.h"

namespace unpark::acpi {
namespace {

using acpi_test::LoaderFirmware;
using testing::ElementsAre;

class InstalledTables : public testing::TestWithParam<std::uint32_t> {
 protected:
  void SetUp() override {
    auto built = build_fw_cfg_tables({.possible_cpus = GetParam(), .smi_features = 0x7});
    ASSERT_TRUE(built);
    files_ = *std::move(built);
    firmware_ =
        LoaderFirmware({{"etc/acpi/tables", files_.tables}, {"etc/acpi/rsdp", files_.rsdp}});
    ASSERT_NO_THROW(firmware_.execute(files_.loader));
  }

  [[nodiscard]] std::uint64_t rsdp() const { return firmware_.loaded("etc/acpi/rsdp").base; }
  [[nodiscard]] std::string signature(std::uint64_t address, std::size_t size = 4) const {
    const Bytes text = firmware_.memory(address, size);
    return {text.begin(), text.end()};
  }
  [[nodiscard]] unsigned sum(std::uint64_t address, std::size_t size) const {
    unsigned total = 0;
    for (const std::uint8_t byte : firmware_.memory(address, size)) total += byte;
    return total & 0xff;
  }
  [[nodiscard]] unsigned table_sum(std::uint64_t address) const {
    return sum(address, static_cast<std::size_t>(firmware_.number(address + 4, 4)));
  }
  [[nodiscard]] std::uint64_t xsdt() const { return firmware_.number(rsdp() + 24, 8); }
  [[nodiscard]] std::uint64_t fadt() const { return firmware_.number(xsdt() + 36, 8); }

  FwCfgTables files_;
  LoaderFirmware firmware_{{}};
};

TEST_P(InstalledTables, HaveARootPointerWithBothSums) {
  EXPECT_EQ(signature(rsdp(), 8), "RSD PTR ");
  EXPECT_EQ(sum(rsdp(), 20), 0u);
  EXPECT_EQ(sum(rsdp(), 36), 0u);
  EXPECT_EQ(rsdp() % 16, 0u);
}

TEST_P(InstalledTables, AreReachedFromTheXsdt) {
  EXPECT_EQ(signature(xsdt()), "XSDT");
  EXPECT_EQ(table_sum(xsdt()), 0u);
  ASSERT_EQ(firmware_.number(xsdt() + 4, 4), 36u + 3 * 8);
  std::vector<std::string> found;
  for (unsigned i = 0; i < 3; ++i) {
    const std::uint64_t table = firmware_.number(xsdt() + 36 + 8 * i, 8);
    EXPECT_EQ(table_sum(table), 0u) << signature(table);
    found.push_back(signature(table));
  }
  EXPECT_THAT(found, ElementsAre("FACP", "APIC", "MCFG"));
}

TEST_P(InstalledTables, LeadFromTheFadtToFacsAndDsdt) {
  const std::uint64_t facs = firmware_.number(fadt() + 36, 4);
  const std::uint64_t dsdt = firmware_.number(fadt() + 40, 4);
  EXPECT_EQ(signature(facs), "FACS");
  EXPECT_EQ(facs % 64, 0u);
  EXPECT_EQ(signature(dsdt), "DSDT");
  EXPECT_EQ(firmware_.number(fadt() + 140, 8), dsdt);
  EXPECT_EQ(table_sum(dsdt), 0u);
}

// OVMF installs what a pointer leads to if it is a FACS, or has a length and a sum of zero.
TEST_P(InstalledTables, AreAllTargetsThatOvmfInstalls) {
  std::set<std::string> installed;
  for (const std::uint64_t target : firmware_.targets()) {
    const std::string name = signature(target);
    EXPECT_TRUE(name == "FACS" || table_sum(target) == 0u) << name;
    installed.insert(name);
  }
  EXPECT_THAT(installed, ElementsAre("APIC", "DSDT", "FACP", "FACS", "MCFG", "XSDT"));
}

TEST_P(InstalledTables, EqualTheOnesBuiltForTheirAddress) {
  const auto& loaded = firmware_.loaded("etc/acpi/tables");
  const TableSet direct = build_tables({.possible_cpus = GetParam(), .smi_features = 0x7},
                                       static_cast<std::uint32_t>(loaded.base));
  EXPECT_TRUE(loaded.content == direct.tables);
  EXPECT_EQ(firmware_.loaded("etc/acpi/rsdp").content, direct.rsdp);
}

TEST_P(InstalledTables, AskForTheAlignmentOfTheFacs) {
  EXPECT_EQ(firmware_.loaded("etc/acpi/tables").alignment, 64u);
}

// The result byte counts as it is stored.
TEST_P(InstalledTables, StoreZeroWhereTheLoaderPutsSums) {
  std::size_t sums = 0;
  for (std::size_t at = 0; at < files_.loader.size(); at += 128) {
    if (files_.loader[at] != 3) continue;
    std::size_t result = 0;
    for (unsigned i = 0; i < 4; ++i) {
      result += std::size_t{files_.loader[at + 60 + i]} << (8 * i);
    }
    const bool is_rsdp = files_.loader[at + 4 + 9] == 'r';  // etc/acpi/rsdp
    EXPECT_EQ(is_rsdp ? files_.rsdp.at(result) : files_.tables.at(result), 0);
    ++sums;
  }
  EXPECT_EQ(sums, 5u + 2u);  // DSDT, FACP, APIC, MCFG, XSDT; two of the RSDP
}

INSTANTIATE_TEST_SUITE_P(ForCpus, InstalledTables, testing::Values(1, 4, 255, 300, 1024),
                         [](const auto& test) { return std::to_string(test.param); });

}  // namespace
}  // namespace unpark::acpi
