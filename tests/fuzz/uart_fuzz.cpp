// SPDX-License-Identifier: Apache-2.0
#include <fuzzer/FuzzedDataProvider.h>

#include "devices/uart16550.h"
#include "tests/fuzz/invariant.h"

namespace {

using namespace unpark;

// Everything that can happen to the device is one action; a crash file replays.
enum class Action { kRead, kWrite, kReceive, kReset, kMaxValue = kReset };

struct Harness {
  bool level = false;
  std::size_t sent = 0, data_writes = 0, rooms = 0, cut_short = 0;
  std::shared_ptr<IrqWire> wire = std::make_shared<IrqWire>([this](bool now) {
    INVARIANT(now != level);  // an edge is an edge
    level = now;
  });
  Uart16550 uart{IrqLine{wire}, [this](std::uint8_t) { ++sent; }, [this] { ++rooms; }};

  void read(Access at) {
    const auto r = uart.read(at);
    INVARIANT(r.has_value() == (at.width == 1 && at.offset < 8));
    if (r) INVARIANT(*r <= 0xff);
    if (r && at.offset == 5) INVARIANT((*r & 0x60) == 0x60);  // never busy
  }
  void write(Access at, std::uint64_t value) {
    if (at.offset == 0) ++data_writes;
    INVARIANT(uart.write(at, value).has_value() == (at.width == 1 && at.offset < 8));
    INVARIANT(sent <= data_writes);
  }
  void receive(const std::vector<std::uint8_t>& bytes) {
    const std::size_t taken = uart.receive(bytes);
    INVARIANT(taken <= bytes.size() && taken <= 16);
    if (taken < bytes.size()) ++cut_short;
    INVARIANT(rooms <= cut_short);  // room is announced to nobody who did not ask
  }
  void reset() {
    uart.reset();
    INVARIANT(!level);
    INVARIANT(*uart.read({.offset = 2}) == 0x01);
    INVARIANT(*uart.read({.offset = 5}) == 0x60);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider in(data, size);
  Harness h;
  while (in.remaining_bytes() > 0) {
    const Action action = in.ConsumeEnum<Action>();
    const auto width = in.ConsumeProbability<float>() < 0.9f
                           ? std::uint8_t{1}
                           : in.PickValueInArray<std::uint8_t>({2, 4, 8});
    const Access at{.offset = in.ConsumeIntegralInRange<std::uint32_t>(0, 9), .width = width};
    switch (action) {
      case Action::kRead:
        h.read(at);
        break;
      case Action::kWrite:
        h.write(at, in.ConsumeIntegral<std::uint8_t>());
        break;
      case Action::kReceive:
        h.receive(in.ConsumeBytes<std::uint8_t>(in.ConsumeIntegralInRange<std::size_t>(0, 24)));
        break;
      case Action::kReset:
        h.reset();
        break;
    }
  }
  return 0;
}
