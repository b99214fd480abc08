// SPDX-License-Identifier: Apache-2.0
#include "vmm/kvm_tracepoints.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

namespace unpark {
namespace {

struct Event {
  std::string_view name, filter;
};
// ICR bits 10:8, the delivery mode, are 2 or more (`dm` is in place): no fixed, no lowest-priority
// interrupts, of which a busy guest sends tens of thousands a second.
constexpr std::array<Event, 3> kEvents = {{
    {"kvm_smm_transition", "COMM ~ \"vcpu-*\""},
    {"kvm_apic_ipi", "COMM ~ \"vcpu-*\" && icr_low & 0x600"},
    {"kvm_apic_accept_irq", "COMM ~ \"vcpu-*\" && dm >= 0x200"},
}};
// Of each host CPU: the IPIs of several hundred hot-adds.
constexpr std::string_view kBufferKib = "64";

std::string file_of(const Event& event, std::string_view file) {
  return fmt::format("events/kvm/{}/{}", event.name, file);
}

Nanoseconds monotonic_now() {
  return std::chrono::steady_clock::now().time_since_epoch();  // CLOCK_MONOTONIC on Linux
}

}  // namespace

Result<std::unique_ptr<KvmTracepoints>, Error> KvmTracepoints::create(const std::string& tracefs) {
  TraceInstance instance = TRY(TraceInstance::create(tracefs));
  UniqueFd pipe = TRY(instance.open_pipe());
  std::unique_ptr<KvmTracepoints> made{new KvmTracepoints(std::move(instance), std::move(pipe))};
  TRY(made->set_up());
  TRY(made->try_out());
  return made;
}

Result<Done, Error> KvmTracepoints::set_up() {
  TRY(instance_.write("buffer_size_kb", kBufferKib));
  TRY(instance_.write("trace_clock", "mono"));
  for (const Event& event : kEvents) TRY(instance_.write(file_of(event, "filter"), event.filter));
  return Done{};
}

Result<Done, Error> KvmTracepoints::try_out() {
  const std::string text = "unpark looks who it is";
  const Nanoseconds before = monotonic_now();
  TRY(instance_.write("trace_marker", text));
  const Nanoseconds after = monotonic_now();
  bool right = false;
  std::string seen = "nothing";
  (void)read([&](TraceLine&& line) {
    const auto* marker = std::get_if<trace_event::Marker>(&line.event);
    if (marker == nullptr || marker->text != text) return;
    // Cut to whole microseconds.
    right = line.thread == ::gettid() && line.at + std::chrono::microseconds{1} > before &&
            line.at <= after;
    seen = fmt::format("thread {} at {} ns", line.thread, line.at.count());
  });
  if (right) return Done{};
  return Unexpected{Error{fmt::format(
      "{} does not tell of this process as it is: {} where thread {} wrote between {} and {} ns; "
      "is it in a PID namespace?",
      instance_.path(), seen, ::gettid(), before.count(), after.count())}};
}

Result<Done, Error> KvmTracepoints::enable(std::string_view on) const {
  Result<Done, Error> result = Done{};
  for (const Event& event : kEvents) {
    auto r = instance_.write(file_of(event, "enable"), on);
    if (!r && result) result = std::move(r);
  }
  return result;
}

Result<Done, Error> KvmTracepoints::start() {
  auto r = enable("1");
  if (!r) (void)enable("0");  // the first error is the one to tell
  return r;
}

Result<Done, Error> KvmTracepoints::stop() {
  return enable("0");
}

bool KvmTracepoints::read(const Sink& sink) {
  // The kernel gives a page at a time.
  std::array<char, 4096> page{};
  for (std::size_t total = 0; total < kMostPerRead;) {
    const ssize_t n = ::read(pipe_.get(), page.data(), page.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;  // EAGAIN; after any other error there is nothing to come either
    total += static_cast<std::size_t>(n);
    lines_.feed({page.data(), static_cast<std::size_t>(n)}, [&](std::string_view line) {
      if (auto parsed = parse_trace_line(line)) sink(*std::move(parsed));
    });
  }
  return false;
}

}  // namespace unpark
