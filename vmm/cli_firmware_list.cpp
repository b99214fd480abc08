// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_firmware_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "vmm/exit_code.h"
#include "vmm/firmware_search.h"
#include "vmm/terminal.h"

namespace unpark::cli {

namespace {

std::string_view name_of(FirmwareVerdict verdict) {
  switch (verdict) {
    case FirmwareVerdict::kTaken:
      return "taken";
    case FirmwareVerdict::kFits:
      return "fits";
    case FirmwareVerdict::kRefused:
      return "no";
  }
  return "?";
}

Colour colour_of(FirmwareVerdict verdict) {
  switch (verdict) {
    case FirmwareVerdict::kTaken:
      return Colour::kGreen;
    case FirmwareVerdict::kFits:
      return Colour::kYellow;
    case FirmwareVerdict::kRefused:
      return Colour::kDim;
  }
  return Colour::kNone;
}

std::string reason_of(const FoundFirmware& f) {
  switch (f.verdict) {
    case FirmwareVerdict::kTaken:
      return "the first that fits";
    case FirmwareVerdict::kFits:
      return "but another comes first";
    case FirmwareVerdict::kRefused:
      return f.why;
  }
  return f.why;
}

void print_row(std::string_view label, const std::string& value) {
  if (!value.empty()) fmt::print("       {:<11}  {}\n", label, value);
}

void print_table(const FirmwareSearch& search) {
  const Paint paint(shows_colour(STDOUT_FILENO));
  for (const FoundFirmware& f : search.found) {
    fmt::print("{}  {}\n", paint(colour_of(f.verdict), fmt::format("{:<5}", name_of(f.verdict))),
               f.file);
    print_row("because", reason_of(f));
    print_row("description", f.descriptor.description);
    print_row("code", f.descriptor.code.path);
    print_row("template", f.descriptor.vars_template.path);
  }
  if (search.taken() == nullptr)
    fmt::print("{} {}\n", paint(Colour::kRed, "nothing fits:"), refusal_of(search));
}

void print_json(const FirmwareSearch& search) {
  using Json = nlohmann::ordered_json;
  Json found = Json::array();
  for (const FoundFirmware& f : search.found)
    found.push_back({{"verdict", name_of(f.verdict)},
                     {"why", reason_of(f)},
                     {"file", f.file},
                     {"description", f.descriptor.description},
                     {"code", f.descriptor.code.path},
                     {"template", f.descriptor.vars_template.path}});
  const Json all = {{"folders", search.folders}, {"found", std::move(found)}};
  fmt::print("{}\n", all.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

int list_firmware(bool json) {
  const FirmwareSearch search = find_firmware();
  if (json)
    print_json(search);
  else
    print_table(search);
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace unpark::cli
