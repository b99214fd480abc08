// SPDX-License-Identifier: Apache-2.0
#include "vmm/tracepoint_watch.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <system_error>
#include <utility>

#include "devices/step_port_spec.h"

namespace unpark {

using namespace spec::step_port;

namespace {

const std::size_t kUnparkRow = *row_of(kStep07a), kLeftSmmRow = *row_of(kStep13),
                  kHaltRow = *row_of(kStep14), kJoinedRow = *row_of(kStep15);

bool seen(const HotplugRecord& r, std::size_t row) {
  return r.steps[row].source != StepSource::kNotObserved;
}

void not_used(const std::string& why) {
  spdlog::debug("KVM's tracepoints are not used: {}", why);
}

}  // namespace

TracepointWatch::TracepointWatch(EventLoop& loop, const SteadyClock& clock, HotplugTracer& tracer,
                                 std::uint32_t possible, Host host)
    : loop_(loop),
      clock_(clock),
      tracer_(tracer),
      possible_(possible),
      host_(std::move(host)),
      inference_(possible) {}

TracepointWatch::~TracepointWatch() {
  alive_.reset();
  if (timer_) loop_.cancel(*timer_);
  if (preparing_.joinable()) preparing_.join();
}

void TracepointWatch::prepare(const std::string& tracefs) {
  if (tracefs.empty() || preparing_.joinable()) return;
  const auto work = [this, alive = std::weak_ptr(alive_), tracefs] {
    ::pthread_setname_np(::pthread_self(), "tracepoints");
    // Shared, because a posted task is copied; it goes with the task if nobody is there any more.
    const auto made = std::make_shared<Result<std::unique_ptr<KvmTracepoints>, Error>>(
        KvmTracepoints::create(tracefs));
    loop_.post([this, alive, made] {
      if (!alive.expired()) prepared(std::move(*made));
    });
  };
  try {
    preparing_ = std::thread(work);
  } catch (const std::system_error& e) {
    not_used(e.what());
  }
}

void TracepointWatch::prepared(Result<std::unique_ptr<KvmTracepoints>, Error> made) {
  if (!made) return not_used(made.error().message);
  tracepoints_ = *std::move(made);
}

bool TracepointWatch::start() {
  if (timer_) return true;
  if (!tracepoints_) return false;
  // Of the time between, nothing is known.
  inference_ = StepInference(possible_);
  lost_ = 0;
  started_ = clock_.now();
  if (const auto r = tracepoints_->start(); !r) {
    not_used(r.error().message);
    tracepoints_.reset();
    return false;
  }
  timer_ = loop_.after(kTick, [this] { tick(); });
  return true;
}

void TracepointWatch::stop() {
  if (!timer_) return;
  loop_.cancel(*std::exchange(timer_, std::nullopt));
  if (const auto r = tracepoints_->stop(); !r)
    spdlog::warn("KVM's tracepoints could not be turned off: {}", r.error().message);
  if (lost_ > 0) spdlog::debug("{} events of KVM's tracepoints were lost", lost_);
}

bool TracepointWatch::open(std::uint64_t number, VcpuId cpu) {
  if (!start()) return false;
  cpu_of_thread_.clear();
  for (std::uint32_t i = 0; i < possible_; ++i)
    if (const std::int64_t thread = host_.thread_id(VcpuId{i}); thread != 0)
      cpu_of_thread_[thread] = VcpuId{i};
  std::erase_if(watched_, [&](const auto& w) { return w.second.cpu == cpu; });
  watched_[number] = {.cpu = cpu};
  inference_.follow(cpu);
  return true;
}

void TracepointWatch::close(std::uint64_t number) {
  const auto found = watched_.find(number);
  if (found == watched_.end()) return;
  read();
  inference_.forget(found->second.cpu);
  watched_.erase(found);
  if (watched_.empty()) stop();
}

void TracepointWatch::tick() {
  read();
  std::erase_if(watched_, [&](const auto& w) {
    const auto record = tracer_.record(w.first);
    if (record && !seen(*record, kJoinedRow)) return false;
    inference_.forget(w.second.cpu);
    return true;
  });
  if (watched_.empty()) return stop();
  look_at_new_cpus();
  timer_ = loop_.after(kTick, [this] { tick(); });
}

void TracepointWatch::read() {
  const Nanoseconds begun = clock_.now();
  std::vector<TraceLine> lines;
  const bool all = tracepoints_->read([&](TraceLine&& line) { lines.push_back(std::move(line)); });
  // After the reading: an unpark that comes before an event in these lines is known then.
  for (const auto& [number, watched] : watched_) {
    const auto record = tracer_.record(number);
    if (record && seen(*record, kUnparkRow))
      inference_.unparked(watched.cpu, record->ordered + record->steps[kUnparkRow].since_order);
  }
  std::vector<StepInference::Seen> news;
  for (const TraceLine& line : lines) {
    if (const auto* lost = std::get_if<trace_event::Lost>(&line.event)) {
      lost_ += lost->events == 0 ? 1 : lost->events;
      inference_.lost();
      continue;
    }
    const Nanoseconds at = clock_.at(line.at);
    const auto on = cpu_of_thread_.find(line.thread);
    // Older ones are left over from before the last stop().
    if (on != cpu_of_thread_.end() && at >= started_)
      inference_.see(on->second, at, line.event, news);
  }
  if (all) inference_.settle(begun, news);
  for (const auto& seen : news) note(seen);
}

void TracepointWatch::note(const StepInference::Seen& seen) {
  // That it halts is what the VMM has seen for itself.
  const bool own = seen.row == kHaltRow;
  tracer_.note(seen.cpu, seen.row, own ? StepSource::kVmm : StepSource::kTracepoint, seen.at);
  if (seen.row != kLeftSmmRow) return;
  for (auto& [number, watched] : watched_)
    if (watched.cpu == seen.cpu) watched.looks_left = kLooks;
}

// Only where nobody tells: it stops the CPU for a moment.
void TracepointWatch::look_at_new_cpus() {
  for (auto& [number, watched] : watched_) {
    if (watched.looks_left == 0) continue;
    --watched.looks_left;
    const auto record = tracer_.record(number);
    if (!record || record->told || seen(*record, kHaltRow)) {
      watched.looks_left = 0;
    } else if (host_.look(watched.cpu)) {
      inference_.halted(watched.cpu, clock_.now());
    }
  }
}

}  // namespace unpark
