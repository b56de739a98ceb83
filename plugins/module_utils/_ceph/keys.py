# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks cephx keys, and derives an id that can be shown instead of the key."""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import struct

_HEADER = struct.Struct("<HIIH")
_TYPES = {1: ("aes", 16), 2: ("aes256k", 32)}


def key_id(key: str) -> str:
    """Twelve hexadecimal digits of a hash. They differ for different keys and do not reveal the key."""
    return hashlib.sha256(b"dcn.glance:" + key.encode("utf-8")).hexdigest()[:12]


def _decode(key: str) -> tuple[int, int, int] | None:
    """(type, length in the header, actual length), or None when ``key`` is not a cephx key."""
    try:
        raw = base64.b64decode(key.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) < _HEADER.size:
        return None
    kind, _sec, _nsec, length = _HEADER.unpack(raw[: _HEADER.size])
    return kind, length, len(raw) - _HEADER.size


def key_seconds(key: str) -> int | None:
    """When the key was made, in seconds since 1970; None for a text that is no key. The time is a part of every key."""
    try:
        raw = base64.b64decode(key.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return int(_HEADER.unpack(raw[: _HEADER.size])[1]) if len(raw) >= _HEADER.size else None


def key_created(key: str) -> str | None:
    """The same in UTC, such as ``2026-11-30T03:12:00Z``. It does not reveal the key."""
    seconds = key_seconds(key)
    if seconds is None:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def key_problem(key: str) -> str | None:
    """Why ``key`` is not a usable cephx key, or None. The text does not contain the key."""
    found = _decode(key)
    if found is None:
        return "the key is not a cephx key in base64"
    kind, stated, actual = found
    if kind == 0 or stated == 0:
        return "the key is empty"
    if kind not in _TYPES:
        return f"the key has the unknown type {kind}"
    expected = _TYPES[kind][1]
    if stated != expected or actual != expected:
        return f"the secret of an {_TYPES[kind][0]} key must have {expected} bytes, but this one has {actual}"
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
