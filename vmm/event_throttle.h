// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <utility>

#include "devices/clock.h"

namespace unpark {

// At most one event in a period: the first at once; of those that come before the period is over,
// the last, at its end. What a guest can cause at will goes through one of these.
template <class Event>
class EventThrottle {
 public:
  explicit EventThrottle(Nanoseconds period) : period_(period) {}

  // The event if it may be sent now. Otherwise it is kept, and due() is to be asked at due_at().
  std::optional<Event> offer(Event event, Nanoseconds now) {
    if (!kept_ && now >= next_) {
      next_ = now + period_;
      return event;
    }
    kept_ = std::move(event);
    return std::nullopt;
  }
  std::optional<Event> due(Nanoseconds now) {
    if (!kept_ || now < next_) return std::nullopt;
    next_ = now + period_;
    return std::exchange(kept_, std::nullopt);
  }
  // When the kept event may be sent; nothing if none is kept.
  [[nodiscard]] std::optional<Nanoseconds> due_at() const {
    if (!kept_) return std::nullopt;
    return next_;
  }

 private:
  Nanoseconds period_;
  Nanoseconds next_ = Nanoseconds::min();
  std::optional<Event> kept_;
};

}  // namespace unpark
