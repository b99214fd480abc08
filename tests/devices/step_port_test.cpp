// SPDX-License-Identifier: Apache-2.0
#include "devices/step_port.h"

#include <gtest/gtest.h>

#include <vector>

namespace unpark::test {
namespace {

struct Steps : testing::Test {
  std::vector<StepReport> reports;
  StepPort port{[this](const StepReport& r) { reports.push_back(r); }};

  Result<Done, IoFault> write(std::uint64_t value, std::uint8_t width = 4,
                              std::uint32_t offset = 0) {
    return port.write({.offset = offset, .width = width, .in_smm = true, .cpu = VcpuId{5}}, value);
  }
};

TEST_F(Steps, AReportCarriesCodeSubjectAndAccessor) {
  ASSERT_TRUE(write(0x0102'007a));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].code, 0x7a);
  EXPECT_EQ(reports[0].about, VcpuId{0x0102});
  EXPECT_EQ(reports[0].at.cpu, VcpuId{5});
  EXPECT_TRUE(reports[0].at.in_smm);
}

TEST_F(Steps, ExactlyTheGuestsStepsAndMarkersAreTaken) {
  std::vector<unsigned> taken;
  for (unsigned code = 0; code < 256; ++code)
    if (write(code)) taken.push_back(code);
  EXPECT_EQ(taken,
            (std::vector<unsigned>{0x01, 0x02, 0x03, 0x04, 0x05, 0x40, 0x50, 0x60, 0x7a, 0x7b, 0x8a,
                                   0x8b, 0x90, 0xa0, 0xb0, 0xc0, 0xd0, 0xe0, 0xf0}));
  EXPECT_EQ(reports.size(), taken.size());
}

TEST_F(Steps, TheVmmsOwnStepsAreForbidden) {
  EXPECT_EQ(write(0x1a).error(), IoFault::kForbidden);
  EXPECT_EQ(write(0x1b).error(), IoFault::kForbidden);
  EXPECT_TRUE(reports.empty());
}

TEST_F(Steps, UndefinedBitsMakeItNoReport) {
  EXPECT_EQ(write(0x0000'0140).error(), IoFault::kForbidden);
  EXPECT_EQ(write(0x0000'8040).error(), IoFault::kForbidden);
  EXPECT_TRUE(reports.empty());
}

TEST_F(Steps, OtherWidthsOffsetsAndReadsAreRefused) {
  EXPECT_EQ(write(0x40, 1).error(), IoFault::kBadWidth);
  EXPECT_EQ(write(0x40, 2).error(), IoFault::kBadWidth);
  EXPECT_EQ(write(0x40, 8).error(), IoFault::kBadWidth);
  EXPECT_EQ(write(0x40, 4, 1).error(), IoFault::kUnaligned);
  EXPECT_EQ(write(0x40, 4, 4).error(), IoFault::kBadOffset);
  EXPECT_EQ(port.read({.offset = 0, .width = 4}).error(), IoFault::kForbidden);
  EXPECT_TRUE(reports.empty());
}

}  // namespace
}  // namespace unpark::test
