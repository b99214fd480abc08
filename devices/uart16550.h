// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "devices/bus/device.h"
#include "devices/bus/irq_line.h"
#include "devices/sync.h"
#include "devices/uart_core.h"

namespace unpark {

// 16550A UART, 8 ports: UartCore with a lock, a wire and the two ends of the serial line.
// Spec:     National PC16550D data sheet, 8 (registers).
// Done:     transmit, receive FIFO with trigger levels, all four interrupt sources with priority,
//           loopback with modem lines, overrun, OUT2 as the interrupt gate of a PC.
// Missing:  break, parity and framing errors; DMA mode; baud rate (the divisor is stored).
// Differs:  transmit is never busy: THRE is set again before the write returns. Bytes below the
//           trigger level time out at once. The other end is always there (CTS, DSR, DCD set).
// Locking:  one mutex, leaf; the line is set under it so that edges keep order. Output and
//           on_room are called without it.
class Uart16550 final : public IoDevice {
 public:
  using Output = std::function<void(std::uint8_t byte)>;
  using OnRoom = std::function<void()>;
  // `output` may be null. `on_room`: after receive() took less than it was given, there is room
  // again. Both are called on a vCPU thread; reset() calls on_room on its caller's.
  Uart16550(IrqLine irq, Output output, OnRoom on_room = nullptr);

  [[nodiscard]] std::string_view name() const override { return "uart16550"; }
  Result<std::uint64_t, IoFault> read(Access at) override;
  Result<Done, IoFault> write(Access at, std::uint64_t value) override;

  // Bytes from outside, any thread: how many were taken. The rest is to be kept until on_room.
  std::size_t receive(std::span<const std::uint8_t> bytes);
  void reset();

 private:
  // Brings the wire up to date; true: on_room is due.
  bool settle() TSA(requires_capability(m_));

  // Wiring.
  Mutex m_;
  IrqLine irq_ TSA(guarded_by(m_));
  const Output output_;
  const OnRoom on_room_;
  // State.
  UartCore core_ TSA(guarded_by(m_));
  bool refused_ TSA(guarded_by(m_)) = false;  // somebody waits for room
};

}  // namespace unpark
