// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "devices/lpc_spec.h"
#include "devices/mch_spec.h"
#include "guest/chips/pci_config.h"

namespace unpark::guest {

inline constexpr pci::Function kMch{spec::mch::kDevice, spec::mch::kFunction};
inline constexpr pci::Function kLpc{spec::lpc::kDevice, spec::lpc::kFunction};

}  // namespace unpark::guest
