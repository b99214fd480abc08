// SPDX-License-Identifier: Apache-2.0
#include "devices/pm_spec.h"
#include "guest/body/report.h"
#include "guest/chips/pm_timer.h"
#include "guest/firmware/chips.h"
#include "guest/firmware/firmware.h"
#include "guest/firmware/machine.h"

namespace unpark::guest::firmware {

namespace {

constexpr std::uint32_t kMchId =
    std::uint32_t{spec::mch::kDeviceId} << 16 | spec::pci::kVendorIntel;

void enable_ecam() {
  namespace mch = spec::mch;
  pci::write32(kMch, mch::kPciexbarLow, 0);
  pci::write32(kMch, mch::kPciexbarHigh, 0);
  const auto base = static_cast<std::uint32_t>(spec::pci::kEcamBase);
  pci::write32(kMch, mch::kPciexbarLow, mch::pciexbar::Enable::with(base, true));
}

void enable_pm_block() {
  namespace lpc = spec::lpc;
  pci::write32(kLpc, lpc::kPmbase, std::uint32_t{spec::pm::kBase} | lpc::pmbase::kIoSpace);
  // SCI on IRQ 9.
  pci::write8(kLpc, lpc::kAcpiCntl, lpc::acpi_cntl::Enable::with(std::uint8_t{0}, true));
}

// Every bounded wait of firmware and OS rests on this timer.
bool pm_timer_runs() {
  const std::uint64_t start = PmTimer::now();
  for (int turns = 0; turns < 1'000'000; ++turns)
    if (PmTimer::now() != start) return true;
  return Report("pm-timer-runs").hex("stuck-at", start).verdict(false);
}

// SMM's clock. Good to a few per cent, which is more than a time limit asks for.
bool measure_tsc() {
  constexpr std::uint64_t kMeasureUs = 5'000;
  const std::uint64_t ticks = PmTimer::now();
  const std::uint64_t cycles = read_tsc();
  delay_microseconds(kMeasureUs);
  const std::uint64_t ticks_passed = (PmTimer::now() - ticks) & PmTimer::kMask;
  const std::uint64_t cycles_passed = read_tsc() - cycles;
  machine.tsc_per_us =
      ticks_passed == 0 ? 0 : cycles_passed * spec::pm::kPmTimerHz / ticks_passed / 1'000'000;
  if (machine.tsc_per_us != 0) return true;
  return Report("tsc-runs").dec("cycles", cycles_passed).dec("ticks", ticks_passed).verdict(false);
}

// The shortest of some: the host may have had something else to do.
void measure_exit() {
  for (int i = 0; i < 8; ++i) {
    const std::uint64_t start = read_tsc();
    (void)PmTimer::now();
    const std::uint64_t cycles = read_tsc() - start;
    if (i == 0 || cycles < machine.exit_cycles) machine.exit_cycles = cycles;
  }
}

}  // namespace

bool find_chips() {
  const std::uint32_t mch = pci::read32(kMch, spec::pci::kVendorId);
  if (mch != kMchId) return Report("find-mch").hex("id", mch).hex("want", kMchId).verdict(false);
  const std::uint16_t lpc = pci::read16(kLpc, spec::pci::kVendorId);
  if (lpc != spec::pci::kVendorIntel) return Report("find-lpc").hex("vendor", lpc).verdict(false);
  enable_ecam();
  enable_pm_block();
  const std::uint32_t by_ecam = read_mmio(spec::pci::kEcamBase);
  if (!Report("ecam").hex("mch", by_ecam).verdict(by_ecam == kMchId)) return false;
  if (!pm_timer_runs() || !measure_tsc()) return false;
  measure_exit();
  return true;
}

}  // namespace unpark::guest::firmware
