// SPDX-License-Identifier: Apache-2.0
#include "bench/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "bench/wording.h"

namespace unpark::bench {

namespace {

auto key_of(const Bench& b) {
  return std::tie(b.name, b.cpus, b.parked, b.state);
}

std::string name_of(const Bench& b) {
  return fmt::format("{} ({})", b.name, place_of(b));
}

const Bench* same_in(const Report& report, const Bench& wanted) {
  const auto found = std::find_if(report.benches.begin(), report.benches.end(),
                                  [&](const Bench& b) { return key_of(b) == key_of(wanted); });
  return found == report.benches.end() ? nullptr : &*found;
}

Change change_of(const Interval& ratio, bool lower_is_better, double margin) {
  const bool up = ratio.low > 1 + margin, down = ratio.high < 1 - margin;
  if (!up && !down) return Change::kSame;
  return down == lower_is_better ? Change::kFaster : Change::kSlower;
}

class Comparer {
 public:
  Comparer(const Report& a, const Report& b, const CompareOptions& how) : a_(a), b_(b), how_(how) {}

  CompareResult run() && {
    compare_hosts();
    for (const Bench& bench : a_.benches) {
      if (const Bench* other = same_in(b_, bench))
        compare_benches(bench, *other);
      else
        warn("Only the first has " + name_of(bench));
    }
    for (const Bench& bench : b_.benches)
      if (!same_in(a_, bench)) warn("Only the second has " + name_of(bench));
    return std::move(result_);
  }

 private:
  void warn(std::string sentence) { result_.warnings.push_back(std::move(sentence)); }

  // Whether the two are equal.
  bool compare_fact(std::string_view what, const std::string& a, const std::string& b) {
    if (a != b) warn(fmt::format("The hosts differ: {} is \"{}\" and \"{}\"", what, a, b));
    return a == b;
  }

  // Another machine makes times incomparable. Another kernel or another setting on the same machine
  // may be just what is to be compared.
  void compare_hosts() {
    const Host &a = a_.host, &b = b_.host;
    absolute_ &= compare_fact("CPU", a.cpu, b.cpu);
    absolute_ &= compare_fact("number of CPUs", std::to_string(a.cpus), std::to_string(b.cpus));
    absolute_ &= compare_fact("hypervisor", a.hypervisor, b.hypervisor);
    compare_fact("kernel", a.kernel, b.kernel);
    compare_fact("KVM module", a.kvm_module, b.kvm_module);
    compare_fact("governor", a.governor, b.governor);
    if (a.kvm_parameters != b.kvm_parameters) warn("The hosts differ in the parameters of KVM");
    if (a.mitigations != b.mitigations) warn("The hosts differ in the kernel's mitigations");
    if (a.emulated || b.emulated) {
      absolute_ = false;
      warn("A host is emulated: times of different runs cannot be compared");
    }
    if (!absolute_) warn("Only the ratios between peers of one run decide");
    for (const auto& [report, which] : {std::pair(&a_, "first"), std::pair(&b_, "second")}) {
      if (!report->complete) warn(fmt::format("The {} report is incomplete", which));
      if (report->host.noise.noisy) warn(fmt::format("The host of the {} was noisy", which));
    }
  }

  void add(const Bench& bench, Comparison row, std::optional<double> a, std::optional<double> b,
           const std::optional<Interval>& ratio) {
    if (!a || !b || !ratio) {
      const std::string what = row.to.empty() ? row.peer : row.peer + " / " + row.to;
      return warn(fmt::format("{} of {} cannot be compared: samples are missing, or all zero", what,
                              name_of(bench)));
    }
    row.bench = &bench;
    row.a = *a;
    row.b = *b;
    row.ratio = *ratio;
    row.change = change_of(*ratio, bench.lower_is_better, how_.margin);
    result_.rows.push_back(std::move(row));
  }

  void compare_benches(const Bench& a, const Bench& b) {
    if (a.unit != b.unit || a.lower_is_better != b.lower_is_better)
      return warn(
          fmt::format("{} is in {} and in {} and cannot be compared", name_of(a), a.unit, b.unit));
    for (const Peer& p : a.peers) {
      const Peer* q = peer_of(b, p.peer);
      if (!q) {
        warn(fmt::format("Only the first has {} in {}", p.peer, name_of(a)));
        continue;
      }
      if (p.version != q->version && p.peer != "unpark") warn_version(p, *q);
      const auto before = samples_of(p), after = samples_of(*q);
      add(a, {.peer = p.peer, .to = {}, .counts = absolute_}, median_of_medians(before),
          median_of_medians(after), bootstrap_ratio(after, before, how_.bootstrap));
    }
    for (const Peer& p : b.peers)
      if (!peer_of(a, p.peer))
        warn(fmt::format("Only the second has {} in {}", p.peer, name_of(a)));
    compare_ratios(a, b);
  }

  void warn_version(const Peer& p, const Peer& q) {
    std::string sentence =
        fmt::format("Peer {} is \"{}\" and \"{}\"", p.peer, p.version, q.version);
    if (std::find(result_.warnings.begin(), result_.warnings.end(), sentence) ==
        result_.warnings.end())
      warn(std::move(sentence));
  }

  void compare_ratios(const Bench& a, const Bench& b) {
    const Peer *own_a = peer_of(a, "unpark"), *own_b = peer_of(b, "unpark");
    if (!own_a || !own_b) return;
    for (const Peer& p : a.peers) {
      const Peer* q = peer_of(b, p.peer);
      if (!q || p.peer == "unpark") continue;
      const auto ratio = [](const Peer& own, const Peer& other) -> std::optional<double> {
        const auto up = median_of_medians(samples_of(own)),
                   down = median_of_medians(samples_of(other));
        if (!up || !down || *down == 0) return std::nullopt;
        return *up / *down;
      };
      add(a, {.peer = "unpark", .to = p.peer}, ratio(*own_a, p), ratio(*own_b, *q),
          bootstrap_ratio_of_ratios(samples_of(*own_b), samples_of(*q), samples_of(*own_a),
                                    samples_of(p), how_.bootstrap));
    }
  }

  const Report& a_;
  const Report& b_;
  const CompareOptions& how_;
  CompareResult result_;
  bool absolute_ = true;  // whether times of the two can be compared
};

}  // namespace

std::string_view word_of(Change change, const std::string& unit) {
  const bool time = unit == "cycles" || unit == "us" || unit == "ms" || unit == "s" ||
                    unit == "ns" || unit == "1/s";
  if (change == Change::kSame) return "same";
  if (change == Change::kFaster) return time ? "faster" : "better";
  return time ? "slower" : "worse";
}

bool CompareResult::differ() const {
  return std::any_of(rows.begin(), rows.end(), [](const Comparison& row) {
    return row.counts && row.change != Change::kSame;
  });
}

Result<CompareResult, Error> compare(const Report& a, const Report& b, const CompareOptions& how) {
  CompareResult result = Comparer(a, b, how).run();
  if (result.rows.empty())
    return Unexpected{Error{"the two reports have no bench and peer with samples in common"}};
  return result;
}

}  // namespace unpark::bench
