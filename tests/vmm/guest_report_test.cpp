// SPDX-License-Identifier: Apache-2.0
// Lines of the embedded guest, and what a hostile one may send instead.
#include "vmm/guest_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unpark {
namespace {

using testing::AllOf;
using testing::Each;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

TEST(GuestLineTest, HasKindNameAndDetails) {
  const auto l =
      parse_guest_line("unpark-guest: PASS smbase-in-tseg cpu=2 was=0x30000 now=0x7f7f8800");
  ASSERT_TRUE(l);
  EXPECT_EQ(l->kind, "PASS");
  EXPECT_EQ(l->name, "smbase-in-tseg");
  EXPECT_EQ(l->details, "cpu=2 was=0x30000 now=0x7f7f8800");
}

TEST(GuestLineTest, MayHaveNoDetails) {
  const auto l = parse_guest_line("unpark-guest: SKIP attack-os-window");
  ASSERT_TRUE(l);
  EXPECT_EQ(l->kind, "SKIP");
  EXPECT_EQ(l->name, "attack-os-window");
  EXPECT_EQ(l->details, "");
}

TEST(GuestLineTest, MayHaveDetailsAndNoName) {
  const auto l = parse_guest_line("unpark-guest: READY cpus=2 smram=locked");
  ASSERT_TRUE(l);
  EXPECT_EQ(l->kind, "READY");
  EXPECT_EQ(l->name, "");
  EXPECT_EQ(l->details, "cpus=2 smram=locked");
}

TEST(GuestLineTest, OtherLinesAreNotTheGuests) {
  for (const char* line : {"", "PASS x", " unpark-guest: PASS x", "unpark-guest",
                           "Unpark-guest: PASS", "unpark-guest:", "unpark-guest:    "})
    EXPECT_FALSE(parse_guest_line(line)) << line;
}

// It ends up on a terminal.
TEST(GuestLineTest, ControlBytesNeverGetThrough) {
  std::string line = "unpark-guest: PA\033SS na\033[2Jme=";
  for (int c = 0; c < 256; ++c) line += static_cast<char>(c);
  const auto l = parse_guest_line(line);
  ASSERT_TRUE(l);
  for (const std::string& part : {l->kind, l->name, l->details}) {
    const std::vector<int> bytes(part.begin(), part.end());
    EXPECT_THAT(bytes, Each(AllOf(Ge(0x20), Le(0x7e))));
  }
}

TEST(GuestReportTest, CollectsLinesHoweverTheBytesCome) {
  const std::string text = "boot\r\nunpark-guest: PASS a x=1\r\nunpark-guest: FAIL b y=2\n";
  GuestReport whole, single;
  whole.add(text);
  for (const char c : text) single.add({&c, 1});
  for (const GuestReport* r : {&whole, &single}) {
    ASSERT_THAT(r->lines(), SizeIs(2));
    EXPECT_EQ(r->lines()[0].name, "a");
    EXPECT_EQ(r->lines()[0].details, "x=1") << "the carriage return is not part of the line";
    EXPECT_EQ(r->lines()[1].kind, "FAIL");
  }
}

TEST(GuestReportTest, LineWithoutItsEndIsNotOneYet) {
  GuestReport report;
  report.add("unpark-guest: PASS a");
  EXPECT_THAT(report.lines(), IsEmpty());
  report.add("\n");
  EXPECT_THAT(report.lines(), SizeIs(1));
}

TEST(GuestReportTest, SelectsByKind) {
  GuestReport report;
  report.add("unpark-guest: PASS a\nunpark-guest: FAIL b\nunpark-guest: PASS c\n");
  ASSERT_THAT(report.of_kind("PASS"), SizeIs(2));
  EXPECT_EQ(report.of_kind("PASS")[1].name, "c");
  EXPECT_THAT(report.of_kind("PAS"), IsEmpty());
}

TEST(GuestReportTest, EndlessLineIsCutAndTheNextOneIsHeard) {
  GuestReport report;
  report.add("unpark-guest: PASS endless ");
  const std::string chunk(4096, 'x');
  for (int i = 0; i < 4096; ++i) report.add(chunk);  // 16 MiB
  report.add("\nunpark-guest: PASS after\n");
  ASSERT_FALSE(report.lines().empty());
  EXPECT_EQ(report.lines().back().name, "after");
  for (const GuestLine& l : report.lines()) EXPECT_LE(l.details.size(), 1024u);
}

TEST(GuestReportTest, KeepsNoMoreThanSoManyLines) {
  GuestReport report;
  for (int i = 0; i < 100'000; ++i) report.add("unpark-guest: PASS again\n");
  EXPECT_THAT(report.lines(), SizeIs(Le(65536u)));
}

TEST(GuestReportTest, ZeroBytesAndBinaryAreHarmless) {
  GuestReport report;
  std::string noise;
  for (int i = 0; i < 3000; ++i) noise += static_cast<char>(i * 89);
  report.add(noise);
  report.add({"\0\0\n", 3});
  report.add("unpark-guest: PASS still-here\n");
  ASSERT_FALSE(report.lines().empty());
  EXPECT_EQ(report.lines().back().name, "still-here");
}

}  // namespace
}  // namespace unpark
