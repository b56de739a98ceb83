# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of other formats that were cut off, built byte by byte; the lab checks files that qemu-img has written."""

from __future__ import annotations

import struct

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance import disk_layouts
from ansible_collections.dcn.glance.plugins.module_utils._glance.disk_layouts import virtual_size
from ansible_collections.dcn.glance.plugins.module_utils._glance.truncation import missing_data

SECTOR, MIB = 512, 1024 * 1024


def reader(data: bytes):
    return lambda offset, number: data[offset : offset + number]


def missing(data: bytes, disk_format: str, cut: int = 0) -> str:
    data = data[: len(data) - cut]
    return missing_data(reader(data), len(data), disk_format)


def vmdk(*grains: int, compressed: bool = False, at_end: bool = False) -> bytes:
    """Header, directory in sector 1, one table of 4 entries in sector 2; grains of 2 sectors from sector 4 on."""
    directory = disk_layouts._VMDK_AT_END if at_end else 1
    header = struct.pack(
        "<4sIIQQQQIQQQB4sH", b"KDMV", 1, (1 << 16) * compressed, 8, 2, 0, 0, 4, 0, directory, 0, 0, b"", 0
    )
    parts = [header, struct.pack("<I", 2), struct.pack("<4I", *grains, *[0] * (4 - len(grains))), b""]
    data = b"".join(part.ljust(SECTOR, b"\0") for part in parts)
    grain = struct.pack("<QI", 0, 600) + bytes(600) if compressed else bytes(2 * SECTOR)
    return data + grain + (header.ljust(SECTOR, b"\0") + bytes(SECTOR) if at_end else b"")


def vdi(allocated: int) -> bytes:
    head = struct.pack("<II20xQIIII", 512, 1024, 3 * MIB, MIB, 0, 3, allocated)
    return (bytes(340) + head).ljust(1024, b"\0") + bytes(allocated * MIB)


def vhdx(*states: int, signature: bytes = b"regi") -> bytes:
    """Regions at 192 KiB; metadata at 1 MiB, the block table at 2 MiB, blocks of 2 MiB from 3 MiB on."""
    data = bytearray(3 * MIB + 2 * MIB * len(states))
    data[:8] = b"vhdxfile"
    entries = ((disk_layouts._VHDX_METADATA, MIB), (disk_layouts._VHDX_BAT, 2 * MIB))
    table = signature + struct.pack("<III", 0, 2, 0)
    table += b"".join(struct.pack("<16sQII", name, offset, MIB, 1) for name, offset in entries)
    data[192 * 1024 : 192 * 1024 + len(table)] = table
    items = ((disk_layouts._VHDX_PARAMETERS, 65536), (disk_layouts._VHDX_DISK_SIZE, 65552))
    meta = b"metadata".ljust(32, b"\0")
    meta += b"".join(struct.pack("<16sIIII", name, offset, 8, 0, 0) for name, offset in items)
    data[MIB : MIB + len(meta)] = meta
    data[MIB + 65536 : MIB + 65540] = struct.pack("<I", 2 * MIB)
    data[MIB + 65552 : MIB + 65560] = struct.pack("<Q", 7 * MIB)
    blocks = struct.pack(f"<{len(states)}Q", *((3 + 2 * at) * MIB | state for at, state in enumerate(states)))
    data[2 * MIB : 2 * MIB + len(blocks)] = blocks
    return bytes(data)


def iso(blocks: int = 20, size: int = 20 * 2048) -> bytes:
    descriptor = bytearray(2048)
    descriptor[:6] = b"\x01CD001"
    descriptor[80:84], descriptor[128:130] = struct.pack("<I", blocks), struct.pack("<H", 2048)
    return (bytes(32768) + bytes(descriptor)).ljust(size, b"\0")


VHD = b"conectix".ljust(SECTOR, b"\0")


@pytest.mark.parametrize(
    ("data", "disk_format", "cut", "found"),
    [
        (vmdk(4), "vmdk", 0, ""),
        (vmdk(4), "vmdk", 1, "the end of the vmdk grain at byte 2048"),
        (vmdk(4), "vmdk", 1024, "the end of the vmdk grain at byte 2048"),
        (vmdk(1), "vmdk", 1024, ""),  # a grain of zeros
        (vmdk(), "vmdk", 1024, ""),
        (vmdk(4), "vmdk", 2048, "a vmdk grain table at byte 1024"),
        (vmdk(4), "vmdk", 2560, "the vmdk grain directory"),
        (vmdk(4), "vmdk", 3060, "the vmdk header"),
        (vmdk(4, compressed=True), "vmdk", 0, ""),
        (vmdk(4, compressed=True), "vmdk", 1, "the end of the vmdk grain at byte 2048"),
        (vmdk(4, compressed=True), "vmdk", 605, "the end of the vmdk grain at byte 2048"),
        (vmdk(4, compressed=True, at_end=True), "vmdk", 0, ""),
        (vmdk(4, compressed=True, at_end=True), "vmdk", 1, "the footer and end marker of the stream-optimized vmdk"),
        (b"# Disk DescriptorFile", "vmdk", 0, ""),
        (vdi(2), "vdi", 0, ""),
        (vdi(2), "vdi", 1, f"the end of its 2 vdi blocks at byte {1024 + 2 * MIB}"),
        (vdi(2), "vdi", 2 * MIB + 600, "the vdi block map"),
        (vdi(2), "vdi", 2 * MIB + 700, "the vdi header"),
        (VHD + bytes(SECTOR) + VHD, "vhd", 0, ""),
        (VHD + bytes(SECTOR) + VHD, "vhd", 1, "the vhd footer in its last sector"),
        (VHD, "vhd", 0, "the vhd footer in its last sector"),
        (vhdx(6, 7), "vhdx", 0, ""),
        (vhdx(6, 7), "vhdx", 1, f"the end of the vhdx block at byte {5 * MIB}"),
        (vhdx(6, 2), "vhdx", 2 * MIB, ""),  # a block of zeros
        (vhdx(6), "vhdx", 3 * MIB, f"a vhdx region at byte {2 * MIB}"),
        (vhdx(6), "vhdx", 5 * MIB - 1000, "the vhdx region table"),
        (vhdx(6, signature=b"none"), "vhdx", 0, ""),
        (iso(), "iso", 0, ""),
        (iso(), "iso", 1, "the end of its volume at byte 40960"),
        (iso(size=50 * 2048), "iso", 0, ""),
        (iso(), "iso", 40960 - 32800, ""),
    ],
)
def test_missing_data(data: bytes, disk_format: str, cut: int, found: str) -> None:
    assert missing(data, disk_format, cut) == found


@pytest.mark.parametrize(
    ("data", "content", "size"),
    [
        (struct.pack(">4sIQIIQ", b"QFI\xfb", 3, 0, 0, 16, 777), "qcow2", 777),
        (vmdk(4), "vmdk", 8 * SECTOR),
        (b"# Disk DescriptorFile, and more", "vmdk", None),
        (vdi(1), "vdi", 3 * MIB),
        (vhdx(6), "vhdx", 7 * MIB),
        (vhdx(6, signature=b"none"), "vhdx", None),
        (VHD, "vhd", None),
        (b"QFI", "qcow2", None),
        (bytes(99), "raw", 99),
        (iso(), "iso", 40960),
        (bytes(99), "luks", None),
    ],
)
def test_virtual_size(data: bytes, content: str, size: int | None) -> None:
    assert virtual_size(reader(data), len(data), content) == size
