// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "devices/cfi_flash.h"
#include "vmm/guest_memory.h"
#include "vmm/rate_limit.h"
#include "vmm/vars_file.h"

namespace unpark {

// What the variables' flash chip asks of the machine: slots that come and go with its mode, and a
// file that keeps its blocks.
class VarsFlashHost final : public CfiFlashHost {
 public:
  // `on_failure`: KVM refused a slot; the machine cannot go on. On a vCPU thread.
  VarsFlashHost(const UniqueFd& vm, std::shared_ptr<GuestMemory> memory,
                std::shared_ptr<VarsFile> file, std::function<void(const SysError&)> on_failure,
                const Clock& clock)
      : vm_(vm),
        memory_(std::move(memory)),
        file_(std::move(file)),
        on_failure_(std::move(on_failure)),
        failure_log_(clock, 4, 1) {}

  void array_mode(bool on) override;
  bool store(std::size_t first_byte, std::size_t size) override;

 private:
  const UniqueFd& vm_;
  const std::shared_ptr<GuestMemory> memory_;
  const std::shared_ptr<VarsFile> file_;
  const std::function<void(const SysError&)> on_failure_;
  RateLimit failure_log_;  // a guest writes as often as it likes
};

}  // namespace unpark
