# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find vmdk, vdi, vhd, vhdx and iso files that were cut off, and read the size of the disk that a file describes."""

from __future__ import annotations

import struct
import sys
import uuid
from array import array
from collections.abc import Callable, Mapping

#: Reads bytes of the file: (offset, number); fewer at its end.
Read = Callable[[int, int], bytes]
SECTOR = 512
# The header of a sparse vmdk up to compressAlgorithm; source: VMware, Virtual Disk Format 5.0.
_VMDK = struct.Struct("<4sIIQQQQIQQQB4sH")
_VMDK_COMPRESSED, _VMDK_AT_END = 1 << 16, (1 << 64) - 1
_VMDK_MAX_TABLES = 1 << 20
# The fields of a vdi from the offset of its block map; source: block/vdi.c of QEMU.
_VDI = struct.Struct("<II20xQIIII")
_VDI_AT = 340
# The regions of a vhdx; source: MS-VHDX, sections 2.2.3, 2.5 and 2.6.
_VHDX_REGIONS = (192 * 1024, 256 * 1024)
_VHDX_BAT = uuid.UUID("2dc27766-f623-4200-9d64-115e9bfd4a08").bytes_le
_VHDX_METADATA = uuid.UUID("8b7ca206-4790-4b9a-b8fe-575f050f886e").bytes_le
_VHDX_DISK_SIZE = uuid.UUID("2fa54224-cd1b-4876-b211-5dbed83bf4b8").bytes_le
_VHDX_PARAMETERS = uuid.UUID("caa16737-fa36-4d43-b3b6-33f0aa44e76b").bytes_le
_VHDX_ENTRY = struct.Struct("<16sQII")
_VHDX_BLOCK = 1 << 20
_VHDX_STATES = (6, 7)
_ISO_DESCRIPTOR = 32768


