// SPDX-License-Identifier: Apache-2.0
// Guests of TinyMachine (tests/lab/tiny_machine.h): each is loaded where its CPU starts.
#include "tests/lab/guest_macros.inc"

    .set TELL, 0x10
    .set GDT_POINTER, 0x6f0

.macro tell what
    movb $\what, %al
    outb %al, $TELL
.endm

// Counts at 0x500 for ever, after having told 'S'.
guest spin
    cli
    tell 'S
1:  incl 0x500
    jmp 1b
guest_end spin

// Tells 'J' once and halts, without interrupts. An SMI wakes it; then it halts again.
guest join
    cli
    tell 'J
    halt_for_ever
guest_end join

// Writes the ICR values at 0x800, pairs of high and low dword up to a low dword of 0, to its own
// local APIC in xAPIC mode (SDM vol. 3 11.6.1); then tells 'I'.
guest send_ipis
    cli
    unreal GDT_POINTER
    movl $0xfee00300, %edi
    movw $0x800, %si
1:  movl (%si), %eax
    movl 4(%si), %ecx
    testl %ecx, %ecx
    jz 2f
    movl %eax, 0x10(%edi)
    movl %ecx, (%edi)
    addw $8, %si
    jmp 1b
2:  tell 'I
    halt_for_ever
guest_end send_ipis

// SMM: counts at 0xC00 + 4 * APIC ID, tells 's'.
guest smi_count
    movl $0xfee00020, %eax
    movl (%eax), %ebx
    shrl $24, %ebx
    lock incl 0xc00(,%ebx,4)
    tell 's
    rsm
guest_end smi_count

// SMM: tells 'h' and halts there.
guest smi_halt
    tell 'h
    halt_for_ever
guest_end smi_halt

// Waits until all that share the barrier at 0x514 (wanted: 0x518) have come, then orders through port
// 0x28 with the byte at 0xF00 of its own page. Tells 'E' if it is still there afterwards.
guest order
    cli
    tell 'O
    lock incl 0x514
1:  movl 0x514, %eax
    cmpl 0x518, %eax
    jb 1b
    movb %cs:0xf00, %al
    outb %al, $0x28
    tell 'E
    halt_for_ever
guest_end order

// The same for CPU 0, whose code segment is 0: its order is at 0x1F00.
guest order_of_boot_cpu
    cli
    tell 'O
    movb 0x1f00, %al
    outb %al, $0x28
    tell 'E
    halt_for_ever
guest_end order_of_boot_cpu

// Leaves traces wherever a reset has to wipe them; then tells 'D' and halts.
guest dirty
    cli
    unreal GDT_POINTER
    movl $0xc0000080, %ecx   // EFER: SCE
    rdmsr
    orl $1, %eax
    wrmsr
    movl $0x12345678, %eax
    xorl %edx, %edx
    movl $0xc0000081, %ecx   // STAR
    wrmsr
    movl $0xc0000102, %ecx   // KERNEL_GS_BASE
    wrmsr
    movl $0x00000176, %ecx   // SYSENTER_EIP
    wrmsr
    movl $0x00000277, %ecx   // PAT: all write-back
    movl $0x06060606, %eax
    movl %eax, %edx
    wrmsr
    movl $0xfee00000, %edi
    movl $0x0000017f, 0xf0(%edi)    // SVR: enabled, vector 7Fh
    movl $0x00000020, 0x80(%edi)    // TPR
    movl $0x02000000, 0xd0(%edi)    // LDR
    movl $0x00000400, 0x350(%edi)   // LVT LINT0: NMI
    movl $0x0000000b, 0x3e0(%edi)   // timer: divide by 1
    movl $0x00020040, 0x320(%edi)   // LVT timer: periodic, vector 40h
    movl $0x00ffffff, 0x380(%edi)
    movl $0x00000000, 0x310(%edi)
    movl $0x00044061, 0x300(%edi)   // fixed, vector 61h, to itself: stays in the IRR
    movl $0x00001234, %eax
    movl %eax, %dr0
    movl $0x00000501, %eax
    movl %eax, %dr7
    movl %cr4, %eax
    orl $0x200, %eax                // OSFXSR
    movl %eax, %cr4
    movl $0xdeadbeef, %ebp
    movl %ebp, %esi
    tell 'D
    halt_for_ever
guest_end dirty

// Reads, so that the test can break in while the read is half done: first a port, then (the byte at
// 0x540: 1) memory that nobody answers for, in two pieces, or (2) a string of ports. 'R' when done.
guest half_done
    cli
    movb 0x540, %al
    cmpb $1, %al
    je 1f
    cmpb $2, %al
    je 2f
    inb $0x30, %al
    jmp 3f
1:  movw $0xa000, %bx
    movw %bx, %es
    movl %es:0x0ffe, %eax
    jmp 3f
2:  movw $0x5000, %bx
    movw %bx, %es
    xorw %di, %di
    movw $0x2000, %cx
    movw $0x30, %dx
    rep insb
3:  tell 'R
    halt_for_ever
guest_end half_done

    .section .note.GNU-stack, "", @progbits
