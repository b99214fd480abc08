// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>

#include "vmm/hotplug_trace.h"
#include "vmm/json_text.h"

namespace unpark {

// Adds the members "step", "who", "what", "source" and, if it was observed, "since-order-us".
void add_step(JsonObject& object, const HotplugRecord& record, std::size_t row);

// One record of x-query-hotplug-trace.
JsonText trace_record(const HotplugRecord& record);

}  // namespace unpark
