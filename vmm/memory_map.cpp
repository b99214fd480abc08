// SPDX-License-Identifier: Apache-2.0
#include "vmm/memory_map.h"

#include <algorithm>

#include "vmm/q35_map.h"

namespace unpark {

using namespace q35;

namespace {

constexpr std::uint64_t kPamSegment = 0x4000;
constexpr std::uint64_t kOneMiB = 0x10'0000;
constexpr std::uint64_t kPamTop = 0xf'0000;  // F0000-FFFFF is one segment

// Index into MemoryControl::pam of an address in C0000-FFFFF.
std::size_t pam_index(Gpa at) {
  if (at.value >= kPamTop) return 0;
  return 1 + static_cast<std::size_t>((at - kPamStart) / kPamSegment);
}

bool inside(const Piece& p, Gpa first, std::uint64_t size) {
  return p.at >= first && p.at.value + p.size <= first.value + size;
}

}  // namespace

std::uint64_t low_ram_size(std::uint64_t ram) {
  return ram <= kLowRamLimit.value ? ram : kLowRamWhenSplit.value;
}

std::uint64_t ram_end(std::uint64_t ram) {
  const std::uint64_t low = low_ram_size(ram);
  return ram > low ? kHighRam.value + (ram - low) : low;
}

std::vector<Piece> cut_memory(const MemorySizes& sizes) {
  const std::uint64_t low = low_ram_size(sizes.ram);
  std::vector<std::uint64_t> cuts = {0, kSmbaseSmram.value, kSmbaseSmram.value + kSmbaseSmramSize,
                                     kCompatibleSmram.value};
  for (std::uint64_t a = kPamStart.value; a <= kPamTop; a += kPamSegment) cuts.push_back(a);
  cuts.push_back(kOneMiB);
  // ESMRAMC.TSEG_SZ: 1, 2, 8 MiB or the extended size.
  for (const std::uint64_t mib :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{8}, std::uint64_t{sizes.ext_tseg_mib}})
    if (mib * kMiB < low - kOneMiB) cuts.push_back(low - mib * kMiB);
  cuts.push_back(low);
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());

  std::vector<Piece> pieces;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
    pieces.push_back({Gpa{cuts[i]}, cuts[i + 1] - cuts[i], Backing::kRam, cuts[i]});
  if (sizes.ram > low) pieces.push_back({kHighRam, sizes.ram - low, Backing::kRam, low});
  const Gpa flash{kFlashEnd.value - sizes.flash};
  if (sizes.vars != 0) pieces.push_back({flash, sizes.vars, Backing::kVars, 0});
  pieces.push_back({flash + sizes.vars, sizes.flash - sizes.vars, Backing::kFlash, sizes.vars});
  // The alias below 1 MiB: the last 128 KiB, cut as PAM may replace it by RAM.
  for (std::uint64_t a = kBiosAlias.value; a < kOneMiB;) {
    const std::uint64_t size = a >= kPamTop ? kOneMiB - kPamTop : kPamSegment;
    if (const std::uint64_t from_end = kOneMiB - a; from_end <= sizes.flash - sizes.vars)
      pieces.push_back({Gpa{a}, size, Backing::kFlash, sizes.flash - from_end});
    a += size;
  }
  return pieces;
}

TsegRange tseg_range(const MemorySizes& sizes, const MemoryControl& control) {
  const std::uint64_t low = low_ram_size(sizes.ram);
  const std::uint64_t size = control.tseg_mib * kMiB;
  // A guest may select more than there is: then nothing but the first MiB stays outside.
  if (!control.tseg_enabled || size == 0) return {};
  return {size < low - kOneMiB ? low - size : kOneMiB, low};
}

ViewOfPiece view_of(const Piece& piece, const MemorySizes& sizes, const MemoryControl& control,
                    bool vars_trapped) {
  using enum Visibility;
  const bool below_1m = piece.at.value < kOneMiB;

  if (below_1m && piece.at >= kPamStart) {
    // PAM (datasheet 5.1.13 ff.): bit 0 sends reads to RAM, bit 1 writes. Reads from RAM with
    // writes elsewhere is a read-only slot. Writes to RAM with reads from flash cannot be said to
    // KVM: such a segment keeps its flash and drops the writes.
    const bool read = (control.pam[pam_index(piece.at)] & 1) != 0;
    const bool write = (control.pam[pam_index(piece.at)] & 2) != 0;
    const Visibility ram = read ? (write ? kReadWrite : kReadOnly) : kHidden;
    const Visibility v = piece.backing == Backing::kRam ? ram : (read ? kHidden : kReadOnly);
    return {v, v};
  }
  if (piece.backing == Backing::kVars && vars_trapped) return {kHidden, kHidden};
  if (piece.backing != Backing::kRam) return {kReadOnly, kReadOnly};
  if (piece.at == kCompatibleSmram) {
    return {control.smram_open ? kReadWrite : kHidden,
            control.compatible_smram || control.smram_open ? kReadWrite : kHidden};
  }
  if (inside(piece, kSmbaseSmram, kSmbaseSmramSize))
    return {control.smbase_smram_locked ? kHidden : kReadWrite, kReadWrite};
  const TsegRange tseg = tseg_range(sizes, control);
  if (piece.at.value >= tseg.first && piece.at.value < tseg.end) return {kHidden, kReadWrite};
  return {kReadWrite, kReadWrite};
}

}  // namespace unpark
