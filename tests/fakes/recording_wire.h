// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "devices/bus/irq_line.h"

namespace unpark::test {

// An interrupt wire that remembers its edges.
struct RecordingWire {
  std::vector<bool> edges;
  std::shared_ptr<IrqWire> wire =
      std::make_shared<IrqWire>([this](bool level) { edges.push_back(level); });

  [[nodiscard]] IrqLine line() const { return IrqLine{wire}; }
  [[nodiscard]] bool level() const { return !edges.empty() && edges.back(); }
};

}  // namespace unpark::test
