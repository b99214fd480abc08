// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace unpark::cli {

// `unpark bench smi ...` as typed.
struct BenchRequest {
  std::string what;  // "smi"; empty: none of them was typed
  std::string cpus = "1,2,4,8";
  std::string parked = "8,64";  // "none"
  std::uint32_t samples = 0;    // 0: not given
  std::uint32_t rounds = 5;
  std::string peer;            // "qemu", "none"; empty: qemu if it is there
  std::string output;          // a folder; empty: none
  std::string kernel, initrd;  // of a Linux guest; empty: none is measured
  bool json = false;
  std::vector<std::string> command;  // as typed, for the report
};
// Adds the verbs that measure to `bench`. `request` must outlive the parsing.
void add_bench_verbs(CLI::App& bench, BenchRequest& request);

// Measures and reports; nothing if no such verb was typed. An ExitCode: kFailed when samples were
// lost, a peer failed half-way or it was interrupted (the report says so), kCannotStart when a peer
// is missing or cannot run here.
std::optional<int> bench(const BenchRequest& request);

}  // namespace unpark::cli
