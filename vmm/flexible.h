// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace unpark {

// A C struct with a flexible array member behind it, zeroed: kvm_cpuid2, kvm_msrs, kvm_msr_list.
// The array starts right behind the header, as it does in the kernel's declarations.
template <class Header, class Entry>
class Flexible {
 public:
  explicit Flexible(std::size_t entries)
      : words_((sizeof(Header) + entries * sizeof(Entry) + 7) / 8) {}
  Header& operator*() { return *reinterpret_cast<Header*>(words_.data()); }
  Header* operator->() { return &**this; }
  Entry* entries() {
    return reinterpret_cast<Entry*>(reinterpret_cast<std::byte*>(words_.data()) + sizeof(Header));
  }

 private:
  std::vector<std::uint64_t> words_;  // 8-byte aligned, as the kernel's structs need
};

}  // namespace unpark
