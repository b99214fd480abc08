// SPDX-License-Identifier: Apache-2.0
#include "vmm/tseg_size.h"

#include <gtest/gtest.h>

#include "vmm/cli_values.h"

namespace unpark {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

std::vector<kvm_cpuid_entry2> cpuid(std::uint32_t physical_bits, bool gib_pages) {
  kvm_cpuid_entry2 features{};
  features.function = 0x8000'0001;
  features.edx = gib_pages ? 1u << 26 : 0;
  kvm_cpuid_entry2 address{};
  address.function = 0x8000'0008;
  address.eax = 48 << 8 | physical_bits;
  return {features, address};
}

TEST(TsegSize, FewCpusGetSixteenMebibytes) {
  EXPECT_EQ(tseg_mib_for(cpuid(40, true), 1), 16u);
  EXPECT_EQ(tseg_mib_for(cpuid(40, true), 127), 16u);
}

TEST(TsegSize, GrowsByAMebibyteForSixteenCpus) {
  EXPECT_EQ(tseg_mib_for(cpuid(39, true), 255), 24u);
  EXPECT_EQ(tseg_mib_for(cpuid(39, true), 1024), 73u);
  EXPECT_EQ(tseg_mib_for(cpuid(39, true), 1040) - tseg_mib_for(cpuid(39, true), 1024), 1u);
}

// Each sufficed, or did not, for OVMF 2022.11 to boot Linux.
TEST(TsegSize, IsMoreThanWhatOvmfWasSeenToFailWith) {
  EXPECT_GT(tseg_mib_for(cpuid(40, true), 255), 8u);
  EXPECT_GT(tseg_mib_for(cpuid(40, true), 512), 24u);
  EXPECT_GE(tseg_mib_for(cpuid(40, true), 1024), 40u);
}

TEST(TsegSize, CountsThePageTablesOfAWideCpu) {
  // 2^40 bytes are 1024 GiB: as many tables of 4 KiB. With pages of 1 GiB, two.
  EXPECT_EQ(tseg_mib_for(cpuid(40, false), 512), 8u + 4 + 32);
  EXPECT_EQ(tseg_mib_for(cpuid(52, false), 512), 8u + 4 + 32);  // OVMF looks at 40 bits
  EXPECT_EQ(tseg_mib_for(cpuid(52, true), 512), 8u + 32 + 32);
}

TEST(TsegSize, TheFirmwareKeepsItsShareOfLowRam) {
  EXPECT_TRUE(check_tseg(16, 4, 256 * kMiB, 96 * kMiB));
  EXPECT_TRUE(check_tseg(160, 4, 256 * kMiB, 96 * kMiB));
  const auto r = check_tseg(161, 2500, 256 * kMiB, 96 * kMiB);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().message,
            "2500 possible CPUs need 161 MiB of SMM memory (TSEG), and the firmware 96 MiB "
            "besides; there are 256 MiB below 4 GiB: give more --memory or a smaller --cpus max");
  // Of 8 GiB, 2 GiB lie below 4 GiB.
  EXPECT_FALSE(check_tseg(2048, 4, std::uint64_t{8} << 30, 96 * kMiB));
  EXPECT_FALSE(check_tseg(0x10000, 4, std::uint64_t{1} << 50, 96 * kMiB));
}

TEST(TsegSize, OneThatTheUserChoseTooSmallIsWarnedOf) {
  EXPECT_EQ(tseg_warning(24, 24, 255), "");
  EXPECT_EQ(tseg_warning(23, 24, 255),
            "--tseg 23M may be too little SMM memory for 255 possible CPUs, and the firmware may "
            "reset for ever: take auto (24 MiB) or a smaller --cpus max");
}

TEST(TsegSize, TheOptionTakesAutoOrASize) {
  EXPECT_EQ(cli::parse_tseg("auto").value(), 0u);
  EXPECT_EQ(cli::parse_tseg("8").value(), 8u);
  EXPECT_EQ(cli::parse_tseg("1G").value(), 1024u);
  EXPECT_EQ(cli::parse_tseg("7M").error().message, "--tseg 7M: must be 8 to 65534 MiB, or auto");
  EXPECT_EQ(cli::parse_tseg("64G").error().message, "--tseg 64G: must be 8 to 65534 MiB, or auto");
  EXPECT_EQ(cli::parse_tseg("lots").error().message,
            "--tseg lots: expected a size such as 512M or 4G");
}

}  // namespace
}  // namespace unpark
