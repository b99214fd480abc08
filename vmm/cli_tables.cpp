// SPDX-License-Identifier: Apache-2.0
#include "vmm/cli_tables.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstdio>

#include "acpi/tables_output.h"
#include "devices/smi_features_spec.h"
#include "vmm/cli_values.h"
#include "vmm/exit_code.h"
#include "vmm/sys_error.h"

namespace unpark::cli {

int tables(const std::string& cpus, const std::string& directory) {
  using namespace spec::smi_features;
  const auto counts = parse_cpus(cpus, acpi::kMaxCpus);
  if (!counts) {
    spdlog::error("{}", counts.error().message);
    return static_cast<int>(ExitCode::kUsage);
  }
  acpi::AcpiConfig config;
  config.possible_cpus = counts->max_cpus;
  config.present.assign(counts->cpus, true);
  // As after a firmware has taken everything that is offered.
  config.smi_features = kBroadcast | kCpuHotplug | kCpuHotUnplug;
  const auto files = acpi::write_tables(config, directory);
  if (!files) {
    spdlog::error("{}", files.error());
    return static_cast<int>(ExitCode::kCannotStart);
  }
  for (const auto& f : *files) fmt::print("{}\n", f.string());
  if (std::fflush(stdout) != 0) {
    spdlog::error("the list of files could not be written: {}", describe(SysError{"write", errno}));
    return static_cast<int>(ExitCode::kFailed);
  }
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace unpark::cli
