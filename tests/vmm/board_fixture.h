// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/flat_memory.h"
#include "tests/fakes/recording_hotplug_host.h"
#include "tests/fakes/recording_wire.h"
#include "vmm/board.h"

namespace unpark {

// A board of four possible CPUs and 256 MiB, two CPUs present, in a machine of fakes.
class BoardUnderTest {
 public:
  BoardUnderTest() : BoardUnderTest(MachineConfig{}) {}
  explicit BoardUnderTest(MachineConfig c) : config(std::move(c)) {
    config.tseg_mib = 16;  // a machine has chosen it before it makes its board
    config.cpus = 2;
    config.max_cpus = 4;
    config.serial_output = [this](std::uint8_t b) { serial += static_cast<char>(b); };
    config.debug_output = [this](std::uint8_t b) { debug += static_cast<char>(b); };
    board = std::make_unique<Board>(config, host());
    board->reset({VcpuId{0}, VcpuId{1}});
  }

  // As the CPU `cpu` accesses them.
  std::uint64_t in(std::uint16_t port, std::uint8_t width = 1) {
    return board->ports().read(Port{port}, access(width));
  }
  void out(std::uint16_t port, std::uint64_t value, std::uint8_t width = 1) {
    board->ports().write(Port{port}, access(width), value);
  }
  std::uint64_t load(std::uint64_t at, std::uint8_t width = 4) {
    return board->mmio().read(Gpa{at}, access(width));
  }
  void store(std::uint64_t at, std::uint64_t value, std::uint8_t width = 4) {
    board->mmio().write(Gpa{at}, access(width), value);
  }
  // PCI Local Bus 3.0, 3.2.2.3.2: through 0xCF8 and 0xCFC.
  std::uint64_t config_read(unsigned device, unsigned offset, std::uint8_t width = 4) {
    out(0xcf8, 0x8000'0000u | device << 11 | (offset & 0xfc), 4);
    return in(static_cast<std::uint16_t>(0xcfc + (offset & 3)), width);
  }
  void config_write(unsigned device, unsigned offset, std::uint64_t value, std::uint8_t width = 4) {
    out(0xcf8, 0x8000'0000u | device << 11 | (offset & 0xfc), 4);
    out(static_cast<std::uint16_t>(0xcfc + (offset & 3)), value, width);
  }
  // As a firmware does it first: PMBASE 0x600, ACPI_EN.
  void open_pm_block() {
    config_write(0x1f, 0x40, 0x601);
    config_write(0x1f, 0x44, 0x80, 1);
  }
  // G_SMRAME and D_LCK.
  void lock_smram() { config_write(0, 0x9d, 0x1a, 1); }

  MachineConfig config;
  test::RecordingHotplugHost hotplug;
  struct RecordingSmi final : SmiSink {
    void raise_smi(VcpuId writer) override { writers.push_back(writer.value); }
    std::vector<std::uint32_t> writers;
  } smi;
  std::shared_ptr<test::FlatMemory> memory = std::make_shared<test::FlatMemory>(0x10'0000);
  test::FakeClock clock;
  std::map<std::uint32_t, test::RecordingWire> wires;  // by GSI
  std::vector<ResetSource> resets;
  std::vector<int> sleeps;
  std::vector<StepReport> steps;
  std::vector<GuestPanic> panics;
  std::vector<MemoryControl> memory_controls;
  std::vector<std::pair<BootStage, std::uint64_t>> stages;
  struct Refused {
    std::string device;  // empty: nobody
    IoFault fault;
    std::uint64_t address;
  };
  std::vector<Refused> refused;
  std::vector<bool> present{true, true, false, false};
  std::string serial, debug;
  std::uint32_t cpu = 0;
  bool in_smm = false;
  std::unique_ptr<Board> board;  // last: refers to the rest

 private:
  [[nodiscard]] Access access(std::uint8_t width) const {
    return {.width = width, .in_smm = in_smm, .cpu = VcpuId{cpu}};
  }
  BoardHost host() {
    return {.hotplug = hotplug,
            .smi = smi,
            .memory = memory,
            .clock = clock,
            .irq_line = [this](Gsi gsi) { return wires[gsi.value].line(); },
            .on_reset = [this](ResetSource s) { resets.push_back(s); },
            .on_sleep = [this](std::uint8_t type) { sleeps.push_back(type); },
            .on_step = [this](const StepReport& r) { steps.push_back(r); },
            .on_boot_stage = [this](BootStage s,
                                    std::uint64_t detail) { stages.emplace_back(s, detail); },
            .on_panic = [this](GuestPanic p) { panics.push_back(p); },
            .on_memory_control = [this](const MemoryControl& c) { memory_controls.push_back(c); },
            .on_refusal =
                [this](const BusRefusal& r) {
                  refused.push_back({std::string(r.device), r.fault, r.address});
                },
            .present_cpus = [this] { return present; },
            .utc =
                [] {
                  return UtcTime{1'700'000'000, 0};
                },
            .wake_rtc = [](std::optional<Nanoseconds>) {}};
  }
};

struct BoardTest : testing::Test, BoardUnderTest {};

}  // namespace unpark
