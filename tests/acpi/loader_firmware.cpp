// SPDX-License-Identifier: Apache-2.0
#include "tests/acpi/loader_firmware.h"

#include <algorithm>
#include <stdexcept>

namespace unpark::acpi_test {
namespace {

constexpr std::size_t kCommand = 128;
constexpr std::size_t kFileName = 56;

void require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error("the firmware refuses: " + what);
}

std::uint64_t little_endian(const Bytes& bytes, std::size_t at, std::size_t size) {
  require(at <= bytes.size() && size <= bytes.size() - at, "a field outside of its file");
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{bytes[at + i]} << (8 * i);
  return value;
}

std::string file_name(const Bytes& command, std::size_t at) {
  const auto first = command.begin() + static_cast<std::ptrdiff_t>(at);
  const auto end = std::find(first, first + kFileName, std::uint8_t{0});
  require(end != first + kFileName, "a file name without NUL");
  return {first, end};
}

}  // namespace

void LoaderFirmware::execute(const Bytes& script) {
  require(script.size() % kCommand == 0, "a script that is no multiple of 128 bytes");
  for (std::size_t at = 0; at < script.size(); at += kCommand) {
    const Bytes command(script.begin() + static_cast<std::ptrdiff_t>(at),
                        script.begin() + static_cast<std::ptrdiff_t>(at + kCommand));
    const std::uint64_t type = little_endian(command, 0, 4);
    require(type >= 1 && type <= 3, "command " + std::to_string(type));
    if (type == 1) allocate(command);
    if (type == 2) add_pointer(command);
    if (type == 3) add_checksum(command);
  }
}

void LoaderFirmware::allocate(const Bytes& command) {
  const std::string name = file_name(command, 4);
  const auto alignment = static_cast<std::uint32_t>(little_endian(command, 60, 4));
  require(files_.contains(name), "no file " + name);
  require(!loaded_.contains(name), name + " allocated twice");
  require(alignment != 0 && alignment <= 4096 && (alignment & (alignment - 1)) == 0,
          "alignment " + std::to_string(alignment));
  // The next odd multiple of the alignment.
  next_ = (next_ / (2ull * alignment) + 1) * 2ull * alignment + alignment;
  loaded_[name] = {next_, alignment, files_.at(name)};
  next_ += files_.at(name).size();
}

void LoaderFirmware::add_pointer(const Bytes& command) {
  const std::string name = file_name(command, 4);
  const std::string target = file_name(command, 60);
  const auto offset = static_cast<std::size_t>(little_endian(command, 116, 4));
  const std::size_t width = command[120];
  require(loaded_.contains(name) && loaded_.contains(target), "a pointer before its files");
  require(width == 1 || width == 2 || width == 4 || width == 8, "width " + std::to_string(width));
  Bytes& content = loaded_.at(name).content;
  const std::uint64_t value = little_endian(content, offset, width);
  require(value < loaded_.at(target).content.size(), "a pointer past the end of " + target);
  const std::uint64_t address = value + loaded_.at(target).base;
  require(width == 8 || address >> (8 * width) == 0, "an address that does not fit its field");
  for (std::size_t i = 0; i < width; ++i) {
    content[offset + i] = static_cast<std::uint8_t>(address >> (8 * i));
  }
  targets_.push_back(address);
}

void LoaderFirmware::add_checksum(const Bytes& command) {
  const std::string name = file_name(command, 4);
  const auto result = static_cast<std::size_t>(little_endian(command, 60, 4));
  const auto start = static_cast<std::size_t>(little_endian(command, 64, 4));
  const auto length = static_cast<std::size_t>(little_endian(command, 68, 4));
  require(loaded_.contains(name), "a checksum before its file");
  Bytes& content = loaded_.at(name).content;
  require(result < content.size() && start < content.size() && length <= content.size() - start,
          "a checksum outside of " + name);
  unsigned sum = 0;
  for (std::size_t i = 0; i < length; ++i) sum += content[start + i];
  content[result] = static_cast<std::uint8_t>(0u - sum);
}

Bytes LoaderFirmware::memory(std::uint64_t address, std::size_t size) const {
  for (const auto& [name, file] : loaded_) {
    if (address < file.base || address - file.base >= file.content.size()) continue;
    const auto at = static_cast<std::size_t>(address - file.base);
    require(size <= file.content.size() - at, "memory past the end of " + name);
    const auto first = file.content.begin() + static_cast<std::ptrdiff_t>(at);
    return Bytes(first, first + static_cast<std::ptrdiff_t>(size));
  }
  throw std::runtime_error("nothing was loaded at " + std::to_string(address));
}

std::uint64_t LoaderFirmware::number(std::uint64_t address, std::size_t size) const {
  return little_endian(memory(address, size), 0, size);
}

}  // namespace unpark::acpi_test
