// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "vmm/json_text.h"

// What `unpark ctl` prints for people, from the server's answers. Never trusts their form.
namespace unpark {

// One record of x-query-hotplug-trace: a title, a row per step, a row per check.
std::string format_trace_record(const Json& record);

// "  0.412 ms  07a   host CPU, SMM     write the hotplug controller ...": data of a
// __org.unpark_HOTPLUG_STEP event.
std::string format_step_event(const Json& data);

// From what query-status, query-hotpluggable-cpus and query-cpus-fast return.
std::string format_status(const Json& status, const Json& hotpluggable, const Json& cpus);

}  // namespace unpark
