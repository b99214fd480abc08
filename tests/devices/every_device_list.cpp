// SPDX-License-Identifier: Apache-2.0
// The chips that every_device.cpp tries, sorted. A chip that stands alone is one line; what needs a
// board has a function for it.
#include "tests/devices/every_device.h"

#include <algorithm>

#include "devices/apm.h"
#include "devices/cfi_flash.h"
#include "devices/debug_console.h"
#include "devices/ecam.h"
#include "devices/fw_cfg.h"
#include "devices/hotplug_controller.h"
#include "devices/keyboard_controller.h"
#include "devices/pci_host.h"
#include "devices/pm_block.h"
#include "devices/port92.h"
#include "devices/pvpanic.h"
#include "devices/rcrb.h"
#include "devices/reset_control.h"
#include "devices/rtc.h"
#include "devices/step_port.h"
#include "devices/uart16550.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/flat_memory.h"
#include "tests/fakes/recording_hotplug_host.h"

namespace unpark::test {

namespace {

// A chip that is made of `args` and has a reset().
template <class Chip, class... Args>
MadeDevice resettable(Args&&... args) {
  const auto chip = std::make_shared<Chip>(std::forward<Args>(args)...);
  return {chip, [chip] { chip->reset(); }, nullptr};
}

// A chip without state: nothing to reset.
template <class Chip, class... Args>
MadeDevice stateless(Args&&... args) {
  return {std::make_shared<Chip>(std::forward<Args>(args)...), [] {}, nullptr};
}

struct PmBoard {
  FakeClock clock;
  struct NoSmi final : SmiSink {
    void raise_smi(VcpuId) override {}
  } smi;
  std::shared_ptr<PmBlock> pm = std::make_shared<PmBlock>(clock, IrqLine{}, nullptr);
};

MadeDevice make_pm() {
  const auto board = std::make_shared<PmBoard>();
  board->clock.advance(std::chrono::seconds{1});
  board->pm->set_decoded(true);
  const auto reset = [board] {
    board->pm->reset();
    board->pm->set_decoded(true);
  };
  return {board->pm, reset, board};
}

MadeDevice make_apm() {
  const auto board = std::make_shared<PmBoard>();
  const auto apm = std::make_shared<Apm>(board->pm, board->smi);
  return {apm, [apm] { apm->reset(); }, board};
}

struct FlashBoard {
  struct Host final : CfiFlashHost {
    void array_mode(bool) override {}
    bool store(std::size_t, std::size_t) override { return true; }
  } host;
  std::vector<std::byte> array = std::vector<std::byte>(0x2000, std::byte{0x5a});
  std::shared_ptr<CfiFlash> flash = std::make_shared<CfiFlash>(array, host);
};

MadeDevice make_flash() {
  const auto board = std::make_shared<FlashBoard>();
  // What is in the array outlives a reset: put back what a fresh one has.
  const auto reset = [board] {
    board->flash->reset();
    std::ranges::fill(board->array, std::byte{0x5a});
  };
  return {board->flash, reset, board};
}

struct HotplugBoard {
  RecordingHotplugHost host;
  RecordingGpe gpe;
  HotplugController controller{4, host, gpe};

  void reset() { controller.reset(std::vector{VcpuId{0}, VcpuId{1}}); }
};

MadeDevice make_hotplug(std::shared_ptr<IoDevice> (HotplugController::*window)()) {
  const auto board = std::make_shared<HotplugBoard>();
  board->reset();
  return {(board->controller.*window)(), [board] { board->reset(); }, board};
}

// A chip of a memory window that something else opens.
template <class Chip, class... Args>
MadeDevice enabled(Args&&... args) {
  const auto chip = std::make_shared<Chip>(std::forward<Args>(args)...);
  chip->set_enabled(true);
  const auto reset = [chip] {
    chip->reset();
    chip->set_enabled(true);
  };
  return {chip, reset, nullptr};
}

// With a function whose registers cannot be written: the ways to it are tried, not the function.
std::shared_ptr<PciTopology> make_topology() {
  class Inert final : public PciFunction {
    std::string_view name() const override { return "inert"; }
    std::uint32_t config_read(std::uint16_t, std::uint8_t width) override {
      return pci_ones(width) & 0x04030201;
    }
    void config_write(std::uint16_t, std::uint8_t, std::uint32_t) override {}
  };
  auto topology = std::make_shared<PciTopology>();
  (void)topology->plug({0, 0, 0}, std::make_shared<Inert>());
  return topology;
}

MadeDevice make_pci_host() {
  const auto reset_control = std::make_shared<ResetControl>(nullptr);
  const auto host = std::make_shared<PciHost>(make_topology(), reset_control);
  const auto reset = [host, reset_control] {
    host->reset();
    reset_control->reset();
  };
  return {host, reset, nullptr};
}

MadeDevice make_fw_cfg() {
  const auto memory = std::make_shared<FlatMemory>(0x1000);
  return resettable<FwCfg>(memory);
}

// The time is what its reset keeps. So it stands still, at a second 0, which is the only time byte
// that the suite reaches: port 71h shows it after a reset, and the suite writes only 0 to it.
MadeDevice make_rtc() {
  const auto clock = std::make_shared<FakeClock>();
  const auto utc = [] { return UtcTime{.seconds = 1'700'000'040}; };
  const auto rtc = std::make_shared<Rtc>(*clock, IrqLine{}, utc, CmosMemory{}, nullptr);
  return {rtc, [rtc] { rtc->reset(); }, clock};
}

}  // namespace

std::vector<DeviceUnderTest> every_device() {
  using Keyboard = KeyboardControllerPort;
  return {
      {"Apm", 2, make_apm},
      {"CfiFlash", 0x2000, make_flash},
      {"DebugConsole", 1, [] { return stateless<DebugConsole>(nullptr); }},
      {"Ecam", 256u << 20, [] { return enabled<Ecam>(make_topology()); }},
      {"FwCfg", 12, make_fw_cfg},
      {"HotplugControl", 12, [] { return make_hotplug(&HotplugController::control_window); }},
      {"HotplugOs", 12, [] { return make_hotplug(&HotplugController::os_window); }},
      {"KeyboardCommand", 1, [] { return stateless<Keyboard>(Keyboard::Role::kCommand, nullptr); }},
      {"KeyboardData", 1, [] { return stateless<Keyboard>(Keyboard::Role::kData, nullptr); }},
      {"PciHost", 8, make_pci_host},
      {"Pm", 0x80, make_pm},
      {"Port92", 1, [] { return resettable<Port92>(nullptr); }},
      {"Pvpanic", 1, [] { return stateless<Pvpanic>(nullptr); }},
      {"Rcrb", 0x4000, [] { return enabled<Rcrb>(); }},
      {"ResetControl", 1, [] { return resettable<ResetControl>(nullptr); }},
      {"Rtc", 2, make_rtc},
      {"StepPort", 4, [] { return stateless<StepPort>(nullptr); }},
      {"Uart16550", 8, [] { return resettable<Uart16550>(IrqLine{}, nullptr); }},
  };
}

}  // namespace unpark::test
