# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find compressed files that were cut off: by their last bytes, or by a walk through their blocks."""

from __future__ import annotations

import struct
import zlib

from ansible_collections.dcn.glance.plugins.module_utils._glance.disk_layouts import Read

BLOCK = 1024 * 1024
_ZIP_END, _ZIP_TAIL = b"PK\x05\x06", 65557
# The sign at the end of a bzip2 stream: it starts at any bit and is followed by a checksum of 32 bits.
_BZIP2_END, _BZIP2_BITS = 0x177245385090, 48
_ZSTD, _ZSTD_SKIPPABLE, _LZ4 = 0xFD2FB528, 0x184D2A50, 0x184D2204


def missing_end(read: Read, size: int, packing: str) -> str:
    """What a compressed file lacks; empty for a complete one."""
    checks = {"xz": _xz, "bzip2": _bzip2, "zip": _zip, "zstd": _zstd, "lz4": _lz4}
    return checks[packing](read, size) if packing in checks else ""


def _xz(read: Read, size: int) -> str:
    tail = read(max(0, size - 4096), 4096).rstrip(b"\0")  # streams may be followed by zeros
    return "" if tail.endswith(b"YZ") else "the xz footer at its end"


def _bzip2(read: Read, size: int) -> str:
    number = int.from_bytes(read(max(0, size - 16), 16), "big")
    mask = (1 << _BZIP2_BITS) - 1
    found = any(number >> (32 + shift) & mask == _BZIP2_END for shift in range(8))
    return "" if found else "the end-of-stream sign of bzip2"


def _zip(read: Read, size: int) -> str:
    tail = read(max(0, size - _ZIP_TAIL), _ZIP_TAIL)
    at = tail.rfind(_ZIP_END)
    comment = struct.unpack_from("<H", tail, at + 20)[0] if 0 <= at <= len(tail) - 22 else len(tail)
    return "" if at + 22 + comment <= len(tail) else "the zip directory at its end"


def _zstd(read: Read, size: int) -> str:
    """Walk through the frames by the sizes of their blocks; source: RFC 8878."""
    at = 0
    while at < size:
        head = read(at, 18)
        magic = struct.unpack_from("<I", head.ljust(4, b"\0"))[0]
        if magic & 0xFFFFFFF0 == _ZSTD_SKIPPABLE and len(head) >= 8:
            at += 8 + int(struct.unpack_from("<I", head, 4)[0])
        elif magic == _ZSTD and len(head) >= 6:
            at = _zstd_frame(read, size, at, head[4])
        else:
            return "" if at and magic not in (_ZSTD, 0) else f"a zstd frame at byte {at}"
    return "" if at == size else f"a zstd block that ends at byte {at}"


def _zstd_frame(read: Read, size: int, at: int, descriptor: int) -> int:
    """The offset of the end of a frame; beyond the end of the file where it is incomplete."""
    single, content = descriptor >> 5 & 1, descriptor >> 6
    at += 5 + (1 - single) + (0, 1, 2, 4)[descriptor & 3] + ((1 if single else 0), 2, 4, 8)[content]
    while at < size:
        head = int.from_bytes(read(at, 3).ljust(3, b"\0"), "little")
        at += 3 + (1 if head >> 1 & 3 == 1 else head >> 3)
        if head & 1:
            return at + (4 if descriptor >> 2 & 1 else 0)
    return max(at, size + 1)


def _lz4(read: Read, size: int) -> str:
    """Walk through the blocks of the first frame; source: LZ4 Frame Format Description."""
    flags = read(4, 1)
    if not flags:
        return "the lz4 frame header"
    at = 7 + (8 if flags[0] >> 3 & 1 else 0) + (4 if flags[0] & 1 else 0)
    while at + 4 <= size:
        block = struct.unpack("<I", read(at, 4))[0]
        if not block:
            end = at + 4 + (4 if flags[0] >> 2 & 1 else 0)
            return "" if end <= size else "the checksum of the lz4 frame"
        at += 4 + (block & 0x7FFFFFFF) + (4 if flags[0] >> 4 & 1 else 0)
    return "the end mark of the lz4 frame"


class Gunzip:
    """Decompress a gzip file in blocks, and keep only the start and the size of its content."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self.head = b""
        self.size = 0
        self.problem = ""
        self._stream = zlib.decompressobj(31)

    def run(self, read: Read, size: int) -> None:
        """Read the whole file; ``problem`` says what is missing or damaged."""
        at = 0
        try:
            while at < size:
                block = read(at, BLOCK)
                if not block:
                    break
                at += len(block)
                self._feed(block)
        except zlib.error as error:
            self.problem = f"valid gzip data near byte {at} ({error})"
        else:
            self.problem = "" if self._stream.eof else "the end of its gzip data"

    def _feed(self, data: bytes) -> None:
        """Decompress what was read; a file may hold several streams, and zeros after the last one."""
        while True:
            if self._stream.eof:
                data = data.lstrip(b"\0")
                if not data:
                    return
                self._stream = zlib.decompressobj(31)
            part = self._stream.decompress(data, BLOCK)
            self.size += len(part)
            self.head += part[: max(0, self._keep - len(self.head))]
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            if not data and (self._stream.eof or len(part) < BLOCK):
                return
