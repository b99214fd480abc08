// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace unpark::guest::firmware {

// SMIs from APM_CNT on, and SMI_EN.GBL_SMI_EN locked.
bool lock_smi();

}  // namespace unpark::guest::firmware
