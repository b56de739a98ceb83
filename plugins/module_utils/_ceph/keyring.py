# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses keyring files as strictly as Ceph does, and renders them.

Keyrings are written without capabilities: a client does not use them, and they would be outdated after a change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id, key_problem

_HEADER = re.compile(r"\[([^\]\[]*)\]\s*(?:[#;].*)?")
_OPTION = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_ ]*?)\s*=\s*(.*)")
_ENTITY = re.compile(r"(?:client|mon|mgr|osd|mds)\.\S+")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"\s*(?:[#;].*)?|'((?:[^'\\]|\\.)*)'\s*(?:[#;].*)?")
_CAPS = re.compile(r"caps[ _]+[a-z]+")


class KeyringError(Exception):
    """Why Ceph refuses the whole file."""


@dataclass
class Block:
    """A section with its unchanged lines. ``entity`` is None before the first header."""

    entity: str | None
    lines: list[str] = field(default_factory=list, repr=False)
    key: str | None = field(default=None, repr=False)


def _value(text: str, number: int) -> str:
    text = text.strip()
    if text[:1] in ("'", '"'):
        match = _QUOTED.fullmatch(text)
        if match is None:
            raise KeyringError(f"line {number}: the quotation marks of the value do not match")
        return re.sub(r"\\(.)", r"\1", match.group(1) if match.group(1) is not None else match.group(2))
    bare = re.match(r"(?:\\.|[^#;\\])*", text)
    return re.sub(r"\\(.)", r"\1", bare.group() if bare else "").strip()


def _read_option(block: Block, line: str, number: int) -> None:
    match = _OPTION.fullmatch(line)
    if match is None:
        raise KeyringError(f"line {number} is not 'name = value'")
    if block.entity is None or not _ENTITY.fullmatch(block.entity):
        return
    name, value = match.group(1).strip(), _value(match.group(2), number)
    if name == "key":
        problem = key_problem(value)
        if problem:
            raise KeyringError(f"line {number}: {problem}")
        block.key = value
    elif name != "auid" and not _CAPS.fullmatch(name):
        raise KeyringError(f"line {number}: '{name}' is not an option of a keyring")


def parse(text: str) -> list[Block]:
    """The blocks of a keyring. Raises KeyringError for a file that Ceph refuses."""
    if text.startswith("\ufeff"):
        raise KeyringError("the file starts with a byte order mark, and Ceph aborts on it")
    if text and not text.endswith("\n"):
        raise KeyringError("the last line does not end with a newline")
    blocks = [Block(None)]
    pending, started = "", 0
    for number, raw in enumerate(text.split("\n")[:-1], 1):
        stripped = raw.strip()
        if not pending and raw.startswith("["):
            match = _HEADER.fullmatch(raw.rstrip())
            if match is None or match.group(1) != match.group(1).strip():
                raise KeyringError(f"line {number} is not a section header")
            blocks.append(Block(match.group(1), [raw]))
            continue
        blocks[-1].lines.append(raw)
        if not pending and (not stripped or stripped[0] in "#;"):
            continue
        started = started if pending else number
        if raw.endswith("\\"):
            pending += raw[:-1]
            continue
        _read_option(blocks[-1], pending + raw, started)
        pending = ""
    if pending:
        raise KeyringError("the last line ends with a backslash and no line follows")
    return blocks


def key_of(text: str, entity: str) -> str | None:
    """The key of ``entity``. The last block with a key counts, as in Ceph."""
    keys = [block.key for block in parse(text) if block.entity == entity and block.key]
    return keys[-1] if keys else None


def key_ids(text: str) -> dict[str, str]:
    """The id of each entity's key. Empty for a file that Ceph refuses."""
    try:
        return {str(block.entity): key_id(block.key) for block in parse(text) if block.key}
    except KeyringError:
        return {}


def _others(text: str, entity: str) -> list[str]:
    """The unchanged lines of all blocks except those of ``entity``."""
    return [line for block in parse(text) if block.entity != entity for line in block.lines]


def other_entities(text: str, entity: str) -> list[str]:
    """The other entities that have a key in the file."""
    try:
        blocks = parse(text)
    except KeyringError:
        return []
    return sorted({str(block.entity) for block in blocks if block.key and block.entity != entity})


def with_key(text: str | None, entity: str, key: str) -> str:
    """The file with ``key`` for ``entity``, and other entities unchanged."""
    block = f"[{entity}]\n\tkey = {key}\n"
    if text is None or not other_entities(text, entity):
        return block
    rest = _others(text, entity)
    while rest and not rest[-1].strip():
        rest.pop()
    return "".join(f"{line}\n" for line in rest) + block


def without(text: str, entity: str) -> str | None:
    """The file without ``entity``, or None when no other entity has a key in it."""
    if not other_entities(text, entity):
        return None
    return "".join(f"{line}\n" for line in _others(text, entity))


def masked(text: str | None, without_entity: str | None = None) -> str:
    """The file for a diff: ids instead of keys, and no content of a file that Ceph refuses."""
    if text is None:
        return ""
    try:
        blocks = parse(text)
    except KeyringError as error:
        return "" if without_entity else f"(a file that Ceph refuses: {error})\n"
    lines: list[str] = []
    for block in blocks:
        if block.key and block.entity != without_entity:
            lines += [f"[{block.entity}]", f"\tkey: {key_id(block.key)}"]
    return "".join(f"{line}\n" for line in lines)
