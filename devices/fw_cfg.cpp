// SPDX-License-Identifier: Apache-2.0
#include "devices/fw_cfg.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace unpark {
namespace {

namespace s = spec::fw_cfg;

// The DMA registers are big-endian.
constexpr std::uint32_t byte_swapped(std::uint32_t v) {
  return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
}

FwCfgBytes bytes_of(std::string_view text) {
  FwCfgBytes bytes(text.size());
  std::transform(text.begin(), text.end(), bytes.begin(),
                 [](char c) { return static_cast<std::byte>(c); });
  return bytes;
}

FwCfgBytes id_item(bool dma) {
  FwCfgBytes id(4);
  id[0] = static_cast<std::byte>(s::id::kTraditional | (dma ? s::id::kDma : 0));
  return id;
}

// Four bytes of the signature as a little-endian read finds them.
std::uint64_t signature_word(std::uint32_t at) {
  std::uint64_t word = 0;
  for (std::uint32_t i = 4; i-- > 0;)
    word = word << 8 | static_cast<unsigned char>(s::kDmaSignature[at + i]);
  return word;
}

}  // namespace

FwCfg::FwCfg(std::shared_ptr<DmaMemory> memory) : memory_(std::move(memory)) {
  Lock lock(m_);
  items_.replace_item(s::kSignature, bytes_of("QEMU"));
  items_.replace_item(s::kId, id_item(memory_ != nullptr));
  content_ = items_.content(selected_);
}

Result<std::uint64_t, IoFault> FwCfg::read(Access at) {
  switch (at.offset) {
    case s::kData:
      if (at.width != 1) return Unexpected{IoFault::kBadWidth};
      return std::uint64_t{next_byte()};
    case s::kDmaHigh:
    case s::kDmaLow:
      if (!memory_) return Unexpected{IoFault::kBadOffset};
      if (at.width != 4) return Unexpected{IoFault::kBadWidth};
      return signature_word(at.offset - s::kDmaHigh);
    default:
      return Unexpected{IoFault::kBadOffset};  // the selector cannot be read
  }
}

Result<Done, IoFault> FwCfg::write(Access at, std::uint64_t value) {
  switch (at.offset) {
    case s::kSelector:
      if (at.width != 2) return Unexpected{IoFault::kBadWidth};
      select(static_cast<FwCfgKey>(value));
      return Done{};
    case s::kData:
      if (at.width != 1) return Unexpected{IoFault::kBadWidth};
      return Done{};
    case s::kDmaHigh:
    case s::kDmaLow:
      break;
    default:
      return Unexpected{IoFault::kBadOffset};
  }
  if (!memory_) return Unexpected{IoFault::kBadOffset};
  if (at.width != 4) return Unexpected{IoFault::kBadWidth};
  const std::uint32_t word = byte_swapped(static_cast<std::uint32_t>(value));
  Gpa descriptor;
  {
    Lock lock(m_);
    const std::uint64_t high = std::exchange(dma_high_, at.offset == s::kDmaHigh ? word : 0);
    descriptor = Gpa{high << 32 | word};
  }
  if (at.offset == s::kDmaLow) run_dma(descriptor);
  return Done{};
}

void FwCfg::reset() {
  Lock lock(m_);
  items_.reset();
  selected_ = s::kSignature;
  content_ = items_.content(selected_);
  offset_ = 0;
  dma_high_ = 0;
}

void FwCfg::set_select_listener(std::function<void(FwCfgKey)> listener) {
  on_select_ = std::move(listener);
}

FwCfgKey FwCfg::key_of(const std::string& name) {
  Lock lock(m_);
  return items_.key_of(name);
}

void FwCfg::select(FwCfgKey key) {
  if (on_select_) on_select_(key);
  std::vector<std::shared_ptr<FwCfgItems::Generated>> due;
  {
    Lock lock(m_);
    due = items_.due(key);
  }
  for (const auto& set : due) {
    auto made = set->make();
    Lock lock(m_);
    items_.install(*set, std::move(made), key);
  }
  Lock lock(m_);
  selected_ = key;
  content_ = items_.content(key);
  offset_ = 0;
}

