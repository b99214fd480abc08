// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/sample_report.h"

#include <cmath>
#include <random>

namespace unpark::bench {

namespace {

constexpr std::uint32_t kRounds = 5;

// Numbers that look measured: a body that is not symmetric, and now and then a tail of interrupts.
class MadeUpHost {
 public:
  Samples samples(double middle, std::size_t n) {
    const double drift = 1 + 0.02 * normal_(random_);  // of the round
    Samples all(n);
    for (double& s : all) {
      s = middle * drift * (0.94 + 0.06 * std::exp(0.7 * normal_(random_)));
      if (uniform_(random_) < 0.03) s *= 1 + 1.5 * std::pow(uniform_(random_) + 1e-3, -0.6);
      s = std::round(s * 100) / 100;
    }
    return all;
  }

 private:
  std::mt19937_64 random_{42};
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
};

struct Plan {
  std::string name, title, unit;
  std::uint32_t cpus, parked;
  std::string state;
  double unpark, qemu, bare;  // medians; 0: not measured
  std::size_t samples;        // of a round
  bool lower_is_better = true;
  std::vector<Target> targets = {};
};

std::vector<Plan> plans() {
  std::vector<Plan> all{{"smi.single",
                         "SMI on one CPU, OUT 0xB2 to the next instruction",
                         "us",
                         1,
                         0,
                         "",
                         14.1,
                         25.7,
                         13.2,
                         100,
                         true,
                         {{"qemu", 0.6}, {"bare", 1.15}}}};
  for (const std::uint32_t cpus : {2u, 4u, 8u}) {
    const double n = cpus;
    std::vector<Target> targets;
    if (cpus == 2) targets = {{"qemu", 0.5}};
    if (cpus == 8) targets = {{"qemu", 0.35}};
    all.push_back({"smi.broadcast.out", "Broadcast SMI, to the last CPU out", "us", cpus, 0,
                   "halted", 16 + 4.1 * n, 24 + 17 * n, 15 + 3.8 * n, 100, true, targets});
  }
  for (const std::uint32_t parked : {0u, 8u, 64u})
    all.push_back({"smi.parked", "Broadcast SMI with parked CPUs present", "us", 4, parked,
                   "halted", 32.5 + 0.004 * parked, 0, 31.0, 100});
  all.push_back({"hotplug.relocated",
                 "Hot-add, order to SMBASE relocated",
                 "us",
                 2,
                 0,
                 "",
                 610,
                 1330,
                 0,
                 10,
                 true,
                 {{"qemu", 0.5}}});
  all.push_back({"boot.first_instruction",
                 "Process start to the first guest instruction",
                 "us",
                 1,
                 0,
                 "",
                 9200,
                 41'800,
                 4100,
                 4,
                 true,
                 {{"qemu", 0.2}}});
  all.push_back({"boot.resident",
                 "Resident memory beyond the guest's RAM",
                 "KiB",
                 1,
                 0,
                 "",
                 8140,
                 27'420,
                 1810,
                 1,
                 true,
                 {{"qemu", 0.33}}});
  all.push_back({"hotplug.cycles", "Add and remove cycles", "1/s", 2, 0, "", 212, 61, 0, 2, false});
  return all;
}

Host lab_host(bool emulated) {
  return {.cpu = "AMD EPYC (emulated by QEMU TCG)",
          .kernel = "6.1.0-42-amd64",
          .kvm_module = "kvm_amd",
          .kvm_parameters = {{"npt", "Y"}, {"avic", "N"}, {"nested", "1"}},
          .cpus = 2,
          .smm = "kvm_amd, KVM_CAP_X86_SMM = 1",
          .mitigations = {{"spectre_v2", "Mitigation: Retpolines; STIBP: disabled; RSB filling"},
                          {"meltdown", "Not affected"}},
          .governor = "unknown",
          .hypervisor = emulated ? "TCG" : "none",
          .emulated = emulated,
          .is_virtual = emulated,
          .tsc_khz = 2'445'406,
          .noise = {.measure = "the longest gap in 1 s of reading the TSC",
                    .value = 412.5,
                    .unit = "us",
                    .noisy = emulated}};
}

}  // namespace

Report sample_report(bool emulated) {
  MadeUpHost host;
  Report r{.created = "2026-11-26T20:30:00Z",
           .unpark = "0.1.0",
           .command = {"unpark", "bench", "smi", "--cpus", "1,2,4,8", "--peer", "qemu"},
           .host = lab_host(emulated),
           .method = {"Each peer measures with the guest's own time-stamp counter.",
                      "The first 20 samples of each round are thrown away: caches and KVM's page "
                      "tables are cold."}};
  double at = 0;
  std::uint32_t run = 0;
  for (const Plan& plan : plans()) {
    Bench b{.name = plan.name,
            .title = plan.title,
            .unit = plan.unit,
            .lower_is_better = plan.lower_is_better,
            .cpus = plan.cpus,
            .parked = plan.parked,
            .state = plan.state,
            .targets = plan.targets};
    if (plan.unpark > 0) b.peers.push_back({.peer = "unpark", .version = "0.1.0"});
    if (plan.qemu > 0)
      b.peers.push_back({.peer = "qemu", .version = "QEMU emulator version 7.2.22"});
    if (plan.bare > 0) b.peers.push_back({.peer = "bare", .version = "0.1.0"});
    for (std::uint32_t round = 0; round < kRounds; ++round)
      for (Peer& p : b.peers) {
        const double middle = p.peer == "unpark" ? plan.unpark
                              : p.peer == "qemu" ? plan.qemu
                                                 : plan.bare;
        r.order.push_back(
            {.run = run, .peer = p.peer, .bench = b.name, .cpus = b.cpus, .started_s = at});
        p.rounds.push_back({.run = run++, .samples = host.samples(middle, plan.samples)});
        at += 1.3 + middle / 30'000;
      }
    r.benches.push_back(std::move(b));
  }
  add_figures(r);
  return r;
}

}  // namespace unpark::bench
