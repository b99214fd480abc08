// SPDX-License-Identifier: Apache-2.0
// Guests in flash that talk to fw_cfg by DMA: one that asks for what it must not have, and one that
// negotiates CPU hotplug and then never claims a CPU.
#include "tests/lab/flash_macros.inc"

        .set DMA_HIGH, 0x514
        .set DMA_LOW, 0x518
        .set DESCRIPTOR, 0x2000

.macro big_endian32 value
        .byte ((\value) >> 24) & 0xff, ((\value) >> 16) & 0xff, ((\value) >> 8) & 0xff, (\value) & 0xff
.endm
.macro descriptor control, length, high, low
        big_endian32 \control
        big_endian32 \length
        big_endian32 \high
        big_endian32 \low
.endm
// Starts the descriptor at \high:\low.
.macro start_dma high, low
        movw    $DMA_HIGH, %dx
        movl    $\high, %eax
        bswapl  %eax
        outl    %eax, %dx
        movw    $DMA_LOW, %dx
        movl    $\low, %eax
        bswapl  %eax
        outl    %eax, %dx
.endm

// 64 MiB of RAM: TSEG of 1 MiB lies at 3F00000. Says '0' or 'E' for each descriptor, then whether
// TSEG is what it was ('T' or 't'), then 'K'.
guest hostile_dma
        begin
        unreal  %cs:(7f - lab_guest_hostile_dma)
        movl    $0x03f00000, %edi
        movl    $0xa5a5a5a5, (%edi)
        pci_byte MCH, 0x9e, 0x01        // ESMRAMC: TSEG, 1 MiB
        pci_byte MCH, 0x9d, 0x0a        // SMRAM: G_SMRAME
        pci_byte MCH, 0x9c, 0xff        // 30000-4FFFF: asked for, then locked
        pci_byte MCH, 0x9c, 0x02
        movw    $(8f - lab_guest_hostile_dma), %si
1:      movw    $DESCRIPTOR, %di
        movw    $16, %cx
2:      movb    %cs:(%si), %al
        movb    %al, (%di)
        incw    %si
        incw    %di
        loop    2b
        start_dma 0, DESCRIPTOR
        movb    $'0, %al
        cmpl    $0, DESCRIPTOR
        je      3f
        movb    $'E, %al
        cmpl    $0x01000000, DESCRIPTOR // bit 0, big-endian
        je      3f
        movb    $'?, %al
3:      say_al
        cmpw    $(9f - lab_guest_hostile_dma), %si
        jb      1b
        start_dma 0xffffffff, 0xfffffff8        // descriptors that are nowhere
        start_dma 0x00000000, 0x000a0000
        start_dma 0x00000000, 0x03effff8
        start_dma 0x00000000, 0xfffff000
        pci_byte MCH, 0x9e, 0x00        // TSEG off: not locked here
        movl    $0x03f00000, %edi
        movb    $'T, %al
        cmpl    $0xa5a5a5a5, (%edi)
        je      4f
        movb    $'t, %al
4:      say_al
        say     'K
        halt_for_ever
        .balign 8
6:      .quad 0, 0x00cf93000000ffff
7:      .word 15
        .long 0xffff0000 + (6b - lab_guest_hostile_dma)
// Control: select 08h, read 02h, skip 04h, write 10h, key in bits 31:16.
8:      descriptor 0x0000000a, 4, 0, 0x3000                     // 0: a good one
        descriptor 0x0000000a, 16, 0xffffffff, 0xfffffff8       // E: wraps
        descriptor 0x0000000a, 0xffffffff, 0, 0x100000          // E: 4 GiB
        descriptor 0x0000000a, 4, 0, 0x03f00000                 // E: TSEG
        descriptor 0x0000000a, 8, 0, 0x03effffc                 // E: its edge
        descriptor 0x0000000a, 4, 0, 0x38000                    // E: SMRAM at the default SMBASE
        descriptor 0x0000000a, 4, 0, 0xa0000                    // E: SMRAM below 1 MiB
        descriptor 0x0000000a, 4, 0, 0xfffff000                 // E: flash
        descriptor 0x0000000a, 4, 0, 0xfee00000                 // E: local APIC
        descriptor 0x0000000a, 4, 1, 0x00000000                 // E: above all RAM
        descriptor 0x00000018, 4, 0, 0x3000                     // E: write to a read-only item
        descriptor 0x3fff0018, 0xffffffff, 0, 0x3000            // E: write 4 GiB to no item
        descriptor 0x00190018, 4, 0, 0x03f00000                 // E: write from TSEG
        descriptor 0x3ffe000a, 4, 0, 0x3000                     // 0: no such item reads as zeros
        descriptor 0x0000000c, 0xffffffff, 0, 0                 // 0: skipping costs nothing
        descriptor 0x00000000, 4, 0, 0xa0000                    // 0: nothing asked
