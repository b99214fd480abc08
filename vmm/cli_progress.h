// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "devices/clock.h"
#include "vmm/boot_progress.h"
#include "vmm/qmp_events.h"
#include "vmm/rate_limit.h"
#include "vmm/terminal.h"

namespace unpark::cli {

// Shows a person how far the boot has come: a line for each stage, with the seconds since the
// machine was started. A guest decides how often it resets, not how many lines that prints: 50 at
// once, then one a second. Not thread-safe.
class ProgressLines {
 public:
  using Out = std::function<void(const std::string& line)>;  // without its end
  // `clock` outlives this.
  ProgressLines(const Clock& clock, Paint paint, Out out);

  void stage(BootStage stage, std::uint64_t detail, Nanoseconds since_start);
  // Resets and ends; nothing of all others.
  void event(const QmpEvent& event, Nanoseconds since_start);

 private:
  void print(Nanoseconds since_start, std::string_view who, std::string_view what, Colour colour);

  RateLimit limit_;
  const Paint paint_;
  const Out out_;
};

// "broadcast, CPU hotplug": bits of etc/smi/supported-features; "none".
std::string smi_features_in_words(std::uint64_t features);

}  // namespace unpark::cli
