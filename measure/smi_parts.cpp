// SPDX-License-Identifier: Apache-2.0
#include "measure/smi_parts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <set>

#include "measure/bare_loop.h"
#include "measure/smi_trace.h"
#include "vmm/line_splitter.h"
#include "vmm/trace_instance.h"

namespace unpark::measure {

namespace {

constexpr char kTracefs[] = "/sys/kernel/tracing";
constexpr std::array<std::string_view, 5> kEvents = {"kvm_exit", "kvm_entry", "kvm_pio",
                                                     "kvm_userspace_exit", "kvm_smm_transition"};
// Of each host CPU; the newest events stay. 500 SMIs and what the guest then tells of them, a byte
// of serial output an exit, are less than a MiB.
constexpr std::string_view kBufferKib = "4096";
constexpr std::uint32_t kMostSamples = 500;

using Threads = std::set<std::int64_t>;

// A ring buffer of the kernel for these events. They are turned on and off while no machine runs:
// the kernel changes its own code for that.
class ExitTrace {
 public:
  static Result<ExitTrace, Error> create() {
    TraceInstance instance = TRY(TraceInstance::create(kTracefs));
    // The clock that the guest reads too.
    TRY(instance.write("trace_clock", "x86-tsc"));
    TRY(instance.write("buffer_size_kb", kBufferKib));
    UniqueFd pipe = TRY(instance.open_pipe());
    return ExitTrace{std::move(instance), std::move(pipe)};
  }
  [[nodiscard]] Result<Done, Error> enable(bool on) const {
    for (const std::string_view event : kEvents)
      TRY(instance_.write(fmt::format("events/kvm/{}/enable", event), on ? "1" : "0"));
    return Done{};
  }
  // What there is.
  void read(const LineSplitter::Sink& sink) const {
    LineSplitter lines;
    std::array<char, 65536> bytes{};
    for (;;) {
      const ssize_t n = ::read(pipe_.get(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return;
      lines.feed({bytes.data(), static_cast<std::size_t>(n)}, sink);
    }
  }

 private:
  ExitTrace(TraceInstance instance, UniqueFd pipe)
      : instance_(std::move(instance)), pipe_(std::move(pipe)) {}
  TraceInstance instance_;  // goes last: the kernel keeps it while the pipe is open
  UniqueFd pipe_;
};

Threads threads_of(pid_t pid) {
  Threads threads;
  std::error_code e;
  for (std::filesystem::directory_iterator it{fmt::format("/proc/{}/task", pid), e}, end;
       !e && it != end; it.increment(e)) {
    const std::string name = it->path().filename().string();
    std::int64_t tid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), tid).ec == std::errc{})
      threads.insert(tid);
  }
  return threads;
}

struct Traced {
  Threads threads;
  bench::Samples whole;
};

Result<Traced, Stop> run_guest(Session& session, Peer peer, std::uint32_t samples) {
  const Peers::Machine machine{
      .cpus = 1,
      .max_cpus = 1,
      .guest_options = fmt::format("bench-samples={},bench-warmup={},empty-handler", samples,
                                   session.options.warmup),
      .control = false};
  auto child = Child::start(session.peers.command(peer, machine));
  if (!child) return Unexpected{Stop{Stop::Why::kCannotStart, child.error().message}};
  GuestLines lines;
  (void)TRY(read_until(session, peer, *child, lines,
                       [&](const OutputLine&) { return lines.ready() || lines.restarted(); }));
  if (lines.restarted()) return Unexpected{guest_failed(peer, "the guest was reset", lines)};
  if (lines.series().empty())
    return Unexpected{guest_failed(peer, "the guest measured nothing", lines)};
  return Traced{threads_of(child->pid()), lines.series().front().samples};
}

Result<Traced, Stop> run_bare(Session& session, std::uint32_t samples) {
  auto whole = bare_smi_loop(samples, session.options.warmup, session.interrupt);
  if (!whole) return Unexpected{Stop{Stop::Why::kCannotStart, whole.error().message}};
  return Traced{{::gettid()}, *std::move(whole)};
}

void add_parts(Session& session, Peer peer, std::uint32_t number, std::uint32_t samples,
               const ExitTrace& trace, Traced traced) {
  SmiTrace smis(std::move(traced.threads));
  trace.read([&](std::string_view line) { smis.take(line); });
  // Those of the warm-up, and of the guest's start, come first.
  const std::size_t count = std::min<std::size_t>(samples, smis.found().size());
  const auto first = smis.found().end() - static_cast<std::ptrdiff_t>(count);
  const auto add_row = [&](const char* name, double SmiParts::*part) {
    bench::Round round{.run = number, .samples = {}, .lost = samples - count};
    std::transform(first, smis.found().end(), std::back_inserter(round.samples),
                   [&](const SmiParts& p) { return p.*part; });
    add(session, {name, 1, 0, ""}, peer, std::move(round));
  };
  add_row("smi.part.exit", &SmiParts::exit);
  add_row("smi.part.order", &SmiParts::order);
  add_row("smi.part.save", &SmiParts::save);
  add_row("smi.part.handler", &SmiParts::handler);
  add_row("smi.part.rsm", &SmiParts::rsm);
  const std::uint64_t lost = samples - std::min<std::size_t>(samples, traced.whole.size());
  add(session, {"smi.part.all", 1, 0, ""}, peer, {number, std::move(traced.whole), lost});
}

}  // namespace

Result<Done, Stop> bench_smi_parts(Session& session) {
  const std::vector<std::uint32_t>& cpus = session.options.cpus;
  if (std::find(cpus.begin(), cpus.end(), 1u) == cpus.end()) return Done{};
  const auto do_without = [&](const Error& e) -> Result<Done, Stop> {
    warn(session.report, fmt::format("SMIs are not split into their parts: {}", e.message));
    return Done{};
  };
  const auto trace = ExitTrace::create();
  if (!trace) return do_without(trace.error());
  session.report.method.emplace_back(
      "Parts of an SMI: KVM's tracepoints kvm_exit, kvm_pio, kvm_userspace_exit, "
      "kvm_smm_transition "
      "and kvm_entry by the host's TSC, in machines of their own, for recording them costs time; "
      "the part order includes KVM's gathering of the state, the part save its writing.");
  std::vector<Peer> peers = machines_of(session.options);
  peers.push_back(Peer::kBare);
  const std::uint32_t samples = std::min(session.options.samples, kMostSamples);
  const auto plan = interleave({1}, session.options.rounds, peers);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const Peer peer = plan[i].peer;
    if (session.interrupt.pending())
      return Unexpected{Stop{Stop::Why::kInterrupted, "interrupted"}};
    session.progress(progress_line("parts of an SMI", plan[i], i, plan.size()));
    const auto on = trace->enable(true);
    if (!on) return do_without(on.error());
    const std::uint32_t number = begin_run(session, peer, "smi.part", 1);
    auto traced =
        peer == Peer::kBare ? run_bare(session, samples) : run_guest(session, peer, samples);
    (void)trace->enable(false);
    if (!traced) return Unexpected{traced.error()};
    add_parts(session, peer, number, samples, *trace, *std::move(traced));
  }
  return Done{};
}

}  // namespace unpark::measure
