// SPDX-License-Identifier: Apache-2.0
// Addresses of the embedded guest. Macros, because the assembly files include this too.
#ifndef UNPARK_GUEST_LAYOUT_H
#define UNPARK_GUEST_LAYOUT_H

// Flash: the image ends at 4 GiB. The body lies at its start, the 16- and 32-bit code in its last
// 8 KiB, headed by a table of addresses (flash/reset.S).
#define GUEST_FLASH_BASE 0xfffc0000
#define GUEST_FLASH_SIZE 0x00040000
#define GUEST_FLASH_STUBS 0xffffe000
#define GUEST_HOT_CPU_ENTRY (GUEST_FLASH_STUBS + 0x00)       // step 08b starts here
#define GUEST_HOT_CPU_WAIT_BEGIN (GUEST_FLASH_STUBS + 0x04)  // first byte of its halt loop
#define GUEST_HOT_CPU_WAIT_END (GUEST_FLASH_STUBS + 0x08)    // one past its last byte
#define GUEST_HOT_CPU_RESUME (GUEST_FLASH_STUBS + 0x0c)      // where it goes on after step 10

// Low RAM: start pages (a SIPI names a 4 KiB page below 1 MiB), page tables, the boot stack.
#define GUEST_AP_PAGE 0x8000      // CPUs that firmware or OS starts
#define GUEST_HOT_PAGE 0x9000     // the CPU that SMM starts; saved and restored by SMM
#define GUEST_ATTACK_PAGE 0xa000  // where an attacked CPU would come out
#define GUEST_PAGE_TABLES 0x10000
#define GUEST_PAGE_TABLES_SIZE 0x6000  // PML4, PDPT, four page directories of 2 MiB pages
#define GUEST_BOOT_STACK 0x20000
// 0x30000-0x4FFFF is the default SMBASE: not ours.

// RAM from 1 MiB: the body's copy (code, data, bss), then a stack per APIC ID.
#define GUEST_BODY 0x100000
#define GUEST_STACKS 0x200000
#define GUEST_STACK_SHIFT 14
#define GUEST_MAX_CPUS 256
#define GUEST_BENCH_SAMPLES 0x600000  // os/bench_samples.h
#define GUEST_BENCH_SAMPLES_SIZE 0x80000
#define GUEST_RAM_END 0x680000

// Selectors, the same in every GDT of this guest.
#define GUEST_CODE32 0x08
#define GUEST_DATA 0x10
#define GUEST_CODE64 0x18

// In GUEST_AP_PAGE: the 64-bit function to call, u64.
#define GUEST_AP_ENTRY 0xff0

// In GUEST_HOT_PAGE: what the new CPU and the host CPU tell each other. The OS could not write it
// while it counts (all its CPUs are in SMM), and SMM takes nothing from it but progress and times.
#define GUEST_HOT_APIC_ID 0xf00   // u32, by the host CPU: whom the step port's reports are about
#define GUEST_HOT_IN_FLASH 0xf04  // u32, by the new CPU: step 08b reached
#define GUEST_HOT_REBASED 0xf08   // u32, by the handler at 0x38000: step 10 done
#define GUEST_HOT_PROCEED 0xf0c   // u32, by the host CPU: step 12 done
#define GUEST_HOT_FINISHED 0xf10  // u32, by the new CPU: step 14 reached
#define GUEST_HOT_RESUMED 0xf14   // u32, by the new CPU: out of the SMI of step 09
#define GUEST_HOT_TSC_08A 0xf20   // u64
#define GUEST_HOT_TSC_08B 0xf28   // u64
#define GUEST_HOT_TSC_13 0xf30    // u64
#define GUEST_HOT_TSC_14 0xf38    // u64

// In GUEST_ATTACK_PAGE: one byte per APIC ID, set when that CPU ran there.
#define GUEST_ATTACK_NMI 0x400  // entry of the real-mode NMI vector
#define GUEST_ATTACK_MOVED 0x800

// Step port values that assembly writes (devices/step_port_spec.h; asserted in body/steps.h).
#define GUEST_STEP_PORT 0x0d10
#define GUEST_MARKER_RESET 0x01
#define GUEST_STEP_08A 0x8a
#define GUEST_STEP_08B 0x8b
#define GUEST_STEP_10 0xa0
#define GUEST_STEP_13 0xd0
#define GUEST_STEP_14 0xe0

// Local APIC, xAPIC mode.
#define GUEST_LAPIC 0xfee00000

// The default SMBASE (SDM volume 3, 32.4 and 32.11; AMD64 APM volume 2, 10.2).
#define GUEST_DEFAULT_SMBASE 0x30000
#define GUEST_DEFAULT_SMM_ENTRY 0x38000
#define GUEST_DEFAULT_SAVE_AREA 0x3fc00
#define GUEST_SAVE_AREA_SIZE 0x400
// Fields of the AMD64 save area, from SMBASE.
#define GUEST_SAVED_AUTO_HALT 0xfec9  // u8
#define GUEST_SAVED_REVISION 0xfefc   // u32
#define GUEST_SAVED_SMBASE 0xff00     // u32
#define GUEST_SAVED_RIP 0xff78        // u64

// A CPU's seat (smm/seat.h), as smm/smm_entry.S changes it.
#define GUEST_SEAT_OUTSIDE 0
#define GUEST_SEAT_WAITING 1
#define GUEST_SEAT_HELD 2
#define GUEST_SEAT_RELEASED 3
#define GUEST_SEAT_DOOMED 4
// smm/quick_session.h.
#define GUEST_QUICK_READY 0
#define GUEST_QUICK_WAIT_TICKS 4
#define GUEST_QUICK_WORK_PORT 8
#define GUEST_QUICK_WORK_MASK 12
#define GUEST_QUICK_WORK_VALUE 16
#define GUEST_QUICK_SESSIONS 20
#define GUEST_QUICK_SEATS 24
#define GUEST_QUICK_MONARCH 28
#define GUEST_QUICK_YIELD 32
#define GUEST_QUICK_SPIN_TICKS 36
#define GUEST_QUICK_FOLLOWERS 40
#define GUEST_SEAT_SHIFT 6
// smm/smm_config.h, SmmStay.
#define GUEST_STAY_ENTERED 0
#define GUEST_STAY_LEFT 8
// chips/kvm_yield.h.
#define GUEST_YIELD_NONE 0
#define GUEST_YIELD_VMCALL 1
#define GUEST_YIELD_VMMCALL 2
#define GUEST_KVM_HC_SCHED_YIELD 11

#endif
