// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "devices/pci.h"
#include "devices/sync.h"

namespace unpark {

// What the bridge decides for other chips. All false after reset.
struct LpcOutputs {
  bool pm_decoded = false;    // the PM block answers at 0x600
  bool smi_lock = false;      // GEN_PMCON_1.SMI_LOCK: GBL_SMI_EN is read-only until reset
  bool rcrb_decoded = false;  // the RCRB answers at 0xFED1C000
  friend bool operator==(const LpcOutputs&, const LpcOutputs&) = default;
};

// LPC bridge of the ICH9, PCI function 00:1f.0.
// Spec:     Intel I/O Controller Hub 9 datasheet (316972), 13.1 and 13.8.
// Done:     PMBASE, ACPI_CNTL, PIRQA-H, GEN_PMCON_1.SMI_LOCK, RCBA.
// Missing:  GPIO, serial IRQ, LPC decode ranges, BIOS_CNTL, and GEN_PMCON_1 but for SMI_LOCK: they
//           read zero. PIRQ routing is stored and nothing is routed by it: there is no 8259 user.
// Differs:  only PMBASE 0x600 and RCBA 0xFED1C000 are honoured: elsewhere the block answers
// nowhere.
//           Command bits 0-2 are writable (read-only 1 on silicon): UEFI drivers clear and test
//           them.
// Locking:  m_ covers the registers and is a leaf. delivery_ is taken before m_ and held while the
//           sink runs, so that two writers cannot deliver in the wrong order.
class LpcBridge final : public PciFunction {
 public:
  // Called on each change, on the writer's thread, before the write completes. It may read the
  // bridge but not write it.
  using Sink = std::function<void(const LpcOutputs&)>;
  explicit LpcBridge(Sink sink);

  [[nodiscard]] std::string_view name() const override { return "lpc-bridge"; }
  std::uint32_t config_read(std::uint16_t offset, std::uint8_t width) override;
  void config_write(std::uint16_t offset, std::uint8_t width, std::uint32_t value) override;

  [[nodiscard]] LpcOutputs outputs() const;
  void reset();

 private:
  void deliver();

  // Wiring.
  mutable Mutex m_;
  Mutex delivery_ TSA(acquired_before(m_));
  const Sink sink_;
  // State.
  PciConfigSpace space_ TSA(guarded_by(m_));
  LpcOutputs delivered_ TSA(guarded_by(delivery_));
};

}  // namespace unpark
