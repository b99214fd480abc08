// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "devices/fw_cfg.h"

namespace unpark {

// SMI feature negotiation, three files of fw_cfg.
// Spec:     QEMU docs and hw/isa/lpc_ich9 as the firmware knows them; bit 32 is ours.
// Done:     supported, requested, ok; what is accepted is locked until reset.
// Missing:  nothing.
// Differs:  explicit unpark (bit 32) needs CPU hotplug, like hot-unplug does.
// Locking:  one mutex, leaf; `on_accepted` is called without it.
class SmiFeatures {
 public:
  using OnAccepted = std::function<void(std::uint64_t features)>;
  // `on_accepted`: once per successful negotiation, on the thread of the vCPU that asked.
  SmiFeatures(std::uint64_t supported, OnAccepted on_accepted);
  SmiFeatures(const SmiFeatures&) = delete;
  SmiFeatures& operator=(const SmiFeatures&) = delete;
  ~SmiFeatures();

  // Adds the files. They keep what they need: this object may die before `fw_cfg` does.
  Result<Done, FwCfgError> install(FwCfg& fw_cfg);

  // 0 until the guest has negotiated. Any thread.
  [[nodiscard]] std::uint64_t accepted() const;
  [[nodiscard]] bool negotiated() const;
  // Forgets it. FwCfg::reset() empties the file.
  void reset();

  // May a guest take exactly these, given what is supported?
  static bool valid(std::uint64_t requested, std::uint64_t supported);

 private:
  class Negotiation;
  std::shared_ptr<Negotiation> state_;
};

}  // namespace unpark
