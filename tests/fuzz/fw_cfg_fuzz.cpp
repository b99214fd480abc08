// SPDX-License-Identifier: Apache-2.0
// fw_cfg and SMI feature negotiation, driven by a guest that writes DMA orders of its own.
#include <fuzzer/FuzzedDataProvider.h>

#include "devices/fw_cfg.h"
#include "devices/smi_features.h"
#include "tests/fakes/flat_memory.h"
#include "tests/fuzz/invariant.h"

namespace {

using namespace unpark;

enum class Action { kRead, kWrite, kOrder, kReplace, kReset, kMaxValue = kReset };

constexpr std::uint64_t kMemory = 0x4000;
constexpr std::uint64_t kSupported = 0x1'0000'0007;

struct Harness {
  std::shared_ptr<test::FlatMemory> memory = std::make_shared<test::FlatMemory>(kMemory);
  FwCfg fw_cfg{memory};
  SmiFeatures features{kSupported, nullptr};

  Harness() {
    INVARIANT(features.install(fw_cfg));
    INVARIANT(fw_cfg.add_item(0x0005, FwCfgBytes(2)));
    INVARIANT(fw_cfg.add_writable_file("w", FwCfgBytes(16),
                                       [](auto whole) { INVARIANT(whole.size() == 16); }));
    INVARIANT(fw_cfg.add_generated_set({"a", "b"}, [] {
      return std::vector{FwCfgBytes(100), FwCfgBytes(5000)};
    }));
  }
  void read(Access at) {
    const auto r = fw_cfg.read(at);
    if (r) INVARIANT((*r & ~(~std::uint64_t{0} >> (64 - 8 * at.width))) == 0);
  }
  void write(Access at, std::uint64_t value) {
    const bool negotiated = features.negotiated();
    const std::uint64_t accepted = features.accepted();
    const int writes = memory->writes;
    (void)fw_cfg.write(at, value & (~std::uint64_t{0} >> (64 - 8 * at.width)));
    // Bounded work: as much as there is memory, and an end at the first hole.
    INVARIANT(memory->writes - writes < 16);
    INVARIANT((features.accepted() & ~kSupported) == 0);
    if (negotiated) INVARIANT(features.negotiated() && features.accepted() == accepted);
  }
  void order(std::uint64_t at, std::uint32_t control, std::uint32_t length, std::uint64_t address) {
    memory->put_big_endian(at, 4, control);
    memory->put_big_endian(at + 4, 4, length);
    memory->put_big_endian(at + 8, 8, address);
    write({.offset = 4, .width = 4}, 0);
    write({.offset = 8, .width = 4}, __builtin_bswap32(static_cast<std::uint32_t>(at)));
    // The guest is spinning on it: whatever was ordered, it must end.
    INVARIANT(memory->big_endian(at, 4) <= 1);
  }
  void reset() {
    fw_cfg.reset();
    features.reset();
    INVARIANT(*fw_cfg.read({.offset = 1, .width = 1}) == 'Q');
    INVARIANT(features.accepted() == 0);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider in(data, size);
  Harness h;
  while (in.remaining_bytes() > 0) {
    const auto at = [&] {
      return Access{.offset = in.ConsumeIntegralInRange<std::uint32_t>(0, 13),
                    .width = in.PickValueInArray<std::uint8_t>({1, 2, 4, 8})};
    };
    switch (in.ConsumeEnum<Action>()) {
      case Action::kRead:
        h.read(at());
        break;
      case Action::kWrite: {
        const Access where = at();
        h.write(where, in.ConsumeIntegral<std::uint64_t>());
        break;
      }
      case Action::kOrder: {
        const auto where = in.ConsumeIntegralInRange<std::uint64_t>(0, kMemory - 16);
        const auto key = in.ConsumeIntegralInRange<std::uint32_t>(0, 0x28);
        const auto control = key << 16 | in.ConsumeIntegralInRange<std::uint32_t>(0, 0x1f);
        const auto length = in.ConsumeBool() ? in.ConsumeIntegralInRange<std::uint32_t>(0, 0x5000)
                                             : in.ConsumeIntegral<std::uint32_t>();
        const auto address = in.ConsumeBool() ? in.ConsumeIntegralInRange<std::uint64_t>(0, kMemory)
                                              : in.ConsumeIntegral<std::uint64_t>();
        h.order(where, control, length, address);
        break;
      }
      case Action::kReplace:
        h.fw_cfg.replace_item(0x0005, FwCfgBytes(in.ConsumeIntegralInRange<std::size_t>(0, 64)));
        break;
      case Action::kReset:
        h.reset();
        break;
    }
  }
  return 0;
}
