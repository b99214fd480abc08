// SPDX-License-Identifier: Apache-2.0
// The SMBASE-rebase handler at 0x38000; guest/smm/smm_entry.h, RebaseContext. Step 10 when armed for
// a hot-add. Unarmed, or armed for another CPU: counts and leaves.
#include "guest/layout.h"

#define CONTEXT_ARMED 0
#define CONTEXT_APIC_ID 4
#define CONTEXT_SMBASE 8
#define CONTEXT_SMBASE_BEFORE 12
#define CONTEXT_REVISION 16
#define CONTEXT_REBASED 20
#define CONTEXT_VISITS 24
#define CONTEXT_HOT 28
#define CONTEXT_WAIT_BEGIN 32
#define CONTEXT_WAIT_END 36
#define CONTEXT_RESUME 40
#define CONTEXT_TSC 48

        .text
        .balign 16
        .globl  rebase_begin, rebase_context, rebase_end
        .code16
rebase_begin:
        movl    $(GUEST_DEFAULT_SMM_ENTRY + rebase_context - rebase_begin), %ebx
        cmpl    $0, CONTEXT_ARMED(%ebx)
        je      visitor
        movl    $1, %eax                // CPUID.01H:EBX[31:24]: own APIC ID
        cpuid
        movl    %ebx, %esi
        shrl    $24, %esi
        movl    $(GUEST_DEFAULT_SMM_ENTRY + rebase_context - rebase_begin), %ebx
        cmpl    CONTEXT_APIC_ID(%ebx), %esi
        jne     visitor

        movl    $GUEST_DEFAULT_SMBASE, %edi
        movl    GUEST_SAVED_REVISION(%edi), %eax
        movl    %eax, CONTEXT_REVISION(%ebx)
        movl    GUEST_SAVED_SMBASE(%edi), %eax
        movl    %eax, CONTEXT_SMBASE_BEFORE(%ebx)
        movl    CONTEXT_SMBASE(%ebx), %eax
        movl    %eax, GUEST_SAVED_SMBASE(%edi)
        movb    $0, GUEST_SAVED_AUTO_HALT(%edi)
        cmpl    $0, CONTEXT_HOT(%ebx)
        je      done

        // Out of the halt loop of flash/hot_cpu.S, if it is there.
        movl    GUEST_SAVED_RIP(%edi), %eax
        cmpl    CONTEXT_WAIT_BEGIN(%ebx), %eax
        jb      report
        cmpl    CONTEXT_WAIT_END(%ebx), %eax
        jae     report
        movl    CONTEXT_RESUME(%ebx), %eax
        movl    %eax, GUEST_SAVED_RIP(%edi)
report:
        rdtsc
        movl    %eax, CONTEXT_TSC(%ebx)
        movl    %edx, CONTEXT_TSC + 4(%ebx)
        movl    %esi, %eax
        shll    $16, %eax
        orl     $GUEST_STEP_10, %eax
        movw    $GUEST_STEP_PORT, %dx
        outl    %eax, %dx
        movl    $GUEST_HOT_PAGE, %ecx
        movl    $1, GUEST_HOT_REBASED(%ecx)
done:
        movl    $0, CONTEXT_ARMED(%ebx)
        movl    $1, CONTEXT_REBASED(%ebx)
        rsm
visitor:
        lock incl CONTEXT_VISITS(%ebx)
        rsm
        .balign 8
rebase_context:
        .zero   56
rebase_end:
        .code64
        .section .note.GNU-stack, "", @progbits
