// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "devices/result.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark {

// A ring buffer of tracefs for this process alone: TRACEFS/instances/unpark-PID, with a number
// appended where this process has several. Documentation/trace/ftrace.rst, "Instances".
// Exists as long as the object; one that a process has left which is gone is removed at the next
// create(). Making one takes the kernel tens of milliseconds.
class TraceInstance {
 public:
  // No tracefs, no permission: an error whose message says which.
  static Result<TraceInstance, Error> create(const std::string& tracefs);
  TraceInstance(TraceInstance&& o) noexcept;
  TraceInstance& operator=(TraceInstance&&) = delete;
  ~TraceInstance();

  [[nodiscard]] const std::string& path() const { return path_; }
  // Into the file `name` of the instance. The kernel takes or refuses the text as a whole.
  [[nodiscard]] Result<Done, Error> write(const std::string& name, std::string_view text) const;
  // What is in the ring buffer, oldest first. Non-blocking.
  [[nodiscard]] Result<UniqueFd, Error> open_pipe() const;

 private:
  explicit TraceInstance(std::string path) : path_(std::move(path)) {}
  std::string path_;  // empty: moved from
};

}  // namespace unpark
