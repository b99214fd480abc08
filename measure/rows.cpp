// SPDX-License-Identifier: Apache-2.0
#include "measure/rows.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace unpark::measure {

namespace {

struct Kind {
  std::string_view name, title, unit;
};
constexpr std::array kKinds = {
    Kind{"smi.single", "SMI on one CPU, OUT 0xB2 to the next instruction", "cycles"},
    Kind{"smi.asking", "SMI on one CPU, whose handler asks the hotplug controller for work",
         "cycles"},
    Kind{"smi.part.exit", "part of an SMI: KVM, from the OUT's exit to user space", "cycles"},
    Kind{"smi.part.order", "part of an SMI: the VMM orders it and enters KVM again", "cycles"},
    Kind{"smi.part.save", "part of an SMI: KVM saves the state and enters the handler", "cycles"},
    Kind{"smi.part.handler", "part of an SMI: the handler, to its RSM", "cycles"},
    Kind{"smi.part.rsm", "part of an SMI: KVM, from the RSM back into the guest", "cycles"},
    Kind{"smi.part.all", "SMI on one CPU as the guest sees it while KVM is traced", "cycles"},
    Kind{"smi.broadcast.first", "broadcast SMI, to the first CPU in", "cycles"},
    Kind{"smi.broadcast.all_in", "broadcast SMI, to the last CPU in", "cycles"},
    Kind{"smi.broadcast.out", "broadcast SMI, to the last CPU out", "cycles"},
    Kind{"smi.broadcast.writer", "broadcast SMI, to the writer's next instruction", "cycles"},
    Kind{"smi.directed", "SMI by another CPU's ICR, to its entry", "cycles"},
    Kind{"smi.host", "SMI ordered on the QMP socket, to the last CPU in", "us"},
    Kind{"boot.first_instruction", "process start to the guest's first output", "us"},
    Kind{"boot.ready", "process start to the embedded guest's READY", "us"},
    Kind{"boot.resident", "memory of the process beyond guest RAM", "KiB"},
    Kind{"boot.resident_per_vcpu", "memory for each further vCPU", "KiB"},
    Kind{"boot.resident_per_parked", "memory for each parked CPU", "KiB"},
    Kind{"hotplug.claimed", "hot-add, order to claimed by SMM", "us"},
    Kind{"hotplug.relocated", "hot-add, order to SMBASE relocated", "us"},
    Kind{"hotplug.first_os", "hot-add, order to running in the OS", "us"},
    Kind{"hotplug.ost", "hot-add, order to the OS's _OST", "us"},
    Kind{"hotplug.batch8", "hot-add of 8 CPUs, first order to the last CPU in the OS", "us"},
    Kind{"hotplug.cycle", "hot-add and removal of one CPU, from the order to DEVICE_DELETED", "us"},
    Kind{"linux.init", "OVMF and Linux, process start to init", "us"},
    Kind{"linux.stage.sec", "OVMF: SEC runs", "us"},
    Kind{"linux.stage.pei", "OVMF: PEI sets up memory", "us"},
    Kind{"linux.stage.dxe", "OVMF: DXE loads its drivers", "us"},
    Kind{"linux.stage.smi-features", "OVMF: SMI features taken", "us"},
    Kind{"linux.stage.tseg-closed", "OVMF: SMM is in TSEG, closed to others", "us"},
    Kind{"linux.stage.kernel-read", "OVMF: DXE reads the kernel", "us"},
    Kind{"linux.stage.acpi-tables", "OVMF: BDS reads the ACPI tables", "us"},
    Kind{"linux.stage.smram-locked", "OVMF: SMRAM locked", "us"},
    Kind{"linux.stage.acpi-mode", "Linux switches ACPI on", "us"},
    Kind{"linux.stage.os-events", "Linux takes CPU hotplug events", "us"},
    Kind{"linux.resident", "OVMF and Linux, memory of the process beyond guest RAM", "KiB"},
    Kind{"linux.claimed", "OVMF and Linux, device_add to claimed by SMM", "us"},
    Kind{"linux.relocated", "OVMF and Linux, device_add to SMBASE relocated", "us"},
    Kind{"linux.first_os", "OVMF and Linux, device_add to the OS's SIPI to it", "us"},
    Kind{"linux.online", "OVMF and Linux, device_add to online in Linux", "us"},
    Kind{"linux.batch8", "OVMF and Linux, 8 device_add to the last _OST", "us"},
    Kind{"linux.ost", "OVMF and Linux, device_add to _OST", "us"},
};

// What is aimed at, as ratios of medians.
std::vector<bench::Target> targets_of(const RowKey& key) {
  if (key.parked != 0) return {};
  if (key.name == "smi.single") return {{"qemu", 0.6}, {"bare", 1.15}};
  if (key.name == "smi.broadcast.out" && key.state == "halted" && key.cpus == 2)
    return {{"qemu", 0.5}};
  if (key.name == "smi.broadcast.out" && key.state == "halted" && key.cpus == 8)
    return {{"qemu", 0.35}};
  if (key.name == "hotplug.relocated") return {{"qemu", 0.5}};
  if (key.name == "boot.first_instruction") return {{"qemu", 0.2}};
  if (key.name == "linux.init") return {{"qemu", 0.9}};
  if (key.name == "linux.ost") return {{"qemu", 0.8}};
  if (key.name == "linux.resident") return {{"qemu", 0.33}};
  if (key.name == "boot.resident") return {{"qemu", 0.33}};
  return {};
}

bench::Bench new_row(const RowKey& key) {
  bench::Bench row;
  row.name = row.title = key.name;
  row.unit = "cycles";
  for (const Kind& kind : kKinds)
    if (kind.name == key.name) row.title = kind.title, row.unit = kind.unit;
  row.cpus = key.cpus;
  row.parked = key.parked;
  row.state = key.state;
  row.targets = targets_of(key);
  return row;
}

// The first that `is` says yes to, or `made`, appended.
template <class T, class Is>
T& find_or_add(std::vector<T>& list, Is is, T made) {
  const auto at = std::find_if(list.begin(), list.end(), is);
  return at != list.end() ? *at : list.emplace_back(std::move(made));
}

}  // namespace

void add_round(bench::Report& report, const RowKey& key, Peer peer, const std::string& version,
               bench::Round round) {
  bench::Bench& row = find_or_add(
      report.benches,
      [&](const bench::Bench& b) {
        return b.name == key.name && b.cpus == key.cpus && b.parked == key.parked &&
               b.state == key.state;
      },
      new_row(key));
  bench::Peer made;
  made.peer = name_of(peer);
  made.version = version;
  bench::Peer& of_peer = find_or_add(
      row.peers, [&](const bench::Peer& p) { return p.peer == made.peer; }, made);
  of_peer.rounds.push_back(std::move(round));
}

std::uint64_t lost_samples(const bench::Report& report) {
  std::uint64_t n = 0;
  for (const bench::Bench& row : report.benches)
    for (const bench::Peer& peer : row.peers)
      for (const bench::Round& round : peer.rounds) n += round.lost;
  return n;
}

void warn(bench::Report& report, std::string sentence) {
  auto& all = report.warnings;
  if (std::find(all.begin(), all.end(), sentence) == all.end()) all.push_back(std::move(sentence));
}

}  // namespace unpark::measure
