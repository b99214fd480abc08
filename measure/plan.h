// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/result.h"
#include "measure/peers.h"
#include "vmm/sys_error.h"

namespace unpark::measure {

// `unpark bench` as typed, checked.
struct Options {
  std::vector<std::uint32_t> cpus = {1, 2, 4, 8};
  std::vector<std::uint32_t> parked;  // numbers of parked CPUs to measure with too
  std::uint32_t samples = 0;          // of each series in a round; never 0 once checked
  std::uint32_t rounds = 5;
  bool with_qemu = false;
  std::uint32_t warmup = 16;
  std::optional<LinuxGuest> linux_guest;  // to boot under OVMF; not given: none is
};

inline constexpr std::uint32_t kMostCpus = 255;
inline constexpr std::uint32_t kMostRounds = 1000;

// "1,2,8": 1 to kMostCpus each, in the order given, none twice. `option`: "--cpus".
Result<std::vector<std::uint32_t>, Error> parse_cpu_list(std::string_view option,
                                                         const std::string& text);

// One machine to start.
struct Run {
  Peer peer = Peer::kUnpark;
  std::uint32_t cpus = 1, round = 0;
  std::uint32_t parked = 0;  // CPUs beside them
  bool asking = false;       // the SMI handler asks the hotplug controller for work
};
// The peers that are machines, in the order in which they take turns.
std::vector<Peer> machines_of(const Options& options);
// For each number of CPUs every round, and in every round all peers, A B A B: what changes with
// time on the host changes for all of them. The bare loop has one CPU and nothing but SMIs.
std::vector<Run> interleave(const std::vector<std::uint32_t>& cpus, std::uint32_t rounds,
                            const std::vector<Peer>& peers);
// The same machine of unpark with each number of parked CPUs, round by round; none with more CPUs
// than the guest can have.
std::vector<Run> with_parked(std::uint32_t cpus, const std::vector<std::uint32_t>& parked,
                             std::uint32_t rounds);

// For people: "smi: run 3 of 40: 2 CPUs, round 1, qemu".
std::string progress_line(std::string_view bench, const Run& run, std::size_t index,
                          std::size_t runs);

}  // namespace unpark::measure
