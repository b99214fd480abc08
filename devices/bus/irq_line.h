// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <utility>

#include "devices/sync.h"

namespace unpark {

// One wire into an interrupt controller. Several lines may share it; its level is the OR of them.
// A device holds lines, never GSI numbers.
class IrqWire {
 public:
  using Sink = std::function<void(bool level)>;
  explicit IrqWire(Sink sink) : sink_(std::move(sink)) {}

  void add(int delta) {
    // The sink is called under the lock so that edges keep their order; it must be a leaf.
    Lock lock(m_);
    const bool before = asserted_ > 0;
    asserted_ += delta;
    if (const bool after = asserted_ > 0; after != before) sink_(after);
  }

 private:
  Mutex m_;
  int asserted_ TSA(guarded_by(m_)) = 0;
  Sink sink_;  // set once
};

// A device's end of a wire. Not thread-safe by itself: its owner's lock covers it.
class IrqLine {
 public:
  IrqLine() = default;  // detached: goes nowhere
  explicit IrqLine(std::shared_ptr<IrqWire> wire) : wire_(std::move(wire)) {}
  IrqLine(IrqLine&& o) noexcept
      : wire_(std::move(o.wire_)), level_(std::exchange(o.level_, false)) {}
  IrqLine& operator=(IrqLine&&) = delete;
  ~IrqLine() { set(false); }  // a dead device holds no line

  void set(bool level) {
    if (std::exchange(level_, level) == level || !wire_) return;
    wire_->add(level ? +1 : -1);
  }

 private:
  std::shared_ptr<IrqWire> wire_;
  bool level_ = false;
};

}  // namespace unpark
