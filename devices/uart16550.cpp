// SPDX-License-Identifier: Apache-2.0
#include "devices/uart16550.h"

#include <utility>

namespace unpark {
namespace {

Result<Done, IoFault> check(Access at) {
  if (at.offset >= spec::uart::kPorts) return Unexpected{IoFault::kBadOffset};
  if (at.width != 1) return Unexpected{IoFault::kBadWidth};
  return Done{};
}

}  // namespace

Uart16550::Uart16550(IrqLine irq, Output output, OnRoom on_room)
    : irq_(std::move(irq)), output_(std::move(output)), on_room_(std::move(on_room)) {}

Result<std::uint64_t, IoFault> Uart16550::read(Access at) {
  (void)TRY(check(at));
  std::uint8_t value = 0;
  bool room = false;
  {
    Lock lock(m_);
    value = core_.read(static_cast<std::uint16_t>(at.offset));
    room = settle();
  }
  if (room && on_room_) on_room_();
  return std::uint64_t{value};
}

Result<Done, IoFault> Uart16550::write(Access at, std::uint64_t value) {
  (void)TRY(check(at));
  std::optional<std::uint8_t> sent;
  bool room = false;
  {
    Lock lock(m_);
    sent = core_.write(static_cast<std::uint16_t>(at.offset), static_cast<std::uint8_t>(value));
    room = settle();
  }
  if (sent && output_) output_(*sent);
  if (room && on_room_) on_room_();
  return Done{};
}

std::size_t Uart16550::receive(std::span<const std::uint8_t> bytes) {
  Lock lock(m_);
  std::size_t taken = 0;
  while (taken < bytes.size() && core_.receive(bytes[taken])) ++taken;
  refused_ = taken < bytes.size();
  (void)settle();
  return taken;
}

void Uart16550::reset() {
  bool room = false;
  {
    Lock lock(m_);
    core_.reset();
    room = settle();
  }
  if (room && on_room_) on_room_();
}

bool Uart16550::settle() {
  irq_.set(core_.interrupt());
  return core_.has_room() && std::exchange(refused_, false);
}

}  // namespace unpark
