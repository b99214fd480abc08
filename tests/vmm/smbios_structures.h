// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "vmm/smbios.h"

namespace unpark::test {

// One structure of an SMBIOS table, as a reader sees it that knows only DSP0134 6.1.
struct SmbiosStructure {
  std::string fields;                // header included
  std::vector<std::string> strings;  // number 1 is the first

  [[nodiscard]] std::uint64_t number(std::size_t offset, std::size_t size) const {
    std::uint64_t v = 0;
    for (std::size_t i = size; i-- > 0;)
      v = v << 8 | static_cast<std::uint8_t>(fields.at(offset + i));
    return v;
  }
  [[nodiscard]] unsigned byte(std::size_t offset) const {
    return static_cast<unsigned>(number(offset, 1));
  }
  [[nodiscard]] unsigned word(std::size_t offset) const {
    return static_cast<unsigned>(number(offset, 2));
  }
  [[nodiscard]] std::uint64_t dword(std::size_t offset) const { return number(offset, 4); }
  [[nodiscard]] std::uint64_t qword(std::size_t offset) const { return number(offset, 8); }
  // The string whose number stands at `offset`.
  [[nodiscard]] std::string text(std::size_t offset) const {
    const unsigned n = byte(offset);
    return n == 0 ? "(none)" : strings.at(n - 1);
  }
  [[nodiscard]] unsigned type() const { return byte(0); }
  [[nodiscard]] unsigned handle() const { return word(2); }
};

inline std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Every byte must belong to a structure; a failure otherwise.
inline std::vector<SmbiosStructure> smbios_structures(const std::vector<std::byte>& table) {
  std::vector<SmbiosStructure> all;
  std::string rest = text_of(table);
  while (!rest.empty()) {
    const std::size_t length = rest.size() < 4 ? 0 : static_cast<std::uint8_t>(rest[1]);
    const std::size_t end = rest.find(std::string(2, '\0'), length);
    if (length < 4 || end == std::string::npos) {
      ADD_FAILURE() << "no structure in the last " << rest.size() << " bytes";
      break;
    }
    SmbiosStructure one{.fields = rest.substr(0, length)};
    for (std::size_t at = length; at < end;) {
      one.strings.emplace_back(rest.c_str() + at);
      at += one.strings.back().size() + 1;
    }
    all.push_back(std::move(one));
    rest.erase(0, end + 2);
  }
  return all;
}

inline std::vector<SmbiosStructure> smbios_of_type(const SmbiosConfig& config, unsigned type) {
  auto all = smbios_structures(build_smbios(config).tables);
  std::erase_if(all, [&](const auto& s) { return s.type() != type; });
  return all;
}

}  // namespace unpark::test
