// SPDX-License-Identifier: Apache-2.0
#include "vmm/boot_progress.h"

namespace unpark {

std::string_view name_of(BootStage stage) {
  switch (stage) {
    case BootStage::kSec:
      return "sec";
    case BootStage::kPei:
      return "pei";
    case BootStage::kDxe:
      return "dxe";
    case BootStage::kSmiFeatures:
      return "smi-features";
    case BootStage::kTsegClosed:
      return "tseg-closed";
    case BootStage::kKernelRead:
      return "kernel-read";
    case BootStage::kAcpiTables:
      return "acpi-tables";
    case BootStage::kSmramLocked:
      return "smram-locked";
    case BootStage::kAcpiMode:
      return "acpi-mode";
    case BootStage::kOsEvents:
      return "os-events";
  }
  return "unknown";
}

void BootProgress::reach(BootStage stage, std::uint64_t detail) {
  const std::uint32_t bit = std::uint32_t{1} << static_cast<unsigned>(stage);
  if ((reached_.fetch_or(bit) & bit) == 0 && sink_) sink_(stage, detail);
}

void BootProgress::memory_control(const MemoryControl& control) {
  if (control.pciexbar_enabled) reach(BootStage::kPei);
  switch (tseg_.load()) {
    case Tseg::kUntouched:
      if (control.tseg_enabled) tseg_ = Tseg::kSetUp;
      break;
    case Tseg::kSetUp:
      if (!control.tseg_enabled) tseg_ = Tseg::kOpened;
      break;
    case Tseg::kOpened:
      if (control.tseg_enabled) reach(BootStage::kTsegClosed, control.tseg_mib);
      break;
  }
  if (control.smram_locked) reach(BootStage::kSmramLocked);
}

void BootProgress::reset() {
  reached_ = 0;
  tseg_ = Tseg::kUntouched;
}

}  // namespace unpark
