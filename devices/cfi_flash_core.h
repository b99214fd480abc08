// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "devices/cfi_flash_spec.h"

namespace unpark {

// What a CFI01 chip makes of the writes to it: commands, modes, status. No array, no lock. See
// CfiFlash for the status block.
class CfiFlashCore {
 public:
  struct Cell {
    std::uint32_t offset = 0;
    std::uint8_t value = 0;
  };
  enum class OrderKind : std::uint8_t { kNone, kProgram, kErase };
  // What a write asks of the array: to store `cells`, or to erase the block of the only one. All
  // lie in one block. Valid until the next call.
  struct Order {
    OrderKind kind = OrderKind::kNone;
    std::span<const Cell> cells;
  };

  // `size` bytes, whole blocks.
  explicit CfiFlashCore(std::uint32_t size) : size_(size) {}

  // One byte written at `offset`. The status says that the order, if any, has been carried out.
  Order write(std::uint32_t offset, std::uint8_t value);
  // Empty: what the array holds there.
  [[nodiscard]] std::optional<std::uint8_t> read(std::uint32_t offset) const;
  // Reads show the array, and no command is under way.
  [[nodiscard]] bool array_mode() const {
    return shows_ == Shows::kArray && awaits_ == Awaits::kCommand;
  }
  // An order was not carried out after all: `errors` are set in the status, and until it is cleared
  // nothing is programmed or erased any more.
  void fail(std::uint8_t errors);
  void reset() { *this = CfiFlashCore{size_}; }

  // The bit of the status that says so when an order of this kind fails.
  static std::uint8_t error_of(OrderKind kind);

 private:
  enum class Shows : std::uint8_t { kArray, kStatus, kId, kQuery };
  enum class Awaits : std::uint8_t {
    kCommand,
    kProgramByte,
    kEraseConfirm,
    kLockAction,
    kBufferCount,
    kBufferBytes,
    kBufferConfirm,
  };

  Order command(std::uint32_t offset, std::uint8_t value);
  void await(Awaits what, std::uint32_t offset);
  void take_byte(Cell cell);
  // The second write is not what the first one asked for. Read Array ends any sequence in peace.
  Order wrong_sequence(std::uint8_t value);
  Order order(OrderKind kind);
  [[nodiscard]] bool in_same_block(std::uint32_t offset) const;
  [[nodiscard]] std::uint8_t query_byte(std::uint32_t at) const;

  // Configuration.
  std::uint32_t size_;
  // State.
  Shows shows_ = Shows::kArray;
  Awaits awaits_ = Awaits::kCommand;
  std::uint8_t status_ = spec::cfi_flash::status::kReset;
  bool failed_ = false;
  std::uint32_t first_ = 0;  // where the first write of the sequence went
  std::uint32_t wanted_ = 0, taken_ = 0;
  std::array<Cell, spec::cfi_flash::kBufferSize> cells_{};
};

}  // namespace unpark
