// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

// The instructions that C++ has no words for.
namespace unpark::guest {

inline void out8(std::uint16_t port, std::uint8_t v) {
  asm volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}
inline void out16(std::uint16_t port, std::uint16_t v) {
  asm volatile("outw %0, %1" : : "a"(v), "Nd"(port) : "memory");
}
inline void out32(std::uint16_t port, std::uint32_t v) {
  asm volatile("outl %0, %1" : : "a"(v), "Nd"(port) : "memory");
}
inline std::uint8_t in8(std::uint16_t port) {
  std::uint8_t v = 0;
  asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
  return v;
}
inline std::uint16_t in16(std::uint16_t port) {
  std::uint16_t v = 0;
  asm volatile("inw %1, %0" : "=a"(v) : "Nd"(port) : "memory");
  return v;
}
inline std::uint32_t in32(std::uint16_t port) {
  std::uint32_t v = 0;
  asm volatile("inl %1, %0" : "=a"(v) : "Nd"(port) : "memory");
  return v;
}

inline std::uint64_t read_msr(std::uint32_t msr) {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
  return std::uint64_t{high} << 32 | low;
}
inline void write_msr(std::uint32_t msr, std::uint64_t v) {
  asm volatile("wrmsr"
               :
               : "c"(msr), "a"(static_cast<std::uint32_t>(v)),
                 "d"(static_cast<std::uint32_t>(v >> 32))
               : "memory");
}
inline std::uint64_t read_tsc() {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
  return std::uint64_t{high} << 32 | low;
}

struct Cpuid {
  std::uint32_t eax, ebx, ecx, edx;
};
inline Cpuid cpuid(std::uint32_t leaf) {
  Cpuid r{};
  asm volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(0));
  return r;
}
// SDM volume 2A, CPUID leaf 01H: initial APIC ID. Who runs on a CPU cannot change it, but can
// rewrite the ID register of an xAPIC.
inline std::uint32_t initial_apic_id() {
  return cpuid(1).ebx >> 24;
}

inline void pause() {
  asm volatile("pause" : : : "memory");
}
inline void disable_interrupts() {
  asm volatile("cli" : : : "memory");
}
inline void enable_interrupts() {
  asm volatile("sti" : : : "memory");
}
// STI takes effect after the next instruction: nothing is lost between the two.
inline void enable_interrupts_and_halt() {
  asm volatile("sti; hlt" : : : "memory");
}
[[noreturn]] inline void halt_for_ever() {
  for (;;) asm volatile("cli; hlt" : : : "memory");
}

// Memory that somebody else reads or writes: another CPU, SMM, a device, a chip.
template <class T>
T read_once(const T& from) {
  T value;
  __atomic_load(&from, &value, __ATOMIC_ACQUIRE);
  return value;
}
template <class T>
void write_once(T& to, T value) {
  __atomic_store(&to, &value, __ATOMIC_RELEASE);
}
// True when `at` was `from` and is `to` now.
template <class T>
bool exchange_if(T& at, T from, T to) {
  return __atomic_compare_exchange(&at, &from, &to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}
template <class T = std::uint32_t>
T& memory(std::uintptr_t at) {
  return *reinterpret_cast<T*>(at);
}
inline std::uint32_t read_mmio(std::uintptr_t at) {
  return *reinterpret_cast<volatile const std::uint32_t*>(at);
}
inline void write_mmio(std::uintptr_t at, std::uint32_t v) {
  *reinterpret_cast<volatile std::uint32_t*>(at) = v;
}

}  // namespace unpark::guest
