# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command that README and docs show names the test that runs it, or says why none does.

The line above a block of commands is a comment, which readers do not see:

    <!-- tested by: tests/lab/test_site.py::test_drift_is_repaired, tools/lab-test -->
    <!-- not run: needs a cloud of yours -->
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", "roles/*/README.md")
    for path in ROOT.glob(pattern)
    if path.name != "CHANGELOG.md"
)
FENCE = re.compile(
    r"^(?P<above>[^\n]*)\n(?P<mark>```+)(?P<language>\w*)\n(?P<body>.*?)^(?P=mark)$", re.MULTILINE | re.DOTALL
)
MARKER = re.compile(r"<!-- (?:tested by: (?P<tests>[^>]+?)|not run: (?P<reason>[^>]{10,}?)) -->")
# This test runs the blocks that name it as they are.
RUNNER = "tests/unit/docs/test_lint_commands.py::test_commands_run_as_they_are_shown"
# What a test has in its text when it runs such a command: the name of a playbook, of a module, of a target of make.
NAMES = re.compile(r"\bdcn\.glance\.(\w+)|\bmake (?:[A-Z]\w*=\S+ )*([a-z-]+)|ansible-galaxy collection (\w+)")


class Block(t.NamedTuple):
    document: str
    line: int
    above: str
    language: str
    body: str

    @property
    def place(self) -> str:
        return f"{self.document}:{self.line}"


def blocks() -> list[Block]:
    found = []
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            line = text.count("\n", 0, match.start("mark")) + 1
            found.append(Block(document, line, match["above"], match["language"], match["body"]))
    return found


BLOCKS = blocks()
COMMANDS = [block for block in BLOCKS if block.language == "sh"]


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 30
    assert {"README.md", "docs/audit.md", "docs/playbooks/site.md"} <= {block.document for block in COMMANDS}


def test_every_block_says_what_it_is() -> None:
    """`sh` for commands, `text` for output; a block without a language could be either."""
    known = {"sh", "text", "yaml", "ini", "json", "python"}
    assert [block.place for block in BLOCKS if block.language not in known] == []
    programs = re.compile(r"^\s*(sudo |\$ )?(ansible\S*|make|openstack|glance|kubectl|podman|ceph|pip) ", re.MULTILINE)
    assert [block.place for block in BLOCKS if block.language == "text" and programs.search(block.body)] == []


@pytest.mark.parametrize("block", COMMANDS, ids=lambda block: block.place)
def test_commands_name_their_test(block: Block) -> None:
    marker = MARKER.fullmatch(block.above)
    assert marker, f"{block.place}: write <!-- tested by: PATH::TEST --> or <!-- not run: REASON --> above the block"
    if marker["reason"] or marker["tests"] == RUNNER:
        return
    texts = [text_of(reference.strip()) for reference in marker["tests"].split(",")]
    for names in NAMES.findall(block.body):
        name = next(filter(None, names))
        assert any(re.search(rf"\b{re.escape(name)}\b", text) for text in texts), f"no test of the block runs {name}"


def text_of(reference: str) -> str:
    """The text of the file that a marker names; the test that it names is in it."""
    path, _colons, test = reference.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not test or re.search(rf"^\s*def {re.escape(test)}\(", text, re.MULTILINE), f"{path} has no {test}"
    return text
