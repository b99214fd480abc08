// SPDX-License-Identifier: Apache-2.0
#include "acpi/config.h"

#include <cstdio>
#include <limits>

#include "acpi/fixed_hardware.h"
#include "devices/pci_spec.h"

namespace unpark::acpi {
namespace {

constexpr std::uint64_t kFourGiB = 1ull << 32;
constexpr std::uint64_t kEcamEnd = spec::pci::kEcamBase + spec::pci::kEcamSize;

std::string hex(std::uint64_t value) {
  char text[2 + 16 + 1];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string described(const AddressWindow& window) {
  return "of " + hex(window.size) + " bytes at " + hex(window.base);
}

constexpr bool wraps(const AddressWindow& window) {
  return window.size == 0 ||
         window.size - 1 > std::numeric_limits<std::uint64_t>::max() - window.base;
}

Result<Done, std::string> check_cpus(const AcpiConfig& config) {
  if (config.possible_cpus == 0 || config.possible_cpus > kMaxCpus) {
    return Unexpected{"ACPI tables for " + std::to_string(config.possible_cpus) +
                      " possible CPUs: the number must be 1 to " + std::to_string(kMaxCpus)};
  }
  if (config.present.size() > config.possible_cpus) {
    return Unexpected{"ACPI tables: presence of " + std::to_string(config.present.size()) +
                      " CPUs is given, but only " + std::to_string(config.possible_cpus) +
                      " are possible"};
  }
  if (!config.is_present(0)) {
    return Unexpected{std::string{"ACPI tables: CPU 0 must be present, the machine boots on it"}};
  }
  return Done{};
}

}  // namespace

Result<Done, std::string> check(const AcpiConfig& config) {
  TRY(check_cpus(config));
  const AddressWindow& low = config.mmio32;
  if (wraps(low) || low.base < kEcamEnd || low.last() >= kIoApicBase) {
    return Unexpected{"ACPI tables: the 32-bit PCI window " + described(low) +
                      " must lie between the end of ECAM, " + hex(kEcamEnd) +
                      ", and the I/O APIC, " + hex(kIoApicBase)};
  }
  if (config.mmio64 && (wraps(*config.mmio64) || config.mmio64->base < kFourGiB)) {
    return Unexpected{"ACPI tables: the 64-bit PCI window " + described(*config.mmio64) +
                      " must not be empty, wrap, or begin below 4 GiB"};
  }
  return Done{};
}

}  // namespace unpark::acpi
