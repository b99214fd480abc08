// SPDX-License-Identifier: Apache-2.0
#include "devices/fw_cfg_content.h"

#include <algorithm>
#include <cassert>

namespace unpark {

void FwCfgData::read(std::size_t offset, std::span<std::byte> into) const {
  assert(offset <= size() && into.size() <= size() - offset);
  if (source_) return source_->read(from_ + offset, into);
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
}

}  // namespace unpark
