// SPDX-License-Identifier: Apache-2.0
#include "acpi/fadt.h"

#include "acpi/fixed_hardware.h"
#include "acpi/table.h"

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

}  // namespace

Bytes fadt(std::uint32_t facs, std::uint32_t dsdt) {
  const FadtBody body{
      .firmware_ctrl = facs,
      .dsdt = dsdt,
      .sci_interrupt = kSciGsi,
      .smi_command = kApmControl,
      .acpi_enable = kApmAcpiEnable,
      .acpi_disable = kApmAcpiDisable,
      .pm1a_event = kPm1EventBlock,
      .pm1a_control = kPm1ControlBlock,
      .pm_timer = kPmTimer,
      .gpe0 = kGpe0Block,
      .pm1_event_length = kPm1EventLength,
      .pm1_control_length = kPm1ControlLength,
      .pm_timer_length = kPmTimerLength,
      .gpe0_length = kGpe0Length,
      .c2_latency = kNoC2,
      .c3_latency = kNoC3,
      .century = kCmosCentury,
      .boot_flags = kLegacyDevices | kNoVga,
      .flags = kWbinvd | kProcC1 | kNoFixedSleepButton | kResetRegisterSupported,
      .reset_register = io_block(kResetControl, 1, AccessSize::kByte),
      .reset_value = kFullReset,
      .minor_revision = kMinorRevision,
      .x_dsdt = dsdt,
      .x_pm1a_event = io_block(kPm1EventBlock, kPm1EventLength, AccessSize::kWord),
      .x_pm1a_control = io_block(kPm1ControlBlock, kPm1ControlLength, AccessSize::kWord),
      .x_pm_timer = io_block(kPmTimer, kPmTimerLength, AccessSize::kDWord),
      .x_gpe0 = io_block(kGpe0Block, kGpe0Length, AccessSize::kByte),
      .hypervisor = {'U', 'N', 'P', 'A', 'R', 'K'},
  };
  return TableBuilder("FACP", kRevision).append(body).finish();
}

}  // namespace unpark::acpi
