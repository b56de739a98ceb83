# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many edits as one step, and what stops it."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._ini import plan
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit, SectionEdit
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits

FILE = b"[DEFAULT]\ndebug = False\nhost = a\n\n[old]\nx = 1\n\n[mine]\n# words\nkeep = 1\nextra = 2\n"


def test_operations_say_what_happened_and_where() -> None:
    result = apply_edits(
        FILE,
        [
            OptionEdit("DEFAULT", "debug", ("True",)),
            OptionEdit("DEFAULT", "host", ("a",)),
            OptionEdit("DEFAULT", "gone", None),
            OptionEdit("mine", "keep", ("1",)),
            OptionEdit("new", "k", ("v", "w")),
        ],
        [SectionEdit("old"), SectionEdit("mine", "exact"), SectionEdit("none")],
    )
    assert result.after.decode() == (
        "[DEFAULT]\ndebug = True\nhost = a\n\n[mine]\n# words\nkeep = 1\n\n[new]\nk = v\nk = w\n"
    )
    assert [(o.section, o.option, o.action, o.before, o.after, o.line) for o in result.operations] == [
        ("old", None, "removed", (), (), None),
        ("none", None, "unchanged", (), (), None),
        ("DEFAULT", "debug", "changed", ("False",), ("True",), 2),
        ("DEFAULT", "host", "unchanged", ("a",), ("a",), 3),
        ("DEFAULT", "gone", "unchanged", (), (), None),
        ("mine", "keep", "unchanged", ("1",), ("1",), 7),
        ("new", "k", "added", (), ("v", "w"), 12),
        ("mine", "extra", "removed", ("2",), (), 8),
    ]
    assert result.changed
    assert result.reading == Document.parse(result.after).reading()


def test_all_problems_at_once_and_those_of_the_file_too() -> None:
    with pytest.raises(InputErrors) as caught:
        apply_edits(
            b"flag\n",
            [
                OptionEdit("s", "a=b", ("v",), path="options[0]"),
                OptionEdit("s]", "k", ("a\n\nb",), path="options[1]"),
                OptionEdit("s", "k", ("1",), path="options[2]"),
                OptionEdit("S", "k", ("2",), path="options[3]"),
                OptionEdit("t", "k", ("2",), path="options[4]"),
                OptionEdit("u", "k", (), path="options[5]"),
            ],
            [SectionEdit("t", path="sections[0]"), SectionEdit("T", "exact", path="sections[1]")],
            name="/etc/x.conf",
            problems=[Problem("before", "something else")],
        )
    assert [(problem.path, problem.message) for problem in caught.value.problems] == [
        ("before", "something else"),
        ("sections[1]", "[T] is listed with two different states"),
        ("options[0]", "[s] a=b: the option name 'a=b' contains =, which no reader of the file would find again"),
        ("options[1]", "[s]] k: the section name 's]' contains ], which no reader of the file would find again"),
        ("options[1]", "[s]] k: the value contains a blank line, which ends a value for oslo.config"),
        ("options[3]", "[S] k is asked for twice, differently (first in options[2])"),
        ("options[4]", "[t] shall be absent, so k cannot be in it"),
        ("options[5]", "[u] k: the list of values is empty (to remove the option, use state absent)"),
        ("/etc/x.conf, line 1", "oslo.config cannot load it: neither '=' nor ':' in the line: 'flag'"),
    ]


def test_the_same_wish_twice_is_no_problem() -> None:
    edits = [OptionEdit("s", "k", ("1",)), OptionEdit("S", "k", ("1",))]
    assert apply_edits(b"", edits).after == b"[s]\nk = 1\n"


def test_two_lines_of_an_option_can_be_removed_by_value() -> None:
    edits = [OptionEdit("s", "k", None, only="1"), OptionEdit("s", "k", None, only="'3'")]
    assert apply_edits(b"[s]\nk=1\nk=2\nk=3\n", edits).after == b"[s]\nk=2\n"


def test_warnings_for_lines_that_nobody_reads() -> None:
    data = b"[default]\ndebug = 1\n[glance_store]\nDefault_Backend = a\n"
    edits = [OptionEdit("DEFAULT", "debug", ("1",)), OptionEdit("glance_store", "default_backend", ("a",))]
    assert apply_edits(data, edits).warnings == (
        "oslo.config ignores [default] (debug): options belong in [DEFAULT], in capitals.",
        "oslo.config ignores [glance_store] Default_Backend: the option is written default_backend.",
    )


@pytest.mark.parametrize(
    ("option", "value", "warned"),
    [
        ("password", "pa$word", True),
        ("password", "pa${word}", True),
        ("password", "pa$$$word", True),
        ("password", "pa$$word", False),
        ("password", "pa\\$word", False),
        ("password", "100$", False),
        ("lock_path", "$state_path/lock", False),
    ],
)
def test_a_dollar_in_a_password_is_pointed_out(option: str, value: str, warned: bool) -> None:
    warnings = apply_edits(b"", [OptionEdit("s", option, (value,))]).warnings
    assert bool(warnings) == warned
    assert value not in str(warnings)


class Broken(Document):
    """A document with a defect of our own making."""

    text = b""

    def to_bytes(self) -> bytes:
        return self.text


@pytest.mark.parametrize(
    ("written", "says"),
    [(b"[s]\nk = 1\nj = 2\n", r"other values than wanted for \[s\] j"), (b"[s]\n  k = 1\n", "could not be loaded")],
)
def test_a_result_that_reads_differently_is_refused(written: bytes, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(Broken):
        text = written

    monkeypatch.setattr(plan, "Document", Wrong)
    with pytest.raises(DcnError, match=f"Refused to write /etc/x.conf: .*{says}"):
        apply_edits(b"[s]\nk = 0\n", [OptionEdit("s", "k", ("1",))], name="/etc/x.conf")
