// SPDX-License-Identifier: Apache-2.0
// What firmware sees of the flash chip: commands, modes, status. Values retyped from the J3
// datasheet and JESD68.01.
#include "tests/devices/cfi_flash_fixture.h"

namespace unpark::test {
namespace {

using CfiFlashCommands = CfiFlashFixture;

// OVMF's detection: scan for a byte that is no 00h, 50h or 70h, then three writes to it.
TEST_F(CfiFlashCommands, DetectionProbeOfOvmfFindsFlash) {
  std::fill_n(array.begin(), 0x10, std::byte{0x00});
  array[0x03] = std::byte{0x50};
  array[0x04] = std::byte{0x70};
  array[0x10] = std::byte{0x8d};
  std::uint32_t probe = 0;
  while (read(probe) == 0x00 || read(probe) == 0x50 || read(probe) == 0x70) ++probe;
  ASSERT_EQ(probe, 0x10u);

  write(probe, 0x50);
  EXPECT_EQ(read(probe), 0x8du);  // 50h would mean RAM
  write(probe, 0x70);
  EXPECT_EQ(read(probe), 0x00u);  // 8Dh would mean ROM, 70h RAM
  write(probe, 0xff);
  EXPECT_EQ(read(probe), 0x8du);
  EXPECT_TRUE(host.stores.empty());
  EXPECT_EQ(array[0x10], std::byte{0x8d});
}

TEST_F(CfiFlashCommands, FreshChipShowsTheArrayAndItsStatusIsReady) {
  EXPECT_EQ(read(smm(0x1ffe, 4)), read(os(0x1ffe, 4)));
  EXPECT_EQ(read(0x123), in_array(0x123));
  EXPECT_EQ(status(), 0x80u);
}

TEST_F(CfiFlashCommands, StatusIsShownAtEveryOffsetAndInEveryByteOfAWideRead) {
  write(0x2000, 0x70);
  EXPECT_EQ(read(0x0000), 0x80u);
  EXPECT_EQ(read(0x3fff), 0x80u);
  EXPECT_EQ(read(smm(0x1000, 4)), 0x80808080u);
}

TEST_F(CfiFlashCommands, ProgramStoresBytesOneAfterTheOtherAndStatusSaysReady) {
  write(0, 0x50);
  program(0x1234, {0x04, 0x03, 0x02, 0x01});
  EXPECT_EQ(read(0x1234), 0x80u);  // status, until the array is asked for
  write(0x1237, 0xff);
  EXPECT_EQ(read(smm(0x1233, 8)), std::uint64_t{0x01020304} << 8 | in_array(0x1233) |
                                      std::uint64_t{in_array(0x1238)} << 40 |
                                      std::uint64_t{in_array(0x1239)} << 48 |
                                      std::uint64_t{in_array(0x123a)} << 56);
}

TEST_F(CfiFlashCommands, BothProgramCommandsDoTheSameAndMaySetBits) {
  array[0] = array[1] = std::byte{0x00};
  write(0, 0x40);
  write(0, 0x5a);
  write(1, 0x10);
  write(1, 0xff);  // data, not Read Array
  EXPECT_EQ(in_array(0), 0x5a);
  EXPECT_EQ(in_array(1), 0xff);
}

TEST_F(CfiFlashCommands, EraseFillsExactlyItsBlockAtTheConfirmation) {
  const auto before = array;
  write(0x1fff, 0x20);
  EXPECT_EQ(array, before);
  write(0x1000, 0xd0);
  EXPECT_TRUE(blank(array, 1));
  EXPECT_EQ(array[0x0fff], before[0x0fff]);
  EXPECT_EQ(array[0x2000], before[0x2000]);
  EXPECT_EQ(read(0x1000), 0x80u);  // status, as drivers poll it here
  write(0x1000, 0xff);
  EXPECT_EQ(read(0x1000), 0xffu);
}

TEST_F(CfiFlashCommands, EraseWithoutItsConfirmationErasesNothingAndSetsBothErrors) {
  const auto before = array;
  write(0x1000, 0x20);
  write(0x1000, 0x70);
  EXPECT_EQ(read(0x1000), 0xb0u);
  write(0x1000, 0x50);
  write(0x1000, 0x20);
  write(0x2000, 0xd0);  // another block
  EXPECT_EQ(status(), 0xb0u);
  EXPECT_EQ(array, before);
}

TEST_F(CfiFlashCommands, ReadArrayEndsAnUnconfirmedEraseWithoutAnError) {
  const auto before = array;
  write(0x1000, 0x20);
  write(0x1000, 0xff);
  EXPECT_EQ(read(0x1000), in_array(0x1000));
  EXPECT_EQ(status(), 0x80u);
  EXPECT_EQ(array, before);
}

TEST_F(CfiFlashCommands, ClearStatusClearsErrorsAndShowsTheArray) {
  write(0, 0x20);
  write(0, 0x00);
  EXPECT_EQ(read(0), 0xb0u);
  write(0, 0x50);
  EXPECT_EQ(read(0), in_array(0));
  EXPECT_EQ(status(), 0x00u);
}

TEST_F(CfiFlashCommands, IdentityIsIntelsAndNoBlockIsLocked) {
  write(0, 0x90);
  EXPECT_EQ(read(0x0000), 0x89u);
  EXPECT_EQ(read(0x0001), 0x18u);
  EXPECT_EQ(read(0x2002), 0x00u);
  EXPECT_EQ(read(smm(0x1000, 4)), 0x00001889u);
}

TEST_F(CfiFlashCommands, QueryTellsTheGeometry) {
  write(0x55, 0x98);
  EXPECT_EQ(read(smm(0x10, 4)) & 0xffffff, 0x595251u);  // "QRY"
  EXPECT_EQ(read(smm(0x13, 2)), 0x0001u);               // Intel command set
  const auto own = static_cast<std::uint32_t>(read(smm(0x15, 2)));
  EXPECT_EQ(read(smm(own, 4)) & 0xffffff, 0x495250u);  // "PRI"
  EXPECT_EQ(read(0x27), 14u);                          // 2^14 = 16 KiB
  EXPECT_EQ(read(smm(0x28, 2)), 0u);                   // x8
  EXPECT_EQ(read(smm(0x2a, 2)), 5u);                   // 2^5 bytes at once
  EXPECT_EQ(read(0x2c), 1u);
  EXPECT_EQ(read(smm(0x2d, 2)), 3u);     // four blocks
  EXPECT_EQ(read(smm(0x2f, 2)), 0x10u);  // of 16 * 256 bytes
  EXPECT_EQ(read(0x0f), 0u);
  EXPECT_EQ(read(0x40), 0u);
  EXPECT_EQ(read(0xfff), 0u);
}

TEST(CfiFlashQuery, OfOvmfsVarsCounts132BlocksInOneMebibyte) {
  std::vector<std::byte> array(0x84000);
  RecordingFlashHost host{array};
  CfiFlash flash{array, host};
  ASSERT_TRUE(flash.write({.width = 1, .in_smm = true}, 0x98));
  const auto get = [&](std::uint32_t offset, std::uint8_t width) {
    return *flash.read({.offset = offset, .width = width, .in_smm = true});
  };
  EXPECT_EQ(get(0x27, 1), 20u);
  EXPECT_EQ(get(0x2d, 2), 0x83u);
}

TEST_F(CfiFlashCommands, BufferedWriteProgramsItsBytesWhenConfirmed) {
  const auto before = array;
  write(0x1100, 0xe8);
  EXPECT_EQ(read(0x1100), 0x80u);  // the buffer is free
  write(0x1100, 2);                // three bytes
  write(0x1100, 0x01);
  write(0x1101, 0xff);
  write(0x1102, 0x03);
  EXPECT_EQ(array, before);
  write(0x1100, 0xd0);
  EXPECT_EQ(in_array(0x1100), 0x01);
  EXPECT_EQ(in_array(0x1101), 0xff);
  EXPECT_EQ(in_array(0x1102), 0x03);
  EXPECT_EQ(array[0x1103], before[0x1103]);
  EXPECT_EQ(read(0x1100), 0x80u);
}

TEST_F(CfiFlashCommands, BufferHolds32BytesAndRefusesACountOfMore) {
  write(0, 0xe8);
  write(0, 31);
  for (std::uint32_t i = 0; i < 32; ++i) write(i, static_cast<std::uint8_t>(i + 1));
  write(0, 0xd0);
  EXPECT_EQ(in_array(0), 1);
  EXPECT_EQ(in_array(31), 32);
  EXPECT_EQ(status(), 0x80u);

  write(0, 0xe8);
  write(0, 32);
  EXPECT_EQ(status(), 0xb0u);
}

TEST_F(CfiFlashCommands, BufferedWriteThatLeavesItsBlockOrIsNotConfirmedChangesNothing) {
  const auto before = array;
  write(0x0fff, 0xe8);
  write(0x0fff, 1);
  write(0x0fff, 0x11);
  write(0x1000, 0x22);
  EXPECT_EQ(status(), 0xb0u);

  write(0, 0x50);
  write(0, 0xe8);
  write(0, 0);
  write(0, 0x11);
  write(0, 0x10);
  EXPECT_EQ(status(), 0xb0u);
  EXPECT_EQ(array, before);
}

TEST_F(CfiFlashCommands, LockingIsAcceptedAndLocksNothing) {
  for (const std::uint8_t action : Bytes{0x01, 0x2f, 0xd0}) {
    write(0x1000, 0x60);
    write(0x1000, action);
    EXPECT_EQ(read(0x1000), 0x80u);
  }
  erase(0x1000);
  EXPECT_TRUE(blank(array, 1));
  write(0x1000, 0x60);
  write(0x1000, 0x77);
  EXPECT_EQ(status(), 0xb0u);
}

TEST_F(CfiFlashCommands, UnknownCommandShowsTheArray) {
  for (const std::uint8_t command : Bytes{0x00, 0x01, 0x30, 0xb0, 0xd0, 0xf0}) {
    write(0, 0x70);
    write(0, command);
    EXPECT_EQ(read(0x77), in_array(0x77)) << int{command};
  }
}

TEST_F(CfiFlashCommands, WideWriteIsItsBytesFromTheLowAddressUp) {
  EXPECT_TRUE(flash.write(smm(0x1000, 2), 0x5a10));  // program at 1000h: the byte goes to 1001h
  EXPECT_EQ(in_array(0x1001), 0x5a);
  EXPECT_TRUE(flash.write(smm(0x1000, 4), 0xff70d020));  // erase, status, array
  EXPECT_TRUE(blank(array, 1));
  EXPECT_EQ(read(0x1000), 0xffu);
}

TEST_F(CfiFlashCommands, OutsideSmmReadsShowTheArrayInEveryMode) {
  for (const std::uint8_t command : Bytes{0x70, 0x90, 0x98, 0x10, 0xe8, 0x20}) {
    write(0, 0xff);
    write(0x1000, command);
    EXPECT_EQ(read(os(0x1010)), in_array(0x1010)) << int{command};
    flash.reset();
  }
}

TEST_F(CfiFlashCommands, OutsideSmmWritesAreRefusedAndCountedAndDisturbNothing) {
  const auto before = array;
  write(0x1000, 0x10);
  const auto refused = flash.write(os(0x1000), 0xff);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), IoFault::kForbidden);
  EXPECT_EQ(array, before);
  write(0x1000, 0x5a);  // still the byte to program
  EXPECT_EQ(in_array(0x1000), 0x5a);

  (void)flash.write(os(0x2000, 4), 0xff70d020);
  EXPECT_FALSE(blank(array, 2));
  EXPECT_EQ(flash.refused_writes(), 2u);
}

TEST_F(CfiFlashCommands, ResetForgetsTheCommandUnderWay) {
  const auto before = array;
  write(0x1000, 0x20);
  flash.reset();
  write(0x1000, 0xd0);
  EXPECT_EQ(array, before);
  EXPECT_EQ(status(), 0x80u);
}

}  // namespace
}  // namespace unpark::test
