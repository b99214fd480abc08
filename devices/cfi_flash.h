// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <span>

#include "devices/bus/device.h"
#include "devices/cfi_flash_core.h"
#include "devices/sync.h"

namespace unpark {

// What the chip asks of the machine. Both calls come on the thread of the vCPU that writes (or of
// reset() and flush()), one at a time, in the order of the writes, and are finished when they
// return. They must not write to the chip, nor wait for another vCPU, which may be waiting in
// write().
class CfiFlashHost {
 public:
  virtual ~CfiFlashHost() = default;
  // True: the array is read-only memory of the guest. False: every access to it comes to the chip.
  // Called only on a change; a new chip takes it for mapped.
  virtual void array_mode(bool on) = 0;
  // Makes [first_byte, first_byte + size) of the array outlive the machine: one whole block, which
  // does not change meanwhile. False: it could not be done, and what was kept before is still kept.
  virtual bool store(std::size_t first_byte, std::size_t size) = 0;
};

// NOR flash with the Intel command set: CfiFlashCore with an array, a lock and a host.
// Spec:     Intel StrataFlash Memory (J3) datasheet (290667); JEDEC JESD68.01 (CFI).
// Done:     program, block erase, buffered write, status with errors, identity, CFI query. Writes
//           outside SMM are refused and counted; reads outside SMM show the array in every mode.
// Missing:  suspend, protection registers; locking is accepted and locks nothing.
// Differs:  never busy. Clear Status gives 00h and the array, as OVMF's probe wants it. A program
//           replaces the byte, where silicon can only clear bits: so does the platform that OVMF
//           was written for, and nothing says that all of its drivers erase first. After a block
//           could not be stored the chip takes no more until Clear Status or reset: what is kept is
//           then what firmware wrote up to some moment, never with a hole in it.
// Storing:  the block that is being changed is stored when the chip goes back to the array, when
//           another block is touched, on reset and by flush(): an erase and the bytes that follow
//           it become one step. If that fails the block gets its old bytes back.
// Locking:  writing_ is held through a write, calls of the host included, so that these come in the
//           order of the writes and the last one wins. m_, taken after it, is a leaf and covers
//           what readers see: no reader waits for a disk. The array changes under both.
class CfiFlash final : public IoDevice {
 public:
  // `array`: whole blocks, at most 4 GiB less one; the memory that the guest sees in array mode.
  CfiFlash(std::span<std::byte> array, CfiFlashHost& host);

  [[nodiscard]] std::string_view name() const override { return "cfi-flash"; }
  // Wider accesses are taken byte by byte, the low address first.
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;

  // Stores what is not stored yet. False: it could not be done. Before the machine goes.
  bool flush();
  // Stores likewise, then as after power-on: the array is shown and keeps its bytes.
  void reset();

  // Writes from outside SMM.
  [[nodiscard]] std::uint64_t refused_writes() const { return refused_writes_.load(); }

 private:
  static constexpr std::size_t kBlock = spec::cfi_flash::kBlockSize;
  struct Pending {
    std::size_t block = 0;
    std::uint8_t errors = 0;  // of the status, should it not be stored
  };

  [[nodiscard]] Result<Done, IoFault> check(Access at) const;
  void write_byte(std::uint32_t offset, std::uint8_t value) TSA(requires_capability(writing_));
  void carry_out(const CfiFlashCore::Order& order) TSA(requires_capability(writing_));
  bool store_pending() TSA(requires_capability(writing_));
  void deliver_mode() TSA(requires_capability(writing_));
  [[nodiscard]] std::span<std::byte> block(std::size_t index) const {
    return array_.subspan(index * kBlock, kBlock);
  }

  // Configuration.
  const std::span<std::byte> array_;
  // Wiring.
  CfiFlashHost& host_;
  mutable Mutex m_;
  Mutex writing_ TSA(acquired_before(m_));
  // State.
  CfiFlashCore core_ TSA(guarded_by(m_));
  bool mapped_ TSA(guarded_by(writing_)) = true;
  std::optional<Pending> pending_ TSA(guarded_by(writing_));
  std::array<std::byte, kBlock> old_ TSA(guarded_by(writing_)){};  // pending block as stored
  std::atomic<std::uint64_t> refused_writes_{0};
};

}  // namespace unpark
