// SPDX-License-Identifier: Apache-2.0
#include "devices/fw_cfg_items.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <set>
#include <string_view>

namespace unpark {
namespace {

namespace s = spec::fw_cfg;

FwCfgContent share(FwCfgData data) {
  return std::make_shared<const FwCfgData>(std::move(data));
}

void put_big_endian(FwCfgBytes& into, std::size_t at, std::size_t size, std::uint64_t value) {
  for (std::size_t i = size; i-- > 0; value >>= 8) into[at + i] = static_cast<std::byte>(value);
}

std::string hexadecimal(FwCfgKey key) {
  std::array<char, 8> text{};
  (void)std::snprintf(text.data(), text.size(), "0x%04x", key);
  return text.data();
}

}  // namespace

std::string FwCfgError::message() const {
  const std::string file = "fw_cfg: file \"" + name + "\": ";
  switch (reason) {
    case Reason::kNameEmpty:
      return "fw_cfg: a file needs a name";
    case Reason::kNameTooLong:
      return file + "the name has " + std::to_string(name.size()) + " bytes, at most " +
             std::to_string(s::directory::kNameSize - 1) + " fit";
    case Reason::kNameTaken:
      return file + "a file of this name exists already";
    case Reason::kKeyTaken:
      return "fw_cfg: item " + name + " exists already";
    case Reason::kKeyIsForFiles:
      return "fw_cfg: item " + name + " lies where the files and their directory are";
    case Reason::kTooMany:
      return file + "there is no key left";
  }
  return "fw_cfg: " + name;
}

Result<Done, FwCfgError> FwCfgItems::add_item(FwCfgKey key, FwCfgBytes content) {
  using enum FwCfgError::Reason;
  if (key >= s::kFileDirectory) return Unexpected{FwCfgError{kKeyIsForFiles, hexadecimal(key)}};
  const auto [where, added] = items_.try_emplace(key, Item{.content = share(std::move(content))});
  if (!added) return Unexpected{FwCfgError{kKeyTaken, hexadecimal(key)}};
  return Done{};
}

void FwCfgItems::replace_item(FwCfgKey key, FwCfgData content) {
  items_[key].content = share(std::move(content));
}

Result<Done, FwCfgError> FwCfgItems::check_name(const std::string& name) const {
  using enum FwCfgError::Reason;
  if (name.empty()) return Unexpected{FwCfgError{kNameEmpty, name}};
  if (name.size() >= s::directory::kNameSize) return Unexpected{FwCfgError{kNameTooLong, name}};
  if (files_.contains(name)) return Unexpected{FwCfgError{kNameTaken, name}};
  return Done{};
}

Result<FwCfgKey, FwCfgError> FwCfgItems::add(const std::string& name, Item item) {
  (void)TRY(check_name(name));
  const std::size_t key = s::kFirstFile + files_.size();
  if (key > s::kLastFile) return Unexpected{FwCfgError{FwCfgError::Reason::kTooMany, name}};
  items_[static_cast<FwCfgKey>(key)] = std::move(item);
  return files_[name] = static_cast<FwCfgKey>(key);
}

Result<Done, FwCfgError> FwCfgItems::add_file(const std::string& name, FwCfgBytes content) {
  (void)TRY(add(name, Item{.content = share(std::move(content))}));
  return Done{};
}

Result<Done, FwCfgError> FwCfgItems::add_writable_file(const std::string& name, FwCfgBytes initial,
                                                       OnWrite on_write) {
  const FwCfgContent content = share(std::move(initial));
  (void)TRY(
      add(name, Item{.content = content, .initial = content, .on_write = std::move(on_write)}));
  return Done{};
}

Result<Done, FwCfgError> FwCfgItems::add_generated_file(const std::string& name, std::size_t size,
                                                        Generate make) {
  assert(size > 0);
  auto set = std::make_shared<Generated>();
  set->make = [make = std::move(make)] { return std::vector<FwCfgBytes>{make()}; };
  set->fixed_size = size;
  set->members = {TRY(add(name, Item{.content = share(FwCfgBytes(size)), .generated = set}))};
  return Done{};
}

Result<Done, FwCfgError> FwCfgItems::add_generated_set(const std::vector<std::string>& names,
                                                       GenerateSet make) {
  // All or none.
  std::set<std::string_view> seen;
  for (const auto& name : names) {
    (void)TRY(check_name(name));
    if (!seen.insert(name).second)
      return Unexpected{FwCfgError{FwCfgError::Reason::kNameTaken, name}};
  }
  if (s::kFirstFile + files_.size() + names.size() > s::kLastFile + std::size_t{1})
    return Unexpected{FwCfgError{FwCfgError::Reason::kTooMany, names.back()}};
  auto set = std::make_shared<Generated>();
  set->make = std::move(make);
  for (const auto& name : names)
    set->members.push_back(TRY(add(name, Item{.content = share(FwCfgBytes{}), .generated = set})));
  sets_.push_back(std::move(set));
  return Done{};
}

std::vector<std::shared_ptr<FwCfgItems::Generated>> FwCfgItems::due(FwCfgKey key) const {
  std::vector<std::shared_ptr<Generated>> due;
  if (key == s::kFileDirectory) {
    std::copy_if(sets_.begin(), sets_.end(), std::back_inserter(due),
                 [](const auto& set) { return !set->shown; });
  } else if (const auto item = items_.find(key); item != items_.end()) {
    const auto& set = item->second.generated;
    if (set && !set->settled) due.push_back(set);
  }
  return due;
}

void FwCfgItems::install(Generated& set, std::vector<FwCfgBytes> made, FwCfgKey selected) {
  assert(made.size() == set.members.size());
  made.resize(set.members.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (set.fixed_size != 0) made[i].resize(set.fixed_size);
    items_[set.members[i]].content = share(std::move(made[i]));
  }
  set.shown = true;
  set.settled = set.fixed_size == 0 && selected != s::kFileDirectory;
}

FwCfgContent FwCfgItems::content(FwCfgKey key) const {
  if (key == s::kFileDirectory) return directory();
  const auto item = items_.find(key);
  return item == items_.end() ? nullptr : item->second.content;
}

FwCfgKey FwCfgItems::key_of(const std::string& name) const {
  const auto file = files_.find(name);
  return file == files_.end() ? FwCfgKey{s::kSignature} : file->second;
}

FwCfgContent FwCfgItems::directory() const {
  namespace d = s::directory;
  FwCfgBytes bytes(4 + files_.size() * d::kEntrySize);
  put_big_endian(bytes, 0, 4, files_.size());
  std::size_t entry = 4;
  for (const auto& [name, key] : files_) {
    put_big_endian(bytes, entry + d::kSizeAt, 4, items_.at(key).content->size());
    put_big_endian(bytes, entry + d::kSelectAt, 2, key);
    std::transform(name.begin(), name.end(),
                   bytes.begin() + static_cast<std::ptrdiff_t>(entry + d::kNameAt),
                   [](char c) { return static_cast<std::byte>(c); });
    entry += d::kEntrySize;
  }
  return share(std::move(bytes));
}

bool FwCfgItems::may_store(FwCfgKey key, std::size_t offset, std::size_t size) const {
  const auto item = items_.find(key);
  if (item == items_.end() || !item->second.initial) return false;
  const std::size_t end = item->second.content->size();
  return offset <= end && size <= end - offset;
}

FwCfgContent FwCfgItems::store(FwCfgKey key, std::size_t offset, std::span<const std::byte> from) {
  if (!may_store(key, offset, from.size())) return nullptr;
  Item& item = items_.at(key);
  FwCfgBytes changed = item.content->bytes();  // a writable file has no source
  std::copy(from.begin(), from.end(), changed.begin() + static_cast<std::ptrdiff_t>(offset));
  return item.content = share(std::move(changed));
}

FwCfgItems::OnWrite FwCfgItems::on_write(FwCfgKey key) const {
  const auto item = items_.find(key);
  return item == items_.end() ? nullptr : item->second.on_write;
}

void FwCfgItems::reset() {
  for (auto& [key, item] : items_)
    if (item.initial) item.content = item.initial;
  for (auto& set : sets_) set->shown = set->settled = false;
}

}  // namespace unpark
