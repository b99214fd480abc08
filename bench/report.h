// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/statistics.h"

// What a run of `unpark bench` has found. docs/bench-report.md has the members of the JSON, which
// are these.
namespace unpark::bench {

// In the order of the file; names are unique.
using Facts = std::vector<std::pair<std::string, std::string>>;

struct Noise {
  std::string measure;  // a sentence
  double value = 0;
  std::string unit;
  bool noisy = false;
};

struct Host {
  std::string cpu, kernel, kvm_module;
  Facts kvm_parameters;
  std::uint32_t cpus = 0;
  std::string smm;  // a sentence: who implements SMM
  Facts mitigations;
  std::string governor = "unknown";
  std::string hypervisor = "none";
  bool emulated = false, is_virtual = false;
  double tsc_khz = 0;
  Noise noise;
};

// A stretch of measuring one thing: what ran when.
struct OrderEntry {
  std::uint32_t run = 0;
  std::string peer, bench;
  std::uint32_t cpus = 0;
  double started_s = 0;  // since the start of the whole
};

struct Round {
  std::uint32_t run = 0;  // OrderEntry::run
  Samples samples;        // in the order in which they were taken
  std::uint64_t lost = 0;
};

struct Peer {
  std::string peer, version;
  std::vector<Round> rounds;
  Summary summary;  // of all rounds together
};

struct Ratio {
  std::string of, to;  // peers
  Interval interval;
  double confidence = 0.95;
  std::string method;
};

// The ratio to peer `to` that was aimed at.
struct Target {
  std::string to;
  double ratio = 0;
};

// One thing measured on one kind of machine, for each peer.
struct Bench {
  std::string name;   // "smi.broadcast.out": stable
  std::string title;  // for people
  std::string unit;
  bool lower_is_better = true;
  std::uint32_t cpus = 1, parked = 0;
  std::string state;  // what the other CPUs do; may be empty
  std::vector<Peer> peers;
  std::vector<Ratio> ratios;
  std::vector<Target> targets;
};

struct Report {
  std::string created, unpark;  // "2026-11-26T20:30:00Z", "0.1.0"
  std::vector<std::string> command;
  bool complete = true;
  std::string incomplete;  // why it is not; else empty
  Host host;
  std::vector<std::string> warnings;
  std::vector<OrderEntry> order;
  std::vector<Bench> benches;
  std::vector<std::string> method;
};

// The peer of that name; null if it was not measured.
const Peer* peer_of(const Bench& bench, const std::string& name);
const Ratio* ratio_to(const Bench& bench, const std::string& peer);

// The rounds' samples without the rest, as bench/statistics.h takes them.
std::vector<Samples> samples_of(const Peer& peer);

// Fills in what follows from the samples: the summary of each peer, and the ratio of unpark to each
// other peer where there is one.
void add_figures(Report& report, const Bootstrap& how = {});

enum class Verdict { kMet, kMissed };
struct TargetResult {
  Target target;
  Verdict verdict = Verdict::kMissed;
  bool clear = false;  // the whole interval is on one side of the target
};
// For each target whose ratio is known.
std::vector<TargetResult> target_results(const Bench& bench);

// What a reader must know before the figures: that the report is incomplete, the host emulated or
// noisy, samples lost, and the warnings of the report itself. One sentence each.
std::vector<std::string> warnings_of(const Report& report);

}  // namespace unpark::bench
