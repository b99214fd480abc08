// SPDX-License-Identifier: Apache-2.0
#include "devices/uart_core.h"

namespace unpark {
namespace {

namespace s = spec::uart;

// A device that is always there: clear to send, data set ready, carrier.
constexpr std::uint8_t kOtherEnd =
    s::modem_status::Cts::kMask | s::modem_status::Dsr::kMask | s::modem_status::Dcd::kMask;

}  // namespace

std::uint8_t UartCore::read(std::uint16_t offset) {
  switch (offset) {
    case s::kData:
      return divisor_latch() ? static_cast<std::uint8_t>(divisor_ & 0xff) : read_data();
    case s::kInterruptEnable:
      return divisor_latch() ? static_cast<std::uint8_t>(divisor_ >> 8) : enable_;
    case s::kInterruptIdentity:
      return read_identity();
    case s::kLineControl:
      return line_;
    case s::kModemControl:
      return modem_;
    case s::kLineStatus: {
      namespace ls = s::line_status;
      auto status = static_cast<std::uint8_t>(ls::TransmitterEmpty::kMask | ls::Idle::kMask);
      status = ls::DataReady::with(status, count_ > 0);
      status = ls::Overrun::with(status, overrun_);
      overrun_ = false;
      return status;
    }
    case s::kModemStatus: {
      const auto status = static_cast<std::uint8_t>(modem_inputs() | modem_deltas_);
      modem_deltas_ = 0;
      return status;
    }
    case s::kScratch:
      return scratch_;
    default:
      return 0xff;
  }
}

std::optional<std::uint8_t> UartCore::write(std::uint16_t offset, std::uint8_t value) {
  switch (offset) {
    case s::kData:
      if (!divisor_latch()) return transmit(value);
      divisor_ = static_cast<std::uint16_t>((divisor_ & 0xff00) | value);
      break;
    case s::kInterruptEnable:
      if (!divisor_latch())
        write_enable(value);
      else
        divisor_ = static_cast<std::uint16_t>((divisor_ & 0xff) | value << 8);
      break;
    case s::kFifoControl:
      write_fifo_control(value);
      break;
    case s::kLineControl:
      line_ = value;
      break;
    case s::kModemControl:
      write_modem(value);
      break;
    case s::kScratch:
      scratch_ = value;
      break;
    default:
      break;  // LSR and MSR: for factory testing only (8.3, 8.8)
  }
  return std::nullopt;
}

bool UartCore::has_room() const {
  return !loopback() && count_ < capacity();
}

bool UartCore::receive(std::uint8_t byte) {
  if (!has_room()) return false;
  received_[(first_ + count_++) % received_.size()] = byte;
  return true;
}

bool UartCore::interrupt() const {
  // 8.7: in loopback the modem control outputs, OUT2 with them, are inactive.
  return s::modem::Out2::get(modem_) && !loopback() && source() != s::identity::kNone;
}

std::size_t UartCore::trigger() const {
  static constexpr std::array<std::size_t, 4> kLevels{1, 4, 8, 14};
  return fifos() ? kLevels[s::fifo::Trigger::get(fifo_control_)] : 1;
}

// 8.5, table IV. There is no clock here: bytes that stay below the trigger level time out at once.
s::identity::Source UartCore::source() const {
  if (s::enable::LineStatus::get(enable_) && overrun_) return s::identity::kLineStatus;
  if (s::enable::ReceivedData::get(enable_) && count_ > 0)
    return count_ >= trigger() ? s::identity::kReceivedData : s::identity::kCharacterTimeout;
  if (s::enable::TransmitterEmpty::get(enable_) && sent_) return s::identity::kTransmitterEmpty;
  if (s::enable::ModemStatus::get(enable_) && modem_deltas_ != 0) return s::identity::kModemStatus;
  return s::identity::kNone;
}

std::uint8_t UartCore::modem_inputs() const {
  if (!loopback()) return kOtherEnd;
  namespace ms = s::modem_status;
  std::uint8_t inputs = 0;
  inputs = ms::Cts::with(inputs, s::modem::Rts::get(modem_));
  inputs = ms::Dsr::with(inputs, s::modem::Dtr::get(modem_));
  inputs = ms::Ri::with(inputs, s::modem::Out1::get(modem_));
  return ms::Dcd::with(inputs, s::modem::Out2::get(modem_));
}

std::uint8_t UartCore::read_data() {
  if (count_ == 0) return 0;
  const std::uint8_t byte = received_[first_];
  first_ = (first_ + 1) % received_.size();
  --count_;
  return byte;
}

std::uint8_t UartCore::read_identity() {
  const auto shown = source();
  // Reading IIR acknowledges THRE, but only when it is THRE that is shown.
  if (shown == s::identity::kTransmitterEmpty) sent_ = false;
  return static_cast<std::uint8_t>(shown | (fifos() ? s::identity::kFifosEnabled : 0));
}

std::optional<std::uint8_t> UartCore::transmit(std::uint8_t byte) {
  sent_ = true;  // never busy: empty again before the write returns
  if (!loopback()) return byte;
  loop_in(byte);
  return std::nullopt;
}

// 8.3, OE: a full FIFO keeps what it has and the byte is lost; without FIFOs it is overwritten.
void UartCore::loop_in(std::uint8_t byte) {
  if (count_ == capacity()) {
    overrun_ = true;
    if (!fifos()) received_[first_] = byte;
    return;
  }
  received_[(first_ + count_++) % received_.size()] = byte;
}

void UartCore::write_enable(std::uint8_t value) {
  const bool was = s::enable::TransmitterEmpty::get(enable_);
  enable_ = value & s::enable::kWritable;
  // Enabling the interrupt while the transmitter is empty, which it always is, raises it.
  if (!was && s::enable::TransmitterEmpty::get(enable_)) sent_ = true;
}

void UartCore::write_fifo_control(std::uint8_t value) {
  const bool enable = s::fifo::Enable::get(value);
  // 8.4: changing modes empties the FIFOs; the other bits count only together with bit 0.
  if (enable != fifos() || (enable && s::fifo::ClearReceive::get(value))) clear_receiver();
  fifo_control_ = enable ? s::fifo::Trigger::with(std::uint8_t{s::fifo::Enable::kMask},
                                                  s::fifo::Trigger::get(value))
                         : std::uint8_t{0};
}

void UartCore::write_modem(std::uint8_t value) {
  namespace ms = s::modem_status;
  const std::uint8_t before = modem_inputs();
  modem_ = value & s::modem::kWritable;
  const std::uint8_t after = modem_inputs();
  const auto changed = static_cast<std::uint8_t>(before ^ after);
  const auto note = [&](std::uint64_t mask) {
    modem_deltas_ = static_cast<std::uint8_t>(modem_deltas_ | mask);
  };
  if (ms::Cts::get(changed)) note(ms::DeltaCts::kMask);
  if (ms::Dsr::get(changed)) note(ms::DeltaDsr::kMask);
  if (ms::Ri::get(before) && !ms::Ri::get(after)) note(ms::TrailingRi::kMask);
  if (ms::Dcd::get(changed)) note(ms::DeltaDcd::kMask);
}

void UartCore::clear_receiver() {
  first_ = count_ = 0;
}

}  // namespace unpark
