// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "devices/clock.h"

// What tracefs's trace_pipe says of KVM, as values. Pure text: no file is opened here.
// The lines are those of Linux, arch/x86/kvm/trace.h and kernel/trace/trace_output.c.
namespace unpark {

// Local APIC, ICR bits 10:8 (SDM vol. 3, 11.6.1).
enum class IpiMode { kFixed, kLowest, kSmi, kReserved, kNmi, kInit, kStartUp, kExtInt };

namespace trace_event {
// kvm_smm_transition. At leaving, `smbase` is still the one that was entered with.
struct SmmTransition {
  std::uint32_t vcpu;
  bool entering;
  std::uint64_t smbase;
};
// kvm_apic_ipi: a CPU has written its ICR.
struct IpiSent {
  std::uint32_t destination;
  IpiMode mode;
  bool directed;   // physical destination, no shorthand: to `destination` alone
  bool de_assert;  // level-triggered de-assert: reaches nobody as an INIT
};
// kvm_apic_accept_irq: it has reached the local APIC of `vcpu`. On the sender's thread.
struct IpiArrived {
  std::uint32_t vcpu;
  IpiMode mode;
};
// Somebody wrote to the instance's trace_marker.
struct Marker {
  std::string text;
};
// The ring buffer of a host CPU ran over. Has neither thread nor time.
struct Lost {
  std::uint64_t events;  // 0: not known how many
};
}  // namespace trace_event

using TraceEvent = std::variant<trace_event::SmmTransition, trace_event::IpiSent,
                                trace_event::IpiArrived, trace_event::Marker, trace_event::Lost>;

struct TraceLine {
  std::int64_t thread = 0;  // of the host, that the event happened on
  Nanoseconds at{0};        // by the instance's clock, in whole microseconds
  TraceEvent event;
};

// Any event's line, in pieces.
struct TraceLineParts {
  std::int64_t thread = 0;
  std::string_view clock;  // by the instance's trace_clock: "12.345678", or a count
  std::string_view event, payload;
};
// nullopt: not the line of an event.
std::optional<TraceLineParts> split_trace_line(std::string_view line);

// `line` is without its newline. nullopt: any line that is not one of the above.
std::optional<TraceLine> parse_trace_line(std::string_view line);

}  // namespace unpark
