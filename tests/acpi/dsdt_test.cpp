// SPDX-License-Identifier: Apache-2.0
#include "acpi/dsdt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "acpi/fixed_hardware.h"
#include "tests/acpi/iasl.h"

// What stands in the DSDT, as iasl reads it. What it does is in acpiexec_test.cpp.
namespace unpark::acpi {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr DsdtOptions kFull{.possible_cpus = 3, .smi_hotplug = true, .smi_unplug = true};

std::string asl(const DsdtOptions& options) {
  return acpi_test::iasl_disassemble(dsdt(options)).asl;
}

std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    ++found;
  }
  return found;
}

TEST(Dsdt, HasADeviceForEveryPossibleCpu) {
  const std::string text = asl(kFull);
  EXPECT_EQ(count(text, "Name (_HID, \"ACPI0007\""), 3u);
  EXPECT_THAT(text, HasSubstr("Device (C000)"));
  EXPECT_THAT(text, HasSubstr("Device (C002)"));
  EXPECT_THAT(text, Not(HasSubstr("Device (C003)")));
  EXPECT_THAT(text, HasSubstr("Name (_HID, \"ACPI0010\""));
}

TEST(Dsdt, CannotEjectTheBootCpu) {
  const std::string text = asl(kFull);
  EXPECT_EQ(count(text, "Method (_EJ0, 1, Serialized)"), 2u);
  EXPECT_THAT(text, Not(HasSubstr("CEJ0 (Zero)")));
  EXPECT_THAT(text, HasSubstr("CEJ0 (One)"));
}

TEST(Dsdt, WithoutNegotiatedHotplugHasNeitherEventNorUpcall) {
  const std::string text = asl({.possible_cpus = 3, .smi_hotplug = false, .smi_unplug = true});
  for (const char* word : {"_E02", "_EJ0", "_OST", "CSCN", "Notify", "0xB2, One", "SMIC"}) {
    EXPECT_THAT(text, Not(HasSubstr(word)));
  }
  EXPECT_THAT(text, HasSubstr("_STA"));
}

TEST(Dsdt, WithoutNegotiatedUnplugOnlyInserts) {
  const std::string text = asl({.possible_cpus = 3, .smi_hotplug = true, .smi_unplug = false});
  EXPECT_THAT(text, HasSubstr("CTFY (Local1, One)"));
  EXPECT_THAT(text, Not(HasSubstr("CTFY (Local1, 0x03)")));
  EXPECT_THAT(text, Not(HasSubstr("_EJ0")));
}

TEST(Dsdt, TakesTheNegotiatedBitsFromTheConfig) {
  EXPECT_FALSE(dsdt_options({.smi_features = 0x1}).smi_hotplug);
  EXPECT_TRUE(dsdt_options({.smi_features = 0x3}).smi_hotplug);
  EXPECT_FALSE(dsdt_options({.smi_features = 0x3}).smi_unplug);
  EXPECT_TRUE(dsdt_options({.smi_features = 0x7}).smi_unplug);
}

// OperationRegion: 5B 80, four characters, space, offset as word or byte.
TEST(Dsdt, HasNoRegionOverTheControlWindow) {
  const Bytes table = dsdt(kFull);
  std::size_t regions = 0;
  for (std::size_t i = 36; i + 10 < table.size(); ++i) {
    if (table[i] != 0x5b || table[i + 1] != 0x80) continue;
    const unsigned wide = table[i + 7] == 0x0b ? 2 : 1;  // WordPrefix, else BytePrefix
    const unsigned high = wide == 2 ? table[i + 9] : 0u;
    const unsigned offset = table[i + 8] + (high << 8);
    EXPECT_THAT(offset, testing::AnyOf(0xce4u, 0xb2u));
    ++regions;
  }
  EXPECT_EQ(regions, 2u);
}

TEST(Dsdt, ReservesBothWindowsAndEcamOutsideThePciWindows) {
  const std::string text = asl(kFull);
  const std::string reserved = text.substr(text.find("Device (MRES)"));
  for (const char* word : {"0x0CD8", "0x0CE4", "0x0D10", "0xB0000000", "0x10000000", "PNP0C02"}) {
    EXPECT_THAT(reserved, HasSubstr(word));
  }
  EXPECT_THAT(reserved, Not(HasSubstr("0x0600")));  // the LPC bridge's
  const std::string windows = text.substr(0, text.find("_PRT"));
  EXPECT_THAT(windows, HasSubstr("0x0CD7,             // Range Maximum"));
  EXPECT_THAT(windows, HasSubstr("0x6000,             // Range Minimum"));
}

TEST(Dsdt, GivesTheLpcBridgeItsChipsAndPorts) {
  const std::string text = asl(kFull);
  const std::size_t first = text.find("Device (LPC)");
  const std::string bridge = text.substr(first, text.find("Device (MRES)") - first);
  for (const char* word : {"0x001F0000", "PNP0501", "0x03F8", "PNP0B00", "0x0070", "0x00B2",
                           "0x0402", "0x0510", "0x0600", "\"QEMU0001\"", "0x0505"}) {
    EXPECT_THAT(bridge, HasSubstr(word));
  }
}

TEST(Dsdt, PowersOffWithSleepTypeZeroAndNeverSleeps) {
  const std::string text = asl(kFull);
  EXPECT_THAT(text, HasSubstr("Name (\\_S5, Package (0x04)"));
  for (const char* word : {"_S1", "_S2", "_S3", "_S4"}) EXPECT_THAT(text, Not(HasSubstr(word)));
}

TEST(Dsdt, GivesPciTheWindowsOfTheConfig) {
  DsdtOptions options = kFull;
  EXPECT_THAT(asl(options), Not(HasSubstr("QWordMemory")));
  options.mmio32 = {0xd0000000, 0x10000000};
  options.mmio64 = AddressWindow{0x4000000000, 0x1000000000};
  const std::string text = asl(options);
  EXPECT_THAT(text, HasSubstr("0xDFFFFFFF"));
  EXPECT_THAT(text, HasSubstr("0x0000004FFFFFFFFF"));
  EXPECT_THAT(text, HasSubstr("0x6000"));
}

TEST(Dsdt, RoutesEveryPinToOneOfEightInputs) {
  EXPECT_EQ(pci_pin_gsi(1, 0), 17u);
  EXPECT_EQ(pci_pin_gsi(31, 0), 23u);
  EXPECT_EQ(pci_pin_gsi(31, 1), 16u);
  const std::string text = asl(kFull);
  EXPECT_EQ(count(text, "Package (0x04)"), 31u * 4 + 1);  // one is \_S5
}

TEST(Dsdt, StaysSmall) {
  DsdtOptions options = kFull;
  options.possible_cpus = 256;
  EXPECT_LT(dsdt(options).size(), 256u * 128);
}

}  // namespace
}  // namespace unpark::acpi
