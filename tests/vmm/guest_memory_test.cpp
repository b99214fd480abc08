// SPDX-License-Identifier: Apache-2.0
// The devices' way to guest memory, and the slots that KVM gets, on a fake machine descriptor.
#include "vmm/guest_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "tests/vmm/fake_kvm_vm.h"

namespace unpark {
namespace {

using testing::Each;

constexpr std::uint64_t kMiB = 1ull << 20, kGiB = 1ull << 30;
constexpr unsigned kOs = 0, kInSmm = 1;

std::vector<std::byte> pattern(std::size_t size) {
  std::vector<std::byte> out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::byte>(i * 7 + 1);
  return out;
}

struct GuestMemoryTest : testing::Test {
  void SetUp() override {
    auto made = GuestMemory::create({64 * kMiB, 4 * kMiB, 16}, flash);
    ASSERT_TRUE(made) << made.error().message;
    memory = std::move(made).value();
    ASSERT_TRUE(memory->apply(vm.fd(), control));
  }
  void apply() { ASSERT_TRUE(memory->apply(vm.fd(), control)); }

  bool readable(std::uint64_t at, std::size_t size = 1) {
    std::vector<std::byte> into(size);
    return memory->read(Gpa{at}, into);
  }
  bool writable(std::uint64_t at, std::size_t size = 1) {
    return memory->write(Gpa{at}, std::vector<std::byte>(size));
  }

