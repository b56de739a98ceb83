# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same bytes as crudini for edits that keep a file readable, and a case for each difference."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits

CRUDINI = Path(sys.executable).parent / "crudini"
VALUES = [
    "v",
    "1",
    "True",
    "a,b",
    "a:rbd, b:rbd",
    "/var/lib/x",
    "http://h:1/p?q=1",
    "a=b=c",
    "100%",
    "$x ${y}",
    "[a,b]",
]
NAMES = [f"opt_{letter}" for letter in "abcdefgh"]

Step = tuple[str, ...]


def crudini(path: Path, data: bytes, *steps: Step) -> bytes:
    """Run crudini once with all steps, such as ("--set", section, option, value)."""
    path.write_bytes(data)
    arguments = [text for verb, *rest in steps for text in (verb, str(path), *rest)]
    subprocess.run([str(CRUDINI), *arguments], check=True, capture_output=True)
    return path.read_bytes()


def edited(data: bytes, *steps: Step) -> bytes:
    document = Document.parse(data)
    for verb, section, *rest in steps:
        if verb == "--set":
            document.set(section, rest[0], rest[1])
        elif rest:
            document.remove(section, rest[0])
        else:
            document.remove_section(section)
    return document.to_bytes()


def random_file(rng: random.Random) -> bytes:
    """Sections with options, comments and single blank lines; no name twice, lower case."""
    eol = "\n" if rng.random() < 0.8 else "\r\n"
    lines = ["# a file", ""] if rng.random() < 0.5 else []
    for section in rng.sample(["DEFAULT", "one", "two_x", "three-y"], rng.randrange(1, 5)):
        lines += [f"[{section}]"] + (["# about the section"] if rng.random() < 0.3 else [])
        for name in rng.sample(NAMES, rng.randrange(1, 5)):
            lines += ["# words about it"] if rng.random() < 0.2 else []
            more = ["  more", "  and more"] if rng.random() < 0.15 else []
            lines += [name + rng.choice([" = ", "=", ": ", ":", "\t=\t", "   =  "]) + rng.choice(VALUES), *more]
        lines.append("")
    return "".join(line + eol for line in lines[:-1]).encode()


def random_steps(rng: random.Random, data: bytes) -> list[Step]:
    document = Document.parse(data)
    sections = document.sections()
    steps: list[Step] = []
    for _step in range(rng.randrange(1, 8)):
        section = rng.choice(sections)
        if rng.random() < 0.25:
            steps.append(("--del", section, rng.choice(NAMES)))
        else:
            steps.append(("--set", section, rng.choice(NAMES), rng.choice(VALUES)))
    if rng.random() < 0.5:
        steps.append(("--set", "new_section", "opt_a", rng.choice(VALUES)))
    return steps


def sane(data: bytes, steps: list[Step]) -> bool:
    """Leave out edits that crudini does in another way.

    It puts a new option of a section without any elsewhere than under the header, and breaks down when an option to
    delete is only in DEFAULT.
    """
    document = Document.parse(data)
    for step in steps:
        if document.has_section(step[1]) and not document.options(step[1]):
            return False
        if step[0] == "--del" and document.get(*step[1:3]) is None and document.get("DEFAULT", step[2]) is not None:
            return False
        document = Document.parse(edited(document.to_bytes(), step))
    return True


