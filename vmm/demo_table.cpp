// SPDX-License-Identifier: Apache-2.0
#include "vmm/demo_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "vmm/q35_map.h"

namespace unpark::demo {

namespace {

std::string fit(std::string_view text, std::size_t width) {
  if (text.size() <= width) return fmt::format("{:<{}}", text, width);
  return fmt::format("{}...", text.substr(0, width > 3 ? width - 3 : 0));
}

std::string step_row(const HotplugRecord& r, std::size_t row, Unseen unseen, const Paint& paint,
                     std::size_t what_width) {
  const StepInfo& step = step_of(r, row);
  const StepTime& t = r.steps[row];
  const bool none = row == kRowWithoutEquivalent;
  const bool seen = t.source != StepSource::kNotObserved;
  const bool failed = !none && !seen && unseen == Unseen::kFailed;
  const Colour colour = failed ? Colour::kRed : (seen && !none ? Colour::kGreen : Colour::kDim);
  const std::string when =
      seen && !none ? duration(t.since_order) : (failed ? "did not come" : "-");
  const std::string how = none ? "-" : std::string(name_of(t.source));
  return fmt::format("  {}  {:<16}  {}  {:>12}  {}\n",
                     paint(colour, fmt::format("{:<5}", step.label)), step.who,
                     fit(step.what, what_width), when, none || seen ? how : paint(colour, how));
}

}  // namespace

std::string steps_table(const HotplugRecord& record, Unseen unseen, const Paint& paint,
                        int columns) {
  std::size_t widest = 0;
  for (const StepInfo& s : kSteps) widest = std::max(widest, s.what.size());
  constexpr int kOthers = 2 + 5 + 2 + 16 + 2 + 2 + 12 + 2 + 15;
  const auto what_width = std::clamp<std::size_t>(
      static_cast<std::size_t>(std::max(columns - kOthers, 20)), 20, widest);
  std::string out =
      paint(Colour::kBold, fmt::format("  {:<5}  {:<16}  {}  {:>12}  {}", "step", "who",
                                       fit("what", what_width), "since order", "observed by")) +
      "\n";
  for (std::size_t row = 0; row < kStepRows; ++row)
    out += step_row(record, row, unseen, paint, what_width);
  return out;
}

std::string checks_list(const std::vector<Check>& checks, const Paint& paint) {
  std::string out;
  for (const Check& c : checks)
    out += fmt::format("  {}  {}\n          {}\n",
                       c.passed ? paint(Colour::kGreen, "ok    ") : paint(Colour::kRed, "FAILED"),
                       c.claim, paint(Colour::kDim, c.evidence));
  return out;
}

std::string duration(Nanoseconds t) {
  const double us = std::chrono::duration<double, std::micro>(t).count();
  if (us < 0) return "-" + duration(-t);
  if (us < 999.95) return fmt::format("{:.1f} us", us);
  if (us < 999'999.5) return fmt::format("{:.3f} ms", us / 1000);
  return fmt::format("{:.3f} s", us / 1'000'000);
}

std::string table_of(const Run& run, const Paint& paint, int columns) {
  const bool guest = run.trigger == HotplugTrigger::kGuest;
  std::string out =
      paint(Colour::kBold,
            fmt::format("Trigger {}: {}", guest ? "guest" : "vmm",
                        guest ? "the OS's GPE handler writes 0xB2, which raises the SMI"
                              : "the VMM raises the SMI itself and does not wait for the OS"));
  out += fmt::format("\n  machine  q35, {} CPUs of {} possible, {} MiB, embedded guest\n", run.cpus,
                     run.max_cpus, run.memory / q35::kMiB);
  if (!run.order.empty()) out += fmt::format("  order    {}\n", run.order);
  if (!run.answer.empty()) out += fmt::format("  answer   {}\n", run.answer);
  out += "\n";
  if (run.record) out += steps_table(*run.record, Unseen::kFailed, paint, columns) + "\n";
  out += checks_list(run.checks, paint);
  if (!run.verdicts.empty()) out += "\n  the guest's verdicts\n";
  for (const GuestLine& v : run.verdicts) {
    const Colour colour = v.kind == "PASS"   ? Colour::kGreen
                          : v.kind == "FAIL" ? Colour::kRed
                                             : Colour::kYellow;
    out += fmt::format("  {}    {:<30}  {}\n", paint(colour, v.kind), v.name,
                       paint(Colour::kDim, v.details));
  }
  if (!run.failure.empty())
    out += fmt::format("\n  {} CPU {}: {}\n", paint(Colour::kRed, "FAILED"), run.added.value,
                       run.failure);
  return out;
}

}  // namespace unpark::demo
