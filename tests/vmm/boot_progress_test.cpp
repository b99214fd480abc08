// SPDX-License-Identifier: Apache-2.0
// What a board makes of the accesses of a booting firmware: which stages it tells, and when.
#include "vmm/boot_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/vmm/board_fixture.h"

namespace unpark {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using enum BootStage;

struct BootProgressTest : BoardTest {
  // etc/smi/*, as OVMF's SmmControl2Dxe does: requested-features by DMA, then features-ok is read.
  void negotiate(std::uint8_t features) {
    memory->put_big_endian(0x2000, 1, features);  // the first of eight bytes, little-endian
    select("etc/smi/requested-features");
    dma(0x10, 8, 0x2000);  // write
    select("etc/smi/features-ok");
  }
  void select(const std::string& name) { out(0x510, key_of(name), 2); }
  // QEMU docs/specs/fw_cfg: the directory is item 0019h, its entries have 64 bytes.
  unsigned key_of(const std::string& name) {
    out(0x510, 0x19, 2);
    unsigned entries = 0;
    for (int i = 0; i < 4; ++i) entries = entries << 8 | static_cast<unsigned>(in(0x511));
    for (unsigned e = 0; e < entries; ++e) {
      std::string entry;
      for (int i = 0; i < 64; ++i) entry += static_cast<char>(in(0x511));
      if (name == entry.c_str() + 8)
        return 256u * static_cast<std::uint8_t>(entry[4]) + static_cast<std::uint8_t>(entry[5]);
    }
    ADD_FAILURE() << name << " is not in the directory";
    return 0;
  }
  // The descriptor {control, length, address}, big-endian, at 1000h.
  void dma(std::uint32_t control, std::uint32_t length, std::uint64_t address) {
    memory->put_big_endian(0x1000, 4, control);
    memory->put_big_endian(0x1004, 4, length);
    memory->put_big_endian(0x1008, 8, address);
    out(0x514, 0, 4);
    out(0x518, 0x0010'0000, 4);  // 1000h, big-endian
  }
  // PCIEXBAR B0000000h, 256 MiB, on.
  void open_ecam() { config_write(0, 0x60, 0xb000'0001); }
  void set_tseg(bool closed) { config_write(0, 0x9e, closed ? 0x3f : 0x3e, 1); }
};

TEST_F(BootProgressTest, TellsTheStagesOfAFirmwareInTheirOrder) {
  open_pm_block();
  open_ecam();
  config_write(0, 0x9d, 0x0a, 1);  // G_SMRAME
  set_tseg(true);
  load(0xb000'0000);
  negotiate(7);
  set_tseg(false);
  set_tseg(true);
  out(0x510, 0x11, 2);  // the kernel
  select("etc/table-loader");
  lock_smram();
  out(0x604, 1, 2);     // PM1_CNT.SCI_EN
  out(0x628, 0x04, 1);  // GPE0_EN bit 2
  EXPECT_THAT(stages,
              ElementsAre(Pair(kSec, 0), Pair(kPei, 0), Pair(kDxe, 0), Pair(kSmiFeatures, 7),
                          Pair(kTsegClosed, 16), Pair(kKernelRead, 0), Pair(kAcpiTables, 0),
                          Pair(kSmramLocked, 0), Pair(kAcpiMode, 0), Pair(kOsEvents, 0)));
}

TEST_F(BootProgressTest, TellsEachStageOnceUntilTheReset) {
  for (int i = 0; i < 3; ++i) {
    config_write(0x1f, 0x44, 0x80, 1);
    config_write(0x1f, 0x40, 0x601);
    config_write(0x1f, 0x44, 0x00, 1);
    open_ecam();
    load(0xb000'0000);
    config_write(0, 0x60, 0xb000'0000);
    out(0x510, 0x11, 2);
  }
  EXPECT_THAT(stages,
              ElementsAre(Pair(kSec, 0), Pair(kPei, 0), Pair(kDxe, 0), Pair(kKernelRead, 0)));
  stages.clear();
  board->reset({VcpuId{0}});
  EXPECT_THAT(stages, IsEmpty()) << "a reset is no stage";
  open_pm_block();
  open_ecam();
  load(0xb000'0000);
  EXPECT_THAT(stages, ElementsAre(Pair(kSec, 0), Pair(kPei, 0), Pair(kDxe, 0)));
}

TEST_F(BootProgressTest, ConfigurationByPortsIsNotDxe) {
  open_pm_block();
  open_ecam();
  config_read(0, 0);
  EXPECT_THAT(stages, ElementsAre(Pair(kSec, 0), Pair(kPei, 0)));
}

TEST_F(BootProgressTest, EcamElsewhereOrOffIsNoDxe) {
  load(0xb000'0000);
  config_write(0, 0x60, 0xc000'0001);
  load(0xb000'0000);
  EXPECT_THAT(stages, ElementsAre(Pair(kPei, 0)));
}

// PEI sets it up and leaves it closed: nothing has been put into it yet.
TEST_F(BootProgressTest, TsegThatWasClosedOnceIsNotFilled) {
  config_write(0, 0x9d, 0x0a, 1);
  set_tseg(true);
  EXPECT_THAT(stages, IsEmpty());
  set_tseg(false);
  EXPECT_THAT(stages, IsEmpty());
  set_tseg(true);
  EXPECT_THAT(stages, ElementsAre(Pair(kTsegClosed, 16)));
}

TEST_F(BootProgressTest, TheSameDwordMayCloseTsegAndLockIt) {
  config_write(0, 0x9d, 0x0a, 1);
  set_tseg(true);
  set_tseg(false);
  config_write(0, 0x9c, 0x003f'1a00);  // SMRAM: G_SMRAME, D_LCK; ESMRAMC: T_EN
  EXPECT_THAT(stages, ElementsAre(Pair(kTsegClosed, 16), Pair(kSmramLocked, 0)));
}

TEST_F(BootProgressTest, FeaturesThatAreRefusedAreNoStage) {
  negotiate(2);  // hotplug without broadcast
  EXPECT_THAT(stages, IsEmpty());
  negotiate(3);
  EXPECT_THAT(stages, ElementsAre(Pair(kSmiFeatures, 3)));
}

TEST_F(BootProgressTest, TheDirectoryAndTheOtherTablesAreNotTheLoader) {
  select("etc/acpi/tables");
  select("etc/acpi/rsdp");
  EXPECT_THAT(stages, IsEmpty());
  select("etc/table-loader");
  EXPECT_THAT(stages, ElementsAre(Pair(kAcpiTables, 0)));
}

TEST_F(BootProgressTest, AcpiModeComesByTheApmPortToo) {
  open_pm_block();
  out(0xb2, 0x03);
  out(0xb2, 0x04);
  out(0x628, 0x03, 1);  // other events
  EXPECT_THAT(stages, ElementsAre(Pair(kSec, 0)));
  out(0xb2, 0x02);
  EXPECT_THAT(stages, ElementsAre(Pair(kSec, 0), Pair(kAcpiMode, 0)));
}

TEST(BootProgressAlone, WithoutASinkCountsAllTheSame) {
  BootProgress progress{nullptr};
  for (const BootStage stage : kAllBootStages) progress.reach(stage);
  progress.reset();
}

}  // namespace
}  // namespace unpark
