// SPDX-License-Identifier: Apache-2.0
// Entry code of one CPU, copied to its SMBASE + 8000h; guest/smm/smm_entry.h, EntryParameters.
// SDM volume 3, 32.5.1: CS base is SMBASE, the other segments are flat with 4 GiB limits.
#include "guest/layout.h"

#define IN_SEGMENT(label) (0x8000 + label - smm_entry_begin)
#define PARAMETER_SELF 0
#define PARAMETER_CR3 4
#define PARAMETER_TO_PROTECTED 8
#define PARAMETER_TO_LONG 16
#define PARAMETER_GDT 24
#define PARAMETER_STACK 32
#define PARAMETER_FUNCTION 40
#define PARAMETER_APIC_ID 48

        .text
        .balign 16
        .globl  smm_entry_begin, smm_entry_protected, smm_entry_long, smm_entry_gdt
        .globl  smm_entry_parameters, smm_entry_end
        .code16
smm_entry_begin:
        movl    %cs:IN_SEGMENT(smm_entry_parameters) + PARAMETER_SELF, %ebx
        lgdtl   %cs:IN_SEGMENT(smm_entry_parameters) + PARAMETER_GDT
        movl    %cr0, %eax
        andl    $0x9ffffff3, %eax       // CD, NW, TS, EM: as the OS left them
        orl     $1, %eax
        movl    %eax, %cr0
        ljmpl   *%cs:IN_SEGMENT(smm_entry_parameters) + PARAMETER_TO_PROTECTED
        .code32
smm_entry_protected:
        movw    $GUEST_DATA, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $0x20, %eax             // CR4.PAE
        movl    %eax, %cr4
        movl    PARAMETER_CR3(%ebx), %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx       // EFER.LME
        xorl    %edx, %edx
        movl    $0x100, %eax
        wrmsr
        movl    %cr0, %eax
        orl     $0x80010020, %eax       // PG, WP, NE
        movl    %eax, %cr0
        ljmpl   *PARAMETER_TO_LONG(%ebx)
        .code64
smm_entry_long:
        movl    %ebx, %ebx
        movq    PARAMETER_STACK(%rbx), %rsp
        movl    PARAMETER_APIC_ID(%rbx), %edi
        xorl    %ebp, %ebp
        call    *PARAMETER_FUNCTION(%rbx)
        rsm

        .balign 8
smm_entry_gdt:
        .quad   0
        .quad   0x00cf9b000000ffff      // GUEST_CODE32
        .quad   0x00cf93000000ffff      // GUEST_DATA
        .quad   0x00af9b000000ffff      // GUEST_CODE64
        .balign 8
smm_entry_parameters:
        .zero   56
smm_entry_end:
        .section .note.GNU-stack, "", @progbits
