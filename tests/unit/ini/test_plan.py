# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several edits in one step, their warnings, and the problems that stop them."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._ini import plan
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit, SectionEdit
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits

FILE = b"[DEFAULT]\ndebug = False\nhost = a\n\n[old]\nx = 1\n\n[mine]\n# words\nkeep = 1\nextra = 2\n"


def test_operations_report_actions_and_lines() -> None:
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


def test_all_problems_are_reported_with_those_of_the_file() -> None:
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
        ("options[0]", "[s] a=b: the option name 'a=b' contains =, with which no program would find it again"),
        ("options[1]", "[s]] k: the section name 's]' contains ], with which no program would find it again"),
        ("options[1]", "[s]] k: the value contains a blank line, which ends a value for oslo.config"),
        ("options[3]", "[S] k is set twice, to different values (first in options[2])"),
        ("options[4]", "[t] has the state absent, so k cannot be set in it"),
        ("options[5]", "[u] k: the list of values is empty (to remove the option, use state absent)"),
        ("/etc/x.conf, line 1", "oslo.config cannot load it: neither '=' nor ':' in the line: 'flag'"),
    ]


def test_the_same_edit_twice_is_accepted() -> None:
    edits = [OptionEdit("s", "k", ("1",)), OptionEdit("S", "k", ("1",))]
    assert apply_edits(b"", edits).after == b"[s]\nk = 1\n"


def test_two_lines_of_an_option_can_be_removed_by_value() -> None:
    edits = [OptionEdit("s", "k", None, only="1"), OptionEdit("s", "k", None, only="'3'")]
    assert apply_edits(b"[s]\nk=1\nk=2\nk=3\n", edits).after == b"[s]\nk=2\n"


def test_warnings_for_lines_that_oslo_config_ignores() -> None:
    data = b"[default]\ndebug = 1\n[glance_store]\nDefault_Backend = a\n"
    edits = [OptionEdit("DEFAULT", "debug", ("1",)), OptionEdit("glance_store", "default_backend", ("a",))]
    assert apply_edits(data, edits).warnings == (
        "oslo.config ignores [default] (debug): options belong in [DEFAULT], in capitals.",
        "oslo.config ignores [glance_store] Default_Backend: the name of the option is default_backend.",
    )


@pytest.mark.parametrize(
    ("option", "value", "refused"),
    [
        ("password", "pa$word", True),
        ("password", "pa${word}", True),
        ("password", "pa$$$word", True),
        ("password", "pa$$word", False),
        ("password", "pa\\$word", False),
        ("password", "100$", False),
        ("description", "costs $much", True),
        ("lock_path", "$state_path/lock", False),
        ("lock_path", "$set_here/lock", False),
        ("lock_path", "$in_default/lock", False),
        ("lock_path", "$other.in_other/lock", False),
        ("lock_path", "$in_other/lock", True),
        ("lock_path", "$set_in_this_call/lock", False),
        ("lock_path", "$removed_in_this_call/lock", True),
    ],
)
def test_a_dollar_sign_before_a_name_that_is_no_option_is_refused(option: str, value: str, refused: bool) -> None:
    data = b"[DEFAULT]\nin_default = 1\n[s]\nset_here = 1\nremoved_in_this_call = 1\n[other]\nin_other = 1\n"
    edits = [
        OptionEdit("s", option, (value,), path="options[0]"),
        OptionEdit("s", "set_in_this_call", ("1",)),
        OptionEdit("s", "removed_in_this_call", None),
    ]
    if not refused:
        assert value in apply_edits(data, edits).after.decode()
        return
    with pytest.raises(InputErrors) as caught:
        apply_edits(data, edits)
    (problem,) = caught.value.problems
    assert problem.path == "options[0]"
    assert "Write $$ for a dollar sign" in problem.message
    assert value not in problem.message
    assert ("$" + value.partition("$")[2].partition("/")[0] in problem.message) is (option != "password")


def test_a_dollar_sign_means_nothing_to_ceph() -> None:
    edits = [OptionEdit("client", "keyring", ("/etc/ceph/$cluster.$name.keyring",))]
    assert b"$cluster.$name" in apply_edits(b"", edits, dialect="ceph").after


@pytest.mark.parametrize("dialect", ["oslo", "ceph"])
def test_nul_is_refused_in_values_and_in_files(dialect: str) -> None:
    with pytest.raises(InputErrors, match="contains a NUL character, which ends it"):
        apply_edits(b"[s]\n", [OptionEdit("s", "k", ("a\0b",))], dialect=dialect)
    with pytest.raises(InputErrors, match="/etc/x.conf: contains a NUL character in line 3, so it is damaged"):
        apply_edits(b"[s]\nk = 1\n\0\0\0", [], dialect=dialect, name="/etc/x.conf")


