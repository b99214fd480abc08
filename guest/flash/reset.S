// SPDX-License-Identifier: Apache-2.0
// The last 8 KiB of flash: table of addresses, reset vector, the way to 64-bit mode.
#include "guest/layout.h"

#define OFFSET16(label) (label - stubs + (GUEST_FLASH_STUBS & 0xffff))

        .section .stubs, "ax"
stubs:
        .long   hot_cpu_entry           // GUEST_HOT_CPU_ENTRY
        .long   hot_cpu_wait_begin
        .long   hot_cpu_wait_end
        .long   hot_cpu_resume

        // SDM volume 3, 10.1.4: CS base FFFF0000, real mode. Flat from there on.
        .code16
reset16:
        cli
        cld
        // IA32_APIC_BASE bit 8: the boot CPU. Others come here only by accident and stay.
        movl    $0x1b, %ecx
        rdmsr
        testl   $0x100, %eax
        jnz     boot_cpu
asleep:
        hlt
        jmp     asleep
boot_cpu:
        movw    $GUEST_STEP_PORT, %dx
        movl    $GUEST_MARKER_RESET, %eax
        outl    %eax, %dx
        // An empty line on COM1: a sign of life for who measures a start from outside. A UART after a
        // reset sends, if at an odd speed.
        movw    $0x3f8, %dx
        movb    $'\n', %al
        outb    %al, %dx
        lgdtl   %cs:OFFSET16(gdt_pointer)
        movl    $0x00000011, %eax       // PE, ET; caches on
        movl    %eax, %cr0
        ljmpl   $GUEST_CODE32, $reset32

        .code32
reset32:
        movw    $GUEST_DATA, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movw    %ax, %fs
        movw    %ax, %gs
        // Identity map of 4 GiB in 2 MiB pages. In RAM: a nested page walk counts as a write, and
        // flash is no place to be written.
        movl    $GUEST_PAGE_TABLES, %edi
        xorl    %eax, %eax
        movl    $(GUEST_PAGE_TABLES_SIZE / 4), %ecx
        rep stosl
        movl    $(GUEST_PAGE_TABLES + 0x1003), GUEST_PAGE_TABLES
        movl    $4, %ecx
1:      movl    %ecx, %eax
        shll    $12, %eax
        addl    $(GUEST_PAGE_TABLES + 0x1003), %eax
        movl    %eax, (GUEST_PAGE_TABLES + 0x1000 - 8)(,%ecx,8)
        loop    1b
        xorl    %ecx, %ecx
2:      movl    %ecx, %eax
        shll    $21, %eax
        orl     $0x83, %eax             // present, writable, 2 MiB
        movl    %eax, (GUEST_PAGE_TABLES + 0x2000)(,%ecx,8)
        incl    %ecx
        cmpl    $2048, %ecx
        jb      2b

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
        ljmpl   $GUEST_CODE64, $reset64

        .code64
reset64:
        movl    $GUEST_BOOT_STACK, %esp
        movl    $GUEST_BODY, %edi
        movl    $GUEST_FLASH_BASE, %esi
        movq    %rsi, %rax
        addq    (%rsi), %rax            // ImageHeader::load, run in place
        call    *%rax
        movl    $GUEST_BODY, %ebx
        addq    8(%rbx), %rbx           // ImageHeader::boot, in the copy
        // The stack of the boot CPU, whose APIC ID is 0 on every machine of this kind.
        movl    $(GUEST_STACKS + (1 << GUEST_STACK_SHIFT)), %esp
        xorl    %ebp, %ebp
        call    *%rbx
3:      hlt
        jmp     3b

        .balign 8
gdt:
        .quad   0
        .quad   0x00cf9b000000ffff      // GUEST_CODE32
        .quad   0x00cf93000000ffff      // GUEST_DATA
        .quad   0x00af9b000000ffff      // GUEST_CODE64
gdt_pointer:
        .word   . - gdt - 1
        .long   gdt

        .section .reset_vector, "ax"
        .code16
        // SDM volume 3, 10.1.4: the first instruction, at FFFFFFF0. Encoded by hand: the distance
        // spans two sections.
        .byte   0xe9                    // jmp rel16 to reset16, behind the table of 16 bytes
        .word   (GUEST_FLASH_STUBS & 0xffff) + 16 - 0xfff3
        .balign 16, 0xf4

        .section .body, "a"
        .incbin "guest-body.bin"
