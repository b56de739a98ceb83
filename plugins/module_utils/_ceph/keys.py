# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cephx secrets: their type, their validity, and an id that can be shown instead of them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct

_HEADER = struct.Struct("<HIIH")
_TYPES = {1: ("aes", 16), 2: ("aes256k", 32)}


def key_id(key: str) -> str:
    """Twelve hexadecimal digits that tell two keys apart and say nothing about either."""
    return hashlib.sha256(b"dcn.glance:" + key.encode("utf-8")).hexdigest()[:12]


def _decode(key: str) -> tuple[int, int, int] | None:
    """(type, length stated, length present), or None when ``key`` is no cephx secret."""
    try:
        raw = base64.b64decode(key.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) < _HEADER.size:
        return None
    kind, _sec, _nsec, length = _HEADER.unpack(raw[: _HEADER.size])
    return kind, length, len(raw) - _HEADER.size


def key_problem(key: str) -> str | None:
    """Why ``key`` is not a usable cephx secret, or None. The text never holds the key."""
    found = _decode(key)
    if found is None:
        return "the key is not a cephx secret in base64"
    kind, stated, present = found
    if kind == 0 or stated == 0:
        return "the key is empty"
    if kind not in _TYPES:
        return f"the key has the type {kind}, which is not known here"
    wanted = _TYPES[kind][1]
    if stated != wanted or present != wanted:
        return f"the secret of an {_TYPES[kind][0]} key has {wanted} bytes, and this one has {present}"
    return None


def key_type(key: str) -> str:
    """``aes``, ``aes256k``, ``none`` for an empty key, or ``type N``."""
    found = _decode(key)
    if found is None:
        return "invalid"
    kind = found[0]
    if kind == 0:
        return "none"
    return _TYPES[kind][0] if kind in _TYPES else f"type {kind}"
