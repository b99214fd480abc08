// SPDX-License-Identifier: Apache-2.0
// What a freestanding compiler may call (GCC manual, "Language Standards Supported by GCC").
#include <cstddef>
#include <cstdint>

extern "C" {

void* memcpy(void* to, const void* from, std::size_t n) {
  void* const result = to;
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
  return result;
}

void* memmove(void* to, const void* from, std::size_t n) {
  if (reinterpret_cast<std::uintptr_t>(to) <= reinterpret_cast<std::uintptr_t>(from))
    return memcpy(to, from, n);
  auto* d = static_cast<volatile unsigned char*>(to);
  const auto* s = static_cast<const volatile unsigned char*>(from);
  while (n-- != 0) d[n] = s[n];
  return to;
}

void* memset(void* to, int value, std::size_t n) {
  void* const result = to;
  asm volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
  return result;
}

int memcmp(const void* a, const void* b, std::size_t n) {
  const auto* x = static_cast<const volatile unsigned char*>(a);
  const auto* y = static_cast<const volatile unsigned char*>(b);
  for (std::size_t i = 0; i < n; ++i)
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  return 0;
}

std::size_t strlen(const char* s) {
  const volatile char* p = s;
  while (*p != '\0') ++p;
  return static_cast<std::size_t>(p - s);
}

}  // extern "C"
