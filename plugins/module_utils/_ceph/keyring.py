# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyring files, read as strictly as Ceph reads them and written in one canonical form.

Capabilities are left out: a client does not use them, and a copy of them would only lie after a change.
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


class KeyringProblem(Exception):
    """Why Ceph would refuse the whole file."""


@dataclass
class Block:
    """A section with its lines as they stand; ``entity`` is None before the first header."""

    entity: str | None
    lines: list[str] = field(default_factory=list, repr=False)
    key: str | None = field(default=None, repr=False)


def _value(text: str, number: int) -> str:
    text = text.strip()
    if text[:1] in ("'", '"'):
        match = _QUOTED.fullmatch(text)
        if match is None:
            raise KeyringProblem(f"line {number}: the quotation marks of the value do not match")
        return re.sub(r"\\(.)", r"\1", match.group(1) if match.group(1) is not None else match.group(2))
    bare = re.match(r"(?:\\.|[^#;\\])*", text)
    return re.sub(r"\\(.)", r"\1", bare.group() if bare else "").strip()


def _read_option(block: Block, line: str, number: int) -> None:
    match = _OPTION.fullmatch(line)
    if match is None:
        raise KeyringProblem(f"line {number} is not 'name = value'")
    if block.entity is None or not _ENTITY.fullmatch(block.entity):
        return
    name, value = match.group(1).strip(), _value(match.group(2), number)
    if name == "key":
        problem = key_problem(value)
        if problem:
            raise KeyringProblem(f"line {number}: {problem}")
        block.key = value
    elif name != "auid" and not _CAPS.fullmatch(name):
        raise KeyringProblem(f"line {number}: '{name}' is not an option of a keyring")


def parse(text: str) -> list[Block]:
    """The blocks of a keyring; raise KeyringProblem for what Ceph's own parser refuses."""
    if text.startswith("\ufeff"):
        raise KeyringProblem("the file begins with a byte order mark, on which Ceph aborts")
    if text and not text.endswith("\n"):
        raise KeyringProblem("the last line does not end, so Ceph refuses the file")
    blocks = [Block(None)]
    pending, started = "", 0
    for number, raw in enumerate(text.split("\n")[:-1], 1):
        stripped = raw.strip()
        if not pending and raw.startswith("["):
            match = _HEADER.fullmatch(raw.rstrip())
            if match is None or match.group(1) != match.group(1).strip():
                raise KeyringProblem(f"line {number} is not a section header")
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
        raise KeyringProblem("the last line is continued and nothing follows")
    return blocks


def key_of(text: str, entity: str) -> str | None:
    """The key of ``entity``; of several blocks the last one with a key counts, as in Ceph."""
    keys = [block.key for block in parse(text) if block.entity == entity and block.key]
    return keys[-1] if keys else None


def key_ids(text: str) -> dict[str, str]:
    """The id of each entity's key; empty for a file that Ceph refuses."""
    try:
        return {str(block.entity): key_id(block.key) for block in parse(text) if block.key}
    except KeyringProblem:
        return {}


def _others(text: str, entity: str) -> list[str]:
    """The lines that are not ``entity``'s, as they stand."""
    return [line for block in parse(text) if block.entity != entity for line in block.lines]


def foreign_entities(text: str, entity: str) -> list[str]:
    """Who else has a key in the file."""
    try:
        blocks = parse(text)
    except KeyringProblem:
        return []
    return sorted({str(block.entity) for block in blocks if block.key and block.entity != entity})


def with_key(text: str | None, entity: str, key: str) -> str:
    """The file with ``entity`` and ``key`` in canonical form, and other entities kept."""
    ours = f"[{entity}]\n\tkey = {key}\n"
    if text is None or not foreign_entities(text, entity):
        return ours
    rest = _others(text, entity)
    while rest and not rest[-1].strip():
        rest.pop()
    return "".join(f"{line}\n" for line in rest) + ours


def without(text: str, entity: str) -> str | None:
    """The file without ``entity``; None when nobody else has a key in it."""
    if not foreign_entities(text, entity):
        return None
    return "".join(f"{line}\n" for line in _others(text, entity))


def masked(text: str | None, without_entity: str | None = None) -> str:
    """The file as a diff may show it: key ids in the place of keys, and nothing of a file that Ceph refuses."""
    if text is None:
        return ""
    try:
        blocks = parse(text)
    except KeyringProblem as problem:
        return "" if without_entity else f"(a file that Ceph refuses: {problem})\n"
    lines: list[str] = []
    for block in blocks:
        if block.key and block.entity != without_entity:
            lines += [f"[{block.entity}]", f"\tkey: {key_id(block.key)}"]
    return "".join(f"{line}\n" for line in lines)
