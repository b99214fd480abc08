// SPDX-License-Identifier: Apache-2.0
// A CPU that firmware or OS starts: real mode to 64-bit mode, on its own stack. Copied to
// GUEST_AP_PAGE.
#include "guest/layout.h"

#define IN_PAGE(label) (label - ap_start_begin)

        .text
        .balign 16
        .globl  ap_start_begin, ap_start_end
        .code16
ap_start_begin:
        cli
        cld
        movw    %cs, %ax
        movw    %ax, %ds
        lgdtl   IN_PAGE(ap_start_gdt_pointer)
        movl    $0x00000011, %eax       // PE, ET; caches on
        movl    %eax, %cr0
        ljmpl   $GUEST_CODE32, $(GUEST_AP_PAGE + IN_PAGE(ap_start_protected))
        .code32
ap_start_protected:
        movw    $GUEST_DATA, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $0x20, %eax             // CR4.PAE
        movl    %eax, %cr4
        movl    $GUEST_PAGE_TABLES, %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx       // EFER.LME
        rdmsr
        orl     $0x100, %eax
        wrmsr
        movl    $0x80010033, %eax       // PG, WP, NE, ET, MP, PE
        movl    %eax, %cr0
        ljmpl   $GUEST_CODE64, $(GUEST_AP_PAGE + IN_PAGE(ap_start_long))
        .code64
ap_start_long:
        movl    $1, %eax                // CPUID.01H:EBX[31:24]: own APIC ID
        cpuid
        movl    %ebx, %edi
        shrl    $24, %edi
        leal    1(%rdi), %eax
        shll    $GUEST_STACK_SHIFT, %eax
        addl    $GUEST_STACKS, %eax
        movl    %eax, %esp
        xorl    %ebp, %ebp
        call    *GUEST_AP_PAGE + GUEST_AP_ENTRY
1:      cli
        hlt
        jmp     1b

        .balign 8
ap_start_gdt:
        .quad   0
        .quad   0x00cf9b000000ffff      // GUEST_CODE32
        .quad   0x00cf93000000ffff      // GUEST_DATA
        .quad   0x00af9b000000ffff      // GUEST_CODE64
ap_start_gdt_pointer:
        .word   . - ap_start_gdt - 1
        .long   GUEST_AP_PAGE + IN_PAGE(ap_start_gdt)
ap_start_end:
        .section .note.GNU-stack, "", @progbits
