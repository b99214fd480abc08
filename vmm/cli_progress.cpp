// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_progress.h"

#include <fmt/format.h>

#include <utility>

#include "devices/smi_features_spec.h"

namespace unpark::cli {

namespace {

constexpr std::uint32_t kBurst = 50, kPerSecond = 1;

// "firmware: PEI", ...: as wide as the widest of them, so that the sentences stand below each
// other.
struct Line {
  std::string_view who;
  std::string what;
  Colour colour = Colour::kNone;
};

Line line_of(BootStage stage, std::uint64_t detail) {
  switch (stage) {  // no default: a new stage must get its words
    case BootStage::kSec:
      return {"firmware: SEC", "runs, and unpacks the rest of itself"};
    case BootStage::kPei:
      return {"firmware: PEI", "sets up memory and CPUs"};
    case BootStage::kDxe:
      return {"firmware: DXE", "loads its drivers"};
    case BootStage::kSmiFeatures:
      return {"firmware: DXE", "has taken the SMI features " + smi_features_in_words(detail)};
    case BootStage::kTsegClosed:
      return {"firmware: SMM",
              fmt::format("has moved into its {} MiB (TSEG), and closed them to others", detail)};
    case BootStage::kKernelRead:
      return {"firmware: DXE", "reads the kernel"};
    case BootStage::kAcpiTables:
      return {"firmware: BDS", "reads the ACPI tables"};
    case BootStage::kSmramLocked:
      return {"firmware: BDS", "has locked SMRAM, until the next reset"};
    case BootStage::kAcpiMode:
      return {"firmware: BDS", "has switched ACPI on; an OS is next"};
    case BootStage::kOsEvents:
      return {"OS", "takes CPU hotplug events", Colour::kGreen};
  }
  return {"firmware", fmt::format("stage {}", static_cast<unsigned>(stage))};
}

}  // namespace

std::string smi_features_in_words(std::uint64_t features) {
  namespace s = spec::smi_features;
  static constexpr std::pair<std::uint64_t, std::string_view> kNames[] = {
      {s::kBroadcast, "broadcast"},
      {s::kCpuHotplug, "CPU hotplug"},
      {s::kCpuHotUnplug, "CPU hot-unplug"},
      {s::kExplicitUnpark, "explicit unpark"}};
  std::string words;
  const auto add = [&](std::string_view word) {
    words += words.empty() ? "" : ", ";
    words += word;
  };
  for (const auto& [bit, name] : kNames)
    if ((std::exchange(features, features & ~bit) & bit) != 0) add(name);
  if (features != 0) add(fmt::format("{:#x}", features));
  return words.empty() ? "none" : words;
}

ProgressLines::ProgressLines(const Clock& clock, Paint paint, Out out)
    : limit_(clock, kBurst, kPerSecond), paint_(paint), out_(std::move(out)) {}

void ProgressLines::stage(BootStage stage, std::uint64_t detail, Nanoseconds since_start) {
  const Line line = line_of(stage, detail);
  print(since_start, line.who, line.what, line.colour);
}

void ProgressLines::event(const QmpEvent& event, Nanoseconds since_start) {
  const auto say = [&](const std::string& what) {
    print(since_start, "machine", what, Colour::kYellow);
  };
  if (const auto* reset = std::get_if<event::Reset>(&event))
    say(fmt::format("reset ({}): the boot begins anew", reset->reason));
  if (const auto* end = std::get_if<event::Shutdown>(&event))
    say(fmt::format("has ended ({})", end->reason));
}

void ProgressLines::print(Nanoseconds since_start, std::string_view who, std::string_view what,
                          Colour colour) {
  const std::int64_t held_back = limit_.admit();
  if (held_back < 0) return;
  const double seconds = std::chrono::duration<double>(since_start).count();
  out_(fmt::format(
      "unpark: {} {}{}{}", paint_(Colour::kDim, fmt::format("[{:6.1f} s]", seconds)),
      paint_(colour == Colour::kNone ? Colour::kBold : colour, fmt::format("{:<13}", who)),
      fmt::format("  {}", what),
      held_back > 0 ? fmt::format(" ({} lines before it not shown)", held_back) : ""));
}

}  // namespace unpark::cli
