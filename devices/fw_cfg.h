// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "devices/bus/device.h"
#include "devices/dma_memory.h"
#include "devices/fw_cfg_dma.h"
#include "devices/fw_cfg_items.h"
#include "devices/sync.h"

namespace unpark {

// fw_cfg, ports 0x510-0x51B.
// Spec:     QEMU docs/specs/fw_cfg.
// Done:     selector, data port, DMA (read, skip, select, write), directory, files that are written
//           or made on demand.
// Missing:  writes through the data port: accepted and dropped, as QEMU has done since 2.4.
// Differs:  a DMA read of more than kFwCfgMaxRead bytes ends in error. The directory is made when
// it
//           is selected.
// Locking:  one mutex, leaf. Guest memory, sources, generators, on_write and the listener are used
//           without it: contents are shared and never change in place.
class FwCfg final : public IoDevice {
 public:
  // Null: without DMA, and so without writable files.
  explicit FwCfg(std::shared_ptr<DmaMemory> memory);

  [[nodiscard]] std::string_view name() const override { return "fw-cfg"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;
  // Selects the signature, empties writable files, has sets of files made anew. Items stay.
  void reset();
  // Told of each key that the guest selects, also of one with nothing behind it; must be quick.
  // Before the first vCPU runs.
  void set_select_listener(std::function<void(FwCfgKey)> listener);
  // Of a file that was added; 0 (kSignature) if there is none of this name.
  [[nodiscard]] FwCfgKey key_of(const std::string& name);

  // As FwCfgItems has them.
  Result<Done, FwCfgError> add_item(FwCfgKey key, FwCfgBytes content);
  void replace_item(FwCfgKey key, FwCfgData content);
  Result<Done, FwCfgError> add_file(const std::string& name, FwCfgBytes content);
  Result<Done, FwCfgError> add_writable_file(const std::string& name, FwCfgBytes initial,
                                             FwCfgItems::OnWrite on_write);
  Result<Done, FwCfgError> add_generated_file(const std::string& name, std::size_t size,
                                              FwCfgItems::Generate make);
  Result<Done, FwCfgError> add_generated_set(const std::vector<std::string>& names,
                                             FwCfgItems::GenerateSet make);

 private:
  // What a transfer takes from the selected item.
  struct Piece {
    FwCfgContent content;  // null: nothing there
    std::size_t offset = 0, size = 0;
  };
  void select(FwCfgKey key);
  std::uint8_t next_byte();
  void run_dma(Gpa descriptor);
  bool execute(const FwCfgDescriptor& order);
  // At most that much.
  Piece take(std::uint32_t length);
  bool store_from_guest(Gpa from, std::uint32_t length);

  // Wiring.
  const std::shared_ptr<DmaMemory> memory_;
  std::function<void(FwCfgKey)> on_select_;  // set once
  // Configuration.
  Mutex m_;
  FwCfgItems items_ TSA(guarded_by(m_));
  // State.
  FwCfgKey selected_ TSA(guarded_by(m_)) = spec::fw_cfg::kSignature;
  FwCfgContent content_ TSA(guarded_by(m_));    // null: nothing there, reads zero
  std::size_t offset_ TSA(guarded_by(m_)) = 0;  // at most the size of the content
  std::uint32_t dma_high_ TSA(guarded_by(m_)) = 0;
};

}  // namespace unpark