  FakeKvmVm vm;
  MemoryControl control;
  const std::vector<std::byte> flash = pattern(4 * kMiB);
  std::unique_ptr<GuestMemory> memory;
};

TEST_F(GuestMemoryTest, RamStartsAsZeroes) {
  auto into = pattern(4096);
  ASSERT_TRUE(memory->read(Gpa{0x2'0000}, into));
  EXPECT_THAT(into, Each(std::byte{0}));
}

TEST_F(GuestMemoryTest, DeviceReadsBackWhatItWroteAcrossPieces) {
  const auto from = pattern(0x3'0000);
  ASSERT_TRUE(memory->write(Gpa{0x2'8123}, from));  // over the cuts at 0x30000 and 0x50000
  std::vector<std::byte> into(from.size());
  ASSERT_TRUE(memory->read(Gpa{0x2'8123}, into));
  EXPECT_EQ(into, from);
}

TEST_F(GuestMemoryTest, DeviceWritesWhatTheVcpusSee) {
  const std::uint32_t value = 0x04030201;
  ASSERT_TRUE(memory->write(Gpa{0x12'3456}, std::as_bytes(std::span(&value, 1))));
  for (const unsigned space : {kOs, kInSmm}) {
    ASSERT_NE(vm.at(space, 0x12'3456), nullptr);
    EXPECT_EQ(std::memcmp(vm.at(space, 0x12'3456), &value, 4), 0);
  }
}

TEST_F(GuestMemoryTest, DeviceReachesTheLastByteOfRamAndNoFurther) {
  EXPECT_TRUE(readable(64 * kMiB - 16, 16));
  EXPECT_TRUE(writable(64 * kMiB - 16, 16));
  EXPECT_FALSE(readable(64 * kMiB - 16, 17));
  EXPECT_FALSE(writable(64 * kMiB - 16, 17));
  EXPECT_FALSE(readable(64 * kMiB));
}

TEST_F(GuestMemoryTest, DeviceReachesRamAbove4GiB) {
  FakeKvmVm large;
  auto made = GuestMemory::create({3 * kGiB, 4 * kMiB, 16}, flash);
  ASSERT_TRUE(made) << made.error().message;
  memory = std::move(made).value();
  ASSERT_TRUE(memory->apply(large.fd(), control));
  EXPECT_TRUE(writable(0x1'0000'0000, 64));
  EXPECT_TRUE(readable(0x1'3fff'fff0, 16));
  EXPECT_FALSE(readable(0x1'3fff'fff0, 17));
  EXPECT_FALSE(readable(0x8000'0000));
}

TEST_F(GuestMemoryTest, NothingIsCopiedUnlessTheWholeRangeIsRam) {
  const auto from = pattern(64);
  EXPECT_FALSE(memory->write(Gpa{64 * kMiB - 32}, from));
  std::vector<std::byte> tail(32, std::byte{0xee});
  ASSERT_TRUE(memory->read(Gpa{64 * kMiB - 32}, tail));
  EXPECT_THAT(tail, Each(std::byte{0}));

  std::vector<std::byte> into(64, std::byte{0xee});
  EXPECT_FALSE(memory->read(Gpa{64 * kMiB - 32}, into));
  EXPECT_THAT(into, Each(std::byte{0xee}));
}

TEST_F(GuestMemoryTest, ARangeThatWrapsIsRefused) {
  EXPECT_FALSE(readable(0xffff'ffff'ffff'ffff, 2));
  EXPECT_FALSE(readable(0xffff'ffff'ffff'fff0, 32));
  EXPECT_FALSE(writable(0xffff'ffff'ffff'f000, 8192));
}

TEST_F(GuestMemoryTest, FlashIsNotRamToADevice) {
  for (const std::uint64_t at : {0xe'0000u, 0xf'fff0u, 0xffc0'0000u, 0xffff'fff0u}) {
    EXPECT_FALSE(readable(at, 16)) << std::hex << at;
    EXPECT_FALSE(writable(at, 16)) << std::hex << at;
  }
}

TEST_F(GuestMemoryTest, DevicesNeverReachTsegThoughItIsEnabled) {
  control.tseg_enabled = true;
  control.tseg_mib = 8;
  apply();
  const std::uint64_t tseg = 56 * kMiB;
  EXPECT_TRUE(readable(tseg - 16, 16));
  EXPECT_FALSE(readable(tseg - 16, 17));
  EXPECT_FALSE(writable(tseg - 16, 17));
  EXPECT_FALSE(readable(tseg));
  EXPECT_FALSE(writable(64 * kMiB - 1));
}

TEST_F(GuestMemoryTest, DevicesNeverReachLockedSmramAtTheDefaultSmbase) {
  control.smbase_smram_locked = true;
  apply();
  EXPECT_FALSE(writable(0x3'8000));
  EXPECT_FALSE(readable(0x4'ffff));
  EXPECT_TRUE(writable(0x2'ffff));
  EXPECT_TRUE(writable(0x5'0000));
  EXPECT_FALSE(writable(0x2'fff0, 0x2'0020));  // over all of it
}

TEST_F(GuestMemoryTest, DeviceReadsReadOnlyRamButDoesNotWriteIt) {
  control.pam[0] = 1;  // F0000-FFFFF: reads from RAM
  apply();
  EXPECT_TRUE(readable(0xf'0000, 0x1'0000));
  EXPECT_FALSE(writable(0xf'0000));
}

TEST_F(GuestMemoryTest, SlotsOfTheOsAndOfSmmAreTheSameAfterReset) {
  const auto normal = vm.slots(kOs), smm = vm.slots(kInSmm);
  ASSERT_EQ(normal.size(), smm.size());
  for (std::size_t i = 0; i < normal.size(); ++i) {
    EXPECT_EQ(normal[i].guest_phys_addr, smm[i].guest_phys_addr);
    EXPECT_EQ(normal[i].memory_size, smm[i].memory_size);
    EXPECT_EQ(normal[i].userspace_addr, smm[i].userspace_addr);
    EXPECT_EQ(normal[i].flags, smm[i].flags);
  }
}

TEST_F(GuestMemoryTest, FlashHoldsTheImageReadOnlyUpTo4GiB) {
  for (const unsigned space : {kOs, kInSmm}) {
    ASSERT_NE(vm.at(space, 0xffc0'0000), nullptr);
    EXPECT_FALSE(vm.writable(space, 0xffc0'0000));
    EXPECT_FALSE(vm.writable(space, 0xffff'ffff));
    EXPECT_EQ(std::memcmp(vm.at(space, 0xffc0'0000), flash.data(), flash.size()), 0);
  }
}

TEST_F(GuestMemoryTest, BiosAliasIsTheEndOfTheImage) {
  for (std::uint64_t at = 0xe'0000; at < 0x10'0000; at += 0x4000) {
    ASSERT_NE(vm.at(kOs, at), nullptr);
    EXPECT_FALSE(vm.writable(kOs, at));
    EXPECT_EQ(*vm.at(kOs, at), flash[flash.size() - (0x10'0000 - at)]) << std::hex << at;
  }
}

TEST_F(GuestMemoryTest, PamReplacesTheAliasByRamAndBack) {
  control.pam.fill(3);
  apply();
  ASSERT_NE(vm.at(kOs, 0xf'0000), nullptr);
  EXPECT_TRUE(vm.writable(kOs, 0xf'0000));
  EXPECT_EQ(*vm.at(kOs, 0xf'0000), std::byte{0});
  EXPECT_TRUE(vm.writable(kInSmm, 0xc'0000));
  control.pam.fill(0);
  apply();
  EXPECT_FALSE(vm.writable(kOs, 0xf'0000));
  EXPECT_EQ(*vm.at(kOs, 0xf'0000), flash[flash.size() - 0x1'0000]);
  EXPECT_EQ(vm.at(kOs, 0xc'0000), nullptr);
}

TEST_F(GuestMemoryTest, ReadOnlyRamBecomesWritable) {
  control.pam.fill(1);
  apply();
  EXPECT_FALSE(vm.writable(kOs, 0xf'0000));
  control.pam.fill(3);
  apply();
  EXPECT_TRUE(vm.writable(kOs, 0xf'0000));
}

TEST_F(GuestMemoryTest, TsegLeavesTheOsAndStaysInSmmWithItsContents) {
  const auto secret = pattern(16);
  ASSERT_TRUE(memory->write(Gpa{60 * kMiB}, secret));
  control.tseg_enabled = true;
  control.tseg_mib = 8;
  apply();
  EXPECT_EQ(vm.at(kOs, 60 * kMiB), nullptr);
  EXPECT_EQ(vm.at(kOs, 56 * kMiB), nullptr);
  EXPECT_NE(vm.at(kOs, 56 * kMiB - 1), nullptr);
  ASSERT_NE(vm.at(kInSmm, 60 * kMiB), nullptr);
  EXPECT_EQ(std::memcmp(vm.at(kInSmm, 60 * kMiB), secret.data(), secret.size()), 0);
}

// No vCPU is stopped for a change: a slot that vanishes for a moment would fault under them.
TEST_F(GuestMemoryTest, AChangeNeverTouchesMemoryThatStaysVisible) {
  vm.regions.clear();
  control.tseg_enabled = true;
  control.tseg_mib = 8;
  control.smbase_smram_locked = true;
  control.smram_locked = true;
  apply();
  ASSERT_FALSE(vm.regions.empty());
  for (const auto& r : vm.regions) {
    const bool tseg = r.guest_phys_addr >= 56 * kMiB && r.guest_phys_addr < 64 * kMiB;
    const bool smbase = r.guest_phys_addr == 0x3'0000;
    EXPECT_TRUE(tseg || smbase) << std::hex << r.guest_phys_addr;
    EXPECT_EQ(r.slot >> 16, 0u) << "SMM's view does not change";
  }
}

TEST_F(GuestMemoryTest, WhatIsAlreadySoIsNotAskedOfKvmAgain) {
  vm.regions.clear();
  apply();
  EXPECT_TRUE(vm.regions.empty());
}

TEST_F(GuestMemoryTest, KvmsRefusalNamesTheCallAndTheNextTryCompletesTheChange) {
  control.tseg_enabled = true;
  control.tseg_mib = 16;
  vm.fail_after = 1;
  vm.fail_code = ENOMEM;
  const auto r = memory->apply(vm.fd(), control);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().call, "KVM_SET_USER_MEMORY_REGION");
  EXPECT_EQ(r.error().code, ENOMEM);
  apply();
  EXPECT_EQ(vm.at(kOs, 48 * kMiB), nullptr);
  EXPECT_EQ(vm.at(kOs, 64 * kMiB - 1), nullptr);
  EXPECT_NE(vm.at(kInSmm, 48 * kMiB), nullptr);
}

TEST_F(GuestMemoryTest, RandomChangesEndWhereTheFirstApplicationOfTheLastWould) {
  std::uint32_t seed = 0x1234'5678;
  const auto random = [&seed] { return seed = seed * 1'664'525 + 1'013'904'223; };
  for (int i = 0; i < 100; ++i) {
    for (auto& p : control.pam) p = static_cast<std::uint8_t>(random() >> 16 & 3);
    control.smbase_smram_locked = (random() >> 20 & 1) != 0;
    control.tseg_enabled = (random() >> 20 & 1) != 0;
    control.tseg_mib = std::array{1u, 2u, 8u, 16u}[random() >> 20 & 3];
    control.compatible_smram = (random() >> 20 & 1) != 0;
    control.smram_open = control.compatible_smram && (random() >> 20 & 1) != 0;
    apply();
  }
  const auto walked = vm.slots(kOs);
  memory.reset();
  FakeKvmVm fresh;
  auto made = GuestMemory::create({64 * kMiB, 4 * kMiB, 16}, flash);
  ASSERT_TRUE(made);
  ASSERT_TRUE((*made)->apply(fresh.fd(), control));
  const auto direct = fresh.slots(kOs);
  ASSERT_EQ(walked.size(), direct.size());
  for (std::size_t i = 0; i < walked.size(); ++i) {
    EXPECT_EQ(walked[i].guest_phys_addr, direct[i].guest_phys_addr);
    EXPECT_EQ(walked[i].memory_size, direct[i].memory_size);
    EXPECT_EQ(walked[i].flags, direct[i].flags);
  }
}

TEST(GuestMemoryCreate, SaysWhatItCouldNotGetWhenTheHostHasNoSuchMemory) {
  const auto made = GuestMemory::create({std::uint64_t{1} << 62, 4096, 16}, pattern(4096));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, testing::HasSubstr("MiB"));
}

}  // namespace
}  // namespace unpark
