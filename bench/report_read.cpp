// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>
#include <tuple>

#include "bench/json_field.h"
#include "bench/report_json.h"

namespace unpark::bench {

namespace {

// More than any run makes; they bound what a report of a stranger makes of 64 MiB.
constexpr std::size_t kMaxBenches = 2000, kMaxPeers = 8, kMaxRounds = 10'000, kMaxOrder = 200'000;

Host host_of(const JsonField& j) {
  Host h;
  h.cpu = j["cpu"].text();
  h.kernel = j["kernel"].text();
  h.kvm_module = j["kvm_module"].text();
  h.kvm_parameters = j["kvm_parameters"].facts();
  h.cpus = j["cpus"].count();
  h.smm = j["smm"].text();
  h.mitigations = j["mitigations"].facts();
  h.governor = j["governor"].text();
  h.hypervisor = j["hypervisor"].text();
  h.emulated = j["emulated"].flag();
  h.is_virtual = j["virtual"].flag();
  h.tsc_khz = j["tsc_khz"].number();
  const JsonField noise = j["noise"];
  h.noise.measure = noise["measure"].text();
  h.noise.value = noise["value"].number();
  h.noise.unit = noise["unit"].text();
  h.noise.noisy = noise["noisy"].flag();
  return h;
}

Peer read_peer(const JsonField& j) {
  Peer p;
  p.peer = j["peer"].text();
  if (p.peer.empty()) j["peer"].refuse("a name");
  p.version = j["version"].text();
  j["rounds"].each(kMaxRounds, [&](const JsonField& round) {
    p.rounds.push_back({.run = round["run"].count(),
                        .samples = round["samples"].numbers(),
                        .lost = round["lost"].whole(std::uint64_t{1} << 53)});
  });
  p.summary = summary_of(samples_of(p));
  if (!j.has("summary")) return p;
  const JsonField n = j["summary"]["n"];
  if (!j.failed() && n.whole(std::uint64_t{1} << 53) != p.summary.n)
    n.refuse(fmt::format("{}, the number of samples in the rounds", p.summary.n));
  return p;
}

Ratio read_ratio(const JsonField& j, const Bench& bench) {
  Ratio r;
  r.of = j["of"].text();
  r.to = j["to"].text();
  for (const char* end : {"of", "to"})
    if (!j.failed() && !peer_of(bench, j[end].text())) j[end].refuse("a peer of the bench");
  r.interval = {j["value"].number(), j["low"].number(), j["high"].number()};
  if (r.interval.low > r.interval.high) j["low"].refuse("no more than high");
  r.confidence = j["confidence"].number();
  if (!(r.confidence > 0 && r.confidence < 1)) j["confidence"].refuse("between 0 and 1");
  r.method = j.text_or("method", "");
  return r;
}

// Two forms: "targets": [{"to": "qemu", "ratio": 0.6}], and "target": 0.6 with "target_to", which
// is qemu if it is not there.
std::vector<Target> read_targets(const JsonField& j) {
  std::vector<Target> targets;
  if (j.has("targets"))
    j["targets"].each(kMaxPeers, [&](const JsonField& t) {
      targets.push_back({t["to"].text(), t["ratio"].number()});
    });
  else if (j.has("target"))
    targets.push_back({j.text_or("target_to", "qemu"), j["target"].number()});
  return targets;
}

Bench read_bench(const JsonField& j) {
  Bench b;
  b.name = j["name"].text();
  if (b.name.empty()) j["name"].refuse("a name");
  b.title = j["title"].text();
  b.unit = j["unit"].text();
  b.lower_is_better = j["lower_is_better"].flag();
  b.cpus = j["cpus"].count();
  b.parked = j.has("parked") ? j["parked"].count() : 0;
  b.state = j.text_or("state", "");
  j["peers"].each(kMaxPeers, [&](const JsonField& peer) {
    Peer p = read_peer(peer);
    if (peer_of(b, p.peer)) peer["peer"].refuse("another name than the peers before it");
    b.peers.push_back(std::move(p));
  });
  if (j.has("ratios"))
    j["ratios"].each(kMaxPeers * kMaxPeers,
                     [&](const JsonField& ratio) { b.ratios.push_back(read_ratio(ratio, b)); });
  b.targets = read_targets(j);
  return b;
}

std::vector<Bench> read_benches(const JsonField& j) {
  std::vector<Bench> benches;
  std::set<std::tuple<std::string, std::uint32_t, std::uint32_t, std::string>> seen;
  j.each(kMaxBenches, [&](const JsonField& element) {
    const Bench& b = benches.emplace_back(read_bench(element));
    if (!seen.emplace(b.name, b.cpus, b.parked, b.state).second)
      element.refuse_because("has name, cpus, parked and state of one before it");
  });
  return benches;
}

Report read(const JsonField& j) {
  Report r;
  const std::string schema = j["schema"].text();
  if (!j.failed() && schema != kSchema) j["schema"].refuse(kSchema);
  if (j.failed()) return r;
  r.created = j["created"].text();
  r.unpark = j["unpark"].text();
  r.command = j["command"].texts();
  r.complete = j["complete"].flag();
  if (!r.complete) r.incomplete = j.text_or("incomplete", "");
  r.host = host_of(j["host"]);
  r.warnings = j["warnings"].texts();
  r.method = j["method"].texts();
  j["order"].each(kMaxOrder, [&](const JsonField& e) {
    r.order.push_back({.run = e["run"].count(),
                       .peer = e["peer"].text(),
                       .bench = e["bench"].text(),
                       .cpus = e["cpus"].count(),
                       .started_s = e["started_s"].number()});
  });
  r.benches = read_benches(j["benches"]);
  return r;
}

}  // namespace

Result<Report, Error> read_report(std::string_view text) {
  if (text.size() > kMaxReportBytes)
    return Unexpected{Error{
        fmt::format("has {} bytes; a report may have {} MiB", text.size(), kMaxReportBytes >> 20)}};
  const OrderedJson document = TRY(parse_document(text));
  std::string error;
  Report report = read(JsonField(document, "", error));
  if (error.empty()) return report;
  return Unexpected{Error{"is not a report of unpark bench: " + error}};
}

}  // namespace unpark::bench
