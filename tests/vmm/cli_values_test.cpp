// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unpark::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMiB = 1ull << 20, kGiB = 1ull << 30;
constexpr std::uint64_t kHost = 16 * kGiB;

// The sentence: one line that names the option and the value as typed.
template <class T>
std::string refusal(const Result<T, Error>& r, const std::string& option, const std::string& text) {
  EXPECT_FALSE(r) << option << " " << text << " was taken";
  if (r) return {};
  EXPECT_THAT(r.error().message, AllOf(HasSubstr(option), HasSubstr(text), Not(HasSubstr("\n"))));
  return r.error().message;
}
std::string cpus_refusal(const std::string& text, std::uint32_t most = 255) {
  return refusal(parse_cpus(text, most), "--cpus", text);
}
std::string memory_refusal(const std::string& text) {
  return refusal(parse_memory(text, kHost), "--memory", text);
}

struct CpusCase {
  std::string text;
  std::uint32_t cpus, max;
};
void PrintTo(const CpusCase& c, std::ostream* out) {
  *out << c.text;
}
class Cpus : public testing::TestWithParam<CpusCase> {};

TEST_P(Cpus, AreCountAndMaximum) {
  const auto r = parse_cpus(GetParam().text, 255);
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_EQ(r->cpus, GetParam().cpus);
  EXPECT_EQ(r->max_cpus, GetParam().max);
}

INSTANTIATE_TEST_SUITE_P(Good, Cpus,
                         testing::Values(CpusCase{"1", 1, 1}, CpusCase{"4", 4, 4},
                                         CpusCase{"1,max=4", 1, 4}, CpusCase{"4,max=4", 4, 4},
                                         CpusCase{"255", 255, 255}, CpusCase{"2,max=255", 2, 255}));

TEST(CpusRefused, Zero) {
  EXPECT_THAT(cpus_refusal("0"), HasSubstr("at least one"));
  EXPECT_THAT(cpus_refusal("0,max=4"), HasSubstr("at least one"));
}

TEST(CpusRefused, MaximumBelowTheCount) {
  EXPECT_THAT(cpus_refusal("4,max=2"), AllOf(HasSubstr("max=2"), HasSubstr("4 CPUs")));
  (void)cpus_refusal("1,max=0");
}

TEST(CpusRefused, MoreThanPossible) {
  EXPECT_THAT(cpus_refusal("1,max=256"), AllOf(HasSubstr("256"), HasSubstr("255")));
  EXPECT_THAT(cpus_refusal("256"), HasSubstr("255"));
}

TEST(CpusRefused, NumbersThatDoNotFitAnyInteger) {
  (void)cpus_refusal("4294967296");  // 1 << 32: zero in 32 bits
  (void)cpus_refusal("4294967297");  // one in 32 bits
  (void)cpus_refusal("1,max=4294967298");
  (void)cpus_refusal("18446744073709551617");
  EXPECT_THAT(cpus_refusal("1,max=99999999999999999999999999"), HasSubstr("more than the"));
  EXPECT_THAT(cpus_refusal("99999999999999999999999999"), HasSubstr("more than the"));
}

TEST(CpusRefused, WhatIsNotANumber) {
  for (const char* text :
       {"",        "x",        "-1",       "+1",       " 1",      "1 ",
        "1.5",     "0x2",      "1,",       "1,2",      "1,max",   "1,max=",
        "1,max=x", "1,max=2x", "1,max=-2", "1,max= 2", "1,MAX=2", "1,max=2,max=3",
        ",max=2",  "max=2",    "1,min=2",  "1;max=2"})
    EXPECT_THAT(cpus_refusal(text), HasSubstr("expected N or N,max=M")) << text;
}

TEST(CpusRefused, BytesThatAreNoText) {
  EXPECT_FALSE(parse_cpus(std::string("1\0", 2), 255));
  EXPECT_FALSE(parse_cpus("\xff\xfe", 255));
}

