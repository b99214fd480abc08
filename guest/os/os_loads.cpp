// SPDX-License-Identifier: Apache-2.0
#include "guest/os/os_loads.h"

#include "guest/chips/cpu.h"
#include "guest/layout.h"

namespace unpark::guest::os {

namespace {

// AMD64 APM volume 2, 6.1.1 and 3.1.7.
constexpr std::uint32_t kEfer = 0xc0000080;
constexpr std::uint64_t kSyscallEnable = 1;
constexpr std::uint32_t kStar = 0xc0000081;
// SYSCALL loads CS from here; SYSRET takes the base of ring 3's selectors, of which nobody reads a
// descriptor: both load fixed attributes.
constexpr std::uint64_t kSelectors = std::uint64_t{0x23} << 48 | std::uint64_t{GUEST_CODE64} << 32;
constexpr std::uint32_t kSyscallMask = 0xc0000084;
constexpr std::uint64_t kUser = 1u << 2;  // of a page table's entry
constexpr std::uint16_t kPort92 = 0x92;

}  // namespace

void open_memory_to_user_mode() {
  for (std::uintptr_t table = 0; table <= 0x2000; table += 0x1000) {
    auto& entry = memory<std::uint64_t>(GUEST_PAGE_TABLES + table);
    write_once(entry, entry | kUser);
  }
}

void loop_in_user_mode(const std::uint32_t* word, std::uint32_t go_on) {
  write_msr(kEfer, read_msr(kEfer) | kSyscallEnable);
  write_msr(kStar, kSelectors);
  write_msr(kSyscallMask, 0);
  asm volatile(
      "mov %%cr3, %%rax\n\tmov %%rax, %%cr3\n\t"  // entries from before open_memory_to_user_mode()
      "lea 2f(%%rip), %%rax\n\tmov %%rax, %%rdx\n\tshr $32, %%rdx\n\t"
      "mov $0xc0000082, %%ecx\n\twrmsr\n\t"  // LSTAR
      "lea 1f(%%rip), %%rcx\n\tmov $2, %%r11d\n\tsysretq\n"
      "1:\tpause\n\tcmp %%esi, (%%rdi)\n\tje 1b\n\tsyscall\n"
      // SYSCALL has put 20h there, and no table has that.
      "2:\tmov %0, %%eax\n\tmov %%eax, %%ss"
      :
      : "i"(GUEST_DATA), "D"(word), "S"(go_on)
      : "rax", "rcx", "rdx", "r11", "memory", "cc");
}

void loop_on_port(const std::uint32_t* word, std::uint32_t go_on) {
  while (read_once(*word) == go_on) {
    (void)in8(kPort92);
    pause();
  }
}

}  // namespace unpark::guest::os
