// SPDX-License-Identifier: Apache-2.0
#include "acpi/fadt.h"

#include "acpi/fixed_hardware.h"
#include "acpi/table.h"
#include "devices/apm_spec.h"
#include "devices/pm_spec.h"
#include "devices/reset_control_spec.h"

namespace unpark::acpi {
namespace {

constexpr std::uint8_t kRevision = 6;
constexpr std::uint8_t kMinorRevision = 5;

// ACPI 6.5, table 5.10. What is not set here: PWR_BUTTON (bit 4) is 0 because the power button is
// fixed hardware; TMR_VAL_EXT (bit 8) is 0 because the PM timer has 24 bits.
constexpr std::uint32_t kWbinvd = 1u << 0;
constexpr std::uint32_t kProcC1 = 1u << 2;
constexpr std::uint32_t kNoFixedSleepButton = 1u << 5;
constexpr std::uint32_t kResetRegisterSupported = 1u << 10;

// 5.2.9.3. No 8042 (bit 1): port 0x64 only resets.
constexpr std::uint16_t kLegacyDevices = 1u << 0;
constexpr std::uint16_t kNoVga = 1u << 2;

constexpr std::uint16_t kNoC2 = 0x0fff;
constexpr std::uint16_t kNoC3 = 0x0fff;

constexpr std::uint16_t kPm1EventBlock = spec::pm::kBase + spec::pm::kPm1Status;
constexpr std::uint16_t kPm1ControlBlock = spec::pm::kBase + spec::pm::kPm1Control;
constexpr std::uint16_t kPmTimer = spec::pm::kBase + spec::pm::kPmTimer;
constexpr std::uint16_t kGpe0Block = spec::pm::kBase + spec::pm::kGpe0Status;

constexpr std::uint8_t kResetValue = 0x0f;  // QEMU's: every bit of the reset register

}  // namespace

Bytes fadt(std::uint32_t facs, std::uint32_t dsdt) {
  const FadtBody body{
      .firmware_ctrl = facs,
      .dsdt = dsdt,
      .sci_interrupt = kSciGsi,
      .smi_command = spec::apm::kControlPort,
      .acpi_enable = spec::apm::kAcpiEnable,
      .acpi_disable = spec::apm::kAcpiDisable,
      .pm1a_event = kPm1EventBlock,
      .pm1a_control = kPm1ControlBlock,
      .pm_timer = kPmTimer,
      .gpe0 = kGpe0Block,
      .pm1_event_length = spec::pm::kPm1EventLength,
      .pm1_control_length = spec::pm::kPm1ControlLength,
      .pm_timer_length = spec::pm::kPmTimerLength,
      .gpe0_length = spec::pm::kGpe0Length,
      .c2_latency = kNoC2,
      .c3_latency = kNoC3,
      .century = kCmosCentury,
      .boot_flags = kLegacyDevices | kNoVga,
      .flags = kWbinvd | kProcC1 | kNoFixedSleepButton | kResetRegisterSupported,
      .reset_register = io_block(spec::reset_control::kPort, 1, AccessSize::kByte),
      .reset_value = kResetValue,
      .minor_revision = kMinorRevision,
      .x_dsdt = dsdt,
      .x_pm1a_event = io_block(kPm1EventBlock, spec::pm::kPm1EventLength, AccessSize::kWord),
      .x_pm1a_control = io_block(kPm1ControlBlock, spec::pm::kPm1ControlLength, AccessSize::kWord),
      .x_pm_timer = io_block(kPmTimer, spec::pm::kPmTimerLength, AccessSize::kDWord),
      .x_gpe0 = io_block(kGpe0Block, spec::pm::kGpe0Length, AccessSize::kByte),
      .hypervisor = {'U', 'N', 'P', 'A', 'R', 'K'},
  };
  return TableBuilder("FACP", kRevision).append(body).finish();
}

}  // namespace unpark::acpi
