// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "devices/bus/device.h"

namespace unpark::test {

// A device made for one test, and how the machine resets it. `board` keeps alive what the device
// only refers to. Both a fresh and a reset instance must answer, so `make` and `reset` do what the
// board does to make the chip decode.
struct MadeDevice {
  std::shared_ptr<IoDevice> device;
  std::function<void()> reset;
  std::shared_ptr<void> board;
};

struct DeviceUnderTest {
  std::string name;        // of the test; letters and digits only
  std::uint32_t size = 0;  // bytes of the claimed range
  std::function<MadeDevice()> make;
};

// One line a device, in every_device_list.cpp.
std::vector<DeviceUnderTest> every_device();

}  // namespace unpark::test
