// SPDX-License-Identifier: Apache-2.0
#include "measure/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace unpark::measure {

Result<std::vector<std::uint32_t>, Error> parse_cpu_list(std::string_view option,
                                                         const std::string& text) {
  std::vector<std::uint32_t> out;
  std::string_view rest = text;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    more = comma != rest.npos;
    rest.remove_prefix(more ? comma + 1 : rest.size());
    std::uint32_t n = 0;
    const auto r = std::from_chars(word.data(), word.data() + word.size(), n);
    if (r.ec != std::errc{} || r.ptr != word.data() + word.size() || n < 1 || n > kMostCpus)
      return Unexpected{Error{
          fmt::format("{0} {1}: '{2}' is not a number of CPUs from 1 to {3}; write e.g. {0} 1,2,4",
                      option, text, word, kMostCpus)}};
    if (std::find(out.begin(), out.end(), n) != out.end())
      return Unexpected{Error{fmt::format("{} {}: {} stands there twice", option, text, n)}};
    out.push_back(n);
  }
  return out;
}

std::string progress_line(std::string_view bench, const Run& run, std::size_t index,
                          std::size_t runs) {
  std::string parked = run.parked == 0 ? "" : fmt::format(" and {} parked", run.parked);
  if (run.asking) parked += ", asking";
  return fmt::format("{}: run {} of {}: {} CPU{}{}, round {}, {}", bench, index + 1, runs, run.cpus,
                     run.cpus == 1 ? "" : "s", parked, run.round + 1, name_of(run.peer));
}

std::vector<Peer> machines_of(const Options& options) {
  std::vector<Peer> peers = {Peer::kUnpark};
  if (options.with_qemu) peers.push_back(Peer::kQemu);
  return peers;
}

std::vector<Run> interleave(const std::vector<std::uint32_t>& cpus, std::uint32_t rounds,
                            const std::vector<Peer>& peers) {
  std::vector<Run> out;
  for (const std::uint32_t n : cpus)
    for (std::uint32_t round = 0; round < rounds; ++round)
      for (const Peer peer : peers)
        if (peer != Peer::kBare || n == 1) out.push_back({peer, n, round});
  return out;
}

std::vector<Run> with_parked(std::uint32_t cpus, const std::vector<std::uint32_t>& parked,
                             std::uint32_t rounds) {
  std::vector<Run> out;
  for (std::uint32_t round = 0; round < rounds; ++round)
    for (const std::uint32_t n : parked)
      if (cpus + n <= kMostCpus) out.push_back({Peer::kUnpark, cpus, round, n});
  return out;
}

}  // namespace unpark::measure
