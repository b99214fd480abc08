// SPDX-License-Identifier: Apache-2.0
// What the machine is asked: when the array is mapped, when a block is stored, and what happens if
// it cannot be.
#include "tests/devices/cfi_flash_fixture.h"

namespace unpark::test {
namespace {

using Stores = RecordingFlashHost::Stores;
using Modes = std::vector<bool>;

struct CfiFlashStore : CfiFlashFixture {
  // True if the file is what it was at the start, block `index` excepted.
  bool only_block_changed(std::size_t index) {
    auto rest = host.file;
    const auto original = pattern();
    const auto at = static_cast<std::ptrdiff_t>(index * 0x1000);
    std::copy_n(original.begin() + at, 0x1000, rest.begin() + at);
    return rest == original && host.file != original;
  }
};

TEST_F(CfiFlashStore, ArrayIsUnmappedByTheFirstCommandAndMappedByReadArrayOnce) {
  program(0, {1, 2, 3});
  EXPECT_EQ(host.modes, (Modes{false}));
  write(0, 0xff);
  EXPECT_EQ(host.modes, (Modes{false, true}));
  write(0, 0xff);
  EXPECT_EQ(host.modes, (Modes{false, true}));
}

TEST_F(CfiFlashStore, ClearStatusLeavesTheArrayMapped) {
  write(0, 0x50);
  EXPECT_TRUE(host.modes.empty());
  write(0, 0x70);
  write(0, 0x50);
  EXPECT_EQ(host.modes, (Modes{false, true}));
}

TEST_F(CfiFlashStore, ProgramRunIsOneStoreAtReadArray) {
  program(0x1ff0, {1, 2, 3, 4});
  EXPECT_TRUE(host.stores.empty());
  write(0x1ff3, 0xff);
  EXPECT_EQ(host.stores, (Stores{{0x1000, 0x1000}}));
  EXPECT_EQ(host.file, array);
  EXPECT_TRUE(only_block_changed(1));
}

TEST_F(CfiFlashStore, EraseAndWhatFollowsItAreOneStep) {
  erase(0x2000);
  EXPECT_TRUE(host.stores.empty());
  program(0x2000, {0xaa, 0x55});
  EXPECT_EQ(host.file, pattern());
  write(0x2001, 0xff);
  EXPECT_EQ(host.stores, (Stores{{0x2000, 0x1000}}));
  EXPECT_EQ(host.file, array);
}

TEST_F(CfiFlashStore, TouchingAnotherBlockStoresTheOneBefore) {
  erase(0x1000);
  erase(0x3000);
  EXPECT_EQ(host.stores, (Stores{{0x1000, 0x1000}}));
  EXPECT_TRUE(blank(host.file, 1));
  EXPECT_FALSE(blank(host.file, 3));
  program(0x0fff, {1, 2});  // runs over the end of block 0
  EXPECT_EQ(host.stores, (Stores{{0x1000, 0x1000}, {0x3000, 0x1000}, {0x0000, 0x1000}}));
  write(0x1000, 0xff);
  EXPECT_EQ(host.file, array);
}

TEST_F(CfiFlashStore, BlockThatIsTheSameAgainIsNotStored) {
  const auto byte = in_array(0x1000);
  program(0x1000, {0x01});
  program(0x1000, {byte});
  write(0x1000, 0xff);
  EXPECT_TRUE(host.stores.empty());
}

TEST_F(CfiFlashStore, EveryWayBackToTheArrayStores) {
  for (const std::uint8_t command : Bytes{0xff, 0x50, 0x00}) {
    host.stores.clear();
    program(0x1000, {command});
    write(0x1000, command);
    EXPECT_EQ(host.stores.size(), 1u) << int{command};
  }
}

TEST_F(CfiFlashStore, FlushStoresAndLeavesTheMode) {
  erase(0x1000);
  EXPECT_TRUE(flash.flush());
  EXPECT_TRUE(blank(host.file, 1));
  EXPECT_EQ(host.modes, (Modes{false}));
  EXPECT_EQ(read(0), 0x80u);
  EXPECT_TRUE(flash.flush());
  EXPECT_EQ(host.stores.size(), 1u);
}

TEST_F(CfiFlashStore, ResetStoresAndMapsTheArray) {
  erase(0x1000);
  flash.reset();
  EXPECT_TRUE(blank(host.file, 1));
  EXPECT_EQ(host.modes, (Modes{false, true}));
  EXPECT_EQ(read(0x1000), 0xffu);
}

TEST_F(CfiFlashStore, WhatCannotBeStoredGetsItsOldBytesBackAndTheErrorOfItsOperation) {
  host.disk_full = true;
  program(0x1000, {1, 2, 3});
  write(0x1000, 0xff);
  EXPECT_EQ(array, pattern());
  EXPECT_EQ(read(0x1000), in_array(0x1000));
  EXPECT_EQ(host.modes, (Modes{false, true}));
  EXPECT_EQ(status(), 0x90u);  // SR.7, SR.4

  write(0, 0x50);
  erase(0x2000);
  write(0x2000, 0xff);
  EXPECT_EQ(array, pattern());
  EXPECT_EQ(status(), 0xa0u);  // SR.7, SR.5

  write(0, 0x50);
  erase(0x2000);
  program(0x2000, {1});
  EXPECT_FALSE(flash.flush());
  EXPECT_EQ(array, pattern());
  EXPECT_EQ(status(), 0xb0u);
}

TEST_F(CfiFlashStore, AfterAFailureNothingIsTakenUntilTheStatusIsCleared) {
  host.disk_full = true;
  program(0x1000, {1});
  write(0x1000, 0xff);
  host.disk_full = false;
  host.stores.clear();

  program(0x2000, {1, 2});
  EXPECT_EQ(read(0x2000), 0x90u);
  erase(0x3000);
  EXPECT_EQ(read(0x3000), 0xb0u);
  write(0x3000, 0xff);
  EXPECT_TRUE(host.stores.empty());
  EXPECT_EQ(array, pattern());

  write(0, 0x50);
  program(0x2000, {1});
  write(0x2000, 0xff);
  EXPECT_EQ(in_array(0x2000), 1);
  EXPECT_EQ(host.file, array);
}

TEST_F(CfiFlashStore, AfterAFailureResetMakesTheChipUsableAgain) {
  host.disk_full = true;
  program(0x1000, {1});
  flash.reset();
  EXPECT_EQ(array, pattern());
  EXPECT_EQ(status(), 0x80u);

  host.disk_full = false;
  erase(0x1000);
  EXPECT_TRUE(flash.flush());
  EXPECT_TRUE(blank(host.file, 1));
}

TEST_F(CfiFlashStore, FailureWhenTheNextBlockIsTouchedLeavesThatOneAloneToo) {
  host.disk_full = true;
  program(0x1fff, {1, 2});  // the second byte is in block 2
  EXPECT_EQ(host.stores, (Stores{{0x1000, 0x1000}}));
  EXPECT_EQ(array, pattern());
  EXPECT_EQ(read(0), 0x90u);
  host.disk_full = false;
  write(0, 0xff);
  EXPECT_EQ(host.file, pattern());
}

TEST_F(CfiFlashStore, WritesOutsideSmmAskTheHostForNothing) {
  (void)flash.write(os(0x1000), 0x70);
  (void)flash.write(os(0x1000, 2), 0xd020);
  EXPECT_TRUE(host.modes.empty());
  EXPECT_TRUE(flash.flush());
  EXPECT_TRUE(host.stores.empty());
}

}  // namespace
}  // namespace unpark::test