def missing_vmdk(read: Read, size: int) -> str:
    """What a sparse vmdk lacks: its end marker where the directory is at the end, else what the directory names."""
    header = read(0, _VMDK.size)
    if not header.startswith(b"KDMV"):
        return ""
    if len(header) < _VMDK.size:
        return "the vmdk header"
    fields = _VMDK.unpack(header)
    flags, capacity, grain, per_table, directory = fields[2], fields[3], fields[4], fields[7], fields[9]
    if directory == _VMDK_AT_END:
        tail = read(max(0, size - 2 * SECTOR), 2 * SECTOR)
        whole = tail.startswith(b"KDMV") and tail[SECTOR:] == bytes(SECTOR)
        return "" if whole else "the footer and end marker of the stream-optimized vmdk"
    if not grain or not per_table:
        return ""
    tables = -(-capacity // (grain * per_table))
    if tables > _VMDK_MAX_TABLES:
        return ""
    if directory * SECTOR + 4 * tables > size:
        return "the vmdk grain directory"
    last = 0
    for table in sorted(set(_words(read(directory * SECTOR, 4 * tables))) - {0}):
        if table * SECTOR + 4 * per_table > size:
            return f"a vmdk grain table at byte {table * SECTOR}"
        last = max(last, *_words(read(table * SECTOR, 4 * per_table)))
    return _missing_grain(read, size, last * SECTOR, 0 if flags & _VMDK_COMPRESSED else grain * SECTOR)


def _missing_grain(read: Read, size: int, start: int, length: int) -> str:
    """The end of the last grain; a compressed one (``length`` 0) states its length after the number of its sector."""
    if start <= SECTOR:  # 0 is no grain, and 1 one of zeros
        return ""
    marker = read(start, 12)
    if not length:
        length = 12 + struct.unpack_from("<I", marker, 8)[0] if len(marker) == 12 else 12
    return f"the end of the vmdk grain at byte {start}" if start + length > size else ""


def _words(data: bytes) -> array[int]:
    """Little-endian numbers of 32 bits."""
    found = array("I", data[: len(data) // 4 * 4])
    if sys.byteorder == "big":
        found.byteswap()
    return found


def missing_vdi(read: Read, size: int) -> str:
    """The block map and the blocks that the header of a vdi counts."""
    fields = read(_VDI_AT, _VDI.size)
    if len(fields) < _VDI.size:
        return "the vdi header"
    table, first, _disk, block, extra, _blocks, allocated = _VDI.unpack(fields)
    if table > size:
        return "the vdi block map"
    end = first + allocated * (block + extra)
    return f"the end of its {allocated} vdi blocks at byte {end}" if end > size else ""


def missing_vhd(read: Read, size: int) -> str:
    """The footer in the last sector of a dynamic or differencing vhd, which starts with a copy of it."""
    tail = read(max(0, size - SECTOR), SECTOR)
    return "" if tail.startswith(b"conectix") and size > SECTOR else "the vhd footer in its last sector"


def missing_vhdx(read: Read, size: int) -> str:
    """The regions of a vhdx, and the blocks that its block table names; blocks have at least 1 MiB."""
    regions = _vhdx_regions(read)
    if not regions:
        return "the vhdx region table" if size < _VHDX_REGIONS[1] else ""
    for offset, length in regions.values():
        if offset + length > size:
            return f"a vhdx region at byte {offset}"
    offset, length = regions.get(_VHDX_BAT, (0, 0))
    table = array("Q", read(offset, length // 8 * 8))
    if sys.byteorder == "big":
        table.byteswap()
    last = max((entry // _VHDX_BLOCK for entry in table if entry & 7 in _VHDX_STATES), default=0) * _VHDX_BLOCK
    block = _vhdx_item(read, regions, _VHDX_PARAMETERS, "<I") or _VHDX_BLOCK
    return f"the end of the vhdx block at byte {last}" if last and last + block > size else ""


def _vhdx_regions(read: Read) -> dict[bytes, tuple[int, int]]:
    """(offset, length) of each region, from the first region table that is readable."""
    for start in _VHDX_REGIONS:
        head = read(start, 16)
        if len(head) == 16 and head.startswith(b"regi"):
            number = min(struct.unpack_from("<I", head, 8)[0], 2047)
            data = read(start + 16, 32 * number)
            entries = [_VHDX_ENTRY.unpack_from(data, at) for at in range(0, len(data) // 32 * 32, 32)]
            return {name: (offset, length) for name, offset, length, _required in entries}
    return {}


def missing_iso(read: Read, size: int) -> str:
    """The end of the volume that the primary volume descriptor states."""
    descriptor = read(_ISO_DESCRIPTOR, 132)
    if len(descriptor) < 132 or descriptor[:6] != b"\x01CD001":
        return ""
    blocks, block = struct.unpack_from("<I", descriptor, 80)[0], struct.unpack_from("<H", descriptor, 128)[0]
    return f"the end of its volume at byte {blocks * block}" if blocks * block > size else ""


def virtual_size(read: Read, size: int, content: str) -> int | None:
    """The size in bytes of the disk that a file of this format contains; None where it cannot be read.

    A vhd states two sizes, and programs disagree which of them counts.
    """
    if content in ("raw", "iso"):
        return size
    offsets = {"qcow2": (">Q", 24, 1), "vmdk": ("<Q", 12, SECTOR), "vdi": ("<Q", 368, 1)}
    if content == "vhdx":
        return _vhdx_item(read, _vhdx_regions(read), _VHDX_DISK_SIZE, "<Q")
    if content not in offsets or (content == "vmdk" and read(0, 4) != b"KDMV"):
        return None
    layout, offset, unit = offsets[content]
    data = read(offset, 8)
    return int(struct.unpack(layout, data)[0]) * unit if len(data) == 8 else None


def _vhdx_item(read: Read, regions: Mapping[bytes, tuple[int, int]], item: bytes, layout: str) -> int | None:
    """A number in the metadata of a vhdx; None where it has none."""
    start, length = regions.get(_VHDX_METADATA, (0, 0))
    table = read(start, min(length, 65536)) if length else b""
    for at in range(32, len(table) - 31, 32):
        if table[at : at + 16] == item:
            data = read(start + struct.unpack_from("<I", table, at + 16)[0], struct.calcsize(layout))
            return int(struct.unpack(layout, data)[0]) if len(data) == struct.calcsize(layout) else None
    return None
