# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each message that docs/troubleshooting.md quotes is one that the collection writes."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
MESSAGES = re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)
# A value within a message.
VALUE = "\x00"


def strings(path: Path) -> Iterator[str]:
    """The texts of a module, with a mark for each value that is formatted into them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else VALUE for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield re.sub(r"\{\w+\}", VALUE, node.value)


@functools.cache
def texts() -> tuple[str, ...]:
    found = [text for path in sorted((ROOT / "plugins").rglob("*.py")) for text in strings(path)]
    for path in sorted((ROOT / "roles").glob("*/tasks/*.yml")):
        text = path.read_text(encoding="utf-8")
        found.append(re.sub(r"\{\{.*?\}\}", VALUE, text, flags=re.DOTALL))
        for expression in re.findall(r"\{\{.*?\}\}", text, flags=re.DOTALL):
            found += re.findall(r"'([^']{20,})'", expression)
    return tuple(re.sub(r"\s+", " ", text) for text in found)


def is_written(message: str) -> bool:
    """Whether one text has the message: its constant parts next to each other, with values or text between them."""
    pattern = re.compile(rf"[^.]*?{VALUE}[^.]*?".join(re.escape(part) for part in message.split("...")), re.IGNORECASE)
    return any(pattern.search(text) for text in texts())


def test_there_are_messages() -> None:
    assert len(MESSAGES) > 30
    assert len(set(MESSAGES)) == len(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES)
def test_message_is_written_by_the_collection(message: str) -> None:
    assert is_written(message)


def test_a_message_that_nobody_writes_is_found() -> None:
    assert not is_written("The cluster ... is tired and needs a rest")
    assert not is_written("No monitor of the cluster ... is awake")


def test_rows_say_why_and_what_to_do() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| `", line)]
    assert [row for row in rows if len([cell for cell in row.strip("| ").split(" | ") if cell.strip()]) != 3] == []
