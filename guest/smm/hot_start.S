// SPDX-License-Identifier: Apache-2.0
// The new CPU in low RAM: step 08a, real mode to protected mode, then flash. Copied to
// GUEST_HOT_PAGE by SMM.
#include "guest/layout.h"

#define IN_PAGE(label) (label - hot_start_begin)

        .text
        .balign 16
        .globl  hot_start_begin, hot_start_end
        .code16
hot_start_begin:
        cli
        cld
        movw    %cs, %ax
        movw    %ax, %ds
        lgdtl   IN_PAGE(hot_start_gdt_pointer)
        movl    %cr0, %eax
        orl     $1, %eax
        movl    %eax, %cr0
        ljmpl   $GUEST_CODE32, $(GUEST_HOT_PAGE + IN_PAGE(hot_start_protected))
        .code32
hot_start_protected:
        movw    $GUEST_DATA, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        rdtsc
        movl    %eax, GUEST_HOT_PAGE + GUEST_HOT_TSC_08A
        movl    %edx, GUEST_HOT_PAGE + GUEST_HOT_TSC_08A + 4
        movl    GUEST_HOT_PAGE + GUEST_HOT_APIC_ID, %eax
        shll    $16, %eax
        orl     $GUEST_STEP_08A, %eax
        movl    $GUEST_STEP_PORT, %edx
        outl    %eax, %dx
        jmp     *GUEST_HOT_CPU_ENTRY
        .balign 8
hot_start_gdt:
        .quad   0
        .quad   0x00cf9b000000ffff      // GUEST_CODE32
        .quad   0x00cf93000000ffff      // GUEST_DATA
hot_start_gdt_pointer:
        .word   . - hot_start_gdt - 1
        .long   GUEST_HOT_PAGE + IN_PAGE(hot_start_gdt)
hot_start_end:
        .code64
        .section .note.GNU-stack, "", @progbits
