// SPDX-License-Identifier: Apache-2.0
#include "devices/cfi_flash.h"

#include <algorithm>
#include <utility>

namespace unpark {

CfiFlash::CfiFlash(std::span<std::byte> array, CfiFlashHost& host)
    : array_(array.first(array.size() / kBlock * kBlock)),
      host_(host),
      core_(static_cast<std::uint32_t>(array_.size())) {}

Result<Done, IoFault> CfiFlash::check(Access at) const {
  if (at.offset >= array_.size() || at.width > array_.size() - at.offset)
    return Unexpected{IoFault::kBadOffset};
  return Done{};
}

Result<std::uint64_t, IoFault> CfiFlash::read(Access at) {
  (void)TRY(check(at));
  Lock lock(m_);
  std::uint64_t value = 0;
  for (std::uint32_t i = 0; i < at.width; ++i) {
    const std::uint32_t offset = at.offset + i;
    const auto special = at.in_smm ? core_.read(offset) : std::nullopt;
    value |= std::uint64_t{special.value_or(std::to_integer<std::uint8_t>(array_[offset]))}
             << 8 * i;
  }
  return value;
}

Result<Done, IoFault> CfiFlash::write(Access at, std::uint64_t value) {
  (void)TRY(check(at));
  if (!at.in_smm) {  // before the lock: the OS cannot keep SMM waiting
    ++refused_writes_;
    return Unexpected{IoFault::kForbidden};
  }
  Lock writing(writing_);
  for (std::uint32_t i = 0; i < at.width; ++i)
    write_byte(at.offset + i, static_cast<std::uint8_t>(value >> 8 * i));
  deliver_mode();
  return Done{};
}

void CfiFlash::write_byte(std::uint32_t offset, std::uint8_t value) {
  CfiFlashCore::Order order;
  bool back_to_array = false;
  {
    Lock lock(m_);
    order = core_.write(offset, value);
    back_to_array = core_.array_mode();
  }
  if (order.kind != CfiFlashCore::OrderKind::kNone) carry_out(order);
  if (back_to_array) (void)store_pending();
}

void CfiFlash::carry_out(const CfiFlashCore::Order& order) {
  const std::size_t index = order.cells.front().offset / kBlock;
  const std::uint8_t error = CfiFlashCore::error_of(order.kind);
  if (pending_ && pending_->block != index && !store_pending()) {
    Lock lock(m_);
    core_.fail(error);
    return;
  }
  if (!pending_) {
    pending_ = Pending{.block = index};
    std::ranges::copy(block(index), old_.begin());
  }
  pending_->errors |= error;
  Lock lock(m_);
  if (order.kind == CfiFlashCore::OrderKind::kErase) {
    std::ranges::fill(block(index), std::byte{0xff});
    return;
  }
  for (const auto& cell : order.cells) array_[cell.offset] = std::byte{cell.value};
}

bool CfiFlash::store_pending() {
  if (!pending_) return true;
  const Pending done = *std::exchange(pending_, std::nullopt);
  const std::span<std::byte> now = block(done.block);
  if (std::ranges::equal(now, old_) || host_.store(done.block * kBlock, kBlock)) return true;
  Lock lock(m_);
  std::ranges::copy(old_, now.begin());
  core_.fail(done.errors);
  return false;
}

void CfiFlash::deliver_mode() {
  bool on = false;
  {
    Lock lock(m_);
    on = core_.array_mode();
  }
  if (std::exchange(mapped_, on) != on) host_.array_mode(on);
}

bool CfiFlash::flush() {
  Lock writing(writing_);
  return store_pending();
}

void CfiFlash::reset() {
  Lock writing(writing_);
  (void)store_pending();
  {
    Lock lock(m_);
    core_.reset();
  }
  deliver_mode();
}

}  // namespace unpark
