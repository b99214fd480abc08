// SPDX-License-Identifier: Apache-2.0
#include "devices/apm.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/recording_wire.h"

namespace unpark::test {
namespace {

// Remembers who raised an SMI, and what APM_CNT read at that moment.
struct RecordingSmi final : SmiSink {
  void raise_smi(VcpuId writer) override {
    writers.push_back(writer.value);
    if (apm) seen.push_back(apm->read({.offset = 0, .width = 1}).value_or(0xdead));
  }
  std::vector<std::uint32_t> writers;
  std::vector<std::uint64_t> seen;
  Apm* apm = nullptr;
};

struct ApmPorts : testing::Test {
  FakeClock clock;
  RecordingWire sci;
  std::shared_ptr<PmBlock> pm = std::make_shared<PmBlock>(clock, sci.line(), nullptr);
  RecordingSmi smi;
  Apm apm{pm, smi};

  ApmPorts() { pm->set_decoded(true); }
  std::uint64_t pm_read(std::uint32_t offset) {
    return pm->read({.offset = offset, .width = 4}).value_or(0xdead);
  }
  void enable_apmc() { ASSERT_TRUE(pm->write({.offset = 0x30, .width = 4}, 0x21)); }
  void control(std::uint8_t value, std::uint32_t cpu = 0) {
    ASSERT_TRUE(apm.write({.offset = 0, .width = 1, .cpu = VcpuId{cpu}}, value));
  }
};

TEST_F(ApmPorts, ReadBackTheLastByteWritten) {
  for (unsigned v = 0; v < 256; ++v) {
    control(static_cast<std::uint8_t>(v));
    EXPECT_EQ(*apm.read({.offset = 0, .width = 1}), v);
    ASSERT_TRUE(apm.write({.offset = 1, .width = 1}, v ^ 0xff));
    EXPECT_EQ(*apm.read({.offset = 1, .width = 1}), v ^ 0xff);
  }
}

TEST_F(ApmPorts, RaiseNoSmiWhileApmcIsDisabled) {
  for (unsigned v = 0; v < 256; ++v) control(static_cast<std::uint8_t>(v));
  EXPECT_TRUE(smi.writers.empty());
  EXPECT_EQ(pm_read(0x34), 0u);
}

TEST_F(ApmPorts, RaiseAnSmiForTheWriterAndNoteItInSmiStatus) {
  enable_apmc();
  control(4, 3);
  EXPECT_EQ(smi.writers, (std::vector<std::uint32_t>{3}));
  EXPECT_EQ(pm_read(0x34), 0x20u);
  ASSERT_TRUE(pm->write({.offset = 0x34, .width = 4}, 0x20));
  EXPECT_EQ(pm_read(0x34), 0u);
}

TEST_F(ApmPorts, TheHandlerOfTheSmiReadsTheValueThatRaisedIt) {
  enable_apmc();
  smi.apm = &apm;
  control(4);
  EXPECT_EQ(smi.seen, (std::vector<std::uint64_t>{4}));
}

TEST_F(ApmPorts, TheStatusPortRaisesNothing) {
  enable_apmc();
  ASSERT_TRUE(apm.write({.offset = 1, .width = 1}, 4));
  EXPECT_TRUE(smi.writers.empty());
}

TEST_F(ApmPorts, AWordWritesBothAndRaisesOneSmi) {
  enable_apmc();
  ASSERT_TRUE(apm.write({.offset = 0, .width = 2}, 0x0201));
  EXPECT_EQ(*apm.read({.offset = 0, .width = 2}), 0x0201u);
  EXPECT_EQ(*apm.read({.offset = 1, .width = 1}), 0x02u);
  EXPECT_EQ(smi.writers.size(), 1u);
}

TEST_F(ApmPorts, TwoAndThreeSwitchTheSciAndRaiseTheSmiAllTheSame) {
  enable_apmc();
  control(2);
  EXPECT_EQ(pm_read(4), 1u);
  control(4);
  EXPECT_EQ(pm_read(4), 1u);
  control(3);
  EXPECT_EQ(pm_read(4), 0u);
  EXPECT_EQ(smi.writers.size(), 3u);
}

TEST_F(ApmPorts, TwoAndThreeSwitchTheSciWithoutAnyFirmware) {
  ASSERT_TRUE(pm->write({.offset = 0x28, .width = 4}, 4));
  pm->raise(2);
  control(2);
  EXPECT_TRUE(sci.level());
  control(3);
  EXPECT_FALSE(sci.level());
}

TEST_F(ApmPorts, RefuseWhatIsNotThere) {
  EXPECT_EQ(apm.read({.offset = 0, .width = 4}).error(), IoFault::kBadWidth);
  EXPECT_EQ(apm.read({.offset = 1, .width = 2}).error(), IoFault::kUnaligned);
  EXPECT_EQ(apm.read({.offset = 2, .width = 1}).error(), IoFault::kBadOffset);
}

}  // namespace
}  // namespace unpark::test