9:
guest_end hostile_dma

// Says 'N' when hotplug is negotiated ('X' if that failed), and then obeys COM1: 's' has it claim
// on the step port that CPU 1 has taken every step there is; it answers 'K'. 'i' has it say 'I' and
// then send INIT to local APIC 1 without end.
guest negotiate
        begin
        say     'B
        movl    $0x0019000a, %eax       // the directory, to 4000
        movl    $0x1000, %ecx
        movl    $0x4000, %ebx
        call    dma
        movw    $(requested - lab_guest_negotiate), %di
        movw    $(features_ok - requested), %cx
        call    find
        shll    $16, %eax
        orl     $0x18, %eax             // select and write: broadcast and CPU hotplug
        movl    $3, 0x2100
        movl    $0, 0x2104
        movl    $8, %ecx
        movl    $0x2100, %ebx
        call    dma
        movw    $(features_ok - lab_guest_negotiate), %di
        movw    $(negotiate_end - features_ok), %cx
        call    find
        shll    $16, %eax
        orl     $0x0a, %eax
        movl    $1, %ecx
        movl    $0x2110, %ebx
        call    dma
        cmpb    $1, 0x2110
        jne     failed
        say     'N
wait:   movw    $0x3fd, %dx             // LSR: data ready
        inb     %dx, %al
        testb   $1, %al
        jz      wait
        movw    $0x3f8, %dx
        inb     %dx, %al
        cmpb    $'i, %al
        je      storm
        cmpb    $'s, %al
        jne     wait
        // CPU 1 in bits 31:16, a code in 7:0: all of them, those of the VMM and unknown ones too.
        movw    $0xd10, %dx
        movl    $0x00010001, %eax
1:      outl    %eax, %dx
        incb    %al
        jnz     1b
        movl    $0x00010005, %eax       // and once more that all is reported
        outl    %eax, %dx
        say     'K
        jmp     wait
storm:  unreal  %cs:(flat_table - lab_guest_negotiate)
        movl    $0xfee00310, %edi       // ICR, bits 63:32: destination 1
        movl    $0x01000000, (%edi)
        say     'I
        movl    $0xfee00300, %edi
        movl    $0x00004500, %eax       // INIT, assert, edge
1:      movl    %eax, (%edi)
        jmp     1b
        .balign 8
flat:   .quad 0, 0x00cf93000000ffff
flat_table:
        .word 15
        .long 0xffff0000 + (flat - lab_guest_negotiate)
failed: say     'X
        halt_for_ever

// EAX: control, ECX: length, EBX: address. Ends at X if it went wrong.
dma:    bswapl  %eax
        movl    %eax, DESCRIPTOR
        bswapl  %ecx
        movl    %ecx, DESCRIPTOR + 4
        movl    $0, DESCRIPTOR + 8
        bswapl  %ebx
        movl    %ebx, DESCRIPTOR + 12
        start_dma 0, DESCRIPTOR
        cmpl    $0, DESCRIPTOR
        jne     failed
        ret
// The key, in EAX, of the file whose name is at CS:DI, CX bytes with its NUL.
find:   movw    $0xf000, %ax
        movw    %ax, %es                // the image once more: CS has no selector
        movzbw  0x4003, %bx             // entries
        movw    $0x400c, %si            // name of the first
2:      pushw   %si
        pushw   %di
        pushw   %cx
        repe    cmpsb
        popw    %cx
        popw    %di
        popw    %si
        je      3f
        addw    $64, %si
        decw    %bx
        jnz     2b
        jmp     failed
3:      movzwl  -4(%si), %eax
        xchgb   %al, %ah
        ret
requested:
        .asciz "etc/smi/requested-features"
features_ok:
        .asciz "etc/smi/features-ok"
negotiate_end:
guest_end negotiate

        .section .note.GNU-stack, "", @progbits
