// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace unpark {

using FwCfgBytes = std::vector<std::byte>;

// Bytes that are kept elsewhere than in memory: a large file of the host, which a guest reads once.
class FwCfgSource {
 public:
  FwCfgSource() = default;
  FwCfgSource(const FwCfgSource&) = delete;
  FwCfgSource& operator=(const FwCfgSource&) = delete;
  virtual ~FwCfgSource() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  // [offset, offset + into.size()), which must be inside. What cannot be read becomes zero; the
  // source tells its user. On the thread of a vCPU, possibly of several.
  virtual void read(std::size_t offset, std::span<std::byte> into) const = 0;
};

// What an item or a file of fw_cfg holds: bytes of its own, or a source from some place on.
class FwCfgData {
 public:
  FwCfgData(FwCfgBytes bytes) : bytes_(std::move(bytes)) {}  // NOLINT(google-explicit-constructor)
  // `from` is at most the source's size.
  FwCfgData(std::shared_ptr<const FwCfgSource> source, std::size_t from)
      : source_(std::move(source)), from_(from) {}

  [[nodiscard]] std::size_t size() const {
    return source_ ? source_->size() - from_ : bytes_.size();
  }
  // Empty if there is a source.
  [[nodiscard]] const FwCfgBytes& bytes() const { return bytes_; }
  // [offset, offset + into.size()), which must be inside.
  void read(std::size_t offset, std::span<std::byte> into) const;

 private:
  FwCfgBytes bytes_;
  std::shared_ptr<const FwCfgSource> source_;
  std::size_t from_ = 0;
};

// Never changed once shown, only replaced: a transfer may go on without the lock.
using FwCfgContent = std::shared_ptr<const FwCfgData>;

}  // namespace unpark
