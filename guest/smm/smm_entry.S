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
#define PARAMETER_LEADS 52
#define PARAMETER_SEAT 56
#define PARAMETER_QUICK 60
#define PARAMETER_STAY 64

// The TSC into the stay of this CPU (smm_config.h), whose address is in ECX: for benchmarks. The low
// half first: a reader of an exit sees a time before its entry until both halves are there.
        .macro stamp field
        rdtsc
        movl    %eax, \field(%ecx)
        movl    %edx, \field + 4(%ecx)
        .endm

// A turn of a wait for the CPU with the APIC ID in EBX; EBP is the TSC when the wait began. Goes to
// `target` once that is too long ago. Changes EAX.
        .macro wait_turn target
        rdtsc
        subl    %ebp, %eax
        cmpl    GUEST_QUICK_WAIT_TICKS(%esi), %eax
        jae     \target
        cmpl    GUEST_QUICK_SPIN_TICKS(%esi), %eax
        jb      1f
        movl    $GUEST_KVM_HC_SCHED_YIELD, %eax
        cmpl    $GUEST_YIELD_VMMCALL, GUEST_QUICK_YIELD(%esi)
        jb      2f
        vmmcall
        jmp     1f
2:      cmpl    $GUEST_YIELD_VMCALL, GUEST_QUICK_YIELD(%esi)
        jne     1f
        vmcall
1:      pause
        .endm

        .text
        .balign 16
        .globl  smm_entry_begin, smm_entry_protected, smm_entry_long, smm_entry_gdt
        .globl  smm_entry_parameters, smm_entry_end
        .code16
smm_entry_begin:
        movl    %cs:IN_SEGMENT(smm_entry_parameters) + PARAMETER_SELF, %ebx
        movl    PARAMETER_QUICK(%ebx), %esi
        movl    PARAMETER_SEAT(%ebx), %edi
        movl    PARAMETER_STAY(%ebx), %ecx
        stamp   GUEST_STAY_ENTERED
        movl    %eax, %ebp
        cmpl    $0, PARAMETER_LEADS(%ebx)
        jne     quick_lead

        // A follower's stay, as long as nothing is asked of it.
        movl    $GUEST_SEAT_WAITING, (%edi)
        movl    GUEST_QUICK_MONARCH(%esi), %ebx
quick_follow:
        movl    (%edi), %eax
        cmpl    $GUEST_SEAT_RELEASED, %eax
        je      quick_leave
        cmpl    $GUEST_SEAT_DOOMED, %eax
        je      to_long_mode
        wait_turn to_long_mode          // there at once before the first session
        jmp     quick_follow
quick_leave:
        movl    $GUEST_SEAT_OUTSIDE, (%edi)
quick_rsm:
        movl    %cs:IN_SEGMENT(smm_entry_parameters) + PARAMETER_STAY, %ecx
        stamp   GUEST_STAY_LEFT
        rsm

        // The monarch's. Work that comes after this read has an SMI of its own to come, which is
        // taken after this one.
quick_lead:
        cmpl    $0, GUEST_QUICK_READY(%esi)
        je      to_long_mode
        cmpl    $0, GUEST_QUICK_WORK_MASK(%esi)
        je      quick_gather
        movl    GUEST_QUICK_WORK_PORT(%esi), %edx
        inb     %dx, %al
        andb    GUEST_QUICK_WORK_MASK(%esi), %al
        cmpb    GUEST_QUICK_WORK_VALUE(%esi), %al
        je      to_long_mode
        // Everybody, one after the other; who is held stays.
quick_gather:
        leal    GUEST_QUICK_FOLLOWERS(%esi), %ecx
quick_gather_next:
        movl    (%ecx), %edi
        testl   %edi, %edi
        jz      quick_release
        movl    %edi, %ebx
        subl    GUEST_QUICK_SEATS(%esi), %ebx
        shrl    $GUEST_SEAT_SHIFT, %ebx
quick_gather_wait:
        movl    $GUEST_SEAT_WAITING, %eax
        movl    $GUEST_SEAT_HELD, %edx
        lock cmpxchgl %edx, (%edi)
        je      quick_gathered
        wait_turn to_long_mode
        jmp     quick_gather_wait
quick_gathered:
        addl    $4, %ecx
        jmp     quick_gather_next
        // Without waiting until they have left: who has not yet is not Waiting in the next session
        // either, until it has left and come again.
quick_release:
        movl    GUEST_QUICK_SESSIONS(%esi), %eax
        lock incl (%eax)
        leal    GUEST_QUICK_FOLLOWERS(%esi), %ebx
quick_release_next:
        movl    (%ebx), %edi
        testl   %edi, %edi
        jz      quick_released
        movl    $GUEST_SEAT_RELEASED, (%edi)
        addl    $4, %ebx
        jmp     quick_release_next
quick_released:
        jmp     quick_rsm

to_long_mode:
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
        movl    PARAMETER_STAY(%rbx), %ecx
        rdtsc
        movl    %eax, GUEST_STAY_LEFT(%rcx)
        movl    %edx, GUEST_STAY_LEFT + 4(%rcx)
        rsm

        .balign 8
smm_entry_gdt:
        .quad   0
        .quad   0x00cf9b000000ffff      // GUEST_CODE32
        .quad   0x00cf93000000ffff      // GUEST_DATA
        .quad   0x00af9b000000ffff      // GUEST_CODE64
        .balign 8
smm_entry_parameters:
        .zero   72
smm_entry_end:
        .section .note.GNU-stack, "", @progbits
