// SPDX-License-Identifier: Apache-2.0
// The guest of measure/bare_loop.cpp, in 64-bit mode: RSI SMIs, the cycles of each to (RDI).
        .section .rodata, "a"
        .globl  unpark_bare_guest_begin, unpark_bare_guest_end
        .balign 16
        .code64
unpark_bare_guest_begin:
1:      rdtsc
        shlq    $32, %rdx
        leaq    (%rdx, %rax), %rbx
        xorl    %eax, %eax
        outb    %al, $0xb2
        rdtsc
        shlq    $32, %rdx
        addq    %rdx, %rax
        subq    %rbx, %rax
        movq    %rax, (%rdi)
        addq    $8, %rdi
        decq    %rsi
        jnz     1b
        hlt
        jmp     1b
unpark_bare_guest_end:
        .section .note.GNU-stack, "", @progbits
