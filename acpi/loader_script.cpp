// SPDX-License-Identifier: Apache-2.0
#include "acpi/loader_script.h"

#include <array>
#include <cassert>
#include <cstring>

#include "acpi/table.h"

namespace unpark::acpi {
namespace {

constexpr std::size_t kCommandSize = 128;

enum class CommandType : std::uint32_t { kAllocate = 1, kAddPointer = 2, kAddChecksum = 3 };

using FileName = std::array<char, 56>;  // ends in NUL

struct [[gnu::packed]] Allocate {
  CommandType type = CommandType::kAllocate;  //  0
  FileName file;                              //  4
  std::uint32_t alignment;                    // 60
  LoaderZone zone;                            // 64
};
static_assert(offsetof(Allocate, zone) == 64);

struct [[gnu::packed]] AddPointer {
  CommandType type = CommandType::kAddPointer;  //   0
  FileName file;                                //   4
  FileName target;                              //  60
  std::uint32_t offset;                         // 116
  std::uint8_t width;                           // 120
};
static_assert(offsetof(AddPointer, width) == 120);

struct [[gnu::packed]] AddChecksum {
  CommandType type = CommandType::kAddChecksum;  //  0
  FileName file;                                 //  4
  std::uint32_t result;                          // 60
  std::uint32_t start;                           // 64
  std::uint32_t length;                          // 68
};
static_assert(offsetof(AddChecksum, length) == 68);

FileName file_name(std::string_view text) {
  FileName name{};
  assert(text.size() < name.size());
  std::memcpy(name.data(), text.data(), text.size());
  return name;
}

template <class Command>
void append(Bytes& out, const Command& command) {
  static_assert(sizeof(Command) <= kCommandSize);
  put(out, as_bytes(command));
  out.resize(out.size() + kCommandSize - sizeof(Command));
}

}  // namespace

LoaderScript& LoaderScript::allocate(std::string_view file, std::uint32_t alignment,
                                     LoaderZone zone) {
  append(bytes_, Allocate{.file = file_name(file), .alignment = alignment, .zone = zone});
  return *this;
}

LoaderScript& LoaderScript::add_pointer(std::string_view file, std::uint32_t offset,
                                        std::uint8_t width, std::string_view target) {
  append(
      bytes_,
      AddPointer{
          .file = file_name(file), .target = file_name(target), .offset = offset, .width = width});
  return *this;
}

LoaderScript& LoaderScript::add_checksum(std::string_view file, std::uint32_t result,
                                         std::uint32_t start, std::uint32_t length) {
  append(bytes_,
         AddChecksum{.file = file_name(file), .result = result, .start = start, .length = length});
  return *this;
}

}  // namespace unpark::acpi
