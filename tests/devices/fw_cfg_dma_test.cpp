// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "devices/fw_cfg.h"
#include "tests/fakes/flat_memory.h"

namespace unpark {
namespace {

using test::FlatMemory;

constexpr std::uint64_t kBase = 0x1'0000'0000;  // above 4 GiB: both halves of the address count
constexpr std::uint64_t kDescriptor = kBase + 0x100;
constexpr std::uint64_t kBuffer = kBase + 0x1000;
constexpr std::uint32_t kRead = 0x02, kSkip = 0x04, kSelect = 0x08, kWrite = 0x10;

constexpr std::uint32_t swapped(std::uint32_t v) {
  return __builtin_bswap32(v);
}

FwCfgBytes text(std::string_view s) {
  FwCfgBytes b;
  for (const char c : s) b.push_back(static_cast<std::byte>(c));
  return b;
}

struct FwCfgDma : testing::Test {
  std::shared_ptr<FlatMemory> memory = std::make_shared<FlatMemory>(0x10000, kBase);
  FwCfg fw_cfg{memory};

  void SetUp() override { memory->fill(0xaa); }
  void start(std::uint64_t descriptor) {
    EXPECT_TRUE(fw_cfg.write({.offset = 4, .width = 4},
                             swapped(static_cast<std::uint32_t>(descriptor >> 32))));
    EXPECT_TRUE(
        fw_cfg.write({.offset = 8, .width = 4}, swapped(static_cast<std::uint32_t>(descriptor))));
  }
  // The control word as the guest finds it.
  std::uint64_t run(std::uint32_t control, std::uint32_t length, std::uint64_t address = kBuffer) {
    memory->put_big_endian(kDescriptor, 4, control);
    memory->put_big_endian(kDescriptor + 4, 4, length);
    memory->put_big_endian(kDescriptor + 8, 8, address);
    start(kDescriptor);
    return memory->big_endian(kDescriptor, 4);
  }
  void select(std::uint16_t key) { EXPECT_TRUE(fw_cfg.write({.offset = 0, .width = 2}, key)); }
};

TEST_F(FwCfgDma, ReadsTheSelectedItemAndLeavesControlZero) {
  select(0x0000);

  EXPECT_EQ(run(kRead, 4), 0u);

  EXPECT_EQ(memory->slice(kBuffer, 5), text("QEMU\xaa"));
}

TEST_F(FwCfgDma, SelectAndReadInOneOrder) {
  ASSERT_TRUE(fw_cfg.add_item(0x0008, text("abcdef")));

  EXPECT_EQ(run(0x0008'0000 | kSelect | kRead, 3), 0u);
  EXPECT_EQ(memory->slice(kBuffer, 3), text("abc"));
  EXPECT_EQ(run(kRead, 3), 0u);
  EXPECT_EQ(memory->slice(kBuffer, 3), text("def"));
}

TEST_F(FwCfgDma, SharesItsPositionWithTheDataPort) {
  select(0x0000);
  EXPECT_EQ(*fw_cfg.read({.offset = 1, .width = 1}), std::uint64_t{'Q'});
  EXPECT_EQ(run(kRead, 2), 0u);
  EXPECT_EQ(memory->slice(kBuffer, 2), text("EM"));
  EXPECT_EQ(*fw_cfg.read({.offset = 1, .width = 1}), std::uint64_t{'U'});
}

TEST_F(FwCfgDma, SkipMovesOnAndStopsAtTheEnd) {
  select(0x0000);
  EXPECT_EQ(run(kSkip, 2), 0u);
  EXPECT_EQ(run(kRead, 2), 0u);
  EXPECT_EQ(memory->slice(kBuffer, 2), text("MU"));

  select(0x0000);
  EXPECT_EQ(run(kSkip, 0xffffffff), 0u);
  EXPECT_EQ(*fw_cfg.read({.offset = 1, .width = 1}), 0u);
}

TEST_F(FwCfgDma, PastTheEndTheBufferIsFilledWithZeros) {
  select(0x0000);

  EXPECT_EQ(run(kRead, 0x2008), 0u);

  EXPECT_EQ(memory->slice(kBuffer, 4), text("QEMU"));
  EXPECT_EQ(memory->slice(kBuffer + 4, 0x2004), FwCfgBytes(0x2004));
  EXPECT_EQ(memory->slice(kBuffer + 0x2008, 1), text("\xaa"));
}

TEST_F(FwCfgDma, AnAbsentItemReadsZero) {
  select(0x3000);
  EXPECT_EQ(run(kRead, 4), 0u);
  EXPECT_EQ(memory->slice(kBuffer, 4), FwCfgBytes(4));
}

TEST_F(FwCfgDma, ReadWinsOverWriteAndWriteOverSkip) {
  int written = 0;
  ASSERT_TRUE(fw_cfg.add_writable_file("f", text("1234"), [&](auto) { ++written; }));
  select(0x0020);

  EXPECT_EQ(run(kRead | kWrite | kSkip, 2), 0u);
  EXPECT_EQ(memory->slice(kBuffer, 2), text("12"));
  EXPECT_EQ(written, 0);
  EXPECT_EQ(run(kWrite | kSkip, 1), 0u);
  EXPECT_EQ(written, 1);
}

TEST_F(FwCfgDma, AnOrderWithoutActionFinishes) {
  EXPECT_EQ(run(0, 100), 0u);
}

TEST_F(FwCfgDma, MemoryThatIsNotThereIsAnErrorAndNothingElse) {
  select(0x0000);
  EXPECT_EQ(run(kRead, 4, 0x1000), 1u);
  EXPECT_EQ(run(kRead, 4, kBase + 0x10000 - 2), 1u);
  EXPECT_EQ(run(kRead, 0x100, ~std::uint64_t{0} - 8), 1u);
  start(0x2000);  // a descriptor nowhere: there is nobody to tell
  start(~std::uint64_t{0} - 4);

  EXPECT_EQ(run(kSelect | kRead, 4), 0u);
  EXPECT_EQ(memory->slice(kBuffer, 4), text("QEMU"));
}

TEST(FwCfgDmaCopy, DoesNotWrapAtTheTopOfTheAddressSpace) {
  struct Anything final : DmaMemory {
    bool read(Gpa, std::span<std::byte>) override { return true; }
    bool write(Gpa, std::span<const std::byte>) override { return ++writes > 0; }
    int writes = 0;
  } memory;

  EXPECT_FALSE(copy_fw_cfg_to_guest(memory, Gpa{~std::uint64_t{0} - 8}, 0x100, 0, {}));

  EXPECT_EQ(memory.writes, 0);
}

TEST_F(FwCfgDma, AReadOverTheLimitIsRefusedWithoutTouchingMemory) {
  const int before = memory->writes;

  EXPECT_EQ(run(kRead, (256u << 20) + 1), 1u);

  EXPECT_EQ(memory->writes, before + 1);  // the control word
}

TEST_F(FwCfgDma, ALongReadStopsAtTheFirstHole) {
  const int before = memory->writes;

  EXPECT_EQ(run(kRead, 256u << 20), 1u);

  EXPECT_LT(memory->writes, before + 20);
}

TEST_F(FwCfgDma, TheDescriptorIsReadOnce) {
  const int before = memory->reads;
  EXPECT_EQ(run(kRead, 4), 0u);
  EXPECT_EQ(memory->reads, before + 1);
}

TEST_F(FwCfgDma, TheHighHalfOfTheAddressIsUsedOnce) {
  select(0x0000);
  EXPECT_EQ(run(kRead, 1), 0u);
  memory->put_big_endian(kDescriptor, 4, kRead);

  // Low half alone: the descriptor is below 4 GiB now, where there is no memory.
  EXPECT_TRUE(
      fw_cfg.write({.offset = 8, .width = 4}, swapped(static_cast<std::uint32_t>(kDescriptor))));

  EXPECT_EQ(memory->big_endian(kDescriptor, 4), kRead);
}

TEST_F(FwCfgDma, WritesReachAWritableFileAndItsOwnerSeesTheWholeOfIt) {
  FwCfgBytes seen;
  ASSERT_TRUE(fw_cfg.add_writable_file("etc/w", FwCfgBytes(8),
                                       [&](auto b) { seen.assign(b.begin(), b.end()); }));
  memory->put_big_endian(kBuffer, 4, 0x01020304);

  EXPECT_EQ(run(0x0020'0000 | kSelect | kWrite, 4), 0u);
  EXPECT_EQ(seen, text(std::string_view("\1\2\3\4\0\0\0\0", 8)));
  EXPECT_EQ(run(kWrite, 4), 0u);  // goes on where it stopped
  EXPECT_EQ(seen, text("\1\2\3\4\1\2\3\4"));

  EXPECT_EQ(run(0x0020'0000 | kSelect | kRead, 8, kBuffer + 0x100), 0u);
  EXPECT_EQ(memory->slice(kBuffer + 0x100, 8), text("\1\2\3\4\1\2\3\4"));
}

TEST_F(FwCfgDma, WritesOutsideAFileOrToAReadOnlyItemAreErrors) {
  int written = 0;
  ASSERT_TRUE(fw_cfg.add_writable_file("etc/w", FwCfgBytes(8), [&](auto) { ++written; }));
  ASSERT_TRUE(fw_cfg.add_file("etc/r", FwCfgBytes(8)));

  EXPECT_EQ(run(0x0020'0000 | kSelect | kWrite, 9), 1u);
  EXPECT_EQ(run(0x0020'0000 | kSelect | kWrite, 0xffffffff), 1u);
  EXPECT_EQ(run(0x0020'0000 | kSelect | kWrite, 8, 0x1000), 1u);
  EXPECT_EQ(run(0x0021'0000 | kSelect | kWrite, 1), 1u);
  EXPECT_EQ(run(0x0019'0000 | kSelect | kWrite, 1), 1u);
  EXPECT_EQ(run(0x0000'0000 | kSelect | kWrite, 1), 1u);
  EXPECT_EQ(run(0x3333'0000 | kSelect | kWrite, 1), 1u);
  EXPECT_EQ(written, 0);
}

TEST_F(FwCfgDma, ResetRestoresWritableFiles) {
  ASSERT_TRUE(fw_cfg.add_writable_file("etc/w", text("old"), nullptr));
  EXPECT_EQ(run(0x0020'0000 | kSelect | kWrite, 3), 0u);

  fw_cfg.reset();

  EXPECT_EQ(run(0x0020'0000 | kSelect | kRead, 3), 0u);
  EXPECT_EQ(memory->slice(kBuffer, 3), text("old"));
}

}  // namespace
}  // namespace unpark
