// SPDX-License-Identifier: Apache-2.0
#include "guest/body/interrupts.h"

#include <array>

#include "guest/body/report.h"
#include "guest/chips/cpu.h"
#include "guest/layout.h"

extern "C" const std::uint8_t interrupt_stubs[] __attribute__((visibility("hidden")));

namespace unpark::guest {

namespace {

// SDM volume 3, 6.14.1.
struct Gate {
  std::uint16_t offset_low, selector, flags, offset_middle;
  std::uint32_t offset_high, reserved;
};
constexpr std::uint16_t kInterruptGate = 0x8e00;
constexpr std::size_t kStubSize = 16;

struct [[gnu::packed]] TablePointer {
  std::uint16_t limit;
  std::uint64_t base;
};

alignas(16) constinit std::array<Gate, 256> idt{};
alignas(16) constinit std::array<std::uint64_t, 4> gdt = {0, 0x00cf9b000000ffff, 0x00cf93000000ffff,
                                                          0x00af9b000000ffff};
constinit InterruptHandler handle = nullptr;
constinit const char* copy_name = "";

void report_exception(const InterruptFrame& f) {
  std::uint64_t cr2 = 0;
  asm volatile("mov %%cr2, %0" : "=r"(cr2));
  Report("exception")
      .text("in", copy_name)
      .dec("cpu", initial_apic_id())
      .dec("vector", f.vector)
      .hex("error", f.error)
      .hex("rip", f.rip)
      .hex("rsp", f.rsp)
      .hex("cr2", cr2)
      .verdict(false);
}

}  // namespace

void set_up_interrupts(InterruptHandler handler, const char* where) {
  handle = handler;
  copy_name = where;
  for (std::size_t i = 0; i < idt.size(); ++i) {
    const auto stub = reinterpret_cast<std::uintptr_t>(interrupt_stubs) + i * kStubSize;
    idt[i] = {static_cast<std::uint16_t>(stub),
              GUEST_CODE64,
              kInterruptGate,
              static_cast<std::uint16_t>(stub >> 16),
              static_cast<std::uint32_t>(stub >> 32),
              0};
  }
}

void load_descriptor_tables() {
  const TablePointer g{sizeof gdt - 1, reinterpret_cast<std::uintptr_t>(gdt.data())};
  const TablePointer i{sizeof idt - 1, reinterpret_cast<std::uintptr_t>(idt.data())};
  // The selectors in use mean the same in every GDT of this guest: no segment needs reloading.
  asm volatile("lgdt %0; lidt %1" : : "m"(g), "m"(i));
}

extern "C" void unpark_guest_interrupt(const InterruptFrame* frame) {
  if ((frame->vector >= 32 || frame->vector == kNmiVector) && handle != nullptr) {
    handle(*frame);
    return;
  }
  report_exception(*frame);
  halt_for_ever();
}

}  // namespace unpark::guest
