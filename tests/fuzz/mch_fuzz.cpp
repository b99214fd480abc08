// SPDX-License-Identifier: Apache-2.0
// The host bridge and the LPC bridge, written to by both ways of configuration access.
#include <fuzzer/FuzzedDataProvider.h>

#include "devices/ecam.h"
#include "devices/lpc_bridge.h"
#include "devices/mch.h"
#include "devices/pci_host.h"
#include "tests/fuzz/invariant.h"

namespace {

using namespace unpark;

enum class Action { kPortRead, kPortWrite, kEcamRead, kEcamWrite, kReset, kMaxValue = kReset };

struct Harness {
  LpcOutputs heard_outputs;
  MemoryControl heard_control;
  std::shared_ptr<Mch> mch = std::make_shared<Mch>(std::uint16_t{16});
  std::shared_ptr<LpcBridge> lpc =
      std::make_shared<LpcBridge>([this](const LpcOutputs& o) { heard_outputs = o; });
  std::shared_ptr<PciTopology> topology = std::make_shared<PciTopology>();
  PciHost host{topology, nullptr};
  Ecam ecam{topology};

  Harness() {
    INVARIANT(topology->plug({0, 0, 0}, mch));
    INVARIANT(topology->plug({0, 31, 0}, lpc));
    heard_control = mch->control();
    mch->set_sink([this](const MemoryControl& c) {
      heard_control = c;
      ecam.set_enabled(c.pciexbar_enabled && c.pciexbar == 0xb0000000);
    });
  }

  void read(IoDevice& way, Access at) {
    const auto r = way.read(at);
    if (r) INVARIANT((*r & ~(~std::uint64_t{0} >> (64 - 8 * at.width))) == 0);
  }
  void write(IoDevice& way, Access at, std::uint64_t value) {
    const MemoryControl before = mch->control();
    const LpcOutputs outputs = lpc->outputs();
    (void)way.write(at, value & (~std::uint64_t{0} >> (64 - 8 * at.width)));
    check_locks(before, outputs);
    check();
  }
  // What no write may undo.
  void check_locks(const MemoryControl& before, const LpcOutputs& outputs) {
    const MemoryControl now = mch->control();
    if (before.smram_locked) {
      INVARIANT(now.smram_locked && !now.smram_open);
      INVARIANT(now.tseg_enabled == before.tseg_enabled && now.tseg_mib == before.tseg_mib);
      INVARIANT(now.compatible_smram == before.compatible_smram);
    }
    if (before.smbase_smram_locked) INVARIANT(now.smbase_smram_locked);
    if (outputs.smi_lock) INVARIANT(lpc->outputs().smi_lock);
  }
  void check() {
    INVARIANT(heard_control == mch->control());
    INVARIANT(heard_outputs == lpc->outputs());
    INVARIANT(mch->config_read(0, 4) == 0x29c08086 && lpc->config_read(0, 4) == 0x29188086);
    INVARIANT((mch->config_read(0x9e, 1) & 0x78) == 0x38);
    INVARIANT((mch->config_read(0x9d, 1) & 0x87) == 0x02);
    INVARIANT(mch->config_read(0x9c, 1) <= 2);
    INVARIANT((lpc->config_read(0x40, 4) & 0xffff007f) == 0x00000001);
  }
  void reset() {
    mch->reset();
    lpc->reset();
    host.reset();
    INVARIANT(mch->control() == Mch{16}.control());
    INVARIANT(lpc->outputs() == LpcOutputs{});
    check();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider in(data, size);
  Harness h;
  while (in.remaining_bytes() > 0) {
    const Action action = in.ConsumeEnum<Action>();
    Access at{.width = in.PickValueInArray<std::uint8_t>({1, 2, 4, 8})};
    const auto value = in.ConsumeIntegral<std::uint32_t>();
    // Mostly our two functions, and mostly where registers are.
    const std::uint32_t offset =
        in.PickValueInArray<std::uint32_t>({0x40, 0x50, 0x60, 0x9c, 0xa0}) +
        in.ConsumeIntegralInRange<std::uint32_t>(0, 7);
    const std::uint32_t function = in.PickValueInArray<std::uint32_t>({0, 0xf8000});
    switch (action) {
      case Action::kPortRead:
        at.offset = in.ConsumeIntegralInRange<std::uint32_t>(0, 8);
        h.read(h.host, at);
        break;
      case Action::kPortWrite:
        if (in.ConsumeBool())
          h.write(h.host, {.offset = 0, .width = 4}, 0x80000000 | function >> 4 | (offset & 0xfc));
        at.offset = in.ConsumeIntegralInRange<std::uint32_t>(0, 8);
        h.write(h.host, at, value);
        break;
      case Action::kEcamRead:
        at.offset = in.ConsumeBool() ? function + offset : value;
        h.read(h.ecam, at);
        break;
      case Action::kEcamWrite:
        at.offset = function + offset;
        h.write(h.ecam, at, value);
        break;
      case Action::kReset:
        h.reset();
        break;
    }
  }
  return 0;
}
