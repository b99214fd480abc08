// SPDX-License-Identifier: Apache-2.0
#include "devices/pm_spec.h"
#include "guest/body/report.h"
#include "guest/chips/pm_timer.h"
#include "guest/firmware/chips.h"
#include "guest/firmware/firmware.h"

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
  // Every bounded wait rests on this timer: a dead one must not make them endless.
  const std::uint32_t start = read_pm_timer();
  for (int turns = 0; turns < 1'000'000; ++turns)
    if (read_pm_timer() != start) return true;
  return Report("pm-timer-runs").hex("stuck-at", start).verdict(false);
}

}  // namespace unpark::guest::firmware