@pytest.mark.parametrize("seed", range(30))
def test_same_bytes_as_crudini(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    for _round in range(2):
        data = random_file(rng)
        steps = random_steps(rng, data)
        while not sane(data, steps):
            steps = random_steps(rng, data)
        theirs = crudini(tmp_path / "f", data, *steps)
        assert edited(data, *steps) == theirs
        assert edited(theirs, *steps) == edited(edited(theirs, *steps), *steps)


SAME: list[tuple[str, Step]] = [
    ("[s]\nk=v\n", ("--set", "s", "k", "w")),
    ("[s]\nk: v\n", ("--set", "s", "k", "w")),
    ("[s]\nk :v\n", ("--set", "s", "k", "w")),
    ("[s]\nk\t=\tv\n", ("--set", "s", "k", "w")),
    ("[s]\nk      =    v\n", ("--set", "s", "k", "w")),
    ("[s]\na=1\n", ("--set", "s", "b", "2")),
    ("[a]\nx=1\n\n# about b\n[b]\n", ("--set", "a", "z", "2")),
    ("[a]\nx=1\n", ("--set", "b", "y", "2")),
    ("[a]\nx=1\n\n# note\n", ("--set", "b", "y", "2")),
    ("[s]\nk = v # c\n", ("--set", "s", "k", "w")),
    ("[s]\nk = a\n  b\n  c\n", ("--set", "s", "k", "z")),
    ("[s]\nk = a\n  b\n  c\n", ("--set", "s", "k", "x\ny\nz")),
    ("[s]\n", ("--set", "s", "k", "a\nb\nc")),
    ("[s]\nx=1\n", ("--set", "s", "k", "%(x)s 100%")),
    ("[s]\nk=1\nj=2\n", ("--del", "s", "k")),
    ("[a]\nx=1\n\n[b]\ny=2\n\n[c]\nz=3\n", ("--del", "b")),
    ("[s]\r\nk=1\r\n", ("--set", "s", "j", "2")),
]


@pytest.mark.parametrize(("data", "step"), SAME)
def test_same_bytes_in_known_cases(data: str, step: Step, tmp_path: Path) -> None:
    assert edited(data.encode(), step) == crudini(tmp_path / "f", data.encode(), step)


# What differs on purpose: the result here, the result of crudini, and the reason, for a file that oslo.config reads.
DIFFERENT: list[tuple[str, Step, str, str]] = [
    # Under the commented default, where people look for it, not above it.
    ("[a]\nx=1\n#z = 9\n", ("--set", "a", "z", "2"), "[a]\nx=1\n#z = 9\nz = 2\n", "[a]\nx=1\nz = 2\n#z = 9\n"),
    # A value is not rewritten where oslo.config reads the same.
    ('[s]\nk = "q"\n', ("--set", "s", "k", "q"), '[s]\nk = "q"\n', "[s]\nk = q\n"),
    # " ;" begins no comment for oslo.config, and the value does not grow.
    ("[s]\nk = v ; c\n", ("--set", "s", "k", "w"), "[s]\nk = w\n", "[s]\nk = w ; c\n"),
    ("[s]\nk = a ;b\n", ("--set", "s", "k", "a ;b"), "[s]\nk = a ;b\n", "[s]\nk = a ;b ;b\n"),
    # Exactly one blank line before a new section.
    ("[a]\nx=1", ("--set", "b", "y", "2"), "[a]\nx=1\n\n[b]\ny = 2\n", "[a]\nx=1\n[b]\ny = 2\n"),
    ("[a]\nx=1\n\n", ("--set", "b", "y", "2"), "[a]\nx=1\n\n[b]\ny = 2\n", "[a]\nx=1\n\n\n[b]\ny = 2\n"),
    # The edit is about the value, not about the line end.
    ("[a]\nx=1", ("--set", "a", "x", "1"), "[a]\nx=1", "[a]\nx=1\n"),
    # [DEFAULT] below a comment that is about the file, and apart from what follows.
    (
        "# file\n\n[s]\nj=2\n",
        ("--set", "DEFAULT", "y", "2"),
        "# file\n\n[DEFAULT]\ny = 2\n\n[s]\nj=2\n",
        "[DEFAULT]\ny = 2\n# file\n\n[s]\nj=2\n",
    ),
    # Case counts for options, and not for sections.
    ("[s]\nKey=1\n", ("--set", "s", "key", "2"), "[s]\nKey=1\nkey = 2\n", "[s]\nKey=2\n"),
    ("[S]\nk=1\n", ("--set", "s", "k", "2"), "[S]\nk=2\n", "[S]\nk=1\n\n[s]\nk = 2\n"),
    # One value means one line.
    ("[s]\nk=1\nk=2\n", ("--set", "s", "k", "3"), "[s]\nk=3\n", "[s]\nk=1\nk=3\n"),
    # No blank at the end of a line.
    ("[s]\nk = v\n", ("--set", "s", "k", ""), "[s]\nk =\n", "[s]\nk = \n"),
    # The comment about a section goes with it, and blank lines elsewhere stay.
    (
        "[a]\nx=1\n\n\n[b]\ny=1\n\n# about c\n[c]\nz=1\n",
        ("--del", "c"),
        "[a]\nx=1\n\n\n[b]\ny=1\n",
        "[a]\nx=1\n\n[b]\ny=1\n\n# about c\n",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("data", "step", "mine", "theirs"), DIFFERENT)
def test_known_differences(data: str, step: Step, mine: str, theirs: str, tmp_path: Path) -> None:
    assert edited(data.encode(), step).decode() == mine
    assert crudini(tmp_path / "f", data.encode(), step).decode() == theirs


@pytest.mark.parametrize(
    ("section", "option", "value"),
    [
        ("s", "k", "a\n\nb"),
        ("s", "k", "a\rb"),
        ("s", "k", "  v"),
        ("s", "k", "v\n"),
        ("s", "x:y", "1"),
        ("s", " x", "1"),
    ],
)
def test_crudini_output_that_no_program_can_read_is_refused(section: str, option: str, value: str) -> None:
    document = Document.parse(b"[s]\n")
    with pytest.raises(InputErrors):
        document.set(section, option, value)
    assert document.to_bytes() == b"[s]\n"


# Option, list before, whether the item is removed, item, list afterwards here, list of crudini.
LISTS = [
    ("hosts", "a,b", False, "c", "a,b,c", "a,b,c"),
    ("hosts", "a, b", False, "c", "a, b, c", "a, b, c"),
    ("hosts", "a,b", True, "a", "b", "b"),
    ("hosts", "a", True, "a", "", ""),
    # A list that does not change keeps its bytes.
    ("hosts", "a ,  b", False, "a", "a ,  b", "a, b"),
    # oslo.config refuses a second pair of the same name, and a list that goes on behind its bracket.
    ("enabled_backends", "central: rbd", False, "central:rbd", "central: rbd", "central: rbd, central:rbd"),
    ("enabled_import_methods", "[a,b]", False, "copy-image", "[a,b,copy-image]", "[a,b],copy-image"),
]


@pytest.mark.parametrize(("option", "before", "remove", "item", "mine", "theirs"), LISTS)
def test_items_of_lists(
    option: str, before: str, remove: bool, item: str, mine: str, theirs: str, tmp_path: Path
) -> None:
    data = f"[DEFAULT]\n{option} = {before}\n".encode()
    edit = OptionEdit("DEFAULT", option, None, items=(item,), remove_items=remove)
    assert apply_edits(data, [edit]).reading["DEFAULT", option] == (mine,)
    path = tmp_path / "f"
    path.write_bytes(data)
    arguments = ["--list", "--del" if remove else "--set", str(path), "DEFAULT", option, item]
    subprocess.run([str(CRUDINI), *arguments], check=True, capture_output=True)
    assert path.read_text().strip().partition(" =")[2].strip() == theirs
