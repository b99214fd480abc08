// SPDX-License-Identifier: Apache-2.0
#include "acpi/aml_data.h"

#include <cassert>
#include <limits>

namespace unpark::aml {
namespace {

// ACPI 6.5, 20.2.3.
constexpr std::uint8_t kBytePrefix = 0x0a;
constexpr std::uint8_t kWordPrefix = 0x0b;
constexpr std::uint8_t kDWordPrefix = 0x0c;
constexpr std::uint8_t kStringPrefix = 0x0d;
constexpr std::uint8_t kQWordPrefix = 0x0e;
constexpr std::uint8_t kOnesOp = 0xff;
// 20.2.5.4.
constexpr std::uint8_t kBufferOp = 0x11;
constexpr std::uint8_t kPackageOp = 0x12;
constexpr std::uint8_t kVarPackageOp = 0x13;

constexpr std::size_t kLargestPackage = 255;  // NumElements is one byte

template <class Value>
Term with_prefix(std::uint8_t prefix, std::uint64_t value) {
  Bytes out{prefix};
  put_le(out, static_cast<Value>(value));
  return Term{std::move(out)};
}

constexpr unsigned hex_digit(char c) {
  return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'A' + 10);
}

}  // namespace

Term integer(std::uint64_t value) {
  if (value <= 1) return Term{Bytes{static_cast<std::uint8_t>(value)}};
  if (value == std::numeric_limits<std::uint64_t>::max()) return Term{Bytes{kOnesOp}};
  if (value <= 0xff) return with_prefix<std::uint8_t>(kBytePrefix, value);
  if (value <= 0xffff) return with_prefix<std::uint16_t>(kWordPrefix, value);
  if (value <= 0xffffffff) return with_prefix<std::uint32_t>(kDWordPrefix, value);
  return with_prefix<std::uint64_t>(kQWordPrefix, value);
}

Term string(std::string_view text) {
  assert(text.find('\0') == std::string_view::npos);
  Bytes out{kStringPrefix};
  out.insert(out.end(), text.begin(), text.end());
  out.push_back(0);
  return Term{std::move(out)};
}

Term buffer(std::span<const std::uint8_t> content) {
  return package_operation({kBufferOp}, integer(content.size()).bytes,
                           {Term{Bytes(content.begin(), content.end())}});
}

Term buffer_of_size(std::uint64_t size) {
  return package_operation({kBufferOp}, integer(size).bytes, {});
}

Term package(const Terms& elements) {
  if (elements.size() > kLargestPackage) return var_package(integer(elements.size()), elements);
  return package_operation({kPackageOp}, {static_cast<std::uint8_t>(elements.size())}, elements);
}

Term var_package(const Term& count, const Terms& elements) {
  return package_operation({kVarPackageOp}, count.bytes, elements);
}

std::uint32_t compressed_eisa_id(std::string_view text) {
  assert(is_eisa_id(text));
  std::uint32_t big_endian = 0;
  for (const char letter : text.substr(0, 3)) {
    big_endian = big_endian << 5 | (static_cast<std::uint32_t>(letter) & 0x1f);
  }
  for (const char digit : text.substr(3)) big_endian = big_endian << 4 | hex_digit(digit);
  return __builtin_bswap32(big_endian);
}

}  // namespace unpark::aml
