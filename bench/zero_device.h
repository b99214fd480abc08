// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "devices/bus/bus.h"

namespace unpark {

// Does nothing, so that what is measured is the way to it.
class ZeroDevice final : public IoDevice {
 public:
  std::string_view name() const override { return "zero"; }
  Result<std::uint64_t, IoFault> read(Access) override { return std::uint64_t{0}; }
  Result<Done, IoFault> write(Access, std::uint64_t) override { return Done{}; }
};

}  // namespace unpark