struct MemoryCase {
  std::string text;
  std::uint64_t bytes;
};
void PrintTo(const MemoryCase& c, std::ostream* out) {
  *out << c.text;
}
class Memory : public testing::TestWithParam<MemoryCase> {};

TEST_P(Memory, IsASizeInBytes) {
  const auto r = parse_memory(GetParam().text, kHost);
  ASSERT_TRUE(r) << r.error().message;
  EXPECT_EQ(*r, GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(Good, Memory,
                         testing::Values(MemoryCase{"512M", 512 * kMiB}, MemoryCase{"4G", 4 * kGiB},
                                         MemoryCase{"4096", 4096 * kMiB},  // MiB
                                         MemoryCase{"64m", 64 * kMiB},     // smallest
                                         MemoryCase{"2g", 2 * kGiB},
                                         MemoryCase{"131072K", 128 * kMiB},
                                         MemoryCase{"16G", kHost}));  // all that there is

TEST(MemoryRefused, TooSmall) {
  EXPECT_THAT(memory_refusal("63M"), HasSubstr("64 MiB"));
  EXPECT_THAT(memory_refusal("0"), HasSubstr("64 MiB"));
  EXPECT_THAT(memory_refusal("0G"), HasSubstr("64 MiB"));
}

TEST(MemoryRefused, NoMultipleOf1MiB) {
  EXPECT_THAT(memory_refusal("131073K"), HasSubstr("1 MiB"));
  EXPECT_THAT(memory_refusal("1000000K"), HasSubstr("1 MiB"));
}

TEST(MemoryRefused, MoreThanTheHostHas) {
  EXPECT_THAT(memory_refusal("16385M"), HasSubstr("16384 MiB"));
  EXPECT_THAT(memory_refusal("17G"), HasSubstr("16384 MiB"));
}

TEST(MemoryRefused, SizesThatOverflow) {
  (void)memory_refusal("17179869185G");        // 1 GiB modulo 2^64
  (void)memory_refusal("17592186044480M");     // 64 MiB modulo 2^64
  (void)memory_refusal("18014398509547520K");  // 64 MiB modulo 2^64
  (void)memory_refusal("18446744073709551615");
  (void)memory_refusal("18446744073709551616M");
  (void)memory_refusal("999999999999999999999999999G");
}

TEST(MemoryRefused, WhatIsNotASize) {
  for (const char* text : {"", "M", "G", "x", "-1G", "+512M", " 512M", "512M ", "512 M", "512MB",
                           "512MiB", "1.5G", "0x200M", "512T", "512MM", "M512"})
    EXPECT_THAT(memory_refusal(text), HasSubstr("expected a size")) << text;
}

TEST(Control, IsThePathBehindUnix) {
  const auto r = parse_control("unix:/run/unpark.qmp");
  ASSERT_TRUE(r);
  EXPECT_EQ(*r, "/run/unpark.qmp");
  EXPECT_EQ(*parse_control("unix:a:b"), "a:b");
}

TEST(Control, OfAnotherKindIsRefused) {
  for (const char* text : {"", "unix:", "/run/unpark.qmp", "tcp:localhost:4444", "UNIX:/x"})
    EXPECT_THAT(refusal(parse_control(text), "--control", text), HasSubstr("unix:PATH")) << text;
}

TEST(Serial, IsStdioAFileOrNothing) {
  EXPECT_EQ(parse_serial("stdio")->kind, SerialOption::Kind::kStdio);
  EXPECT_EQ(parse_serial("none")->kind, SerialOption::Kind::kNone);
  const auto file = parse_serial("file:/tmp/log:1");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->kind, SerialOption::Kind::kFile);
  EXPECT_EQ(file->path, "/tmp/log:1");
}

TEST(Serial, OfAnotherKindIsRefused) {
  for (const char* text : {"", "file:", "file", "/tmp/log", "pty", "stdio ", "None"})
    EXPECT_THAT(refusal(parse_serial(text), "--serial", text),
                HasSubstr("stdio, file:PATH or none"))
        << text;
}

}  // namespace
}  // namespace unpark::cli
