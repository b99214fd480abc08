// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "acpi/aml.h"
#include "tests/acpi/iasl.h"

// Where a length needs one byte more: our bytes against iasl's, compiled now.
namespace unpark::aml {
namespace {

// A scope whose body has exactly `body` bytes, as ASL and as our terms.
struct Sized {
  std::string asl;
  Term term;
};

Sized scope_with_body(std::size_t body) {
  constexpr std::size_t kScopeName = 5;   // \_SB_
  constexpr std::size_t kNameAround = 7;  // opcode, name, string opcode, NUL
  constexpr std::size_t kChunk = 60000;
  std::string asl;
  Terms children;
  std::size_t left = body - kScopeName;
  for (unsigned i = 0; left > 0; ++i) {
    std::size_t size = std::min(left, kChunk);
    if (left - size != 0 && left - size < kNameAround) size -= kNameAround;
    const std::string text(size - kNameAround, 'x');
    const NameSeg seg = NameSeg::numbered('N', i);
    asl += "Name (" + std::string{seg.text()} + ", \"" + text + "\")\n";
    children.push_back(name(seg, string(text)));
    left -= size;
  }
  return {"Scope (\\_SB) {\n" + asl + "}", scope("\\_SB_"_name, children)};
}

class PackageOfSize : public testing::TestWithParam<std::size_t> {};

TEST_P(PackageOfSize, EncodesAsIaslDoes) {
  const std::size_t body = GetParam();
  const Sized sized = scope_with_body(body);
  const Bytes expected = acpi_test::iasl_bytes(sized.asl);
  // Not EXPECT_EQ: a megabyte of difference helps nobody.
  ASSERT_EQ(sized.term.bytes.size(), expected.size());
  const auto [ours, theirs] = std::ranges::mismatch(sized.term.bytes, expected);
  EXPECT_EQ(ours, sized.term.bytes.end())
      << "first difference at byte " << ours - sized.term.bytes.begin();
  // The body really is as long as the test claims: opcode, then one to four bytes of length.
  const std::size_t length_bytes = (expected[1] >> 6) + 1u;
  EXPECT_EQ(expected.size() - 1 - length_bytes, body);
}

INSTANTIATE_TEST_SUITE_P(AroundEveryStep, PackageOfSize,
                         testing::Values(12, 61, 62, 63, 64, 4092, 4093, 4094, 4095, 1048571,
                                         1048572, 1048573, 1048574),
                         [](const auto& test) { return std::to_string(test.param) + "Bytes"; });

class FieldUnitOfWidth : public testing::TestWithParam<std::size_t> {};

TEST_P(FieldUnitOfWidth, EncodesAsIaslDoes) {
  const std::size_t bits = GetParam();
  const std::string width = std::to_string(bits);
  const std::string region = "OperationRegion (REGS, SystemMemory, 0x1000, 0x100000)\n";
  EXPECT_EQ(
      sequence({operation_region("REGS"_seg, RegionSpace::kSystemMemory, integer(0x1000),
                                 integer(0x100000)),
                field("REGS"_seg, FieldAccess::kAny, FieldLock::kNoLock, FieldUpdate::kPreserve,
                      {named("AAAA"_seg, bits), reserved(bits), named("BBBB"_seg, 1)})})
          .bytes,
      acpi_test::iasl_bytes(region + "Field (REGS, AnyAcc, NoLock, Preserve) { AAAA, " + width +
                            ", , " + width + ", BBBB, 1 }"));
}

INSTANTIATE_TEST_SUITE_P(AroundEveryStep, FieldUnitOfWidth,
                         testing::Values(1, 62, 63, 64, 4093, 4094, 4095, 4096, 1048572, 1048573,
                                         1048576),
                         [](const auto& test) { return std::to_string(test.param) + "Bits"; });

class PackageWithElements : public testing::TestWithParam<std::size_t> {};

TEST_P(PackageWithElements, EncodesAsIaslDoes) {
  std::string asl;
  Terms elements;
  for (std::size_t i = 0; i < GetParam(); ++i) {
    asl += std::to_string(i) + ", ";
    elements.push_back(integer(i));
  }
  EXPECT_EQ(name("PKGE"_seg, package(elements)).bytes,
            acpi_test::iasl_bytes("Name (PKGE, Package () {" + asl + "})"));
}

INSTANTIATE_TEST_SUITE_P(AroundOneByteOfCount, PackageWithElements,
                         testing::Values(1, 254, 255, 256, 300),
                         [](const auto& test) { return std::to_string(test.param); });

}  // namespace
}  // namespace unpark::aml
