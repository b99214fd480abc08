// SPDX-License-Identifier: Apache-2.0
#include "measure/linux_bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <set>
#include <utility>

#include "measure/machine_orders.h"
#include "measure/resident.h"
#include "vmm/firmware_search.h"

namespace unpark::measure {

namespace {

constexpr std::string_view kUp = "GUEST-UP";
constexpr std::string_view kOnliner = "online-new-cpus";  // lab/linux/online-new-cpus
// Slots: 1 to 3 are added one by one, 4 to 6 as well and are brought online, then eight in a row.
constexpr std::uint32_t kFirstOnline = 4, kFirstOfBatch = 7;
static_assert(Peers::kLinuxCpus == kFirstOfBatch + 8);

// "sh: online-new-cpus: not found", or what it says itself.
bool is_complaint(const OutputLine& line) {
  return line.text.find(fmt::format("{}: ", kOnliner)) != line.text.npos;
}

Stop failed(const Run& run, const Error& e) {
  return {Stop::Why::kFailed, fmt::format("{}: {}", name_of(run.peer), e.message)};
}

void note(bench::Round& round, std::optional<double> us) {
  if (us)
    round.samples.push_back(*us);
  else
    ++round.lost;
}

// A row of steps that KVM's tracepoints show.
void add_steps(Session& session, const Run& run, const std::string& row, bench::Round round) {
  if (!round.samples.empty()) return add(session, {row, 1, 0, ""}, run.peer, std::move(round));
  warn(session.report,
       row + " was not measured: no tracefs that this user may use, or no time for it");
}

// One after the other. What happens on the way only unpark tells.
Result<Done, Error> add_single(Session& session, const Run& run, std::uint32_t number,
                               MachineOrders& orders) {
  bench::Round accepted{.run = number, .samples = {}, .lost = 0};
  bench::Round claimed = accepted, relocated = accepted;
  for (std::uint32_t slot = 1; slot < kFirstOnline; ++slot) {
    const Nanoseconds ordered = monotonic_now();
    (void)TRY(orders.add(slot));
    (void)TRY(orders.wait_accepted({slot}));
    accepted.samples.push_back(microseconds(monotonic_now() - ordered));
    if (run.peer != Peer::kUnpark) continue;
    note(claimed, TRY(orders.wait_step(slot, "07b")));
    note(relocated, TRY(orders.wait_step(slot, "10")));
  }
  add(session, {"linux.ost", 1, 0, ""}, run.peer, std::move(accepted));
  if (run.peer != Peer::kUnpark) return Done{};
  add_steps(session, run, "linux.claimed", std::move(claimed));
  add_steps(session, run, "linux.relocated", std::move(relocated));
  return Done{};
}

// Types "online-new-cpus `word`", which ends by printing `last`: the complaint instead, of the
// command or of the shell that has none such, if it makes one.
Result<std::optional<std::string>, Stop> tell(Session& session, const Run& run, Child& child,
                                              std::string_view word, std::string_view last) {
  if (const auto r = child.type(fmt::format("{} {}", kOnliner, word)); !r)
    return Unexpected{failed(run, r.error())};
  GuestLines none;
  std::optional<std::string> complaint;
  (void)TRY(read_until(session, run.peer, child, none, [&](const OutputLine& line) {
    if (is_complaint(line)) complaint = child.last_line();
    return complaint || line.text.find(last) != line.text.npos;
  }));
  return complaint;
}

// One after the other; Linux brings each of them online.
Result<Done, Stop> add_online(Session& session, const Run& run, std::uint32_t number, Child& child,
                              MachineOrders& orders) {
  if (const auto complaint = TRY(tell(session, run, child, "start", "ONLINING"))) {
    warn(session.report,
         fmt::format("linux.first_os and linux.online were not measured: the guest says '{}'; the "
                     "initial RAM disk of lab/linux/prepare has what they need",
                     *complaint));
    return Done{};
  }
  bench::Round online{.run = number, .samples = {}, .lost = 0};
  bench::Round first_os = online;
  GuestLines none;
  for (std::uint32_t slot = kFirstOnline; slot < kFirstOfBatch; ++slot) {
    const std::string awaited = fmt::format("CPU-ONLINE cpu{}", slot);
    const Nanoseconds ordered = monotonic_now();
    if (const auto r = orders.add(slot); !r) return Unexpected{failed(run, r.error())};
    std::string complaint;
    (void)TRY(read_until(session, run.peer, child, none, [&](const OutputLine& line) {
      if (is_complaint(line)) complaint = child.last_line();
      if (line.text.find(awaited) == line.text.npos) return !complaint.empty();
      online.samples.push_back(microseconds(line.arrived - ordered));
      return true;
    }));
    if (!complaint.empty()) return Unexpected{failed(run, {"the guest says: " + complaint})};
    if (run.peer != Peer::kUnpark) continue;
    const auto step = orders.wait_step(slot, "15");
    if (!step) return Unexpected{failed(run, step.error())};
    note(first_os, *step);
  }
  add(session, {"linux.online", 1, 0, ""}, run.peer, std::move(online));
  if (run.peer == Peer::kUnpark) add_steps(session, run, "linux.first_os", std::move(first_os));
  if (const auto complaint = TRY(tell(session, run, child, "stop", "NOT-ONLINING")))
    return Unexpected{failed(run, {"the guest says: " + *complaint})};
  return Done{};
}

Result<Done, Error> add_batch(Session& session, const Run& run, std::uint32_t number,
                              MachineOrders& orders) {
  std::set<std::uint32_t> slots;
  const Nanoseconds ordered = monotonic_now();
  for (std::uint32_t slot = kFirstOfBatch; slot < Peers::kLinuxCpus; ++slot) {
    (void)TRY(orders.add(slot));
    slots.insert(slot);
  }
  (void)TRY(orders.wait_accepted(std::move(slots)));
  add(session, {"linux.batch8", 1, 0, ""}, run.peer,
      {number, {microseconds(monotonic_now() - ordered)}, 0});
  return Done{};
}

Result<Done, Stop> run_once(Session& session, const Run& run) {
  const std::uint32_t number = begin_run(session, run.peer, "linux", 1);
  const auto command = session.peers.linux_command(run.peer, *session.options.linux_guest);
  if (!command) return Unexpected{failed(run, command.error())};
  auto child = Child::start(*command, Child::Input::kTyped);
  if (!child) return Unexpected{Stop{Stop::Why::kCannotStart, child.error().message}};
  GuestLines none;
  Nanoseconds up{};
  (void)TRY(read_until(session, run.peer, *child, none, [&](const OutputLine& line) {
    up = line.arrived;
    return line.text.find(kUp) != line.text.npos;
  }));
  add(session, {"linux.init", 1, 0, ""}, run.peer,
      {number, {microseconds(up - child->started())}, 0});
  const auto kib = resident_beyond_ram(child->pid(), Peers::kLinuxMemoryMib * 1024);
  bench::Round memory{.run = number, .samples = {}, .lost = kib ? 0u : 1u};
  if (kib) memory.samples.push_back(static_cast<double>(*kib));
  add(session, {"linux.resident", 1, 0, ""}, run.peer, std::move(memory));

  auto orders = MachineOrders::connect(session.peers.control_path());
  if (!orders) return Unexpected{failed(run, orders.error())};
  if (run.peer == Peer::kUnpark) {
    const auto stages = orders->boot_stages();
    if (!stages) return Unexpected{failed(run, stages.error())};
    if (stages->empty()) return Unexpected{failed(run, {"x-query-boot knows of no stage"})};
    for (const auto& [stage, since_start_us] : *stages)
      add(session, {"linux.stage." + stage, 1, 0, ""}, run.peer, {number, {since_start_us}, 0});
  }
  if (const auto r = add_single(session, run, number, *orders); !r)
    return Unexpected{failed(run, r.error())};
  if (auto r = add_online(session, run, number, *child, *orders); !r) return r;
  if (const auto r = add_batch(session, run, number, *orders); !r)
    return Unexpected{failed(run, r.error())};
  return Done{};
}

}  // namespace

Result<LinuxGuest, Error> find_linux_guest(const std::string& kernel, const std::string& initrd) {
  for (const std::string& file : {kernel, initrd})
    if (::access(file.c_str(), R_OK) != 0)
      return Unexpected{
          Error{fmt::format("'{}' cannot be read: {}", file, describe(SysError{"access", errno}))}};
  const FirmwareSearch search = find_firmware();
  const FoundFirmware* firmware = search.taken_without_keys();
  if (firmware == nullptr) return Unexpected{Error{refusal_of(search)}};
  const FirmwareDescriptor& d = firmware->descriptor;
  return LinuxGuest{d.code.path, d.vars_template.path, kernel, initrd};
}

Result<Done, Stop> bench_linux(Session& session) {
  const std::vector<Peer> peers = machines_of(session.options);
  session.report.method.emplace_back(fmt::format(
      "Linux: {} with a fresh copy of its variables, kernel {}, one CPU of {}, {} MiB. From right "
      "before the fork of the machine's process to the first line of the initial RAM disk's init; "
      "resident memory then; of unpark also when it saw the firmware pass each of its stages "
      "(x-query-boot), from the machine's start; then three device_add one after the other, each "
      "from right before it is sent to ACPI_DEVICE_OST of its success on the same socket, and of "
      "unpark to its steps 07b and 10 by KVM's tracepoints (x-query-hotplug-trace); then three for "
      "CPUs that Linux's userland brings online as soon as it hears of them, to the line in which "
      "it says that one is, and of unpark to step 15 by the tracepoints; then eight in a row, to "
      "the last _OST.",
      session.options.linux_guest->code, session.options.linux_guest->kernel, Peers::kLinuxCpus,
      Peers::kLinuxMemoryMib));
  const auto plan = interleave({1}, session.options.rounds, peers);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (session.interrupt.pending())
      return Unexpected{Stop{Stop::Why::kInterrupted, "interrupted"}};
    session.progress(progress_line("linux", plan[i], i, plan.size()));
    if (auto r = run_once(session, plan[i]); !r) return r;
  }
  return Done{};
}

}  // namespace unpark::measure
