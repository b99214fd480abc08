// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "acpi/aml_name.h"
#include "acpi/aml_term.h"

// The methods of \_SB.CPUS that drive the hotplug controller: its OS window only, and port 0xB2.
// None of their names is a C and three hexadecimal digits: those are the CPUs.
namespace unpark::acpi::cpu_methods {

inline constexpr aml::NameSeg kScan = aml::operator""_seg<"CSCN">();
inline constexpr aml::NameSeg kNotify = aml::operator""_seg<"CTFY">();
inline constexpr aml::NameSeg kStatus = aml::operator""_seg<"CSTA">();
inline constexpr aml::NameSeg kReport = aml::operator""_seg<"COST">();
inline constexpr aml::NameSeg kEject = aml::operator""_seg<"CEJ0">();

// The lock, and the registers of the OS window.
aml::Term registers();
// Port 0xB2.
aml::Term firmware_call();

// CSCN (): what the controller's GPE runs. The firmware first; then every CPU with an event is
// announced to the OS and acknowledged.
aml::Term scan(std::uint32_t possible, bool smi_unplug);
// CTFY (uid, event)
aml::Term notify_cpu(std::uint32_t possible);
// CSTA (uid): _STA
aml::Term status();
// COST (uid, event, status): _OST
aml::Term report();
// CEJ0 (uid): _EJ0
aml::Term eject();

}  // namespace unpark::acpi::cpu_methods
