// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vmm/boot_files.h"
#include "vmm/boot_progress.h"
#include "vmm/demo_run.h"

namespace unpark::demo {

inline constexpr std::uint64_t kOvmfMemory = 512ull << 20;  // bytes

// An order on the control socket, and its answer: lines of JSON.
struct Exchange {
  std::string order, answer;
};

// Something that was seen of a removal.
struct RemovalStep {
  std::string who, what, observed_by;
  Nanoseconds since_order{0};
};

// One machine with unmodified OVMF and Linux: a CPU comes, works, and goes.
struct OvmfRun {
  std::string firmware;  // file of its code
  std::string kernel;    // `uname -r` of the guest
  std::uint32_t cpus = 1, max_cpus = 4;
  std::uint64_t memory = kOvmfMemory;  // bytes
  VcpuId added{1};
  Nanoseconds boot{0};  // from the start of the machine to userland
  std::vector<Exchange> exchanges;
  std::optional<HotplugRecord> record;
  std::vector<RemovalStep> removal;
  HotplugRefusals refused;
  TsegRange tseg;
  std::vector<Check> checks;
  std::string failure;  // why it ended before its end; empty if it did not

  [[nodiscard]] bool passed() const;
};

// What is told meanwhile.
struct OvmfProgress {
  std::function<void(const std::string&)> awaited;  // what is being waited for; any thread
  std::function<void(BootStage, std::uint64_t detail, Nanoseconds since_start)> stage;
};

// Boots it on the host's OVMF, adds a CPU, puts it to work, removes it and lets Linux power off.
// The initrd's userland is that of lab/linux. Error: this host cannot.
Result<OvmfRun, Error> run_ovmf(KernelImage guest, const OvmfProgress& progress);

}  // namespace unpark::demo
