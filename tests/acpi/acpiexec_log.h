// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "acpi/bytes.h"

// Runs methods of our tables in ACPICA's interpreter and tells every port access that they made.
// acpiexec's regions are plain storage: a read gives what was written last, at first zeros.
namespace unpark::acpi_test {

enum class Direction { kRead, kWrite };

struct PortAccess {
  Direction direction;
  std::uint16_t port;
  unsigned width;  // bytes
  std::uint64_t value;

  friend bool operator==(const PortAccess&, const PortAccess&) = default;
};
std::ostream& operator<<(std::ostream& out, const PortAccess& access);

constexpr PortAccess read(std::uint16_t port, unsigned width, std::uint64_t value) {
  return {Direction::kRead, port, width, value};
}
constexpr PortAccess write(std::uint16_t port, unsigned width, std::uint64_t value) {
  return {Direction::kWrite, port, width, value};
}

// An OS gets notifications when it likes; acpiexec prints them whenever a thread has time.
struct Notification {
  std::string device;  // "C001"
  unsigned value;

  friend auto operator<=>(const Notification&, const Notification&) = default;
};
std::ostream& operator<<(std::ostream& out, const Notification& notification);

struct Evaluation {
  std::string method;  // as it was asked for; empty for what happened before the first one
  std::vector<PortAccess> accesses;
  std::vector<std::uint64_t> integers;  // returned
};

struct AcpiexecLog {
  std::vector<Evaluation> evaluations;
  std::vector<Notification> notifications;
  std::string complaints;  // lines with errors and exceptions; empty is good
  std::string text;        // all of it

  // The accesses of the last evaluation of `method`. Throws if there was none.
  [[nodiscard]] const Evaluation& last(std::string_view method) const;
};

AcpiexecLog parse_acpiexec_log(std::string text);

// While regions are logged, acpiexec prints neither returned buffers nor the namespace.
enum class LogRegions { kNo, kYes };

// Loads a DSDT and SSDTs and executes the commands in order: "execute \\_GPE._E02". Arguments are
// decimal, or hexadecimal after 0x. One batch has room for about 1000 characters. A run that
// acpiexec ended before its own handlers did, so that it crashed or printed fewer than
// `notifications`, is repeated a few times. Throws if acpiexec cannot be run.
AcpiexecLog run_acpiexec(const std::vector<Bytes>& tables, const std::vector<std::string>& commands,
                         std::size_t notifications = 0, LogRegions log = LogRegions::kYes);

// An SSDT with \FILL (data, flags), which puts values into the OS window: that a scan finds CPU
// `data` with the event of `flags`, until the next round of the scan.
Bytes window_filler();

// What \_GPE._E02 of `dsdt` does while CPU `cpu` shows `flags` in the OS window: the list that any
// other implementation of the GPE handler is to be compared with.
std::vector<PortAccess> gpe_handler_accesses(const Bytes& dsdt, std::uint32_t cpu,
                                             std::uint8_t flags);

}  // namespace unpark::acpi_test
