# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find disk images that were cut off: their own tables refer to data beyond the end of the file."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array

from ansible_collections.dcn.glance.plugins.module_utils._glance.disk_layouts import (
    SECTOR,
    Read,
    missing_iso,
    missing_vdi,
    missing_vhd,
    missing_vhdx,
    missing_vmdk,
)

# The qcow2 header from its start to l1_table_offset; source: docs/interop/qcow2.txt of QEMU.
_QCOW2 = struct.Struct(">4sIQIIQIIQ")
_QCOW2_INCOMPATIBLE = 72
_QCOW2_EXTERNAL_DATA, _QCOW2_EXTENDED_L2 = 1 << 2, 1 << 4
_QCOW2_OFFSET, _QCOW2_COMPRESSED, _QCOW2_ZERO = 0x00FFFFFFFFFFFE00, 1 << 62, 1
# The GPT header from its start to the LBA of its backup; source: UEFI specification, section 5.3.2.
_GPT = struct.Struct("<8sIIIIQQ")
_GPT_PARTITION_TYPE = 0xEE


def missing_data(read: Read, size: int, disk_format: str) -> str:
    """What lies beyond the end of a file of ``size`` bytes.

    Empty for a complete file, and for formats and contents that do not show it.
    """
    check = _CHECKS.get(disk_format)
    return check(read, size) if check else ""


def _missing_qcow2(read: Read, size: int) -> str:
    """Tables must be complete; QEMU may leave the last cluster of data incomplete, so only its start must exist."""
    header = read(0, 104)
    if len(header) < _QCOW2.size:
        return "the qcow2 header"
    _magic, version, _backing, _backing_size, cluster_bits, _size, _crypt, entries, table = _QCOW2.unpack_from(header)
    if version not in (2, 3) or not 9 <= cluster_bits <= 21:
        return ""
    features = struct.unpack_from(">Q", header, _QCOW2_INCOMPATIBLE)[0] if version == 3 and len(header) >= 80 else 0
    if table + 8 * entries > size:
        return "the qcow2 L1 table"
    if features & _QCOW2_EXTERNAL_DATA:
        return ""
    step = 2 if features & _QCOW2_EXTENDED_L2 else 1
    for offset in _offsets(read(table, 8 * entries)):
        if offset + (1 << cluster_bits) > size:
            return f"a qcow2 L2 table at byte {offset}"
        last = _last_cluster(read(offset, 1 << cluster_bits), step, cluster_bits)
        if last >= size:
            return f"a qcow2 cluster at byte {last}"
    return ""


def _numbers(data: bytes) -> array[int]:
    """Big-endian numbers of 64 bits."""
    found = array("Q", data[: len(data) // 8 * 8])
    if sys.byteorder == "little":
        found.byteswap()
    return found


def _offsets(table: bytes) -> list[int]:
    """The offsets of the L2 tables in an L1 table."""
    return sorted({entry & _QCOW2_OFFSET for entry in _numbers(table)} - {0})


def _last_cluster(table: bytes, step: int, cluster_bits: int) -> int:
    """The highest offset to which an L2 table refers; -1 for none."""
    sectors_shift = 62 - (cluster_bits - 8)
    last = -1
    for entry in _numbers(table)[::step]:
        if entry & _QCOW2_COMPRESSED:
            first = (entry & ((1 << sectors_shift) - 1)) // SECTOR
            more = (entry & (_QCOW2_COMPRESSED - 1)) >> sectors_shift
            last = max(last, (first + more) * SECTOR)
        elif entry & _QCOW2_OFFSET and not entry & _QCOW2_ZERO:
            last = max(last, entry & _QCOW2_OFFSET)
    return last


def _missing_partition(read: Read, size: int) -> str:
    """The partition tables of a disk: the backup header of a GPT is in its last sector, partitions end on the disk."""
    head = read(0, 2 * SECTOR)
    gpt = head[SECTOR:]
    if len(gpt) == SECTOR and gpt.startswith(b"EFI PART"):
        _signature, _revision, length, checksum, _reserved, _own, backup = _GPT.unpack_from(gpt)
        whole = gpt[:16] + bytes(4) + gpt[20:length]
        if 92 <= length <= SECTOR and zlib.crc32(whole) == checksum:
            end = (backup + 1) * SECTOR
            return f"the backup GPT header at byte {backup * SECTOR}" if end > size else ""
    for number, (start, sectors) in enumerate(_mbr_partitions(head[:SECTOR]), 1):
        if (start + sectors) * SECTOR > size:
            return f"the end of partition {number} at byte {(start + sectors) * SECTOR}"
    return ""


def _mbr_partitions(sector: bytes) -> list[tuple[int, int]]:
    """(start, length) in sectors of the primary partitions; empty where the sector is not certainly an MBR.

    Boot sectors of file systems have the same signature and code in place of the partition table.
    """
    if len(sector) < SECTOR or sector[510:] != b"\x55\xaa":
        return []
    found = []
    end = 1
    for offset in range(446, 510, 16):
        entry = sector[offset : offset + 16]
        status, kind = entry[0], entry[4]
        start, sectors = struct.unpack_from("<II", entry, 8)
        if not kind and not any(entry):
            continue
        if status not in (0x00, 0x80) or not kind or kind == _GPT_PARTITION_TYPE or start < end or not sectors:
            return []
        end = start + sectors
        found.append((start, sectors))
    return found


_CHECKS = {
    "qcow2": _missing_qcow2,
    "raw": _missing_partition,
    "vmdk": missing_vmdk,
    "vdi": missing_vdi,
    "vhd": missing_vhd,
    "vhdx": missing_vhdx,
    "iso": missing_iso,
}
