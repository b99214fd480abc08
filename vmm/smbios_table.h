// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "vmm/smbios_spec.h"

namespace unpark::smbios {

namespace s = spec::smbios;

inline constexpr std::string_view kMaker = "unpark";

// Unique, and below FF00h, where OVMF refuses them.
enum HandleOf : s::Handle {
  kBios = 0x0000,
  kSystem = 0x0100,
  kEnclosure = 0x0300,
  kProcessor = 0x0400,
  kMemoryArray = 0x1000,
  kMemoryDevice = 0x1100,
  kMappedRange = 0x1300,  // and the one behind it
  kBoot = 0x2000,
  kEnd = 0x7f00,
};

// The bytes of a packed struct.
template <class Pod>
void append(std::vector<std::byte>& out, const Pod& pod) {
  static_assert(std::is_trivially_copyable_v<Pod> && alignof(Pod) == 1, "packed structs only");
  const auto* first = reinterpret_cast<const std::byte*>(&pod);
  out.insert(out.end(), first, first + sizeof pod);
}

// The strings behind one structure, 6.1.3.
class Strings {
 public:
  // An empty string cannot be told from the end of the set: it is "none".
  s::StringNumber add(std::string_view text) {
    text = text.substr(0, text.find('\0'));
    if (text.empty()) return 0;
    bytes_.append(text).push_back('\0');
    return ++count_;
  }
  // Two NULs end a set that is empty, too.
  [[nodiscard]] std::string set() const {
    return count_ == 0 ? std::string(2, '\0') : bytes_ + '\0';
  }

 private:
  std::string bytes_;
  s::StringNumber count_ = 0;
};

// The structures in the order in which they were added.
class Table {
 public:
  template <class Fields>
  void add(s::Handle handle, Fields fields, const Strings& strings = {}) {
    fields.header = {Fields::kType, sizeof(Fields), handle};
    append(bytes_, fields);
    for (const char c : strings.set()) bytes_.push_back(static_cast<std::byte>(c));
  }
  [[nodiscard]] std::vector<std::byte> take() && { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace unpark::smbios
