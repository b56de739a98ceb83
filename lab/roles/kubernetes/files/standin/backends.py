# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads ``enabled_backends`` as the operator does: from lines, without a parser."""

from __future__ import annotations


def enabled_backends(config: str) -> list[str]:
    """The entries of the first line whose key is ``enabled_backends``, whatever its section; not trimmed within."""
    for line in config.splitlines():
        key, equals, value = line.partition("=")
        if equals and key.strip() == "enabled_backends":
            return [entry.strip() for entry in value.strip().split(",")]
    return []


def typed(entries: list[str]) -> list[tuple[str, str]]:
    """Name and type of each entry. ValueError without a colon, which ends the process of the operator."""
    pairs = []
    for entry in entries:
        name, colon, kind = entry.partition(":")
        if not colon:
            raise ValueError("runtime error: index out of range [1] with length 1")
        pairs.append((name, kind))
    return pairs


def is_file_only(config: str) -> bool:
    """Whether all stores are file stores. False without any store."""
    kinds = [entry.partition(":")[2] for entry in enabled_backends(config)]
    return bool(kinds) and all(kind == "file" for kind in kinds)
