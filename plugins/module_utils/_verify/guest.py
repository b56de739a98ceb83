# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disk of a tiny guest that proves a boot: 512 bytes of code that write to the serial port and to their disk.

The code is a boot sector for any PC. It writes a line to the first serial port, which Nova shows as the console, writes
itself to the second sector of its disk, and says whether that worked. It needs no driver, no network and no memory.
"""

from __future__ import annotations

from collections.abc import Sequence

SECTOR = 512
#: Where the firmware loads the first sector, and starts it.
ORIGIN = 0x7C00
#: One partition from the second sector on. Glance and Nova take an image without one for a broken partition table.
PARTITION_AT, SIGNATURE = 446, b"\x55\xaa"

STARTED = "dcn.glance verify: started"
WROTE = "dcn.glance verify: wrote to the disk"
REFUSED = "dcn.glance verify: cannot write to the disk"

#: Sizes of an address: of a label in memory, or its distance from the next instruction.
_SIZES = {"at": 2, "to": 2, "near": 1}


def _text(line: str) -> bytes:
    return line.encode("ascii") + b"\r\n\0"


#: The machine code (16 bit), and behind it the text that it prints. Each entry is label, instruction, address.
_CODE = (
    ("", b"\xfa", ""),  # cli: no interrupts until there is a stack
    ("", b"\x31\xc0", ""),  # xor ax, ax
    ("", b"\x8e\xd8", ""),  # mov ds, ax: all segments start at 0
    ("", b"\x8e\xc0", ""),  # mov es, ax
    ("", b"\x8e\xd0", ""),  # mov ss, ax
    ("", b"\xbc\x00\x7c", ""),  # mov sp, 0x7c00: the stack grows down from the code
    ("", b"\xfb", ""),  # sti
    ("", b"\x88\x16", "at drive"),  # mov [drive], dl: the firmware's number of the disk
    ("", b"\xbe", "at started"),  # mov si, started
    ("", b"\xe8", "to print"),  # call print
    ("", b"\xb8\x01\x03", ""),  # mov ax, 0x0301: write one sector
    ("", b"\xbb\x00\x7c", ""),  # mov bx, 0x7c00: this code
    ("", b"\xb9\x02\x00", ""),  # mov cx, 2: to cylinder 0, sector 2; sectors start at 1
    ("", b"\x8a\x16", "at drive"),  # mov dl, [drive]
    ("", b"\xb6\x00", ""),  # mov dh, 0: head 0
    ("", b"\xcd\x13", ""),  # int 0x13: the firmware's disk service; carry means that it failed
    ("", b"\xbe", "at refused"),  # mov si, refused
    ("", b"\x72", "near say"),  # jc say
    ("", b"\xbe", "at wrote"),  # mov si, wrote
    ("say", b"\xe8", "to print"),  # call print
    ("halt", b"\xf4", ""),  # hlt
    ("", b"\xeb", "near halt"),  # jmp halt
    ("print", b"\xac", ""),  # lodsb: the next character of the text at si
    ("", b"\x84\xc0", ""),  # test al, al
    ("", b"\x74", "near done"),  # jz done: it ends with 0
    ("", b"\x88\xc3", ""),  # mov bl, al
    ("", b"\xba\xfd\x03", ""),  # mov dx, 0x3fd: the state of the first serial port
    ("wait", b"\xec", ""),  # in al, dx
    ("", b"\xa8\x20", ""),  # test al, 0x20: whether it takes a character
    ("", b"\x74", "near wait"),  # jz wait
    ("", b"\xb2\xf8", ""),  # mov dl, 0xf8: its data, 0x3f8
    ("", b"\x88\xd8", ""),  # mov al, bl
    ("", b"\xee", ""),  # out dx, al
    ("", b"\xeb", "near print"),  # jmp print
    ("done", b"\xc3", ""),  # ret
    ("drive", b"\x00", ""),
    ("started", _text(STARTED), ""),
    ("wrote", _text(WROTE), ""),
    ("refused", _text(REFUSED), ""),
)


def boot_disk(size: int = 2**20) -> bytes:
    """The raw disk, ``size`` bytes."""
    sector = bytearray(_assembled(_CODE).ljust(SECTOR - len(SIGNATURE), b"\0") + SIGNATURE)
    sectors = size // SECTOR - 1
    #       active, start (head, sector, cylinder), type Linux, end (the largest), first sector, number of sectors
    entry = b"\x80\x00\x02\x00" + b"\x83\xfe\xff\xff" + (1).to_bytes(4, "little") + sectors.to_bytes(4, "little")
    sector[PARTITION_AT : PARTITION_AT + len(entry)] = entry
    return bytes(sector).ljust(size, b"\0")


def _assembled(lines: Sequence[tuple[str, bytes, str]]) -> bytes:
    """The instructions with the addresses that they name: ``at`` in memory, ``to`` and ``near`` as a distance."""
    labels, position = {}, 0
    for label, code, address in lines:
        labels[label] = position
        position += len(code) + _SIZES.get(address.partition(" ")[0], 0)
    out = b""
    for _label, code, address in lines:
        out += code
        if address:
            kind, name = address.split()
            size = _SIZES[kind]
            value = ORIGIN + labels[name] if kind == "at" else labels[name] - len(out) - size
            out += (value % 256**size).to_bytes(size, "little")
    return out
