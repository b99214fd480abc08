// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// CPU hotplug controller of this machine. Freestanding: shared by the device, the AML and the
// guest.
//
// The register layout is the one of QEMU's modern CPU hotplug block (docs/specs/acpi_cpu_hotplug),
// so that OVMF's CpuHotplugSmm drives it unmodified. It stands twice: the control window belongs to
// SMM once SMRAM is locked, the OS window to the AML.
namespace unpark::spec::hotplug {

inline constexpr std::uint16_t kControlWindow = 0x0cd8;  // 0xCD8-0xCE3
inline constexpr std::uint16_t kOsWindow = 0x0ce4;       // 0xCE4-0xCEF
inline constexpr std::uint16_t kWindowSize = 12;         // bytes, each

// Offsets within a window.
enum Offset : std::uint16_t {
  kSelector = 0,      // u32 write: CPU selector. Read: command data 2
  kCommandData2 = 0,  // u32 read: 0, or ARCH_ID[63:32] after kCommandArchId
  kFlags = 4,         // u8
  kCommand = 5,       // u8 write: Command. Read: 0
  kCommandData = 8,   // u32: meaning depends on the last command
};

// kFlags, read.
namespace status {
using Enabled = Field<0, 0, bool>;
using Insert = Field<1, 1, bool>;
using Remove = Field<2, 2, bool>;
using FirmwareRemove = Field<4, 4, bool>;
// Ours; control window, once explicit unpark is negotiated: some CPU, selected or not, is to be
// claimed or ejected. One read tells firmware that an SMI brought it no work.
using FirmwareWork = Field<5, 5, bool>;
}  // namespace status

// kFlags, written. Exactly one takes effect: the first that is set, in this order.
namespace action {
using ClearInsert = Field<1, 1, bool>;
using ClearRemove = Field<2, 2, bool>;
using Eject = Field<3, 3, bool>;  // control window only
using SetFirmwareRemove =
    Field<4, 4, bool>;             // OS window: only for a removal that the host asked for
using Unpark = Field<5, 5, bool>;  // ours; control window only
}  // namespace action

enum Command : std::uint8_t {
  kCommandNextPending = 0,  // select the next CPU with an event, from the selector on, wrapping
  kCommandOstEvent = 1,     // kCommandData <- _OST event
  kCommandOstStatus = 2,    // kCommandData <- _OST status; reports both
  kCommandArchId = 3,       // kCommandData = ARCH_ID[31:0], the APIC ID
};

// APM_CNT value with which the OS asks the firmware to look at the controller.
inline constexpr std::uint8_t kApmCpuHotplug = 0x04;
// GPE0 status bit of the controller.
inline constexpr unsigned kGpeBit = 2;

}  // namespace unpark::spec::hotplug