DASHES = [
    ("log-file = /a\n", "log_file", "/b", "log_file = /b\n", "changed"),
    ("log-file=/a\n", "log-file", "/a", "log_file=/a\n", "changed"),
    ("log_file: /a\n", "log-file", "/b", "log_file: /b\n", "changed"),
    ("log_file = /a\n", "log-file", "/a", "log_file = /a\n", "unchanged"),
    ("log-file = /a\nx = 1\nlog_file = /c\n", "log_file", "/b", "log-file = /a\nx = 1\nlog_file = /b\n", "changed"),
    ("", "log-file", "/b", "log_file = /b\n", "added"),
    ("#log_file = <None>\nx = 1\n", "log-file", "/b", "#log_file = <None>\nlog_file = /b\nx = 1\n", "added"),
]


@pytest.mark.parametrize(("before", "option", "value", "after", "action"), DASHES)
def test_an_option_with_dashes_is_the_one_with_underscores(
    before: str, option: str, value: str, after: str, action: str
) -> None:
    """In a file oslo.config reads log_file only: the line with the other name is the one to edit."""
    result = apply_edits(f"[DEFAULT]\n{before}".encode(), [OptionEdit("DEFAULT", option, (value,))])
    assert result.after.decode() == f"[DEFAULT]\n{after}"
    assert [(each.option, each.action) for each in result.operations] == [("log_file", action)]
    ignored = "oslo.config ignores [DEFAULT] log-file: the name of the option is log_file."
    assert result.warnings == ((ignored,) if "log-file" in after else ())


def test_removing_an_option_removes_both_of_its_names() -> None:
    data = b"[DEFAULT]\nlog-file = /a\nlog_file = /b\nx = 1\n"
    result = apply_edits(data, [OptionEdit("DEFAULT", "log-file", None)])
    assert result.after == b"[DEFAULT]\nx = 1\n"
    only = apply_edits(data, [OptionEdit("DEFAULT", "log_file", None, only="/b")])
    assert only.after == b"[DEFAULT]\nlog-file = /a\nx = 1\n"


def test_one_option_under_both_names_in_one_call_is_a_contradiction() -> None:
    edits = [OptionEdit("s", "a-b", ("1",), path="options[0]"), OptionEdit("s", "a_b", ("2",), path="options[1]")]
    with pytest.raises(InputErrors, match=r"\[s\] a_b is set twice, to different values \(first in options\[0\]\)"):
        apply_edits(b"", edits)


def test_a_section_in_another_case_is_edited_with_a_warning() -> None:
    data = b"[GLANCE_STORE]\ndefault_backend = a\n[other]\n[Other]\n"
    result = apply_edits(data, [OptionEdit("glance_store", "default_backend", ("b",)), OptionEdit("x", "k", ("1",))])
    assert result.after.startswith(b"[GLANCE_STORE]\ndefault_backend = b\n[other]\n[Other]\n")
    assert result.warnings == (
        "The options of [glance_store] are in the section [GLANCE_STORE]. oslo.config ignores the case of the name, "
        "other programs such as crudini do not.",
    )


@pytest.mark.parametrize("value", ["a\n", "a\n\nb", "a\rb", "a\0"])
def test_a_value_to_remove_that_no_line_can_have_is_refused(value: str) -> None:
    edits = [OptionEdit("s", "k", None, only=value, path="options[0]")]
    with pytest.raises(InputErrors, match=r"options\[0\]: \[s\] k: no line can have the value to remove: the value"):
        apply_edits(b"[s]\nk = a\n", edits)


@pytest.mark.parametrize("value", [" a ", "'a'", "a", "b"])
def test_a_value_to_remove_is_compared_as_it_is_read(value: str) -> None:
    result = apply_edits(b"[s]\nk = a\nj = 1\n", [OptionEdit("s", "k", None, only=value)])
    assert (result.after == b"[s]\nj = 1\n") is (value != "b")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# c\r[s]\nk = 1\n", "# c\r[s]\nk = 1\nnew = 1\n\n[t]\nx = 1\n"),
        ("[s]\nk = 1\r", "[s]\nk = 1\rnew = 1\n\n[t]\nx = 1\n"),
        ("[s]\r\nk = 1\r", "[s]\r\nk = 1\rnew = 1\r\n\r\n[t]\r\nx = 1\r\n"),
        ("[s]\rk = 1\r", "[s]\rk = 1\rnew = 1\r\r[t]\rx = 1\r"),
    ],
)
def test_new_lines_do_not_repeat_a_single_carriage_return(before: str, after: str) -> None:
    """A CR among LF is a mistake in the file; other programs would read the new lines as one."""
    result = apply_edits(before.encode(), [OptionEdit("s", "new", ("1",)), OptionEdit("t", "x", ("1",))])
    assert result.after.decode() == after


class Broken(Document):
    """A document with a defect."""

    text = b""

    def to_bytes(self) -> bytes:
        return self.text


@pytest.mark.parametrize(
    ("written", "says"),
    [(b"[s]\nk = 1\nj = 2\n", r"other values than expected for \[s\] j"), (b"[s]\n  k = 1\n", "could not be loaded")],
)
def test_a_result_that_reads_differently_is_refused(written: bytes, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(Broken):
        text = written

    monkeypatch.setattr(plan, "Document", Wrong)
    with pytest.raises(DcnError, match=f"/etc/x.conf was not written, because .*{says}"):
        apply_edits(b"[s]\nk = 0\n", [OptionEdit("s", "k", ("1",))], name="/etc/x.conf")
