# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The index of a document, which follows its lines while they change."""

from __future__ import annotations

import random

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS, Line
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import read_lines
from ansible_collections.dcn.glance.plugins.module_utils._ini.index import Index
from ansible_collections.dcn.glance.plugins.module_utils._ini.layout import Block, Option

OSLO, CEPH = DIALECTS["oslo"], DIALECTS["ceph"]
KEYS = ("DEFAULT", "a", "b")
PIECES = ("[a]", "[b]", "[A]", "[DEFAULT]", "x = 1", "y = 2\n  more", "# comment", "")


def lines_of(text: str) -> list[Line]:
    return read_lines(text.encode(), OSLO, "a file")


def seen(index: Index) -> object:
    return list(index.all_options()), [(index.blocks(key), list(index.options(key))) for key in ("", *KEYS)]


def random_lines(source: random.Random, most: int) -> list[Line]:
    # Below a header, because oslo.config refuses an option above it.
    text = "\n".join(["[a]", *source.choices(PIECES, k=source.randint(0, most)), ""])
    return lines_of(text)[1:]


@pytest.mark.parametrize("seed", range(40))
def test_an_index_that_followed_changes_is_equal_to_a_new_one(seed: int) -> None:
    source = random.Random(seed)
    lines = random_lines(source, 30)
    index = Index(lines, OSLO)
    for _turn in range(60):
        start = source.randint(0, len(lines))
        end = min(start + source.choice((0, 0, 1, 1, 2, 9)), len(lines))
        new = random_lines(source, 3)
        if source.random() < 0.5:
            seen(index)
        lines[start:end] = new
        index.replaced(start, end, len(new))
        assert seen(index) == seen(Index(lines, OSLO))


def test_a_section_of_several_blocks() -> None:
    index = Index(lines_of("[a]\nx = 1\n[b]\n[A]\ny = 2\n  more\n"), OSLO)
    assert index.blocks("a") == [Block("a", 0, 2), Block("a", 3, 6)]
    assert list(index.options("a")) == [Option("a", "x", 1, 2), Option("a", "y", 4, 6)]


def test_options_above_the_first_header() -> None:
    index = Index(read_lines(b"x = 1\n[a]\ny = 2\n", CEPH, "a file"), CEPH)
    assert list(index.options("")) == [Option("", "x", 0, 1)]
    assert [each.option for each in index.all_options()] == ["x", "y"]


class CountedLines(list):  # type: ignore[type-arg]
    """Lines that count how many of them are read."""

    read = 0

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        self.read += len(range(*place.indices(len(self)))) if isinstance(place, slice) else 1
        return super().__getitem__(place)


def test_a_change_reads_its_section_only() -> None:
    lines = CountedLines(lines_of("".join(f"[store{number}]\nx = 1\ny = 2\n" for number in range(1000))))
    index = Index(lines, OSLO)
    list(index.all_options())
    lines.read = 0
    lines[300:300] = lines_of("[a]\nz = 3\n")[1:]
    index.replaced(300, 300, 1)
    assert [each.option for each in index.options("store99")] == ["x", "y", "z"]
    assert 0 < lines.read < 20
