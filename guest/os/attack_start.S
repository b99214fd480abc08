// SPDX-License-Identifier: Apache-2.0
// Where an attacked CPU would come out, in real mode: it owns up to having moved, and stays. Copied
// to GUEST_ATTACK_PAGE. The second entry serves NMIs and interrupts through the real-mode vectors.
#include "guest/layout.h"

        .text
        .balign 16
        .globl  attack_start_begin, attack_start_end
        .code16
attack_start_begin:
        cli
        movw    %cs, %ax
        movw    %ax, %ds
        movl    $1, %eax                // CPUID.01H:EBX[31:24]: own APIC ID
        cpuid
        shrl    $24, %ebx
        movb    $1, GUEST_ATTACK_MOVED(%bx)
1:      cli
        hlt
        jmp     1b
attack_start_end:
        .code64
        .section .note.GNU-stack, "", @progbits
