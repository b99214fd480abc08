// SPDX-License-Identifier: Apache-2.0
// The new CPU in flash: steps 08b, 13 and 14. 32-bit, no paging, no stack: it owns nothing yet.
#include "guest/layout.h"

// Reports a step: its TSC into the hot page, its code on the step port. Uses EAX, ECX, EDX, ESI.
        .macro  REPORT code, tsc
        rdtsc
        movl    %eax, GUEST_HOT_PAGE + \tsc
        movl    %edx, GUEST_HOT_PAGE + \tsc + 4
        movl    %esi, %eax
        orl     $\code, %eax
        movl    $GUEST_STEP_PORT, %edx
        outl    %eax, %dx
        .endm

        .section .stubs, "ax"
        .code32
        .globl  hot_cpu_entry, hot_cpu_wait_begin, hot_cpu_wait_end, hot_cpu_resume

// Step 08b: tell the host CPU to proceed; CLI; HLT loop. The SMI of step 09 ends the halt. It may
// also come between the test and the HLT, or may have come before (a VMM that broadcasts to new
// CPUs too): so the handler at 0x38000 sets the flag, and moves a RIP within this loop to
// hot_cpu_resume.
hot_cpu_entry:
        cli
        movl    GUEST_HOT_PAGE + GUEST_HOT_APIC_ID, %esi
        shll    $16, %esi
        REPORT  GUEST_STEP_08B, GUEST_HOT_TSC_08B
        movl    $1, GUEST_HOT_PAGE + GUEST_HOT_IN_FLASH
hot_cpu_wait_begin:
        cmpl    $0, GUEST_HOT_PAGE + GUEST_HOT_REBASED
        jne     hot_cpu_resume
        hlt
        jmp     hot_cpu_wait_begin
hot_cpu_wait_end:

// The host CPU finishes 11 and 12 first: the list has 13 after 12. Before 11 it must know that this
// CPU's RSM has read the save area that 11 takes away.
hot_cpu_resume:
        movl    $1, GUEST_HOT_PAGE + GUEST_HOT_RESUMED
        movl    GUEST_HOT_PAGE + GUEST_HOT_APIC_ID, %esi
        shll    $16, %esi
1:      cmpl    $0, GUEST_HOT_PAGE + GUEST_HOT_PROCEED
        jne     2f
        pause
        jmp     1b

// Step 13: what is left of the CPU's own initialisation.
2:      REPORT  GUEST_STEP_13, GUEST_HOT_TSC_13
        movl    %cr0, %eax
        andl    $0x9fffffff, %eax       // CD, NW: caches on
        movl    %eax, %cr0
        movl    $1, %eax                // CPUID.01H:EDX[12]: MTRRs
        cpuid
        testl   $0x1000, %edx
        jz      3f
        movl    $0x2ff, %ecx            // IA32_MTRR_DEF_TYPE: enabled, write-back
        movl    $0x806, %eax
        xorl    %edx, %edx
        wrmsr
3:      movl    $0x1ff, GUEST_LAPIC + 0x0f0     // SVR: enabled, spurious vector FFh
        movl    $0x10700, GUEST_LAPIC + 0x350   // LINT0: ExtINT, masked: the boot CPU has it
        movl    $0x00400, GUEST_LAPIC + 0x360   // LINT1: NMI

// Step 14: dead loop. Only INIT-SIPI-SIPI leads out of it; an SMI comes back to it.
        REPORT  GUEST_STEP_14, GUEST_HOT_TSC_14
        movl    $1, GUEST_HOT_PAGE + GUEST_HOT_FINISHED
4:      cli
        hlt
        jmp     4b
