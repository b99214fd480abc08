// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "bench/report.h"
#include "devices/result.h"
#include "vmm/sys_error.h"

// Whether two runs of `unpark bench` differ.
namespace unpark::bench {

enum class Change { kSame, kFaster, kSlower };
// "same", "faster", "slower"; for what is no time, "same", "better", "worse".
std::string_view word_of(Change change, const std::string& unit);

// One peer of a bench that both runs have; or, with `to`, the ratio of the two peers within a run.
struct Comparison {
  const Bench* bench = nullptr;  // of the first report
  std::string peer, to;
  double a = 0, b = 0;  // the medians of medians, or the ratios
  Interval ratio;       // b / a
  Change change = Change::kSame;
  bool counts = true;  // decides whether the runs differ
};

struct CompareOptions {
  // A change is one if its whole interval lies further from 1 than this; what is smaller changes
  // from build to build and matters to nobody.
  double margin = 0.02;
  Bootstrap bootstrap;
};

struct CompareResult {
  std::vector<Comparison> rows;
  std::vector<std::string> warnings;  // sentences: different hosts, benches that only one has, ...
  [[nodiscard]] bool differ() const;
};

// Fails if the two have nothing in common. On different machines, or an emulated one, only the
// ratios within a run count. Refers to `a` as long as it lives.
Result<CompareResult, Error> compare(const Report& a, const Report& b, const CompareOptions& how);

}  // namespace unpark::bench
