// SPDX-License-Identifier: Apache-2.0
#include "devices/rtc.h"

#include <utility>

namespace unpark {
namespace {

namespace s = spec::rtc;

Result<Done, IoFault> check(Access at) {
  if (at.offset >= s::kPorts) return Unexpected{IoFault::kBadOffset};
  if (at.width > 2) return Unexpected{IoFault::kBadWidth};
  if (at.width == 2 && at.offset != s::kIndex) return Unexpected{IoFault::kUnaligned};
  return Done{};
}

}  // namespace

Rtc::Rtc(const Clock& clock, IrqLine irq, const UtcNow& utc, CmosMemory memory, WakeUp wake_up)
    : clock_(clock),
      wake_up_(std::move(wake_up)),
      irq_(std::move(irq)),
      core_(cmos_for_memory(memory), utc(), clock.now()) {}

Result<std::uint64_t, IoFault> Rtc::read(Access at) {
  TRY(check(at));
  std::uint64_t value = 0;
  {
    Lock lock(m_);
    if (at.offset == s::kIndex && at.width == 1) return std::uint64_t{index_};
    value = read_data();
    if (at.width == 2) value = value << 8 | index_;
  }
  announce();
  return value;
}

Result<Done, IoFault> Rtc::write(Access at, std::uint64_t value) {
  TRY(check(at));
  {
    Lock lock(m_);
    if (at.offset == s::kIndex) {
      index_ = static_cast<std::uint8_t>(value & 0xff);
      if (at.width == 1) return Done{};
      value >>= 8;
    }
    write_data(static_cast<std::uint8_t>(value & 0xff));
  }
  announce();
  return Done{};
}

void Rtc::on_deadline() {
  {
    Lock lock(m_);
    told_ = false;
    core_.advance(clock_.now());
    irq_.set(core_.interrupt());
  }
  announce();
}

void Rtc::reset() {
  {
    Lock lock(m_);
    index_ = s::index_port::kReset;
    core_.reset(clock_.now());
    irq_.set(core_.interrupt());
  }
  announce();
}

std::uint8_t Rtc::read_data() {
  const std::uint8_t value = core_.read(s::index_port::Register::get(index_), clock_.now());
  irq_.set(core_.interrupt());
  return value;
}

void Rtc::write_data(std::uint8_t value) {
  core_.write(s::index_port::Register::get(index_), value, clock_.now());
  irq_.set(core_.interrupt());
}

// Two threads that each told what they saw could tell it in the wrong order, and a wake-up would be
// lost. So one tells at a time, and goes on until what the host knows is what is true; the others
// leave it to that one. It goes round once more only for a change made during the call.
void Rtc::announce() {
  if (!wake_up_) return;
  bool mine = false;
  for (;;) {
    std::optional<Nanoseconds> due;
    {
      Lock lock(m_);
      if (announcing_ && !mine) return;
      due = core_.deadline();
      announcing_ = mine = !told_ || due != asked_;
      if (!mine) return;
      asked_ = due;
      told_ = true;
    }
    wake_up_(due);
  }
}

}  // namespace unpark
