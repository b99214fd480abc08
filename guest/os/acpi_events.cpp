// SPDX-License-Identifier: Apache-2.0
#include "guest/os/acpi_events.h"

#include "devices/apm_spec.h"
#include "devices/hotplug_spec.h"
#include "devices/pm_spec.h"
#include "guest/body/interrupts.h"
#include "guest/body/report.h"
#include "guest/chips/ioapic.h"
#include "guest/chips/pm_timer.h"
#include "guest/chips/software_smi.h"

namespace unpark::guest::os {

namespace {

namespace pm = spec::pm;

constexpr unsigned kSciPin = 9;
constexpr std::uint8_t kCpuGpe = 1u << spec::hotplug::kGpeBit;
constinit bool pending = false;

// The two 8259s, whose vectors nobody has set: interrupts come through the I/O APIC alone.
void mask_legacy_interrupts() {
  out8(0x21, 0xff);
  out8(0xa1, 0xff);
}

}  // namespace

bool enable_acpi() {
  mask_legacy_interrupts();
  out16(pm::kBase + pm::kPm1Enable, 0);
  ioapic::route_level_high(kSciPin, kSciVector, initial_apic_id());
  software_smi(spec::apm::kAcpiEnable);
  const bool enabled = wait_until(
      1'000'000, [] { return pm::control::SciEnable::get(in16(pm::kBase + pm::kPm1Control)); });
  return Report("acpi-enabled").hex("pm1-cnt", in16(pm::kBase + pm::kPm1Control)).verdict(enabled);
}

void enable_cpu_gpe() {
  const std::uint8_t enabled = in8(pm::kBase + pm::kGpe0Enable);
  out8(pm::kBase + pm::kGpe0Enable, static_cast<std::uint8_t>(enabled | kCpuGpe));
}

void on_sci() {
  const std::uint8_t status = in8(pm::kBase + pm::kGpe0Status);
  const std::uint8_t enabled = in8(pm::kBase + pm::kGpe0Enable);
  if ((status & enabled & kCpuGpe) == 0) return;
  out8(pm::kBase + pm::kGpe0Enable, static_cast<std::uint8_t>(enabled & ~kCpuGpe));
  out8(pm::kBase + pm::kGpe0Status, kCpuGpe);
  pending = true;
}

bool take_pending_gpe() {
  const bool was = read_once(pending);
  pending = false;
  return was;
}

}  // namespace unpark::guest::os
