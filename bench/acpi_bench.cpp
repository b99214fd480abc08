// SPDX-License-Identifier: Apache-2.0
// What it costs to build the ACPI tables, which a machine does each time the firmware selects
// etc/table-loader: a guest can ask for it again and again.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "acpi/config.h"
#include "acpi/dsdt.h"
#include "acpi/fw_cfg_tables.h"

namespace unpark::acpi {
namespace {

AcpiConfig config_of(benchmark::State& state) {
  const auto cpus = static_cast<std::uint32_t>(state.range(0));
  AcpiConfig config;
  config.possible_cpus = cpus;
  config.present = std::vector<bool>(cpus, true);
  config.smi_features = ~std::uint64_t{0};
  return config;
}

void build_dsdt(benchmark::State& state) {
  const DsdtOptions options = dsdt_options(config_of(state));
  std::size_t size = 0;
  for (auto _ : state) {
    const Bytes aml = dsdt(options);
    size = aml.size();
    benchmark::DoNotOptimize(aml.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(size) * state.iterations());
}

void build_fw_cfg_files(benchmark::State& state) {
  const AcpiConfig config = config_of(state);
  for (auto _ : state) {
    auto files = build_fw_cfg_tables(config);
    if (!files) {
      state.SkipWithError(files.error().c_str());
      break;
    }
    benchmark::DoNotOptimize(files->tables.data());
  }
}

BENCHMARK(build_dsdt)->Arg(1)->Arg(8)->Arg(255);
BENCHMARK(build_fw_cfg_files)->Arg(1)->Arg(8)->Arg(255);

}  // namespace
}  // namespace unpark::acpi
