// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "devices/uart_spec.h"

namespace unpark {

// What a 16550A does: no lock, no wire, no output. See Uart16550 for the status block.
class UartCore {
 public:
  // `offset` 0-7.
  std::uint8_t read(std::uint16_t offset);
  // The byte that goes out of the transmitter, if this write sends one.
  std::optional<std::uint8_t> write(std::uint16_t offset, std::uint8_t value);

  // A byte from outside. False: no room, or the receiver is cut off by loopback. A receiver that
  // loses bytes is a guest's own doing (loopback): outside, the line has flow control.
  bool receive(std::uint8_t byte);
  // receive() would take a byte.
  [[nodiscard]] bool has_room() const;
  // Level of the interrupt output as the board has it: through OUT2.
  [[nodiscard]] bool interrupt() const;
  void reset() { *this = UartCore{}; }

 private:
  [[nodiscard]] bool divisor_latch() const { return spec::uart::line::DivisorLatch::get(line_); }
  [[nodiscard]] bool loopback() const { return spec::uart::modem::Loop::get(modem_); }
  [[nodiscard]] bool fifos() const { return spec::uart::fifo::Enable::get(fifo_control_); }
  [[nodiscard]] std::size_t capacity() const { return fifos() ? spec::uart::fifo::kDepth : 1; }
  [[nodiscard]] std::size_t trigger() const;
  // The source IIR shows: the one of highest priority.
  [[nodiscard]] spec::uart::identity::Source source() const;
  [[nodiscard]] std::uint8_t modem_inputs() const;

  std::uint8_t read_data();
  std::uint8_t read_identity();
  std::optional<std::uint8_t> transmit(std::uint8_t byte);
  void loop_in(std::uint8_t byte);
  void write_enable(std::uint8_t value);
  void write_fifo_control(std::uint8_t value);
  void write_modem(std::uint8_t value);
  void clear_receiver();

  std::array<std::uint8_t, spec::uart::fifo::kDepth> received_{};  // ring
  std::size_t first_ = 0, count_ = 0;
  std::uint16_t divisor_ = 1;
  std::uint8_t enable_ = 0;
  std::uint8_t fifo_control_ = 0;
  std::uint8_t line_ = 0;
  std::uint8_t modem_ = 0;
  std::uint8_t modem_deltas_ = 0;
  std::uint8_t scratch_ = 0;
  bool overrun_ = false;
  bool sent_ = false;  // THRE interrupt pending
};

}  // namespace unpark
