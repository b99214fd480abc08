// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "devices/clock.h"
#include "devices/memory_control.h"

namespace unpark {

// What a firmware of the PC kind passes through on its way to an OS, in the order in which OVMF
// does. A release build of it prints nothing before its boot menu; these are seen from outside.
enum class BootStage : std::uint8_t {
  kSec,          // the LPC bridge decodes the PM block: the first thing OVMF's SEC sets up
  kPei,          // PCIEXBAR is on: PlatformPei
  kDxe,          // first access through ECAM: PEI uses 0xCF8
  kSmiFeatures,  // SMI features negotiated; detail: those that were taken
  kTsegClosed,   // TSEG was opened once more to be filled, and is closed again; detail: its MiB
  kKernelRead,   // fw_cfg's kernel was selected
  kAcpiTables,   // fw_cfg's table-loader was selected: BDS
  kSmramLocked,  // D_LCK: only SMM reaches SMRAM, until reset
  kAcpiMode,     // PM1_CNT.SCI_EN
  kOsEvents,     // GPE0 bit 2 enabled: the OS has a handler for CPU hotplug
};

inline constexpr std::array kAllBootStages = {
    BootStage::kSec,        BootStage::kPei,        BootStage::kDxe,        BootStage::kSmiFeatures,
    BootStage::kTsegClosed, BootStage::kKernelRead, BootStage::kAcpiTables, BootStage::kSmramLocked,
    BootStage::kAcpiMode,   BootStage::kOsEvents};

// "sec", "pei", ...: of the control socket.
std::string_view name_of(BootStage stage);

// A stage that was reached, and when: since the machine was started.
struct BootStageTime {
  BootStage stage = BootStage::kSec;
  Nanoseconds since_start{};
};

// How far the machine has come since its last reset. Fed by what chips tell the board anyway; each
// stage is told once until the next reset, whatever a guest does, and in the order it was seen.
class BootProgress {
 public:
  // On the thread of the vCPU that got there; must be quick.
  using Sink = std::function<void(BootStage stage, std::uint64_t detail)>;
  explicit BootProgress(Sink sink) : sink_(std::move(sink)) {}

  // Any thread.
  void reach(BootStage stage, std::uint64_t detail = 0);
  // One change at a time, in order: the MCH holds a lock meanwhile.
  void memory_control(const MemoryControl& control);
  // While no vCPU runs.
  void reset();

 private:
  // PEI closes TSEG and leaves it; SMM's loader opens it, fills it and closes it for good.
  enum class Tseg : std::uint8_t { kUntouched, kSetUp, kOpened };

  const Sink sink_;
  std::atomic<std::uint32_t> reached_{0};  // bit by stage
  std::atomic<Tseg> tseg_{Tseg::kUntouched};
};

}  // namespace unpark
