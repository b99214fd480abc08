// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "devices/hotplug_controller.h"
#include "tests/fakes/recording_hotplug_host.h"

namespace unpark::test {

// A hotplug controller on the workbench: four possible CPUs, CPU 0 plugged, gate closed. Register
// offsets and bits are typed again from QEMU's docs/specs/acpi_cpu_hotplug.rst.
struct HotplugFixture {
  static constexpr std::uint32_t kPossible = 4;

  // One way to reach a window: who, and from where.
  struct View {
    std::shared_ptr<IoDevice> window;
    bool in_smm;
    std::uint32_t cpu = 0;

    [[nodiscard]] Access at(std::uint32_t offset, std::uint8_t width) const {
      return {.offset = offset, .width = width, .in_smm = in_smm, .cpu = VcpuId{cpu}};
    }
    [[nodiscard]] Result<Done, IoFault> write(std::uint32_t offset, std::uint8_t width,
                                              std::uint64_t value) const {
      return window->write(at(offset, width), value);
    }
    [[nodiscard]] Result<std::uint64_t, IoFault> read(std::uint32_t offset,
                                                      std::uint8_t width) const {
      return window->read(at(offset, width));
    }
    void select(std::uint32_t selector) const { (void)write(0, 4, selector); }
    void command(std::uint8_t c) const { (void)write(5, 1, c); }
    [[nodiscard]] bool set_flags(std::uint8_t value) const {
      return write(4, 1, value).has_value();
    }
    [[nodiscard]] std::uint64_t flags() const { return read(4, 1).value_or(0xdead); }
    [[nodiscard]] std::uint64_t flags(std::uint32_t selector) const {
      select(selector);
      return flags();
    }
    [[nodiscard]] std::uint64_t data() const { return read(8, 4).value_or(0xdead); }
    // Command 0 from `selector` on: where the window ends up.
    [[nodiscard]] std::uint64_t scan(std::uint32_t selector) const {
      select(selector);
      command(0);
      return data();
    }
  };

  HotplugFixture() {
    controller.reset(std::vector{VcpuId{0}});
    controller.set_smram_locked(true);
    gpe = {};
  }

  void plug(std::uint32_t cpu) { ASSERT_TRUE(controller.plug(VcpuId{cpu})); }
  // Implicit claim, as OVMF does it.
  void claim(std::uint32_t cpu) {
    smm.select(cpu);
    smm.command(3);
  }
  // A CPU that has been added, claimed and acknowledged.
  void bring_up(std::uint32_t cpu) {
    plug(cpu);
    claim(cpu);
    os.select(cpu);
    ASSERT_TRUE(os.set_flags(1 << 1));
    host = {};
    gpe = {};
  }
  [[nodiscard]] HotplugSlot slot(std::uint32_t cpu) const {
    return controller.slot(VcpuId{cpu}).value();
  }

  RecordingHotplugHost host;
  RecordingGpe gpe;
  HotplugController controller{kPossible, host, gpe};
  // The firmware in SMM, the OS where it belongs, and the OS where it does not.
  View smm{controller.control_window(), true};
  View os{controller.os_window(), false};
  View intruder{controller.control_window(), false, 2};
};

inline constexpr std::array<std::uint8_t, 4> kWidths{1, 2, 4, 8};

// Bits of the flags register.
inline constexpr std::uint8_t kEnabled = 0x01, kInsert = 0x02, kRemove = 0x04, kEject = 0x08,
                              kFwRemove = 0x10, kUnpark = 0x20, kFirmwareWork = 0x20;

}  // namespace unpark::test
