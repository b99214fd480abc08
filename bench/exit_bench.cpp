// SPDX-License-Identifier: Apache-2.0
// What an exit costs from KVM's run page to the device and back: its decoding alone, and with the
// dispatch over the two buses.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "bench/zero_device.h"
#include "devices/bus/bus.h"
#include "vmm/exit.h"
#include "vmm/io_dispatch.h"

namespace unpark {
namespace {

// As KVM maps it: the fixed part, then a page for the data of port I/O.
struct RunPage {
  static constexpr std::size_t kSize = 3 * 4096, kData = 4096;
  alignas(4096) std::array<std::byte, kSize> bytes{};

  kvm_run& run() { return *reinterpret_cast<kvm_run*>(bytes.data()); }
};

void port_exit(kvm_run& run, std::uint16_t port, std::uint8_t direction) {
  run.exit_reason = KVM_EXIT_IO;
  run.io = {
      .direction = direction, .size = 1, .port = port, .count = 1, .data_offset = RunPage::kData};
}
void port_in(kvm_run& run) {
  port_exit(run, 0xb3, KVM_EXIT_IO_IN);
}
void port_out(kvm_run& run) {
  port_exit(run, 0xb2, KVM_EXIT_IO_OUT);
}
void mmio_read(kvm_run& run) {
  run.exit_reason = KVM_EXIT_MMIO;
  run.mmio.phys_addr = 0xe000'0000;
  run.mmio.len = 4;
  run.mmio.is_write = 0;
}
void interrupted(kvm_run& run) {
  run.exit_reason = KVM_EXIT_INTR;
}

using Prepare = void (*)(kvm_run&);

void decode_exit(benchmark::State& state, Prepare prepare) {
  const auto page = std::make_unique<RunPage>();
  prepare(page->run());
  for (auto _ : state) {
    benchmark::ClobberMemory();  // KVM has written the page anew
    benchmark::DoNotOptimize(decode(page->run(), RunPage::kSize));
  }
}

void dispatch_exit(benchmark::State& state, Prepare prepare) {
  const auto page = std::make_unique<RunPage>();
  prepare(page->run());
  const auto zero = std::make_shared<ZeroDevice>();
  Bus<Port>::Builder ports;
  ports.claim(*Range<Port>::make(Port{0xb2}, 2), zero);
  const auto port_bus = std::move(*ports.build());
  Bus<Gpa>::Builder mmio;
  mmio.claim(*Range<Gpa>::make(Gpa{0xe000'0000}, 0x1000), zero);
  const auto mmio_bus = std::move(*mmio.build());
  for (auto _ : state) {
    benchmark::ClobberMemory();
    benchmark::DoNotOptimize(
        dispatch(decode(page->run(), RunPage::kSize), {.cpu = VcpuId{0}}, port_bus, mmio_bus));
  }
}

BENCHMARK_CAPTURE(decode_exit, port_in, port_in);
BENCHMARK_CAPTURE(decode_exit, port_out, port_out);
BENCHMARK_CAPTURE(decode_exit, mmio_read, mmio_read);
BENCHMARK_CAPTURE(decode_exit, interrupted, interrupted);
BENCHMARK_CAPTURE(dispatch_exit, port_in, port_in);
BENCHMARK_CAPTURE(dispatch_exit, port_out, port_out);
BENCHMARK_CAPTURE(dispatch_exit, mmio_read, mmio_read);

}  // namespace
}  // namespace unpark
