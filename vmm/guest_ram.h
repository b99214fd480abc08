// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "devices/result.h"
#include "vmm/fd.h"
#include "vmm/sys_error.h"

namespace unpark {

// What backs guest memory: the host's normal pages, or its huge pages (Linux,
// Documentation/admin-guide/mm/hugetlbpage.rst), all taken at once.
enum class PageSize : std::uint8_t { kSmall, k2MiB, k1GiB };
std::uint64_t bytes_of(PageSize pages);

// One shared mapping with a file descriptor behind it. The only owner of such memory; everybody
// else gets at it through GuestMemory's checked copies, or through KVM.
class MappedMemory {
 public:
  // A sealed-size memfd of `size` bytes, zero. Fails if `size` is more than the host can back, is
  // no multiple of the page size, or if there are too few free huge pages.
  static Result<MappedMemory, Error> create(const std::string& name, std::uint64_t size,
                                            PageSize pages = PageSize::kSmall);

  // Copies `bytes` to its beginning, with one call for all pages: through the mapping each would be
  // a page fault. Fails if they are more than it holds, or with huge pages.
  Result<Done, Error> fill(std::span<const std::byte> bytes);

  MappedMemory(MappedMemory&& o) noexcept;
  MappedMemory& operator=(MappedMemory&&) = delete;
  ~MappedMemory();

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  MappedMemory(UniqueFd fd, std::byte* data, std::uint64_t size);
  UniqueFd fd_;
  std::byte* data_ = nullptr;
  std::uint64_t size_ = 0;
};

// Bytes of RAM that the host has in all (MemTotal).
std::uint64_t host_memory();

}  // namespace unpark
