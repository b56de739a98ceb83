# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small qcow2 file whose content is known, to prove that Glance converts it to raw."""

from __future__ import annotations

_MAGIC = 0x514649FB
_CLUSTER_BITS = 12
_CLUSTER = 1 << _CLUSTER_BITS
_COPIED = 1 << 63
#: Positions of the clusters of the file.
_REFCOUNT_TABLE, _REFCOUNTS, _L1, _L2, _DATA, _END = (number * _CLUSTER for number in range(1, 7))
#: The size of the disk: not a power of two, so that it is not by chance the size of something else.
VIRTUAL_SIZE = 2**20 + 3 * 512


def content(text: str) -> bytes:
    """The disk: ``text`` repeated in its first 4 KiB, then zeros."""
    line = text.encode() + b"\n"
    return (line * (_CLUSTER // len(line) + 1))[:_CLUSTER].ljust(VIRTUAL_SIZE, b"\0")


def qcow2(text: str) -> bytes:
    """The same disk as a file of format qcow2, version 3, of 24 KiB."""
    blocks = {
        0: _header(),
        _REFCOUNT_TABLE: _numbers(8, _REFCOUNTS),
        _REFCOUNTS: _numbers(2, *[1] * (_END // _CLUSTER)),
        _L1: _numbers(8, _L2 | _COPIED),
        _L2: _numbers(8, _DATA | _COPIED),
        _DATA: content(text)[:_CLUSTER],
    }
    return b"".join(data.ljust(_CLUSTER, b"\0") for data in blocks.values())


def _numbers(size: int, *values: int) -> bytes:
    return b"".join(value.to_bytes(size, "big") for value in values)


def _header() -> bytes:
    no_backing_file = _numbers(8, 0) + _numbers(4, 0)
    disk = _numbers(4, _CLUSTER_BITS) + _numbers(8, VIRTUAL_SIZE) + _numbers(4, 0)  # not encrypted
    tables = _numbers(4, 1) + _numbers(8, _L1, _REFCOUNT_TABLE) + _numbers(4, 1)
    no_snapshots = _numbers(4, 0) + _numbers(8, 0)
    no_features = _numbers(8, 0, 0, 0)
    return _numbers(4, _MAGIC, 3) + no_backing_file + disk + tables + no_snapshots + no_features + _numbers(4, 4, 104)
