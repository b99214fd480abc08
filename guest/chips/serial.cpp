// SPDX-License-Identifier: Apache-2.0
#include "guest/chips/serial.h"

#include "devices/uart_spec.h"
#include "guest/chips/cpu.h"

namespace unpark::guest {

namespace {

namespace spec = spec::uart;

// An empty transmitter takes as many bytes at once: a poll for each would double the exits.
constexpr unsigned kFifo = 16;
constinit unsigned room = 0;

void put(char c) {
  // A transmitter that never gets empty must not stop the machine: it has other things to prove.
  for (int turns = 0; room == 0 && turns < 100'000; ++turns)
    if (spec::line_status::TransmitterEmpty::get(in8(spec::kCom1 + spec::kLineStatus)))
      room = kFifo;
  if (room != 0) --room;
  out8(spec::kCom1 + spec::kData, static_cast<std::uint8_t>(c));
}

}  // namespace

void start_serial() {
  out8(spec::kCom1 + spec::kInterruptEnable, 0);
  out8(spec::kCom1 + spec::kLineControl, 0x80);  // DLAB
  out8(spec::kCom1 + spec::kData, 1);            // divisor 1: 115200
  out8(spec::kCom1 + spec::kInterruptEnable, 0);
  out8(spec::kCom1 + spec::kLineControl, spec::line::k8N1);
  out8(spec::kCom1 + spec::kFifoControl, 0x07);
  out8(spec::kCom1 + spec::kModemControl, 0x03);  // DTR, RTS
}

void write_serial(std::string_view text) {
  for (const char c : text) {
    if (c == '\n') put('\r');
    put(c);
  }
}

}  // namespace unpark::guest
