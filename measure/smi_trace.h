// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace unpark::measure {

// One SMI on one CPU by KVM's tracepoints, in units of the trace's clock.
struct SmiParts {
  double exit = 0;     // kvm_exit of the OUT, to kvm_userspace_exit
  double order = 0;    // to kvm_smm_transition (entering), when the state has been gathered
  double save = 0;     // to kvm_entry: it has been written, and the CPU is in its handler
  double handler = 0;  // to kvm_exit of the RSM; with the exits that it makes itself
  double rsm = 0;      // to the kvm_entry after kvm_smm_transition (leaving)
};

// Finds the SMIs that writes of port B2h raise, in the lines of a trace_pipe with a clock that
// counts. Lines of other events and threads, and SMIs of which something is missing, are passed
// over.
class SmiTrace {
 public:
  // `threads`: those of the host that are the vCPU.
  explicit SmiTrace(std::set<std::int64_t> threads) : threads_(std::move(threads)) {}

  void take(std::string_view line);
  [[nodiscard]] const std::vector<SmiParts>& found() const { return found_; }

 private:
  enum class At : std::uint8_t { kGuest, kWritten, kUserSpace, kSaving, kHandler, kLeaving };

  std::set<std::int64_t> threads_;
  std::vector<SmiParts> found_;
  At at_ = At::kGuest;
  SmiParts now_;
  std::optional<double> exit_;  // the last kvm_exit; none: in the guest
  double since_ = 0;            // when the present part began
};

}  // namespace unpark::measure
