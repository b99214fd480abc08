// SPDX-License-Identifier: Apache-2.0
// guest/body/image.h, ImageHeader.
        .section .header, "a"
        .globl  image_header
image_header:
        .quad   unpark_guest_load - image_header
        .quad   unpark_guest_boot - image_header
        .quad   unpark_guest_smm - image_header
        .quad   unpark_guest_smm_config - image_header
        .quad   image_load_end - image_header
        .quad   image_end - image_header
        .quad   image_rela_begin - image_header
        .quad   image_rela_end - image_header
        .section .note.GNU-stack, "", @progbits
