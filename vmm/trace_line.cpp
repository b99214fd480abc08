// SPDX-License-Identifier: Apache-2.0
#include "vmm/trace_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace unpark {
namespace {

// "%16s-%-7d [%03d] %s %5llu.%06lu: ". A thread's name has at most 15 bytes and may hold anything,
// this very syntax too: what follows is found by its column.
constexpr std::size_t kNameWidth = 16;

// Takes things off the front of a text. Once something did not fit, nothing does.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  Scanner& skip(std::string_view what) {
    if (ok_ && rest_.starts_with(what))
      rest_.remove_prefix(what.size());
    else
      ok_ = false;
    return *this;
  }
  bool try_skip(std::string_view what) {
    if (!ok_ || !rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }
  Scanner& spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    return *this;
  }
  template <class N>
  N number(int base = 10) {
    N value{};
    const auto [end, error] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    if (!ok_ || error != std::errc{} || value < 0) {
      ok_ = false;
      return {};
    }
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  // Up to `end`, which is taken off as well.
  std::string_view until(char end) {
    const std::size_t at = rest_.find(end);
    if (!ok_ || at == std::string_view::npos) {
      ok_ = false;
      return {};
    }
    const std::string_view word = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return word;
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<IpiMode> mode_of(std::string_view name) {
  // By value; trace.h, __print_symbolic of kvm_deliver_mode.
  constexpr std::array<std::string_view, 8> kNames = {"Fixed", "LowPrio", "SMI",  "Res3",
                                                      "NMI",   "INIT",    "SIPI", "ExtINT"};
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<IpiMode>(found - kNames.begin());
}

// "vcpu 1: entering SMM, smbase 0x30000"
std::optional<TraceEvent> smm_transition(Scanner s) {
  trace_event::SmmTransition e{};
  e.vcpu = s.skip("vcpu ").number<std::uint32_t>();
  e.entering = s.skip(": ").try_skip("entering");
  if (!e.entering) s.skip("leaving");
  e.smbase = s.skip(" SMM, smbase 0x").number<std::uint64_t>(16);
  if (!s.ok() || !s.rest().empty()) return std::nullopt;
  return e;
}

// "dst 1 vec 0 (SMI|physical|assert|edge|dst)"
std::optional<TraceEvent> ipi_sent(Scanner s) {
  trace_event::IpiSent e{};
  e.destination = s.skip("dst ").number<std::uint32_t>(16);
  (void)s.skip(" vec ").number<std::uint32_t>();
  const auto mode = mode_of(s.skip(" (").until('|'));
  const bool physical = s.until('|') == "physical";
  const bool assert_level = s.until('|') == "assert";
  const bool level = s.until('|') == "level";
  const bool no_shorthand = s.until(')') == "dst";
  if (!s.ok() || !mode) return std::nullopt;
  e.mode = *mode;
  e.directed = physical && no_shorthand;
  e.de_assert = level && !assert_level;
  return e;
}

// "apicid 1 vec 0 (SMI|edge)"; old kernels append "|coalesced"
std::optional<TraceEvent> ipi_arrived(Scanner s) {
  trace_event::IpiArrived e{};
  e.vcpu = s.skip("apicid ").number<std::uint32_t>(16);
  (void)s.skip(" vec ").number<std::uint32_t>();
  const auto mode = mode_of(s.skip(" (").until('|'));
  if (!s.ok() || !mode) return std::nullopt;
  e.mode = *mode;
  return e;
}

// "CPU:1 [LOST 23 EVENTS]" or "CPU:1 [LOST EVENTS]"
std::optional<TraceLine> lost(Scanner s) {
  (void)s.skip("CPU:").number<std::uint32_t>();
  s.skip(" [LOST ");
  if (s.try_skip("EVENTS]")) return TraceLine{0, {}, trace_event::Lost{0}};
  const auto count = s.number<std::uint64_t>();
  s.skip(" EVENTS]");
  if (!s.ok()) return std::nullopt;
  return TraceLine{0, {}, trace_event::Lost{count}};
}

std::optional<TraceEvent> event_of(std::string_view name, Scanner payload) {
  if (name == "kvm_smm_transition") return smm_transition(payload);
  if (name == "kvm_apic_ipi") return ipi_sent(payload);
  if (name == "kvm_apic_accept_irq") return ipi_arrived(payload);
  if (name == "tracing_mark_write") return trace_event::Marker{std::string{payload.rest()}};
  return std::nullopt;
}

}  // namespace

std::optional<TraceLineParts> split_trace_line(std::string_view line) {
  if (line.size() <= kNameWidth) return std::nullopt;
  Scanner s{line.substr(kNameWidth)};
  TraceLineParts out;
  out.thread = s.skip("-").number<std::int64_t>();
  s.spaces();
  (void)s.skip("[").until(']');
  // Flags, which are a word without a space; some configurations leave them out.
  s.spaces();
  if (!s.rest().empty() &&
      (s.rest()[0] < '0' || s.rest()[0] > '9' || s.rest().find(' ') < s.rest().find(':')))
    (void)s.until(' ');
  out.clock = s.spaces().until(':');
  out.event = s.skip(" ").until(':');
  out.payload = s.skip(" ").rest();
  if (!s.ok()) return std::nullopt;
  return out;
}

std::optional<TraceLine> parse_trace_line(std::string_view line) {
  if (line.starts_with("CPU:")) return lost(Scanner{line});
  const auto parts = split_trace_line(line);
  if (!parts) return std::nullopt;
  Scanner clock{parts->clock};
  const auto seconds = clock.number<std::int64_t>();
  const std::string_view fraction = clock.skip(".").rest();
  Scanner digits{fraction};
  const auto microseconds = digits.number<std::int64_t>();
  constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1;
  if (!clock.ok() || !digits.ok() || fraction.size() != 6 || !digits.rest().empty() ||
      seconds > kLongest)
    return std::nullopt;
  auto event = event_of(parts->event, Scanner{parts->payload});
  if (!event) return std::nullopt;
  TraceLine out{parts->thread, {}, *std::move(event)};
  out.at = std::chrono::seconds{seconds} + std::chrono::microseconds{microseconds};
  return out;
}

}  // namespace unpark
