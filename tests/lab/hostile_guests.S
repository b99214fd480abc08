// SPDX-License-Identifier: Apache-2.0
// Guests in flash that mean no good (tests/lab/live_machine.h, flash_image()). Each says on the debug
// console how far it has come.
#include "tests/lab/flash_macros.inc"

guest triple_fault
        begin
        say     'B
        lidtl   %cs:(1f - lab_guest_triple_fault)
        int3
1:      .word 0
        .long 0
guest_end triple_fault

guest endless_loop
        begin
        say     'B
1:      jmp     1b
guest_end endless_loop

// A0000-BFFFF is SMRAM and shut: nothing is there.
guest execute_hole
        begin
        say     'B
        ljmp    $0xa000, $0x0123
guest_end execute_hole

// Says what it finds after having written zeros, below 1 MiB and below 4 GiB.
guest write_flash
        begin
        movw    $0xf000, %ax
        movw    %ax, %es
        movl    $0, %es:0x2000
        movl    %es:0x2000, %ebp
        unreal  %cs:(2f - lab_guest_write_flash)
        movl    $0xffff3000, %edi
        movl    $0, (%edi)
        movb    (%edi), %cl
        movl    %ebp, %eax
        say_al
        movb    %cl, %al
        say_al
        say     'K
        halt_for_ever
        .balign 8
1:      .quad 0, 0x00cf93000000ffff
2:      .word 15
        .long 0xffff0000 + (1b - lab_guest_write_flash)
guest_end write_flash

// The control window (ports CD8-CE3) before and after the lock, from outside SMM.
guest control_window
        begin
        movw    $0xcd8, %dx     // selector: CPU 1
        movl    $1, %eax
        outl    %eax, %dx
        movw    $0xcdc, %dx
        inb     %dx, %al        // 1: there is one
        say_al
        lock_smram
        movw    $0xcdc, %dx
        inb     %dx, %al
        say_al
        movw    $0xcdd, %dx
        inb     %dx, %al
        say_al
        movw    $0xcd8, %dx
        inl     %dx, %eax
        call    say_eax
        movw    $0xce0, %dx
        inl     %dx, %eax
        call    say_eax
        movw    $0xcdc, %dx     // eject, unpark, fw_remove, everything
        movw    $0xff, %cx
1:      movb    %cl, %al
        outb    %al, %dx
        loop    1b
        movw    $0xcdd, %dx     // command 3
        movb    $3, %al
        outb    %al, %dx
        movw    $0xce4, %dx     // OS window: CPU 1 is what it was
        movl    $1, %eax
        outl    %eax, %dx
        movw    $0xce8, %dx
        inb     %dx, %al
        say_al
        say     'K
        halt_for_ever
say_eax:
        movw    $4, %cx
        movw    $0x402, %dx
2:      outb    %al, %dx
        shrl    $8, %eax
        loop    2b
        ret
guest_end control_window

// Refused ports by the thousand: says '!' at an answer that is not all ones.
guest hammer
        begin
        lock_smram
        say     'B
        movl    $5000, %ecx
1:      movw    $0xcdc, %dx
        inb     %dx, %al
        cmpb    $0xff, %al
        jne     2f
        movb    $0x20, %al
        outb    %al, %dx
        movw    $0xce8, %dx
        outb    %al, %dx
        movw    $0x5000, %dx
        outl    %eax, %dx
        inl     %dx, %eax
        cmpl    $0xffffffff, %eax
        jne     2f
        decl    %ecx
        jnz     1b
        say     'K
        halt_for_ever
2:      say     '!
        halt_for_ever
guest_end hammer

// Strings to and from ports of every chip and across the edges of their ranges. What is written is
// zero, so that nothing is asked for.
guest strings
        begin
        say     'B
        movw    $(9f - lab_guest_strings), %bx
1:      movw    %cs:(%bx), %dx
        addw    $2, %bx
        testw   %dx, %dx
        jz      5f
        movw    $0x5000, %ax
        movw    %ax, %es
        movw    $0x6000, %ax
        movw    %ax, %ds
        .irp    width, b, w, l
        movw    $600, %cx
        xorw    %di, %di
        rep     ins\width
        movw    $600, %cx
        xorw    %si, %si
        rep     outs\width
        std
        movw    $20, %cx
        movw    $0x3ffe, %di
        rep     ins\width
        movw    $20, %cx
        movw    $0x3ffe, %si
        rep     outs\width
        cld
        .endr
        // Into a hole, and into flash.
        movw    $0xa000, %ax
        movw    %ax, %es
        movw    $20, %cx
        xorw    %di, %di
        rep     insb
        movw    $0xf000, %ax
        movw    %ax, %es
        movw    $20, %cx
        movw    $0x2000, %di
        rep     insl
        jmp     1b
