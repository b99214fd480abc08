// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "devices/pm_block.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/recording_wire.h"

namespace unpark::test {

// A PM block that is decoded, with its wire and its clock. Offsets typed again from the ICH9
// datasheet: PM1_STS 0, PM1_EN 2, PM1_CNT 4, PM_TMR 8, GPE0_STS 20h, GPE0_EN 28h, SMI_EN 30h,
// SMI_STS 34h.
struct PmFixture {
  PmFixture() { pm.set_decoded(true); }

  [[nodiscard]] std::uint64_t read(std::uint32_t offset, std::uint8_t width) {
    const auto r = pm.read({.offset = offset, .width = width});
    EXPECT_TRUE(r) << "read of " << int{width} << " bytes at " << offset;
    return r.value_or(0xdead'dead'dead);
  }
  void write(std::uint32_t offset, std::uint8_t width, std::uint64_t value) {
    EXPECT_TRUE(pm.write({.offset = offset, .width = width}, value))
        << "write of " << int{width} << " bytes at " << offset;
  }

  FakeClock clock;
  RecordingWire sci;
  std::vector<int> sleeps;
  std::vector<unsigned> taken;  // GPEs
  PmBlock pm{clock, sci.line(), [this](std::uint8_t type) { sleeps.push_back(type); },
             [this](unsigned bit) { taken.push_back(bit); }};
};

}  // namespace unpark::test
