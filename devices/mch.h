// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "devices/memory_control.h"
#include "devices/pci.h"
#include "devices/sync.h"

namespace unpark {

// Memory controller hub, PCI function 00:00.0.
// Spec:     Intel 3 Series Express Chipset datasheet (316966), 5.1.
// Done:     PCIEXBAR, PAM0-6, SMRAM and ESMRAMC with D_LCK, extended TSEG size, SMRAM at the
// default
//           SMBASE. All else from 40h up is plain storage.
// Missing:  the high SMRAM window (H_SMRAME is stored, and ends the compatible one), E_SMERR, DMI
//           and MCHBAR blocks, the graphics function.
// Differs:  EXT_TSEG_MB (50h) and SMBASE-SMRAM (9Ch) are the virtual platform's. PCIEXBAR is always
//           256 MiB long. TSEG lies at the top of low RAM, whatever TSEGMB and TOLUD say: they are
//           notes that the firmware keeps, so no write to them can move it. D_CLS has no effect:
//           KVM does not tell code from data.
// Locking:  m_ covers the registers and is a leaf. delivery_ is taken before m_ and held while the
//           sink runs, so that two writers cannot apply their states in the wrong order.
class Mch final : public PciFunction {
 public:
  // `extended_tseg_mib`: what ESMRAMC size 11b means. 0 and 0xffff: not offered.
  explicit Mch(std::uint16_t extended_tseg_mib);

  [[nodiscard]] std::string_view name() const override { return "mch"; }
  std::uint32_t config_read(std::uint16_t offset, std::uint8_t width) override;
  void config_write(std::uint16_t offset, std::uint8_t width, std::uint32_t value) override;

  [[nodiscard]] MemoryControl control() const;
  // Told of each change from now on, reset included. It may read the chip but not write it, and
  // must not wait for another vCPU, which may be waiting in config_write(). Before the first vCPU
  // runs.
  void set_sink(MemoryControlSink sink);
  void reset();

 private:
  // What a write did to the bytes that are more than storage.
  void keep_lock(std::uint8_t old_smram, std::uint8_t old_esmramc) TSA(requires_capability(m_));
  void answer_tseg_query() TSA(requires_capability(m_));
  void step_smbase_smram(std::uint8_t written) TSA(requires_capability(m_));
  void deliver();

  // Configuration.
  const std::uint16_t extended_tseg_mib_;
  // Wiring.
  mutable Mutex m_;
  Mutex delivery_ TSA(acquired_before(m_));
  MemoryControlSink sink_ TSA(guarded_by(delivery_));
  // State.
  PciConfigSpace space_ TSA(guarded_by(m_));
  MemoryControl delivered_ TSA(guarded_by(delivery_));
};

}  // namespace unpark
