// SPDX-License-Identifier: Apache-2.0
#include "measure/smi_trace.h"

#include <charconv>
#include <utility>

#include "vmm/trace_line.h"

namespace unpark::measure {

void SmiTrace::take(std::string_view line) {
  if (line.starts_with("CPU:")) {  // the buffer of a host CPU begins, perhaps after lost events
    at_ = At::kGuest;
    exit_.reset();
    return;
  }
  const auto parts = split_trace_line(line);
  if (!parts || threads_.count(parts->thread) == 0) return;
  std::uint64_t count = 0;
  const std::string_view clock = parts->clock;
  const auto [end, error] = std::from_chars(clock.data(), clock.data() + clock.size(), count);
  if (error != std::errc{} || end != clock.data() + clock.size()) return;
  const auto t = static_cast<double>(count);
  // The time since the present part began; the next one begins.
  const auto part = [&](At next) {
    at_ = next;
    return t - std::exchange(since_, t);
  };
  const std::string_view event = parts->event, payload = parts->payload;
  if (event == "kvm_exit") {
    exit_ = t;
  } else if (event == "kvm_pio" && exit_ && payload.starts_with("pio_write at 0xb2 ")) {
    now_ = {};
    since_ = *exit_;
    at_ = At::kWritten;
  } else if (event == "kvm_userspace_exit" && at_ == At::kWritten) {
    now_.exit = part(At::kUserSpace);
  } else if (event == "kvm_smm_transition" && payload.find("entering") != payload.npos) {
    if (at_ == At::kUserSpace) now_.order = part(At::kSaving);
  } else if (event == "kvm_smm_transition" && exit_ && at_ == At::kHandler) {
    now_.handler = *exit_ - std::exchange(since_, *exit_);
    at_ = At::kLeaving;
  } else if (event == "kvm_entry") {
    exit_.reset();
    if (at_ == At::kSaving) {
      now_.save = part(At::kHandler);
    } else if (at_ == At::kLeaving) {
      now_.rsm = part(At::kGuest);
      found_.push_back(now_);
    }
  }
}

}  // namespace unpark::measure