5:      xorw    %ax, %ax
        movw    %ax, %ds
        say     'K
        halt_for_ever
9:      .word 0x60, 0x64, 0x92, 0xb2, 0xb3, 0x3f8, 0x3ff, 0x402, 0x510, 0x511, 0x514, 0x518, 0x51b
        .word 0x600, 0x608, 0x630, 0x67f, 0xcd8, 0xcdc, 0xce0, 0xce3, 0xce4, 0xce8, 0xcef, 0xcf8
        .word 0xcfc, 0xcff, 0xd10, 0xd13, 0xffff, 0
guest_end strings

// Both CPUs write RESET_CONTROL at the same time, thirty times. RAM is not cleared by a reset.
guest reset_storm
        begin
        lock incl 0x600
        cmpl    $31, 0x600
        jae     3f
        movl    $0, 0x604
        movl    $0, 0x608
        movw    $0xf000, %ax
        movw    %ax, %ds
        movw    $0x8000, %di
        movw    $(8f - lab_guest_reset_storm), %si
        movw    $(9f - 8f), %cx
        rep     movsb
        xorw    %ax, %ax
        movw    %ax, %ds
        unreal  %cs:(7f - lab_guest_reset_storm)
        movl    $0xfee00300, %edi
        movl    $0x000c4500, (%edi)     // INIT, all but self
        movl    $0x000c4608, (%edi)     // SIPI to 8000
1:      cmpl    $0, 0x604
        je      1b
        movl    $1, 0x608
        movw    $RESET_CONTROL, %dx
        movb    $6, %al
        outb    %al, %dx
        say     '!
        halt_for_ever
3:      say     'D
        halt_for_ever
        .balign 8
6:      .quad 0, 0x00cf93000000ffff
7:      .word 15
        .long 0xffff0000 + (6b - lab_guest_reset_storm)
8:      cli
        xorw    %ax, %ax
        movw    %ax, %ds
        movl    $1, 0x604
80:     cmpl    $0, 0x608
        je      80b
        movw    $RESET_CONTROL, %dx
        movb    $6, %al
        outb    %al, %dx
        say     '!
        halt_for_ever
9:
guest_end reset_storm

// SLP_EN with SLP_TYP 0 is S5 on this machine (ACPI 6.5, 4.8.3.2.1). Nothing may follow.
guest soft_off
        begin
        enable_pm
        say     'B
        movw    $0x604, %dx
        movw    $0x2000, %ax
        outw    %ax, %dx
        say     '!
        halt_for_ever
guest_end soft_off

// Says dots for ever.
guest dots
        begin
        say     'B
1:      say     '.
        jmp     1b
guest_end dots

// Tries to turn its local APIC off, to move it over SMRAM, to set reserved bits: says 'G' for each #GP;
// then turns x2APIC on and says 'X', tries to leave it, and says the low dword of what it has in the end.
guest apic_base
        begin
        movw    $(8f - lab_guest_apic_base), 13 * 4     // vector 13: #GP
        movw    %cs, 13 * 4 + 2
        movl    $0x1b, %ecx
        movl    $0xfee00100, %eax       // off
        call    write_apic_base
        movl    $0xa0900, %eax          // over SMRAM
        call    write_apic_base
        movl    $0xfee00901, %eax       // reserved bit 0
        call    write_apic_base
        movl    $0xfee00d00, %eax       // x2APIC
        call    write_apic_base
        say     'X
        movl    $0x1b, %ecx
        movl    $0xfee00900, %eax       // back to xAPIC without a way over off
        call    write_apic_base
        movl    $0x1b, %ecx
        rdmsr
        movw    $4, %cx
        movw    $0x402, %dx
2:      outb    %al, %dx
        shrl    $8, %eax
        loop    2b
        say     'K
        halt_for_ever
write_apic_base:
        xorl    %edx, %edx
        wrmsr
7:      ret
8:      say     'G
        movw    %sp, %bp
        movw    $(7b - lab_guest_apic_base), (%bp)
        iretw
guest_end apic_base

.section .note.GNU-stack, "", @progbits