std::uint8_t FwCfg::next_byte() {
  const Piece piece = take(1);
  std::array<std::byte, 1> byte{};
  if (piece.size != 0) piece.content->read(piece.offset, byte);
  return std::to_integer<std::uint8_t>(byte[0]);
}

void FwCfg::run_dma(Gpa descriptor) {
  const auto order = read_fw_cfg_descriptor(*memory_, descriptor);
  const bool ok = order && execute(*order);
  finish_fw_cfg_descriptor(*memory_, descriptor, ok);
}

bool FwCfg::execute(const FwCfgDescriptor& order) {
  namespace d = s::dma;
  if (d::Select::get(order.control)) select(d::SelectKey::get(order.control));
  if (d::Read::get(order.control)) {
    if (order.length > kFwCfgMaxRead) return false;
    const Piece piece = take(order.length);
    return copy_fw_cfg_to_guest(*memory_, order.address, order.length, piece.size,
                                [&](std::size_t at, std::span<std::byte> into) {
                                  piece.content->read(piece.offset + at, into);
                                });
  }
  if (d::Write::get(order.control)) return store_from_guest(order.address, order.length);
  if (d::Skip::get(order.control)) (void)take(order.length);
  return true;
}

FwCfg::Piece FwCfg::take(std::uint32_t length) {
  Lock lock(m_);
  if (!content_) return {};
  const std::size_t size = std::min<std::size_t>(length, content_->size() - offset_);
  return {content_, std::exchange(offset_, offset_ + size), size};
}

bool FwCfg::store_from_guest(Gpa from, std::uint32_t length) {
  FwCfgKey key;
  std::size_t offset;
  {
    Lock lock(m_);
    key = selected_;
    offset = offset_;
    // Before the buffer below: its size is the guest's wish only up to that of our own file.
    if (!items_.may_store(key, offset, length)) return false;
  }
  if (length == 0) return true;
  FwCfgBytes buffer(length);
  if (!memory_->read(from, buffer)) return false;
  FwCfgContent written;
  FwCfgItems::OnWrite on_write;
  {
    Lock lock(m_);
    written = items_.store(key, offset, buffer);
    if (!written) return false;
    on_write = items_.on_write(key);
    if (selected_ == key) {
      content_ = written;
      offset_ = offset + length;
    }
  }
  if (on_write) on_write(written->bytes());
  return true;
}

Result<Done, FwCfgError> FwCfg::add_item(FwCfgKey key, FwCfgBytes content) {
  Lock lock(m_);
  return items_.add_item(key, std::move(content));
}

void FwCfg::replace_item(FwCfgKey key, FwCfgData content) {
  Lock lock(m_);
  items_.replace_item(key, std::move(content));
}

Result<Done, FwCfgError> FwCfg::add_file(const std::string& name, FwCfgBytes content) {
  Lock lock(m_);
  return items_.add_file(name, std::move(content));
}

Result<Done, FwCfgError> FwCfg::add_writable_file(const std::string& name, FwCfgBytes initial,
                                                  FwCfgItems::OnWrite on_write) {
  Lock lock(m_);
  return items_.add_writable_file(name, std::move(initial), std::move(on_write));
}

Result<Done, FwCfgError> FwCfg::add_generated_file(const std::string& name, std::size_t size,
                                                   FwCfgItems::Generate make) {
  Lock lock(m_);
  return items_.add_generated_file(name, size, std::move(make));
}

Result<Done, FwCfgError> FwCfg::add_generated_set(const std::vector<std::string>& names,
                                                  FwCfgItems::GenerateSet make) {
  Lock lock(m_);
  return items_.add_generated_set(names, std::move(make));
}

}  // namespace unpark
