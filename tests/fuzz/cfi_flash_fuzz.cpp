// SPDX-License-Identifier: Apache-2.0
// The flash chip, with a disk that fails when the input says so.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <vector>

#include "devices/cfi_flash.h"
#include "tests/fuzz/invariant.h"

namespace {

using namespace unpark;

constexpr std::uint32_t kBlock = 0x1000, kSize = 3 * kBlock;

enum class Action { kRead, kWrite, kProgram, kErase, kFlush, kReset, kDisk, kMaxValue = kDisk };

struct Harness final : CfiFlashHost {
  std::vector<std::byte> array = std::vector<std::byte>(kSize, std::byte{0xa5});
  std::vector<std::byte> file = array;
  bool mapped = true, disk_full = false;
  std::uint64_t refused = 0;
  CfiFlash flash{array, *this};

  void array_mode(bool on) override {
    INVARIANT(on != mapped);
    mapped = on;
  }
  bool store(std::size_t first, std::size_t size) override {
    INVARIANT(size == kBlock && first % kBlock == 0 && first < kSize);
    if (disk_full) return false;
    const auto at = static_cast<std::ptrdiff_t>(first);
    std::copy_n(array.begin() + at, size, file.begin() + at);
    return true;
  }

  static bool inside(Access at) { return at.offset < kSize && at.width <= kSize - at.offset; }
  std::uint64_t in_array(Access at) const {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < at.width; ++i)
      value |= std::to_integer<std::uint64_t>(array[at.offset + i]) << 8 * i;
    return value;
  }
  void read(Access at) {
    const auto r = flash.read(at);
    INVARIANT(r.has_value() == inside(at));
    if (r && (mapped || !at.in_smm)) INVARIANT(*r == in_array(at));
  }
  void write(Access at, std::uint64_t value) {
    const auto before = at.in_smm ? std::vector<std::byte>{} : array;
    INVARIANT(flash.write(at, value).has_value() == (inside(at) && at.in_smm));
    if (!at.in_smm) INVARIANT(array == before);
    if (!at.in_smm && inside(at)) ++refused;
    INVARIANT(flash.refused_writes() == refused);
    check();
  }
  // The file is the array, but for one block at most; and while the array is shown, wholly.
  void check() const {
    std::size_t different = 0;
    for (std::uint32_t b = 0; b < kSize; b += kBlock)
      different += !std::equal(array.begin() + b, array.begin() + b + kBlock, file.begin() + b);
    INVARIANT(different <= (mapped ? 0u : 1u));
  }
  void reset() {
    flash.reset();
    INVARIANT(mapped && array == file);
    write({.in_smm = true}, 0x70);
    INVARIANT(*flash.read({.in_smm = true}) == 0x80);
    write({.in_smm = true}, 0xff);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider in(data, size);
  Harness h;
  while (in.remaining_bytes() > 0) {
    const Action action = in.ConsumeEnum<Action>();
    const Access at{.offset = in.ConsumeIntegralInRange<std::uint32_t>(0, kSize + 8),
                    .width = in.PickValueInArray<std::uint8_t>({1, 1, 1, 2, 4, 8}),
                    .in_smm = in.ConsumeIntegralInRange<int>(0, 7) != 0};
    switch (action) {
      case Action::kRead:
        h.read(at);
        break;
      case Action::kWrite: {
        const auto command = in.PickValueInArray<std::uint8_t>(
            {0x10, 0x20, 0x40, 0x50, 0x60, 0x70, 0x90, 0x98, 0xd0, 0xe8, 0xff, 0x00});
        h.write(at, in.ConsumeBool() ? command : in.ConsumeIntegral<std::uint32_t>());
        break;
      }
      case Action::kProgram:
        h.write(at, 0x10);
        h.write(at, in.ConsumeIntegral<std::uint8_t>());
        break;
      case Action::kErase:
        h.write(at, 0x20);
        h.write(at, 0xd0);
        break;
      case Action::kFlush:
        INVARIANT(h.flash.flush() || h.disk_full);
        INVARIANT(h.array == h.file);
        h.check();
        break;
      case Action::kReset:
        h.reset();
        break;
      case Action::kDisk:
        h.disk_full = in.ConsumeBool();
        break;
    }
  }
  return 0;
}
