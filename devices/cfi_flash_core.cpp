// SPDX-License-Identifier: Apache-2.0
#include "devices/cfi_flash_core.h"

#include <bit>

namespace unpark {
namespace {

namespace s = spec::cfi_flash;

// clang-format off
// JESD68.01, from offset 10h. The three places marked [*] depend on the size of the chip.
constexpr std::array<std::uint8_t, s::query::kEnd - s::query::kStart> kQueryTable = {
    'Q', 'R', 'Y',
    0x01, 0x00,              // 13h primary command set: Intel, extended
    s::query::kIntelExtended, 0x00,  // 15h where its own table is
    0x00, 0x00, 0x00, 0x00,  // 17h no second command set
    0x27, 0x36,              // 1Bh supply: 2.7 V to 3.6 V
    0x00, 0x00,              // 1Dh no programming supply
    0x08, 0x08, 0x0a, 0x00,  // 1Fh typical times: 2^n us a byte and a buffer, 2^n ms a block
    0x01, 0x01, 0x02, 0x00,  // 23h longest times: 2^n times the typical ones
    0x00,                    // 27h [*] size, 2^n bytes
    0x00, 0x00,              // 28h interface: x8
    0x05, 0x00,              // 2Ah buffered write: 2^5 bytes
    0x01,                    // 2Ch one region of equal blocks
    0x00, 0x00,              // 2Dh [*] number of blocks less one
    s::kBlockSize / 256, 0x00,  // 2Fh block size
    'P', 'R', 'I', '1', '0',
    0x00, 0x00, 0x00, 0x00,  // 36h no optional feature
    0x00,                    // 3Ah nothing works while suspended
    0x00, 0x00,              // 3Bh no block status bits
    0x33, 0x00,              // 3Dh best supply: 3.3 V
    0x00,                    // 3Fh no protection register
};
// clang-format on
static_assert(s::kBufferSize == 1u << 5);

std::uint32_t block_of(std::uint32_t offset) {
  return offset / s::kBlockSize;
}

}  // namespace

std::optional<std::uint8_t> CfiFlashCore::read(std::uint32_t offset) const {
  const std::uint32_t at = offset % s::kBlockSize;
  switch (shows_) {
    case Shows::kArray:
      return std::nullopt;
    case Shows::kStatus:
      return status_;
    case Shows::kId:
      if (at == s::id::kManufacturerAt) return s::id::kManufacturer;
      return at == s::id::kDeviceAt ? s::id::kDevice : std::uint8_t{0};  // 2: not locked
    case Shows::kQuery:
      return query_byte(at);
  }
  return std::nullopt;
}

std::uint8_t CfiFlashCore::query_byte(std::uint32_t at) const {
  if (at < s::query::kStart || at >= s::query::kEnd) return 0;
  const std::uint32_t last_block = block_of(size_ - 1);
  switch (at) {
    case s::query::kDeviceSize:  // the next power of two: the number of blocks is exact
      return static_cast<std::uint8_t>(std::bit_width(size_ - 1));
    case s::query::kEraseBlocks:
      return static_cast<std::uint8_t>(last_block);
    case s::query::kEraseBlocks + 1:
      return static_cast<std::uint8_t>(last_block >> 8);
    default:
      return kQueryTable[at - s::query::kStart];
  }
}

CfiFlashCore::Order CfiFlashCore::write(std::uint32_t offset, std::uint8_t value) {
  switch (awaits_) {
    case Awaits::kCommand:
      return command(offset, value);
    case Awaits::kProgramByte:
      take_byte({offset, value});
      return order(OrderKind::kProgram);
    case Awaits::kEraseConfirm:
      if (value != s::kConfirm || !in_same_block(offset)) return wrong_sequence(value);
      take_byte({offset, 0xff});
      return order(OrderKind::kErase);
    case Awaits::kLockAction:
      if (value != s::kLock && value != s::kLockDown && value != s::kUnlock)
        return wrong_sequence(value);
      return order(OrderKind::kNone);
    case Awaits::kBufferCount:
      if (value >= s::kBufferSize || !in_same_block(offset)) return wrong_sequence(value);
      wanted_ = value + 1u;
      awaits_ = Awaits::kBufferBytes;
      return {};
    case Awaits::kBufferBytes:
      // Not by wrong_sequence(): FFh is a byte like any other here.
      if (!in_same_block(offset)) return wrong_sequence(0);
      take_byte({offset, value});
      if (taken_ == wanted_) awaits_ = Awaits::kBufferConfirm;
      return {};
    case Awaits::kBufferConfirm:
      if (value != s::kConfirm || !in_same_block(offset)) return wrong_sequence(value);
      return order(OrderKind::kProgram);
  }
  return {};
}

CfiFlashCore::Order CfiFlashCore::command(std::uint32_t offset, std::uint8_t value) {
  switch (value) {
    case s::kProgram:
    case s::kProgramToo:
      await(Awaits::kProgramByte, offset);
      break;
    case s::kEraseSetup:
      await(Awaits::kEraseConfirm, offset);
      break;
    case s::kLockSetup:
      await(Awaits::kLockAction, offset);
      break;
    case s::kWriteToBuffer:
      await(Awaits::kBufferCount, offset);
      status_ = s::status::Ready::with(status_, true);  // the buffer is free
      break;
    case s::kClearStatus:
      // Bit 7 too, and back to the array: a chip of silicon does neither, but OVMF knows flash from
      // RAM and ROM by a status of 00h after this.
      status_ = 0;
      failed_ = false;
      shows_ = Shows::kArray;
      break;
    case s::kReadStatus:
      shows_ = Shows::kStatus;
      break;
    case s::kReadId:
      shows_ = Shows::kId;
      break;
    case s::kQuery:
      shows_ = Shows::kQuery;
      break;
    default:  // kReadArray, and what the chip does not know
      shows_ = Shows::kArray;
      break;
  }
  return {};
}

void CfiFlashCore::await(Awaits what, std::uint32_t offset) {
  awaits_ = what;
  shows_ = Shows::kStatus;
  first_ = offset;
  taken_ = 0;
}

void CfiFlashCore::take_byte(Cell cell) {
  cells_[taken_++] = cell;
}

CfiFlashCore::Order CfiFlashCore::order(OrderKind kind) {
  awaits_ = Awaits::kCommand;
  status_ = s::status::Ready::with(status_, true);
  if (kind == OrderKind::kNone) return {};
  if (failed_) {
    fail(error_of(kind));
    return {};
  }
  return {kind, std::span{cells_}.first(taken_)};
}

CfiFlashCore::Order CfiFlashCore::wrong_sequence(std::uint8_t value) {
  awaits_ = Awaits::kCommand;
  if (value == s::kReadArray) {
    shows_ = Shows::kArray;
    return {};
  }
  status_ = static_cast<std::uint8_t>(status_ | s::status::kReset | s::status::kWrongSequence);
  return {};
}

void CfiFlashCore::fail(std::uint8_t errors) {
  failed_ = true;
  status_ = static_cast<std::uint8_t>(status_ | s::status::kReset | errors);
}

std::uint8_t CfiFlashCore::error_of(OrderKind kind) {
  switch (kind) {
    case OrderKind::kNone:
      return 0;
    case OrderKind::kProgram:
      return s::status::ProgramError::kMask;
    case OrderKind::kErase:
      return s::status::EraseError::kMask;
  }
  return 0;
}

bool CfiFlashCore::in_same_block(std::uint32_t offset) const {
  return block_of(offset) == block_of(first_);
}

}  // namespace unpark
