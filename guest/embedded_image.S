// SPDX-License-Identifier: Apache-2.0
        .section .rodata
        .balign 4096
        .globl  unpark_guest_image_begin, unpark_guest_image_end
unpark_guest_image_begin:
        .incbin "unpark-guest.fd"
unpark_guest_image_end:
        .section .note.GNU-stack, "", @progbits
