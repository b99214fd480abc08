// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "devices/field.h"

// 16550A UART. Freestanding.
// Sections: National PC16550D data sheet, 8 (registers).
namespace unpark::spec::uart {

inline constexpr std::uint16_t kCom1 = 0x03f8;
inline constexpr std::uint16_t kPorts = 8;

enum Offset : std::uint16_t {
  kData = 0,               // RBR read, THR write; DLL while DLAB
  kInterruptEnable = 1,    // IER; DLM while DLAB
  kInterruptIdentity = 2,  // IIR, read
  kFifoControl = 2,        // FCR, write
  kLineControl = 3,        // LCR
  kModemControl = 4,       // MCR
  kLineStatus = 5,         // LSR
  kModemStatus = 6,        // MSR
  kScratch = 7,            // SCR
};

// 8.6 IER.
namespace enable {
using ReceivedData = Field<0, 0, bool>;
using TransmitterEmpty = Field<1, 1, bool>;
using LineStatus = Field<2, 2, bool>;
using ModemStatus = Field<3, 3, bool>;
inline constexpr std::uint8_t kWritable = 0x0f;
}  // namespace enable

// 8.5 IIR, table IV: highest priority first.
namespace identity {
enum Source : std::uint8_t {
  kLineStatus = 0x06,
  kReceivedData = 0x04,
  kCharacterTimeout = 0x0c,
  kTransmitterEmpty = 0x02,
  kModemStatus = 0x00,
  kNone = 0x01,
};
using SourceField = Field<3, 0, std::uint8_t>;
inline constexpr std::uint8_t kFifosEnabled = 0xc0;
}  // namespace identity

// 8.4 FCR.
namespace fifo {
using Enable = Field<0, 0, bool>;
using ClearReceive = Field<1, 1, bool>;
using ClearTransmit = Field<2, 2, bool>;
using Trigger = Field<7, 6, std::uint8_t>;  // 1, 4, 8, 14 bytes
inline constexpr unsigned kDepth = 16;
}  // namespace fifo

// 8.1 LCR.
namespace line {
using DivisorLatch = Field<7, 7, bool>;  // DLAB
inline constexpr std::uint8_t k8N1 = 0x03;
}  // namespace line

// 8.7 MCR.
namespace modem {
using Dtr = Field<0, 0, bool>;
using Rts = Field<1, 1, bool>;
using Out1 = Field<2, 2, bool>;
using Out2 = Field<3, 3, bool>;  // on a PC: lets the interrupt out
using Loop = Field<4, 4, bool>;
inline constexpr std::uint8_t kWritable = 0x1f;
}  // namespace modem

// 8.3 LSR.
namespace line_status {
using DataReady = Field<0, 0, bool>;
using Overrun = Field<1, 1, bool>;
using TransmitterEmpty = Field<5, 5, bool>;  // THRE
using Idle = Field<6, 6, bool>;              // TEMT
}  // namespace line_status

// 8.8 MSR.
namespace modem_status {
using DeltaCts = Field<0, 0, bool>;
using DeltaDsr = Field<1, 1, bool>;
using TrailingRi = Field<2, 2, bool>;
using DeltaDcd = Field<3, 3, bool>;
using Cts = Field<4, 4, bool>;
using Dsr = Field<5, 5, bool>;
using Ri = Field<6, 6, bool>;
using Dcd = Field<7, 7, bool>;
}  // namespace modem_status

}  // namespace unpark::spec::uart
