// SPDX-License-Identifier: Apache-2.0
#include "vmm/demo_ovmf_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "vmm/demo_json.h"
#include "vmm/demo_table.h"
#include "vmm/q35_map.h"

namespace unpark::demo {

namespace {

using Json = nlohmann::ordered_json;

std::string removal_table(const OvmfRun& run, const Paint& paint) {
  std::string out = paint(Colour::kBold, fmt::format("  {:<16}  {:<62}  {:>12}  {}\n", "who",
                                                     "removal", "since order", "observed by"));
  for (const RemovalStep& s : run.removal)
    out += fmt::format("  {:<16}  {:<62}  {:>12}  {}\n", s.who, s.what, duration(s.since_order),
                       s.observed_by);
  return out;
}

double microseconds(Nanoseconds t) {
  return std::chrono::duration<double, std::micro>(t).count();
}

}  // namespace

std::string table_of(const OvmfRun& run, const Paint& paint, int columns) {
  std::string out =
      paint(Colour::kBold, "Unmodified OVMF and Linux: a CPU comes, works, and goes") +
      fmt::format("\n  machine   q35, {} CPU of {} possible, {} MiB\n", run.cpus, run.max_cpus,
                  run.memory / q35::kMiB);
  out += fmt::format("  firmware  {}\n", run.firmware);
  if (!run.kernel.empty())
    out += fmt::format("  Linux     {}; userland {} after the start\n", run.kernel,
                       duration(run.boot));
  for (const Exchange& e : run.exchanges)
    out += fmt::format("  order     {}\n  answer    {}\n", e.order, e.answer);
  out += "\n";
  if (run.record) out += steps_table(*run.record, Unseen::kInvisible, paint, columns) + "\n";
  if (!run.removal.empty()) out += removal_table(run, paint) + "\n";
  out += checks_list(run.checks, paint);
  if (!run.failure.empty())
    out += fmt::format("\n  {} CPU {}: {}\n", paint(Colour::kRed, "FAILED"), run.added.value,
                       run.failure);
  return out;
}

std::string json_of(const OvmfRun& run) {
  Json j = {{"passed", run.passed()},
            {"machine", {{"cpus", run.cpus}, {"max-cpus", run.max_cpus}, {"memory", run.memory}}},
            {"firmware", run.firmware},
            {"kernel", run.kernel},
            {"userland-us", microseconds(run.boot)},
            {"cpu", run.added.value}};
  Json exchanges = Json::array();
  for (const Exchange& e : run.exchanges)
    exchanges.push_back({{"order", json_of_line(e.order)}, {"answer", json_of_line(e.answer)}});
  j["exchanges"] = std::move(exchanges);
  j["steps"] = run.record ? json_of_steps(*run.record) : Json::array();
  Json removal = Json::array();
  for (const RemovalStep& s : run.removal)
    removal.push_back({{"who", s.who},
                       {"what", s.what},
                       {"observed", s.observed_by},
                       {"since-order-us", microseconds(s.since_order)}});
  j["removal"] = std::move(removal);
  j["checks"] = json_of_checks(run.checks);
  j["failure"] = run.failure.empty() ? Json() : Json(run.failure);
  return j.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace unpark::demo
