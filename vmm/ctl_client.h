// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "devices/clock.h"
#include "devices/types.h"

// The verbs of `unpark ctl PATH ...`. Each connects, does its work and gives the exit status.
// Answers go to `out`, progress and errors to `err`.
namespace unpark {

inline constexpr int kCtlDone = 0;
inline constexpr int kCtlRefused = 1;  // the server answered with an error, or a step is missing
inline constexpr int kCtlUsage = 2;    // what was to be sent is no request
inline constexpr int kCtlNoConnection = 3;  // no server, or it went away

struct CtlOptions {
  std::ostream& out;
  std::ostream& err;
  bool json = false;  // print what the server returned, on one line, instead of a table
  Nanoseconds hotplug_timeout = std::chrono::seconds{10};
  Nanoseconds grace = std::chrono::seconds{1};  // for step 15, once the add is done without it
  Nanoseconds turn_timeout = std::chrono::seconds{30};    // until another client has gone
  Nanoseconds answer_timeout = std::chrono::seconds{10};  // of one request
};

// Orders `cpu`, or the lowest free slot, as "cpu<slot>", and follows the order's steps until the
// last has come, or the first is overdue. A server that keeps no trace (QEMU) is only asked.
int ctl_hotplug(const std::string& path, std::optional<VcpuId> cpu, const CtlOptions& options);
int ctl_status(const std::string& path, const CtlOptions& options);
int ctl_trace(const std::string& path, const CtlOptions& options);
// `request` is one JSON object, or the bare name of a command without arguments. Prints the answer
// as it came.
int ctl_raw(const std::string& path, std::string_view request, const CtlOptions& options);

}  // namespace unpark
