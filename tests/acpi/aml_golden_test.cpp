// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>

#include "acpi/aml.h"

// Encodings by the letter of ACPI 6.5, chapter 20, with no tool between.
namespace unpark::aml {
namespace {

Bytes encoded(const Term& term) {
  return term.bytes;
}

// Device (COM1) { Name (_UID, One) }
TEST(AmlGolden, ADeviceIsOpcodeLengthNameAndChildren) {
  EXPECT_EQ(encoded(device("COM1"_seg, {name("_UID"_seg, integer(1))})),
            (Bytes{0x5b, 0x82, 0x0b, 'C', 'O', 'M', '1', 0x08, '_', 'U', 'I', 'D', 0x01}));
}

TEST(AmlGolden, IntegersTakeTheShortestEncoding) {
  EXPECT_EQ(encoded(integer(0)), (Bytes{0x00}));
  EXPECT_EQ(encoded(integer(1)), (Bytes{0x01}));
  EXPECT_EQ(encoded(integer(2)), (Bytes{0x0a, 0x02}));
  EXPECT_EQ(encoded(integer(0xff)), (Bytes{0x0a, 0xff}));
  EXPECT_EQ(encoded(integer(0x100)), (Bytes{0x0b, 0x00, 0x01}));
  EXPECT_EQ(encoded(integer(0xffff)), (Bytes{0x0b, 0xff, 0xff}));
  EXPECT_EQ(encoded(integer(0x10000)), (Bytes{0x0c, 0x00, 0x00, 0x01, 0x00}));
  EXPECT_EQ(encoded(integer(0x04030201)), (Bytes{0x0c, 0x01, 0x02, 0x03, 0x04}));
  EXPECT_EQ(encoded(integer(0x0807060504030201)),
            (Bytes{0x0e, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08}));
  EXPECT_EQ(encoded(integer(0xffffffffffffffff)), (Bytes{0xff}));
}

TEST(AmlGolden, AStringEndsInNul) {
  EXPECT_EQ(encoded(string("OK")), (Bytes{0x0d, 'O', 'K', 0x00}));
}

TEST(AmlGolden, ABufferCarriesItsSize) {
  EXPECT_EQ(encoded(buffer(Bytes{0x01, 0x02, 0x03})),
            (Bytes{0x11, 0x06, 0x0a, 0x03, 0x01, 0x02, 0x03}));
}

TEST(AmlGolden, NamesTakeThePrefixOfTheirSegmentCount) {
  EXPECT_EQ("\\"_name.encode(), (Bytes{'\\', 0x00}));
  EXPECT_EQ("CSCN"_name.encode(), (Bytes{'C', 'S', 'C', 'N'}));
  EXPECT_EQ("^^ABCD"_name.encode(), (Bytes{'^', '^', 'A', 'B', 'C', 'D'}));
  EXPECT_EQ("\\_SB_.CPUS"_name.encode(),
            (Bytes{'\\', 0x2e, '_', 'S', 'B', '_', 'C', 'P', 'U', 'S'}));
  EXPECT_EQ("\\_SB_.CPUS.C001"_name.encode(),
            (Bytes{'\\', 0x2f, 0x03, '_', 'S', 'B', '_', 'C', 'P', 'U', 'S', 'C', '0', '0', '1'}));
}

TEST(AmlGolden, NumberedSegmentsAreThreeHexadecimalDigits) {
  EXPECT_EQ(NameSeg::numbered('C', 0).text(), "C000");
  EXPECT_EQ(NameSeg::numbered('C', 0xabc).text(), "CABC");
  EXPECT_EQ(NameSeg::numbered('C', 4095).text(), "CFFF");
}

// IO (Decode16, 0x03F8, 0x03F8, 1, 8)  Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive)
// {4}
TEST(AmlGolden, AResourceTemplateEndsInATagWithoutChecksum) {
  EXPECT_EQ(
      encoded(resource_template({io(0x3f8, 8), interrupt(4, Trigger::kEdge, Polarity::kActiveHigh,
                                                         Sharing::kExclusive)})),
      (Bytes{0x11, 0x16, 0x0a, 0x13,                                // Buffer, 19 bytes
             0x47, 0x01, 0xf8, 0x03, 0xf8, 0x03, 0x01, 0x08,        // IO
             0x89, 0x06, 0x00, 0x03, 0x01, 0x04, 0x00, 0x00, 0x00,  // Interrupt
             0x79, 0x00}));
}

// Field (REGS, ByteAcc, Lock, WriteAsZeros) { Offset (4), AAAA, 1, , 3, Offset (5), BBBB, 8 }
TEST(AmlGolden, FieldOffsetsBecomeReservedBits) {
  EXPECT_EQ(encoded(field(
                "REGS"_seg, FieldAccess::kByte, FieldLock::kLock, FieldUpdate::kWriteAsZeros,
                {offset(4), named("AAAA"_seg, 1), reserved(3), offset(5), named("BBBB"_seg, 8)})),
            (Bytes{0x5b, 0x81, 0x16, 'R',  'E',  'G',  'S',  0x51, 0x00, 0x20, 'A', 'A',
                   'A',  'A',  0x01, 0x00, 0x03, 0x00, 0x04, 'B',  'B',  'B',  'B', 0x08}));
}

// The length counts its own bytes; with more than one, the first gives only four bits.
TEST(AmlGolden, PackageLengthsGrowWhereTheSpecificationSays) {
  EXPECT_EQ(package_length(0), (Bytes{0x01}));
  EXPECT_EQ(package_length(62), (Bytes{0x3f}));
  EXPECT_EQ(package_length(63), (Bytes{0x41, 0x04}));  // 65
  EXPECT_EQ(package_length(4093), (Bytes{0x4f, 0xff}));
  EXPECT_EQ(package_length(4094), (Bytes{0x81, 0x00, 0x01}));  // 4097
  EXPECT_EQ(package_length(1048572), (Bytes{0x8f, 0xff, 0xff}));
  EXPECT_EQ(package_length(1048573), (Bytes{0xc1, 0x00, 0x00, 0x01}));  // 1048577
  EXPECT_EQ(package_length(268435451), (Bytes{0xcf, 0xff, 0xff, 0xff}));
}

TEST(AmlGolden, FieldWidthsDoNotCountTheirOwnBytes) {
  EXPECT_EQ(encoded_length(62), (Bytes{0x3e}));
  EXPECT_EQ(encoded_length(63), (Bytes{0x4f, 0x03}));
  EXPECT_EQ(encoded_length(64), (Bytes{0x40, 0x04}));
  EXPECT_EQ(encoded_length(4093), (Bytes{0x4d, 0xff}));
  EXPECT_EQ(encoded_length(4094), (Bytes{0x8e, 0xff, 0x00}));
  EXPECT_EQ(encoded_length(1048573), (Bytes{0xcd, 0xff, 0xff, 0x00}));
}

TEST(AmlGolden, PnpIdsAreCompressedBigEndian) {
  EXPECT_EQ(encoded("PNP0A08"_eisa), (Bytes{0x0c, 0x41, 0xd0, 0x0a, 0x08}));
  EXPECT_EQ(encoded("PNP0501"_eisa), (Bytes{0x0c, 0x41, 0xd0, 0x05, 0x01}));
}

template <Literal kText>
concept CompilesAsSeg = requires {
  operator""_seg<kText>();
};
template <Literal kText>
concept CompilesAsName = requires {
  operator""_name<kText>();
};
template <Literal kText>
concept CompilesAsEisaId = requires {
  operator""_eisa<kText>();
};

TEST(AmlNames, MisspeltOnesDoNotCompile) {
  static_assert(CompilesAsSeg<"_STA"> && CompilesAsSeg<"C0F1">);
  static_assert(!CompilesAsSeg<"STA"> && !CompilesAsSeg<"_STAT">);  // three, five characters
  static_assert(!CompilesAsSeg<"cpus"> && !CompilesAsSeg<"0CPU"> && !CompilesAsSeg<"CP-S">);
  static_assert(CompilesAsName<"\\"> && CompilesAsName<"\\_SB_.CPUS"> && CompilesAsName<"^CPUS">);
  static_assert(!CompilesAsName<""> && !CompilesAsName<"_SB.CPUS"> && !CompilesAsName<"CPUS.">);
  static_assert(!CompilesAsName<"\\^CPUS"> && !CompilesAsName<".CPUS"> && !CompilesAsName<"^">);
  static_assert(CompilesAsEisaId<"PNP0A08">);
  static_assert(!CompilesAsEisaId<"PNP0A0"> && !CompilesAsEisaId<"pnp0a08">);
  static_assert(!CompilesAsEisaId<"PNPXXXX">);
}

}  // namespace
}  // namespace unpark::aml
