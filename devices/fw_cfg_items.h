// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "devices/fw_cfg_content.h"
#include "devices/fw_cfg_spec.h"
#include "devices/result.h"

namespace unpark {

using FwCfgKey = std::uint16_t;

// Why something could not be added.
struct FwCfgError {
  enum class Reason { kNameEmpty, kNameTooLong, kNameTaken, kKeyTaken, kKeyIsForFiles, kTooMany };
  Reason reason;
  std::string name;  // of the file, or the key in hexadecimal
  [[nodiscard]] std::string message() const;
};

// What fw_cfg offers: numeric items and files. A plain value: the owner's lock covers it.
class FwCfgItems {
 public:
  using Generate = std::function<FwCfgBytes()>;
  using GenerateSet = std::function<std::vector<FwCfgBytes>()>;
  using OnWrite = std::function<void(std::span<const std::byte> whole_file)>;

  // Files whose contents are made when the guest asks. Called without the owner's lock.
  struct Generated {
    GenerateSet make;
    std::vector<FwCfgKey> members;
    std::size_t fixed_size = 0;  // not 0: made at every select, cut or filled to this size
    bool shown = false;          // since reset: the directory has its sizes
    bool settled = false;        // since reset: a member was selected
  };

  Result<Done, FwCfgError> add_item(FwCfgKey key, FwCfgBytes content);
  // The item need not exist.
  void replace_item(FwCfgKey key, FwCfgData content);

  Result<Done, FwCfgError> add_file(const std::string& name, FwCfgBytes content);
  // `initial` is what it holds after each reset. `on_write` gets the whole file.
  Result<Done, FwCfgError> add_writable_file(const std::string& name, FwCfgBytes initial,
                                             OnWrite on_write);
  // Made anew each time it is selected.
  Result<Done, FwCfgError> add_generated_file(const std::string& name, std::size_t size,
                                              Generate make);
  // Made together, one content per name: for the directory when it is first selected after a reset,
  // and once more when one of them is (what the guest did in between counts); then kept until
  // reset. A guest has read the size from the directory by then, so sizes should not depend on it.
  Result<Done, FwCfgError> add_generated_set(const std::vector<std::string>& names,
                                             GenerateSet make);

  // What has to be made before `key` is shown.
  [[nodiscard]] std::vector<std::shared_ptr<Generated>> due(FwCfgKey key) const;
  void install(Generated& set, std::vector<FwCfgBytes> made, FwCfgKey selected);

  // Null: no such item.
  [[nodiscard]] FwCfgContent content(FwCfgKey key) const;
  // Of a file; 0 (kSignature) if there is none of this name.
  [[nodiscard]] FwCfgKey key_of(const std::string& name) const;
  // Null: not writable, or [offset, offset + size) is not inside it. Otherwise the new content.
  FwCfgContent store(FwCfgKey key, std::size_t offset, std::span<const std::byte> from);
  [[nodiscard]] bool may_store(FwCfgKey key, std::size_t offset, std::size_t size) const;
  [[nodiscard]] OnWrite on_write(FwCfgKey key) const;
  void reset();

 private:
  struct Item {
    FwCfgContent content;
    FwCfgContent initial;  // writable files only
    OnWrite on_write;
    std::shared_ptr<Generated> generated;
  };
  [[nodiscard]] Result<Done, FwCfgError> check_name(const std::string& name) const;
  Result<FwCfgKey, FwCfgError> add(const std::string& name, Item item);
  [[nodiscard]] FwCfgContent directory() const;

  std::map<FwCfgKey, Item> items_;
  std::map<std::string, FwCfgKey> files_;  // sorted by name, as the directory is
  std::vector<std::shared_ptr<Generated>> sets_;
};

}  // namespace unpark
