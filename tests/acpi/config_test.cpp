// SPDX-License-Identifier: Apache-2.0
#include "acpi/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "acpi/fw_cfg_tables.h"

namespace unpark::acpi {
namespace {

using testing::HasSubstr;

std::string refusal(const AcpiConfig& config) {
  const auto result = check(config);
  return result ? "" : result.error();
}

TEST(AcpiConfig, AcceptsOneCpuAndTheMostThatNamesAllow) {
  EXPECT_EQ(refusal({.possible_cpus = 1}), "");
  EXPECT_EQ(refusal({.possible_cpus = 4096}), "");
}

TEST(AcpiConfig, RefusesNumbersOfCpusThatItCannotName) {
  EXPECT_THAT(refusal({.possible_cpus = 0}), HasSubstr("0 possible CPUs"));
  EXPECT_THAT(refusal({.possible_cpus = 4097}), HasSubstr("must be 1 to 4096"));
}

TEST(AcpiConfig, RefusesPresenceThatDoesNotFit) {
  EXPECT_THAT(refusal({.possible_cpus = 2, .present = {false, true}}),
              HasSubstr("CPU 0 must be present"));
  EXPECT_THAT(refusal({.possible_cpus = 2, .present = {}}), HasSubstr("CPU 0 must be present"));
  EXPECT_THAT(refusal({.possible_cpus = 2, .present = {true, true, true}}),
              HasSubstr("presence of 3 CPUs"));
}

TEST(AcpiConfig, RefusesLowWindowsThatHitEcamOrTheIoApic) {
  EXPECT_THAT(refusal({.mmio32 = {0xbff00000, 0x200000}}), HasSubstr("0xbff00000"));
  EXPECT_THAT(refusal({.mmio32 = {0xc0000000, 0x3ec00001}}), HasSubstr("0x3ec00001"));
  EXPECT_EQ(refusal({.mmio32 = {0xc0000000, 0x3ec00000}}), "");
  EXPECT_THAT(refusal({.mmio32 = {0xc0000000, 0}}), HasSubstr("0x0 bytes"));
}

TEST(AcpiConfig, RefusesHighWindowsThatAreEmptyLowOrWrap) {
  EXPECT_EQ(refusal({.mmio64 = AddressWindow{1ull << 32, 1ull << 32}}), "");
  EXPECT_THAT(refusal({.mmio64 = AddressWindow{0xf0000000, 0x1000}}), HasSubstr("64-bit"));
  EXPECT_THAT(refusal({.mmio64 = AddressWindow{1ull << 40, 0}}), HasSubstr("empty"));
  EXPECT_THAT(refusal({.mmio64 = AddressWindow{~0ull - 1, 3}}), HasSubstr("wrap"));
}

TEST(AcpiConfig, WhatItRefusesNoTablesAreBuiltFor) {
  const auto result = build_fw_cfg_tables({.possible_cpus = 0});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error(), HasSubstr("0 possible CPUs"));
}

}  // namespace
}  // namespace unpark::acpi
