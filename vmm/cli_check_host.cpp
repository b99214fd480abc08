// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_check_host.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vmm/exit_code.h"
#include "vmm/host_check.h"
#include "vmm/terminal.h"

namespace unpark::cli {

namespace {

void print_table(const HostCheck& check) {
  const Paint paint(shows_colour(STDOUT_FILENO));
  std::size_t name_width = 0, value_width = 0;
  for (const HostFact& f : check.facts) {
    name_width = std::max(name_width, f.name.size());
    value_width = std::max(value_width, f.value.size());
  }
  for (const HostFact& f : check.facts) {
    const auto [mark, colour] = f.ok         ? std::pair{"ok     ", Colour::kGreen}
                                : f.required ? std::pair{"MISSING", Colour::kRed}
                                             : std::pair{"absent ", Colour::kYellow};
    fmt::print("{}  {:<{}}  {:<{}}  {}\n", paint(colour, mark), f.name, name_width, f.value,
               value_width, f.purpose);
  }
  if (check.ok()) {
    fmt::print("\n{} this host can run unpark's machines\n", paint(Colour::kGreen, "ok:"));
    return;
  }
  fmt::print("\n{} {}\n", paint(Colour::kRed, "not here:"), refusal_of(check.lacks()));
}

void print_json(const HostCheck& check) {
  nlohmann::ordered_json facts = nlohmann::ordered_json::array();
  for (const HostFact& f : check.facts)
    facts.push_back({{"name", f.name},
                     {"required", f.required},
                     {"ok", f.ok},
                     {"value", f.value},
                     {"purpose", f.purpose}});
  const nlohmann::ordered_json all = {{"ok", check.ok()}, {"facts", std::move(facts)}};
  fmt::print("{}\n", all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

int check_host(bool json) {
  const HostCheck check = unpark::check_host();
  if (json)
    print_json(check);
  else
    print_table(check);
  return static_cast<int>(check.ok() ? ExitCode::kOk : ExitCode::kFailed);
}

}  // namespace unpark::cli
