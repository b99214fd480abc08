// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "vmm/demo_run.h"

namespace unpark::demo {

// Nothing reached the parked CPU.
Check deaf_check(const HotplugRecord& r);
// Its SMBASE went from the reset value into TSEG.
Check smbase_check(const HotplugRecord& r, const TsegRange& tseg);
// The OS tried, and was refused.
Check refusal_check(const HotplugRefusals& refused);

}  // namespace unpark::demo
