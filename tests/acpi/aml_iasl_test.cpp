// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "acpi/aml.h"
#include "tests/acpi/iasl.h"

// Every builder function against the compiler: the same ASL, byte for byte.
namespace unpark::aml {
namespace {

struct Pair {
  const char* name;
  const char* asl;
  Term term;
};

class Encoding : public testing::TestWithParam<Pair> {};

// Statements and expressions stand in a method.
class BodyEncoding : public testing::TestWithParam<Pair> {};

TEST_P(Encoding, IsThatOfIasl) {
  EXPECT_EQ(GetParam().term.bytes, acpi_test::iasl_bytes(GetParam().asl)) << GetParam().asl;
}

TEST_P(BodyEncoding, IsThatOfIasl) {
  const std::string around =
      "Device (CPU0) { Name (_HID, \"ACPI0007\") Name (_UID, 0) }\n"
      "Mutex (MTEX, 0)\nName (VALU, 0)\nMethod (DOIT, 2, NotSerialized) {}\n";
  const Bytes before = acpi_test::iasl_bytes(around);
  const Bytes all = acpi_test::iasl_bytes(around + "Method (TEST, 7, NotSerialized) {\n" +
                                          GetParam().asl + "\n}");
  const Term ours = method("TEST"_seg, 7, Serialize::kNotSerialized, {GetParam().term});
  ASSERT_GT(all.size(), before.size());
  EXPECT_EQ(ours.bytes, Bytes(all.begin() + static_cast<std::ptrdiff_t>(before.size()), all.end()))
      << GetParam().asl;
}

std::vector<Pair> objects() {
  return {
      {"Zero", "Name (VALU, 0)", name("VALU"_seg, integer(0))},
      {"Ones", "Name (VALU, 0xFFFFFFFFFFFFFFFF)", name("VALU"_seg, integer(~0ull))},
      {"DWord", "Name (VALU, 0xFFFFFFFF)", name("VALU"_seg, integer(0xffffffff))},
      {"QWord", "Name (VALU, 0x100000000)", name("VALU"_seg, integer(0x100000000))},
      {"String", "Name (VALU, \"ACPI0007\")", name("VALU"_seg, string("ACPI0007"))},
      {"EisaId", "Name (_HID, EisaId (\"PNP0B00\"))", name("_HID"_seg, "PNP0B00"_eisa)},
      {"Buffer", "Name (VALU, Buffer () { 1, 2, 3 })", name("VALU"_seg, buffer(Bytes{1, 2, 3}))},
      {"BufferOfOne", "Name (VALU, Buffer () { 0x55 })", name("VALU"_seg, buffer(Bytes{0x55}))},
      {"EmptyBuffer", "Name (VALU, Buffer (0x10) {})", name("VALU"_seg, buffer_of_size(16))},
      {"Package", "Name (VALU, Package () { 1, \"a\", Package () { 2 } })",
       name("VALU"_seg, package({integer(1), string("a"), package({integer(2)})}))},
      {"PackageOfNames", "Device (ABCD) {} Name (VALU, Package () { ABCD })",
       sequence({device("ABCD"_seg, {}), name("VALU"_seg, package({"ABCD"_name}))})},
      {"Alias", "Name (VALU, 0) Alias (VALU, ALSO)",
       sequence({name("VALU"_seg, integer(0)), alias("VALU"_seg, "ALSO"_seg)})},
      {"RootName", "Name (\\VALU, 0)", name("\\VALU"_name, integer(0))},
      {"Scope", "Scope (\\_SB) { Device (ABCD) {} }",
       scope("\\_SB_"_name, {device("ABCD"_seg, {})})},
      {"ScopeOfTwo", "Device (\\_SB.ABCD) {} Scope (\\_SB.ABCD) { Name (VALU, 0) }",
       sequence({device("\\_SB_.ABCD"_name, {}),
                 scope("\\_SB_.ABCD"_name, {name("VALU"_seg, integer(0))})})},
      {"Method", "Method (TEST, 3, NotSerialized) {}",
       method("TEST"_seg, 3, Serialize::kNotSerialized, {})},
      {"SerializedMethod", "Method (TEST, 1, Serialized) {}",
       method("TEST"_seg, 1, Serialize::kSerialized, {})},
      {"Mutex", "Mutex (MTEX, 5)", mutex("MTEX"_seg, 5)},
      {"OperationRegion", "OperationRegion (REGS, SystemIO, 0x0CE4, 0x0C)",
       operation_region("REGS"_seg, RegionSpace::kSystemIo, integer(0xce4), integer(12))},
      {"Field",
       "OperationRegion (REGS, SystemIO, 0x10, 8)\n"
       "Field (REGS, DWordAcc, Lock, WriteAsOnes) { AAAA, 3, , 5, Offset (4), BBBB, 32 }",
       sequence({operation_region("REGS"_seg, RegionSpace::kSystemIo, integer(16), integer(8)),
                 field("REGS"_seg, FieldAccess::kDWord, FieldLock::kLock, FieldUpdate::kWriteAsOnes,
                       {named("AAAA"_seg, 3), reserved(5), offset(4), named("BBBB"_seg, 32)})})},
      {"OffsetWithoutAGap",
       "OperationRegion (REGS, SystemIO, 0x10, 8)\n"
       "Field (REGS, ByteAcc, NoLock, Preserve) { AAAA, 8, Offset (1), BBBB, 8 }",
       sequence({operation_region("REGS"_seg, RegionSpace::kSystemIo, integer(16), integer(8)),
                 field("REGS"_seg, FieldAccess::kByte, FieldLock::kNoLock, FieldUpdate::kPreserve,
                       {named("AAAA"_seg, 8), offset(1), named("BBBB"_seg, 8)})})},
  };
}

Pair resources(const char* name_of_pair, const char* asl, const std::vector<Resource>& list) {
  return {name_of_pair, asl, name("_CRS"_seg, resource_template(list))};
}

std::vector<Pair> descriptors() {
  return {
      resources("NoResource", "Name (_CRS, ResourceTemplate () {})", {}),
      resources("Io", "Name (_CRS, ResourceTemplate () { IO (Decode16, 0x3F8, 0x3F8, 1, 8) })",
                {io(0x3f8, 8)}),
      resources("LevelInterrupt",
                "Name (_CRS, ResourceTemplate () {"
                " Interrupt (ResourceConsumer, Level, ActiveLow, Shared) { 0x15 } })",
                {interrupt(0x15, Trigger::kLevel, Polarity::kActiveLow, Sharing::kShared)}),
      resources("Memory32Fixed",
                "Name (_CRS, ResourceTemplate () {"
                " Memory32Fixed (ReadWrite, 0xB0000000, 0x10000000)"
                " Memory32Fixed (ReadOnly, 0xFFC00000, 0x00400000) })",
                {memory32_fixed(Writable::kReadWrite, 0xb0000000, 0x10000000),
                 memory32_fixed(Writable::kReadOnly, 0xffc00000, 0x400000)}),
      resources("WordBusNumber",
                "Name (_CRS, ResourceTemplate () {"
                " WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode,"
                " 0, 0, 0xFF, 0, 0x100) })",
                {word_bus_number(0, 0xff)}),
      resources("WordIo",
                "Name (_CRS, ResourceTemplate () {"
                " WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,"
                " 0, 0x6000, 0xFFFF, 0, 0xA000) })",
                {word_io(0x6000, 0xffff)}),
      resources("DWordIo",
                "Name (_CRS, ResourceTemplate () {"
                " DWordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,"
                " 0, 0x6000, 0xFFFF, 0, 0xA000) })",
                {dword_io(0x6000, 0xffff)}),
      resources("DWordMemory",
                "Name (_CRS, ResourceTemplate () {"
                " DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, NonCacheable,"
                " ReadWrite, 0, 0xC0000000, 0xFBFFFFFF, 0, 0x3C000000) })",
                {dword_memory(0xc0000000, 0xfbffffff)}),
      resources("QWordMemory",
                "Name (_CRS, ResourceTemplate () {"
                " QWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed, Cacheable,"
                " ReadWrite, 0, 0x4000000000, 0x7FFFFFFFFF, 0, 0x4000000000) })",
                {qword_memory(0x4000000000, 0x7fffffffff)}),
  };
}

std::vector<Pair> statements() {
  const Term a = arg(0);
  const Term b = arg(1);
  return {
      {"If", "If (Arg0) { Arg1 = 2 }", if_(a, {store(integer(2), b)})},
      {"IfElse", "If (Arg0) { Arg1 = 2 } Else { Arg1 = 3 }",
       sequence({if_(a, {store(integer(2), b)}), else_({store(integer(3), b)})})},
      {"While", "While (Arg0) { Arg0-- If (Arg1) { Break } Continue }",
       while_(a, {decrement(a), if_(b, {break_()}), continue_()})},
      {"Return", "Return (Arg6)", return_(arg(6))},
      {"Notify", "Notify (CPU0, 1)", notify("CPU0"_seg, integer(1))},
      {"AcquireRelease", "Acquire (MTEX, 0xFFFF) Release (MTEX)",
       sequence({acquire("MTEX"_seg, kForever), release("MTEX"_seg)})},
      {"Call", "DOIT (Arg0, 5)", call("DOIT"_seg, {a, integer(5)})},
      {"CallByPath", "\\DOIT (Arg0, 5)", call("\\DOIT"_name, {a, integer(5)})},
  };
}

std::vector<Pair> expressions() {
  const Term a = arg(0);
  const Term b = arg(1);
  const Term c = local(7);
  return {
      {"Store", "Local7 = Arg0", store(a, c)},
      {"StoreToName", "VALU = Arg0", store(a, "VALU"_seg)},
      {"Add", "Local7 = Arg0 + Arg1", add(a, b, c)},
      {"Subtract", "Local7 = Arg0 - Arg1", subtract(a, b, c)},
      {"Multiply", "Local7 = Arg0 * Arg1", multiply(a, b, c)},
      {"Divide", "Divide (Arg0, Arg1, Local6, Local7)", divide(a, b, local(6), c)},
      {"Mod", "Local7 = Arg0 % Arg1", mod(a, b, c)},
      {"ShiftLeft", "Local7 = Arg0 << Arg1", shift_left(a, b, c)},
      {"ShiftRight", "Local7 = Arg0 >> Arg1", shift_right(a, b, c)},
      {"And", "Local7 = Arg0 & Arg1", and_(a, b, c)},
      {"Or", "Local7 = Arg0 | Arg1", or_(a, b, c)},
      {"Xor", "Local7 = Arg0 ^ Arg1", xor_(a, b, c)},
      {"Not", "Local7 = ~Arg0", not_(a, c)},
      {"Increment", "Arg0++", increment(a)},
      {"Decrement", "Arg0--", decrement(a)},
      {"LAnd", "Return (Arg0 && Arg1)", return_(l_and(a, b))},
      {"LOr", "Return (Arg0 || Arg1)", return_(l_or(a, b))},
      {"LNot", "Return (!Arg0)", return_(l_not(a))},
      {"LEqual", "Return (Arg0 == Arg1)", return_(l_equal(a, b))},
      {"LNotEqual", "Return (Arg0 != Arg1)", return_(l_not_equal(a, b))},
      {"LLess", "Return (Arg0 < Arg1)", return_(l_less(a, b))},
      {"LLessEqual", "Return (Arg0 <= Arg1)", return_(l_less_equal(a, b))},
      {"LGreater", "Return (Arg0 > Arg1)", return_(l_greater(a, b))},
      {"LGreaterEqual", "Return (Arg0 >= Arg1)", return_(l_greater_equal(a, b))},
      {"Index", "Index (Arg0, 3, Local7)", index(a, integer(3), c)},
      {"DerefOf", "Return (DerefOf (Index (Arg0, Arg1)))", return_(deref_of(index(a, b)))},
      {"SizeOf", "Return (SizeOf (Arg0))", return_(size_of(a))},
      {"RefOf", "Local7 = RefOf (VALU)", store(ref_of("VALU"_seg), c)},
      {"CondRefOf", "CondRefOf (VALU, Local7)", cond_ref_of("VALU"_seg, c)},
      {"NoTarget", "Return ((Arg0 + Arg1))", return_(add(a, b))},
      {"VarPackage", "Return (Package (Arg0) { 1 })", return_(var_package(a, {integer(1)}))},
  };
}

std::string pair_name(const testing::TestParamInfo<Pair>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Object, Encoding, testing::ValuesIn(objects()), pair_name);
INSTANTIATE_TEST_SUITE_P(Resource, Encoding, testing::ValuesIn(descriptors()), pair_name);
INSTANTIATE_TEST_SUITE_P(Statement, BodyEncoding, testing::ValuesIn(statements()), pair_name);
INSTANTIATE_TEST_SUITE_P(Expression, BodyEncoding, testing::ValuesIn(expressions()), pair_name);

}  // namespace
}  // namespace unpark::aml
