# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disk images that were cut off, built byte by byte from the published layouts."""

from __future__ import annotations

import struct
import zlib

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.truncation import missing_data

CLUSTER = 65536
COMPRESSED, ZERO = 1 << 62, 1


def missing(data: bytes, disk_format: str, size: int | None = None) -> str:
    """The verdict on the first ``size`` bytes of an image."""
    data = data[: len(data) if size is None else size]
    return missing_data(lambda offset, number: data[offset : offset + number], len(data), disk_format)


def qcow2(*entries: int, version: int = 3, bits: int = 16, features: int = 0, clusters: int = 5) -> bytes:
    """Header, L1 table, L2 table with these entries, and clusters of data: one cluster each."""
    cluster = 1 << bits
    header = struct.pack(">4sIQIIQIIQ", b"QFI\xfb", version, 0, 0, bits, 1 << 30, 0, 2, cluster)
    header = header.ljust(72, b"\0") + (struct.pack(">QQQII", features, 0, 0, 4, 104) if version == 3 else b"")
    tables = [struct.pack(">QQ", 2 * cluster | 1 << 63, 0), struct.pack(f">{len(entries)}Q", *entries)]
    return b"".join(part.ljust(cluster, b"\0") for part in (header, *tables)) + bytes((clusters - 3) * cluster)


def data(number: int) -> int:
    """The entry of a cluster of data."""
    return number * CLUSTER | 1 << 63


def compressed(offset: int, sectors: int) -> int:
    """The entry of a compressed cluster that ends in a later sector."""
    return COMPRESSED | sectors << 54 | offset


@pytest.mark.parametrize(
    ("image", "size", "found"),
    [
        (qcow2(data(3), data(4)), None, ""),
        (qcow2(data(3), data(4)), 4 * CLUSTER + 1, ""),  # QEMU may leave the last cluster incomplete
        (qcow2(data(3), data(4)), 4 * CLUSTER, f"a qcow2 cluster at byte {4 * CLUSTER}"),
        (qcow2(data(4), data(3)), 3 * CLUSTER + 9, f"a qcow2 cluster at byte {4 * CLUSTER}"),
        (qcow2(data(3), version=2), 3 * CLUSTER, f"a qcow2 cluster at byte {3 * CLUSTER}"),
        (qcow2(data(3), version=2), None, ""),
        (qcow2(data(3)), 3 * CLUSTER - 1, f"a qcow2 L2 table at byte {2 * CLUSTER}"),
        (qcow2(data(3)), CLUSTER + 15, "the qcow2 L1 table"),
        (qcow2(data(3)), 30, "the qcow2 header"),
        (qcow2(data(3)), 79, "the qcow2 L1 table"),
        (qcow2(data(9) | ZERO), None, ""),  # reads as zeros
        (qcow2(0, 0), None, ""),
        (qcow2(compressed(3 * CLUSTER + 100, 3)), 3 * CLUSTER + 1537, ""),
        (qcow2(compressed(3 * CLUSTER + 100, 3)), 3 * CLUSTER + 1536, f"a qcow2 cluster at byte {3 * CLUSTER + 1536}"),
        (qcow2(data(3), 0xFF << 32, data(4), features=1 << 4), 4 * CLUSTER, f"a qcow2 cluster at byte {4 * CLUSTER}"),
        (qcow2(data(3), data(99), features=1 << 4), None, ""),  # bits of subclusters, not an offset
        (qcow2(data(99), features=1 << 2), None, ""),  # data in an external file
        (qcow2(data(3), version=1), CLUSTER, ""),
        (qcow2(data(3)).replace(b"\0\0\0\x10", b"\0\0\0\x40", 1), CLUSTER, ""),
    ],
)
def test_qcow2(image: bytes, size: int | None, found: str) -> None:
    assert missing(image, "qcow2", size) == found


def mbr(*partitions: tuple[int, int, int, int]) -> bytes:
    """A disk of 100 sectors with (status, type, start, sectors) of its partitions."""
    entries = b"".join(
        struct.pack("<BxxxBxxxII", status, kind, start, sectors) for status, kind, start, sectors in partitions
    )
    return (bytes(446) + entries.ljust(64, b"\0") + b"\x55\xaa").ljust(100 * 512, b"\0")


def gpt(length: int = 92, broken: bool = False) -> bytes:
    """A disk of 100 sectors with a protective MBR and a GPT whose backup is in the last one."""
    header = struct.pack(
        "<8sIIIIQQQQ16sQIII", b"EFI PART", 1 << 16, length, 0, 0, 1, 99, 34, 66, bytes(16), 2, 128, 128, 0
    )
    checksum = zlib.crc32(header.ljust(length, b"\0")) ^ broken
    header = header[:16] + struct.pack("<I", checksum) + header[20:]
    return mbr((0, 0xEE, 1, 99))[:512] + header.ljust(99 * 512, b"\0")


@pytest.mark.parametrize(
    ("image", "sectors", "found"),
    [
        (mbr((0x80, 0x83, 1, 50), (0, 0x82, 51, 49)), 100, ""),
        (mbr((0x80, 0x83, 1, 50), (0, 0x82, 51, 49)), 99, "the end of partition 2 at byte 51200"),
        (mbr((0x80, 0x83, 1, 50)), 40, "the end of partition 1 at byte 26112"),
        (mbr((0x80, 0x83, 1, 50)), 51, ""),
        (mbr(), 3, ""),
        (mbr((0x80, 0x83, 1, 50), (0x33, 0x82, 51, 49)), 40, ""),  # no MBR but code
        (mbr((0x80, 0x83, 1, 50), (0, 0x82, 20, 49)), 40, ""),  # overlapping
        (mbr((0x80, 0, 1, 50)), 40, ""),
        (mbr((0x80, 0x83, 0, 50)), 40, ""),
        (mbr((0x80, 0x83, 1, 0)), 40, ""),
        (mbr((0, 0xEE, 1, 99)), 40, ""),
        (mbr((0x80, 0x83, 1, 50)).replace(b"\x55\xaa", b"\0\0"), 40, ""),
        (gpt(), 100, ""),
        (gpt(), 99, "the backup GPT header at byte 50688"),
        (gpt(), 2, "the backup GPT header at byte 50688"),
        (gpt(broken=True), 40, ""),
        (gpt(length=512), 40, "the backup GPT header at byte 50688"),
        (bytes(51200), 1, ""),
    ],
)
def test_raw(image: bytes, sectors: int, found: str) -> None:
    assert missing(image, "raw", sectors * 512) == found


@pytest.mark.parametrize("disk_format", ["qed", "luks", ""])
def test_formats_that_are_not_checked(disk_format: str) -> None:
    assert missing(gpt(), disk_format, 1024) == ""


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1023])
def test_files_that_are_shorter_than_a_header(size: int) -> None:
    assert missing(bytes(size), "raw") == ""
    assert missing(gpt(), "raw", size) == ""
