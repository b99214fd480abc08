// SPDX-License-Identifier: Apache-2.0
#include "vmm/vars_flash_host.h"

#include <spdlog/spdlog.h>

namespace unpark {

void VarsFlashHost::array_mode(bool on) {
  if (const auto r = memory_->trap_vars(vm_, !on); !r) on_failure_(r.error());
}

bool VarsFlashHost::store(std::size_t first_byte, std::size_t size) {
  const auto r = file_->store(first_byte, memory_->vars().subspan(first_byte, size));
  if (!r && failure_log_.admit() >= 0)
    spdlog::error("{}; the guest sees a failed flash operation", r.error().message);
  return static_cast<bool>(r);
}

}  // namespace unpark
