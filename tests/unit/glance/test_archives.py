# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compressed files that were cut off."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import zipfile

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.archives import BLOCK, Gunzip, missing_end

DATA = random.Random(1).randbytes(70_000)


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("disk", DATA)
    return target.getvalue()


def zstd(*, checksum: bool = False, single: bool = True) -> bytes:
    """A frame with a raw block, a block of one repeated byte, and a last raw block."""
    descriptor = (1 << 6 if single else 0) | single << 5 | checksum << 2
    head = struct.pack("<IB", 0xFD2FB528, descriptor) + bytes(2 if single else 1)
    blocks = [(0, 0, 100, bytes(100)), (0, 1, 5000, b"x"), (1, 0, 50, bytes(50))]
    body = b"".join((last | kind << 1 | size << 3).to_bytes(3, "little") + data for last, kind, size, data in blocks)
    return head + body + bytes(4 * checksum)


def lz4(*, checksums: bool = False) -> bytes:
    flags = 1 << 6 | (1 << 4 | 1 << 2) * checksums
    blocks = [(100 | 1 << 31, 100), (60, 60)]
    body = b"".join(struct.pack("<I", size) + bytes(length + 4 * checksums) for size, length in blocks)
    return struct.pack("<IBBB", 0x184D2204, flags, 0x40, 0) + body + bytes(4) + bytes(4 * checksums)


SKIPPABLE = struct.pack("<II", 0x184D2A50, 8) + bytes(8)


@pytest.mark.parametrize(
    ("packing", "data"),
    [
        ("xz", lzma.compress(DATA)),
        ("xz", lzma.compress(DATA) + bytes(8)),
        ("zip", zipped()),
        ("zstd", zstd()),
        ("zstd", zstd(checksum=True, single=False)),
        ("zstd", zstd() + SKIPPABLE + zstd()),
        ("lz4", lz4()),
        ("lz4", lz4(checksums=True)),
        *(("bzip2", bz2.compress(DATA[:size])) for size in range(8)),  # its end starts at any bit
        ("bzip2", bz2.compress(DATA)),
    ],
)
def test_only_a_complete_file_has_its_end(packing: str, data: bytes) -> None:
    def missing(size: int) -> str:
        return missing_end(lambda offset, number: data[:size][offset : offset + number], size, packing)

    assert missing(len(data)) == ""
    trailing = 8 if data.endswith(bytes(8)) and packing == "xz" else 0
    for size in (len(data) - trailing - 5, len(data) // 3 + 4, 6):
        assert missing(size), size


def test_a_packing_that_is_not_checked() -> None:
    assert missing_end(lambda *_arguments: b"", 9, "gzip") == ""


def unpacked(data: bytes) -> Gunzip:
    found = Gunzip(100)
    found.run(lambda offset, number: data[offset : offset + number], len(data))
    return found


@pytest.mark.parametrize("content", [b"", b"x", DATA, bytes(3 * BLOCK), DATA * 40])
@pytest.mark.parametrize("tail", [b"", bytes(700)])
def test_gzip_is_read_whole(content: bytes, tail: bytes) -> None:
    found = unpacked(gzip.compress(content) + tail)
    assert (found.size, found.head, found.problem) == (len(content), content[:100], "")
    twice = unpacked(gzip.compress(content) + gzip.compress(content) + tail)
    assert (twice.size, twice.problem) == (2 * len(content), "")


def test_a_damaged_gzip_file() -> None:
    whole = gzip.compress(DATA)
    for size in (5, 20, 35_000, len(whole) - 1):
        assert unpacked(whole[:size]).problem == "the end of its gzip data"
    wrong = whole[:35_000] + b"\0\1\2\3" + whole[35_004:]
    assert "valid gzip data near byte" in unpacked(wrong).problem
    assert "valid gzip data" in unpacked(whole + b"text").problem


def test_memory_stays_flat_for_data_that_grow_a_thousandfold() -> None:
    import tracemalloc

    packed = gzip.compress(bytes(64 * BLOCK))
    tracemalloc.start()
    assert unpacked(packed).size == 64 * BLOCK
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * BLOCK
