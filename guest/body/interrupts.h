// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace unpark::guest {

// What body/interrupts.S pushes.
struct InterruptFrame {
  std::uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
  std::uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

inline constexpr std::uint8_t kNmiVector = 2;
inline constexpr std::uint8_t kSciVector = 0x30;
inline constexpr std::uint8_t kWakeVector = 0x31;
inline constexpr std::uint8_t kHarmlessVector = 0x32;  // sent by the attack, only counted

using InterruptHandler = void (*)(const InterruptFrame&);

// Fills the IDT of this copy of the body. `handler` gets NMIs and vectors from 32 on; exceptions
// are reported and end the CPU: this guest has none on purpose. `where` names the copy in that
// report.
void set_up_interrupts(InterruptHandler handler, const char* where);
// GDT and IDT of this copy, on this CPU.
void load_descriptor_tables();

}  // namespace unpark::guest
