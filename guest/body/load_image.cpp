// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "guest/body/image.h"

namespace unpark::guest {

namespace {

// ELF-64 Object File Format, "Relocation".
struct Rela {
  std::uint64_t offset, info;
  std::int64_t addend;
};
constexpr std::uint32_t kRelative = 8;  // R_X86_64_RELATIVE

}  // namespace

// Runs in flash too, before any data exists: no static storage, nothing that needs a relocation.
void load_image(std::uintptr_t to) {
  const auto from = std::uintptr_t{GUEST_FLASH_BASE};
  const ImageHeader& header = *reinterpret_cast<const ImageHeader*>(from);
  __builtin_memcpy(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from),
                   header.load_size);
  __builtin_memset(reinterpret_cast<void*>(to + header.load_size), 0,
                   header.size - header.load_size);
  for (std::uintptr_t at = from + header.rela_begin; at < from + header.rela_end;
       at += sizeof(Rela)) {
    const Rela& rela = *reinterpret_cast<const Rela*>(at);
    // The linker was told to refuse whatever would need another kind (-z text, no shared objects).
    if (static_cast<std::uint32_t>(rela.info) != kRelative) continue;
    *reinterpret_cast<std::uint64_t*>(to + rela.offset) =
        to + static_cast<std::uint64_t>(rela.addend);
  }
}

extern "C" void unpark_guest_load(std::uintptr_t to) {
  load_image(to);
}

}  // namespace unpark::guest
