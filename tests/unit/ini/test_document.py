# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes of a file before and after an edit, as tables."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document

SET: list[tuple[str, str, tuple[str, str, str], str]] = [
    ("same value", "[s]\nk=v\n", ("s", "k", "v"), "[s]\nk=v\n"),
    ("same value, quoted", '[s]\ndefault_backend = "dcn0"\n', ("s", "default_backend", "dcn0"),
     '[s]\ndefault_backend = "dcn0"\n'),
    ("quotes wanted, value the same", "[s]\nk = v\n", ("s", "k", '"v"'), "[s]\nk = v\n"),
    ("separator kept: none", "[s]\nk=v\n", ("s", "k", "w"), "[s]\nk=w\n"),
    ("separator kept: colon", "[s]\nk: v\n", ("s", "k", "w"), "[s]\nk: w\n"),
    ("separator kept: tabs", "[s]\nk\t=\tv\n", ("s", "k", "w"), "[s]\nk\t=\tw\n"),
    ("separator kept: wide", "[s]\nk      =    v\n", ("s", "k", "w"), "[s]\nk      =    w\n"),
    ("value with the other separator", "[s]\nk: v\n", ("s", "k", "a=b"), "[s]\nk: a=b\n"),
    ("empty value filled", "[s]\nk =\n", ("s", "k", "w"), "[s]\nk = w\n"),
    ("empty value filled, tight", "[s]\nk=\n", ("s", "k", "w"), "[s]\nk=w\n"),
    ("value emptied", "[s]\nk = v\n", ("s", "k", ""), "[s]\nk =\n"),
    ("trailing blanks go with the value", "[s]\nk = v  \n", ("s", "k", "w"), "[s]\nk = w\n"),
    ("semicolon is no comment", "[s]\nk = a ;b\n", ("s", "k", "a ;b"), "[s]\nk = a ;b\n"),
    ("repeated lines become one, the last", "[s]\nk=1\n# c\nk=2\nj=1\n", ("s", "k", "3"), "[s]\n# c\nk=3\nj=1\n"),
    ("one of the repeated lines has the value", "[s]\nk=1\nk=2\n", ("s", "k", "1"), "[s]\nk=1\n"),
    ("sections that are one, spread", "[s]\na=1\n[t]\n[S]\nk=2\n", ("s", "k", "3"), "[s]\na=1\n[t]\n[S]\nk=3\n"),
    ("new option of a spread section", "[s]\na=1\n[t]\n[s]\nb=2\n", ("s", "c", "3"),
     "[s]\na=1\n[t]\n[s]\nb=2\nc = 3\n"),
    ("option names: case counts", "[s]\nKey=1\n", ("s", "key", "2"), "[s]\nKey=1\nkey = 2\n"),
    ("[default] is another section", "[default]\ndebug=1\n\n[DEFAULT]\ndebug=0\n", ("DEFAULT", "debug", "true"),
     "[default]\ndebug=1\n\n[DEFAULT]\ndebug=true\n"),
    ("continuation lines go with the value", "[s]\nk = a\n  b\n  c\nj=1\n", ("s", "k", "z"), "[s]\nk = z\nj=1\n"),
    ("indent of continuation lines kept", "[s]\nk = a\n\tb\n", ("s", "k", "x\ny\nz"), "[s]\nk = x\n\ty\n\tz\n"),
    ("an indented comment is part of the value", "[s]\nk = a\n  # c\nj=1\n", ("s", "k", "b"), "[s]\nk = b\nj=1\n"),
    ("the same value with its indented comment", "[s]\nk = a\n  # c\n", ("s", "k", "a\n# c"), "[s]\nk = a\n  # c\n"),
    ("first line empty", "[s]\n", ("s", "k", "\na\nb"), "[s]\nk =\n        a\n        b\n"),
    ("under the commented default",
     "[DEFAULT]\na = 1\n\n# help (dict value)\n#enabled_backends = <None>\n\n#z = 1\n",
     ("DEFAULT", "enabled_backends", "a:rbd"),
     "[DEFAULT]\na = 1\n\n# help (dict value)\n#enabled_backends = <None>\nenabled_backends = a:rbd\n\n#z = 1\n"),
    ("under the last of several commented defaults", "[s]\n#k = 1\n#k = 2\n\n#j = 1\n", ("s", "k", "3"),
     "[s]\n#k = 1\n#k = 2\nk = 3\n\n#j = 1\n"),
    ("a commented default in another section is another's", "[s]\nx=1\n[t]\n#k = 1\n", ("s", "k", "3"),
     "[s]\nx=1\nk = 3\n[t]\n#k = 1\n"),
    ("words are no commented default", "[s]\n# k = something explains\nx=1\n", ("s", "k", "3"),
     "[s]\n# k = something explains\nx=1\nk = 3\n"),
    ("after the last option", "[a]\nx=1\n\n# about b\n[b]\n", ("a", "z", "2"), "[a]\nx=1\nz = 2\n\n# about b\n[b]\n"),
    ("after the lines of the last option", "[a]\nx=1\n  more\n\n[b]\n", ("a", "z", "2"),
     "[a]\nx=1\n  more\nz = 2\n\n[b]\n"),
    ("under the header", "[a]\n# words\n\n[b]\n", ("a", "z", "2"), "[a]\nz = 2\n# words\n\n[b]\n"),
    ("empty file", "", ("s", "k", "v"), "[s]\nk = v\n"),
    ("new section: no line end", "[a]\nx=1", ("b", "y", "2"), "[a]\nx=1\n\n[b]\ny = 2\n"),
    ("new section: no blank line", "[a]\nx=1\n", ("b", "y", "2"), "[a]\nx=1\n\n[b]\ny = 2\n"),
    ("new section: one blank line", "[a]\nx=1\n\n", ("b", "y", "2"), "[a]\nx=1\n\n[b]\ny = 2\n"),
    ("new section: two blank lines", "[a]\nx=1\n\n\n", ("b", "y", "2"), "[a]\nx=1\n\n[b]\ny = 2\n"),
    ("new section below a comment", "[a]\nx=1\n# end\n", ("b", "y", "2"), "[a]\nx=1\n# end\n\n[b]\ny = 2\n"),
    ("new DEFAULT at the top", "[s]\nj=2\n", ("DEFAULT", "y", "2"), "[DEFAULT]\ny = 2\n\n[s]\nj=2\n"),
    ("new DEFAULT below the comment of the file", "# file\n\n# about s\n[s]\nj=2\n", ("DEFAULT", "y", "2"),
     "# file\n\n[DEFAULT]\ny = 2\n\n# about s\n[s]\nj=2\n"),
    ("new DEFAULT above the comment of a section", "# about s\n[s]\nj=2\n", ("DEFAULT", "y", "2"),
     "[DEFAULT]\ny = 2\n\n# about s\n[s]\nj=2\n"),
    ("CRLF", "[a]\r\nx=1\r\n", ("b", "y", "1\n2"), "[a]\r\nx=1\r\n\r\n[b]\r\ny = 1\r\n        2\r\n"),
    ("mixed line ends stay", "[a]\nx=1\r\ny=2\n", ("a", "x", "3"), "[a]\nx=3\r\ny=2\n"),
    ("last line without end stays so", "[a]\nx=1", ("a", "x", "2"), "[a]\nx=2"),
    ("last line without end gets one below it", "[a]\nx=1", ("a", "y", "2"), "[a]\nx=1\ny = 2\n"),
    ("section-like data", "[s]\nk = [dcn0]\n", ("s", "j", "[dcn0]"), "[s]\nk = [dcn0]\nj = [dcn0]\n"),
    ("words that another tool minds", "[s]\n", ("s", "k", "crudini_no_arg"), "[s]\nk = crudini_no_arg\n"),
    ("dollar and percent", "[s]\n", ("s", "k", "$state_path 100% $$"), "[s]\nk = $state_path 100% $$\n"),
    ("other white space stays", "[s]\n\x0c\nk = a\u2028b\n", ("s", "j", "1"), "[s]\n\x0c\nk = a\u2028b\nj = 1\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "edit", "after"), [row[1:] for row in SET], ids=[row[0] for row in SET])
def test_set(before: str, edit: tuple[str, str, str], after: str) -> None:
    document = Document.parse(before.encode())
    assert document.set(*edit) == (before != after)
    assert document.to_bytes().decode() == after
    again = Document.parse(after.encode())
    assert not again.set(*edit)
    assert again.to_bytes().decode() == after


MULTI: list[tuple[str, str, list[str], str]] = [
    ("append", "[s]\n# one\nk = a:1\n# two\nk = b:2\n\n[t]\n", ["a:1", "b:2", "c:3"],
     "[s]\n# one\nk = a:1\n# two\nk = b:2\nk = c:3\n\n[t]\n"),
    ("prepend", "[s]\nk=b\n", ["a", "b"], "[s]\nk=a\nk=b\n"),
    ("remove one", "[s]\nk=a\n# two\nk=b\nk=c\n", ["a", "c"], "[s]\nk=a\n# two\nk=c\n"),
    ("replace one", "[s]\nk=a\nk: b\nk=c\n", ["a", "x", "c"], "[s]\nk=a\nk: x\nk=c\n"),
    ("replace and append", "[s]\nk=a\nk=b\n", ["a", "x", "y", "z"], "[s]\nk=a\nk=x\nk=y\nk=z\n"),
    ("new", "[s]\nx=1\n", ["a", "b", "c"], "[s]\nx=1\nk = a\nk = b\nk = c\n"),
    ("new under its commented default", "[s]\n#k = 0\n\n#j = 1\n", ["a", "b"], "[s]\n#k = 0\nk = a\nk = b\n\n#j = 1\n"),
    ("the same value twice", "[s]\nk=a\n", ["a", "a"], "[s]\nk=a\nk=a\n"),
    ("with continuation lines", "[s]\nk=a\n  1\nk=b\n  2\n", ["b\n2", "c"], "[s]\nk=b\n  2\nk=c\n"),
    ("same", '[s]\nk="a"\nk=b\n', ["a", "b"], '[s]\nk="a"\nk=b\n'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "values", "after"), [row[1:] for row in MULTI], ids=[row[0] for row in MULTI])
def test_set_all(before: str, values: list[str], after: str) -> None:
    document = Document.parse(before.encode())
    assert document.set_all("s", "k", values) == (before != after)
    assert document.to_bytes().decode() == after
    assert not document.set_all("s", "k", values)


REMOVE: list[tuple[str, str, tuple[str | None, ...], str]] = [
    ("one", "[s]\nk=1\nj=2\n", ("s", "k"), "[s]\nj=2\n"),
    ("with its lines", "[s]\nk=1\n  more\n# c\nj=2\n", ("s", "k"), "[s]\n# c\nj=2\n"),
    ("all repeated ones", "[s]\nk=1\n[t]\n[s]\nk=2\n", ("s", "k"), "[s]\n[t]\n[s]\n"),
    ("only one value", "[s]\nk=1\nk=2\nk='2'\n", ("s", "k", "2"), "[s]\nk=1\n"),
    ("last option of a section: the section stays", "[s]\nk=1\n", ("s", "k"), "[s]\n"),
    ("not there", "[s]\nk=1\n", ("s", "j"), "[s]\nk=1\n"),
    ("only in DEFAULT", "[DEFAULT]\nk=1\n[s]\nj=1\n", ("s", "k"), "[DEFAULT]\nk=1\n[s]\nj=1\n"),
]


@pytest.mark.parametrize(("before", "edit", "after"), [row[1:] for row in REMOVE], ids=[row[0] for row in REMOVE])
def test_remove(before: str, edit: tuple[str, ...], after: str) -> None:
    document = Document.parse(before.encode())
    assert document.remove(*edit) == (before != after)
    assert document.to_bytes().decode() == after


REMOVE_SECTION: list[tuple[str, str, str, str]] = [
    ("in the middle", "[a]\nx=1\n\n[b]\ny=2\n\n[c]\nz=3\n", "drop", "[a]\nx=1\n\n[c]\nz=3\n"),
    ("at the end", "[a]\nx=1\n\n[b]\ny=2\n", "drop", "[a]\nx=1\n"),
    ("all", "[b]\ny=2\n", "drop", ""),
    ("every block", "[b]\ny=1\n[a]\nx=1\n[b]\ny=2\n", "drop", "[a]\nx=1\n"),
    ("adjacent blocks with comments", "[a]\nx=1\n\n# one\n[b]\ny=1\n\n# two\n[b]\ny=2\n", "drop", "[a]\nx=1\n"),
    ("its comments go", "[a]\nx=1\n\n# about b\n[b]\n# in b\ny=2\n\n# more\n\n[c]\n", "drop", "[a]\nx=1\n\n[c]\n"),
    ("the comment of the next one stays", "[b]\ny=2\n\n# about c\n[c]\n", "drop", "# about c\n[c]\n"),
    ("a commented option above belongs to the section above", "[a]\nx=1\n\n#w = 2\n[b]\n", "drop",
     "[a]\nx=1\n\n#w = 2\n"),
    ("a comment without blank line above belongs there", "[a]\nx=1\n# x is one\n[b]\n\n[c]\n", "drop",
     "[a]\nx=1\n# x is one\n[c]\n"),
    ("the comment of the file stays", "# file\n[b]\ny=1\n\n[c]\n", "drop", "# file\n[c]\n"),
    ("keep: comments and header stay", "[a]\n\n[b]\n# in b\ny=2\n  more\n#z = 1\n\n[c]\n", "keep",
     "[a]\n\n[b]\n# in b\n#z = 1\n\n[c]\n"),
    ("keep: no comments, nothing to keep", "[a]\nx=1\n\n[b]\ny=2\n\n[c]\n", "keep", "[a]\nx=1\n\n[c]\n"),
    ("other case", "[a]\n[B]\ny=1\n", "drop", "[a]\n"),
    ("not there", "[a]\nx=1\n", "drop", "[a]\nx=1\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "comments", "after"), [row[1:] for row in REMOVE_SECTION], ids=[row[0] for row in REMOVE_SECTION]
)
def test_remove_section(before: str, comments: str, after: str) -> None:
    document = Document.parse(before.encode())
    assert document.remove_section("b", comments) == (before != after)
    assert document.to_bytes().decode() == after
    assert not Document.parse(after.encode()).remove_section("b", comments)


def test_adding_and_removing_a_section_gives_the_file_back() -> None:
    before = b"# file\n\n[a]\nx = 1\n"
    document = Document.parse(before)
    document.set("b", "y", "2")
    document.remove_section("b")
    assert document.to_bytes() == before


REFUSED: list[tuple[str, str, str, str]] = [
    ("s", "k", "a\n\nb", "blank line"),
    ("s", "k", "a\n", "ends with a line break"),
    ("s", "k", "a\rb", "carriage return"),
    ("s", "k", " a", "blanks at the ends"),
    ("s", "k", "a\n b", "blanks at the ends"),
    ("s", "k", "a\u00a0", "blanks at the ends"),
    ("s", "k", '"', "read another value"),
    ("s", "k", "\ud800", "not valid Unicode"),
    ("s", "a=b", "v", "contains ="),
    ("s", "a:b", "v", "contains :"),
    ("s", "a[b", "v", "contains ["),
    ("s", "a]", "v", "contains ]"),
    ("s", "a b", "v", "contains a blank"),
    ("s", "a\nb", "v", "contains a blank"),
    ("s", " a", "v", "contains a blank"),
    ("s", "", "v", "is empty"),
    ("s", "#a", "v", "comment character"),
    ("s", ";a", "v", "comment character"),
    ("", "k", "v", "is empty"),
    ("a]b", "k", "v", "contains ]"),
    ("[a", "k", "v", "contains ["),
    ("a\nb", "k", "v", "control character"),
    (" a", "k", "v", "begins or ends with a blank"),
    ("default", "k", "v", "in capitals"),
    ("Default", "k", "v", "in capitals"),
]


@pytest.mark.parametrize(("section", "option", "value", "reason"), REFUSED)
def test_what_cannot_be_read_back_is_refused(section: str, option: str, value: str, reason: str) -> None:
    document = Document.parse(b"[s]\nx = 1\n")
    with pytest.raises(InputErrors, match=reason.replace("[", r"\[").replace("]", r"\]")) as caught:
        document.set(section, option, value)
    assert len(caught.value.problems) == 1
    assert document.to_bytes() == b"[s]\nx = 1\n"


UNLOADABLE: list[tuple[bytes, list[str]]] = [
    (b"k = 1\n[s]\n", ["line 1: oslo.config cannot load it: option before the first section header: 'k = 1'"]),
    (b"[s]\nflag\n", ["line 2: oslo.config cannot load it: neither '=' nor ':' in the line: 'flag'"]),
    (b"[s] # note\n", ["line 1: oslo.config cannot load it: section header that does not end with ]: '[s] # note'"]),
    (b"[s\n[]\n", ["line 1: oslo.config cannot load it: section header that does not end with ]: '[s'",
                   "line 2: oslo.config cannot load it: section header without a name: '[]'"]),
    (b"[s]\nk = a\n\n  b\n = c\n", [
        "line 4: oslo.config cannot load it: indented line that continues no option: 'b'",
        "line 5: oslo.config cannot load it: indented line that continues no option: '= c'"]),
    (b"[s]\nk = a\n# c\n  b\n", ["line 4: oslo.config cannot load it: indented line that continues no option: 'b'"]),
    (b"[s]\n= c\n", ["line 2: oslo.config cannot load it: option without a name: '= c'"]),
    (b"\xef\xbb\xbf[s]\n", ["begins with a UTF-8 byte order mark, which oslo.config refuses: save it without one"]),
    (b"[s]\nk = \xe9\n", ["is not UTF-8 text: byte 0xe9 in line 2: convert it first"]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "reasons"), UNLOADABLE)
def test_a_file_that_cannot_be_loaded_is_refused_line_by_line(data: bytes, reasons: list[str]) -> None:
    with pytest.raises(InputErrors) as caught:
        Document.parse(data, name="/etc/x.conf")
    assert [
        str(problem).replace("/etc/x.conf, ", "").replace("/etc/x.conf: ", "") for problem in caught.value.problems
    ] == (reasons)
    assert all(problem.path.startswith("/etc/x.conf") for problem in caught.value.problems)


@pytest.mark.parametrize(
    "data",
    [
        b"[s]\n\n  password = hunter2\n",
        b"[s]\npassword hunter2\n",
        b"password: hunter2\n",
        b"[s]\nsecret=a\n\n  hunter2\n",
    ],
)
def test_the_text_of_a_bad_line_shows_no_secret(data: bytes) -> None:
    with pytest.raises(InputErrors) as caught:
        Document.parse(data)
    assert "hunter2" not in str(caught.value)
    assert "********" in str(caught.value)


def test_queries() -> None:
    document = Document.parse(b"[A]\nk = 1\nm = x\nK = 2\n[DEFAULT]\nd = 1\n[a]\nk = '3'\nm: y\n")
    assert document.sections() == ("A", "DEFAULT")
    assert document.has_section("a") and not document.has_section("default")
    assert document.options("a") == ("k", "m", "K")
    assert document.get("a", "k") == "3" and document.get("a", "d") is None
    assert document.get_all("A", "m") == ("x", "y")
    assert document.line_of("a", "m") == 9
    assert document.reading() == {
        ("a", "k"): ("1", "3"), ("a", "m"): ("x", "y"), ("a", "K"): ("2",), ("DEFAULT", "d"): ("1",),
    }  # fmt: skip
