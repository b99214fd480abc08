// SPDX-License-Identifier: Apache-2.0
// What an exit costs after KVM has handed it over: dispatch over the frozen port bus, with as many
// claims as the machine has.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>

#include "bench/zero_device.h"
#include "devices/bus/bus.h"
#include "devices/hotplug_controller.h"
#include "devices/hotplug_spec.h"
#include "devices/pm_block.h"
#include "devices/pm_spec.h"

namespace unpark {
namespace {

class SteadyClock final : public Clock {
 public:
  Nanoseconds now() const override { return std::chrono::steady_clock::now().time_since_epoch(); }
};

class NoHost final : public CpuHotplugHost {
 public:
  bool unpark(VcpuId) override { return true; }
  bool eject(VcpuId) override { return true; }
  void event_acknowledged(VcpuId, bool) override {}
  void ospm_status(VcpuId, std::uint32_t, std::uint32_t) override {}
  void gate_refused(Access, bool, bool, std::uint64_t) override {}
};

// Twenty-five claims: the PM block, both hotplug windows, and small ports spread below and above.
struct Board {
  static constexpr std::array<std::uint16_t, 22> kOthers{
      0x20,  0x40,  0x60,  0x64,  0x70,  0x80,  0x92,   0xa0,   0xb2,   0xf0,   0x1f0,
      0x2f8, 0x3d0, 0x3f8, 0x402, 0x510, 0xd10, 0x1000, 0x2000, 0x3000, 0x4000, 0xcf8};
  SteadyClock clock;
  NoHost host;
  std::shared_ptr<PmBlock> pm = std::make_shared<PmBlock>(clock, IrqLine{}, nullptr);
  HotplugController hotplug{4, host, *pm};
  Bus<Port> bus = build();

  Bus<Port> build() {
    pm->set_decoded(true);
    namespace hp = spec::hotplug;
    Bus<Port>::Builder b;
    b.claim(*Range<Port>::make(Port{spec::pm::kBase}, spec::pm::kSize), pm)
        .claim(*Range<Port>::make(Port{hp::kControlWindow}, hp::kWindowSize),
               hotplug.control_window())
        .claim(*Range<Port>::make(Port{hp::kOsWindow}, hp::kWindowSize), hotplug.os_window());
    const auto zero = std::make_shared<ZeroDevice>();
    for (const std::uint16_t port : kOthers) b.claim(*Range<Port>::make(Port{port}, 2), zero);
    return std::move(*b.build());
  }
};

void read_port(benchmark::State& state, Port port, std::uint8_t width) {
  const Board board;
  for (auto _ : state) benchmark::DoNotOptimize(board.bus.read(port, {.width = width}));
}
void write_port(benchmark::State& state, Port port, std::uint8_t width) {
  const Board board;
  for (auto _ : state) board.bus.write(port, {.width = width}, 0);
}

BENCHMARK_CAPTURE(read_port, empty_device, Port{0x3f8}, std::uint8_t{1});
BENCHMARK_CAPTURE(write_port, empty_device, Port{0x3f8}, std::uint8_t{1});
BENCHMARK_CAPTURE(read_port, unclaimed, Port{0x5000}, std::uint8_t{1});
BENCHMARK_CAPTURE(read_port, pm_timer, Port{spec::pm::kBase + spec::pm::kPmTimer}, std::uint8_t{4});
BENCHMARK_CAPTURE(read_port, hotplug_flags, Port{spec::hotplug::kOsWindow + spec::hotplug::kFlags},
                  std::uint8_t{1});
BENCHMARK_CAPTURE(write_port, hotplug_selector, Port{spec::hotplug::kOsWindow}, std::uint8_t{4});

}  // namespace
}  // namespace unpark
