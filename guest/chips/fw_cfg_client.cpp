// SPDX-License-Identifier: Apache-2.0
#include "guest/chips/fw_cfg_client.h"

#include "guest/chips/cpu.h"
#include "guest/chips/pm_timer.h"

namespace unpark::guest::fw_cfg {

namespace {

namespace spec = spec::fw_cfg;

using Descriptor = std::array<std::uint8_t, spec::dma::kSize>;

bool transfer(std::uint32_t control, const void* memory, std::size_t size) {
  alignas(16) Descriptor descriptor{};
  store_big_endian(std::span(descriptor), spec::dma::kControlAt, control);
  store_big_endian(std::span(descriptor), spec::dma::kLengthAt, static_cast<std::uint32_t>(size));
  store_big_endian(std::span(descriptor), spec::dma::kAddressAt,
                   std::uint64_t{reinterpret_cast<std::uintptr_t>(memory)});
  const auto at = std::uint64_t{reinterpret_cast<std::uintptr_t>(descriptor.data())};
  out32(spec::kDmaHighPort, __builtin_bswap32(static_cast<std::uint32_t>(at >> 32)));
  out32(spec::kDmaLowPort, __builtin_bswap32(static_cast<std::uint32_t>(at)));
  const auto left = [&] {
    asm volatile("" : : "r"(descriptor.data()) : "memory");  // the device writes it
    return big_endian<std::uint32_t>(descriptor, spec::dma::kControlAt);
  };
  const bool finished =
      wait_until(1'000'000, [&] { return left() == 0 || spec::dma::Error::get(left()); });
  return finished && left() == 0;
}

std::uint32_t select(std::uint32_t control, std::uint16_t key) {
  return spec::dma::SelectKey::with(spec::dma::Select::with(control, true), key);
}
constexpr std::uint32_t kRead = spec::dma::Read::with(std::uint32_t{0}, true);
constexpr std::uint32_t kWrite = spec::dma::Write::with(std::uint32_t{0}, true);

}  // namespace

bool present() {
  out16(spec::kSelectorPort, spec::kSignature);
  for (const char c : std::string_view("QEMU"))
    if (in8(spec::kDataPort) != static_cast<std::uint8_t>(c)) return false;
  out16(spec::kSelectorPort, spec::kId);
  return (in8(spec::kDataPort) & spec::id::kDma) != 0;
}

bool read(std::uint16_t key, void* to, std::size_t size) {
  return transfer(select(kRead, key), to, size);
}

bool write(std::uint16_t key, const void* from, std::size_t size) {
  return transfer(select(kWrite, key), from, size);
}

FileEntry find(std::string_view name) {
  std::array<std::uint8_t, 4> head{};
  if (!read(spec::kFileDirectory, head.data(), head.size())) return {};
  // 0x3FE0 keys are all there can be.
  const std::uint32_t count = big_endian<std::uint32_t>(head, 0) & 0x3fff;
  for (std::uint32_t i = 0; i < count; ++i) {
    RawEntry entry{};
    if (!transfer(kRead, entry.data(), entry.size())) return {};
    if (has_name(entry, name)) return parse(entry);
  }
  return {};
}

}  // namespace unpark::guest::fw_cfg
