# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ceph.conf: what Ceph reads, and edits that keep the rest."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document

READ: list[tuple[str, str | None]] = [
    ("[global]\nmon_host = a\n", "a"),
    ("[global]\n\tmon host = a\n", "a"),
    ("[global]\nmon  host=a\n", "a"),
    ("[global]\nmon-host = a\n", None),
    ("[global]\nMon Host = a\n", None),
    ("[Global]\nmon host = a\n", None),
    ("[global] # note\nmon host = a\n", "a"),
    ("[global]\nmon host = a # note\n", "a"),
    ("[global]\nmon host = a;b\n", "a"),
    ("[global]\nmon host = a \\; b\n", "a ; b"),
    ('[global]\nmon host = "a b" ; note\n', "a b"),
    ("[global]\nmon host = 'a'\n", "a"),
    ('[global]\nmon host = "a \\"b\\" c"\n', 'a "b" c'),
    ("[global]\nmon host = a\nmon_host = b\n", "b"),
    ("[global]\nmon host = a\n[client]\n[global]\nmon host = b\n", "b"),
    ("[global]\nmon host = a, \\\nb\n", "a, b"),
    ("[global]\r\nmon host = a\r\n", "a"),
    ("mon host = a\n[global]\n", None),
    ("  # indented\n  ; comments\n[global]\nmon host = [v2:1.2.3.4:3300/0,v1:1.2.3.4:6789/0]\n",
     "[v2:1.2.3.4:3300/0,v1:1.2.3.4:6789/0]"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "value"), READ)
def test_reads_what_ceph_reads(data: str, value: str | None) -> None:
    document = Document.parse(data.encode(), "ceph")
    assert document.get("global", "mon_host") == value
    assert document.to_bytes().decode() == data


SET: list[tuple[str, tuple[str, str, str], str]] = [
    ("[global]\n\tmon host = a ; old\n", ("global", "mon_host", "b"), "[global]\n\tmon host = b ; old\n"),
    ("[global]\nmon host = a\n", ("global", "mon host", "a"), "[global]\nmon host = a\n"),
    ("[global]\n\tfsid = x\n", ("global", "mon_host", "b"), "[global]\n\tfsid = x\n\tmon_host = b\n"),
    ("[global]\nfsid = x\n", ("client.glance.dcn0", "keyring", "/etc/ceph/k"),
     "[global]\nfsid = x\n\n[client.glance.dcn0]\nkeyring = /etc/ceph/k\n"),
    ("[global]\nmon host = a\nmon_host = b\n", ("global", "mon_host", "b"), "[global]\nmon_host = b\n"),
    ("[global]\nmon host = a, \\\n  b\nfsid = x\n", ("global", "mon_host", "c"), "[global]\nmon host = c\nfsid = x\n"),
    ('[client]\nk = "old" # why\n', ("client", "k", "new"), "[client]\nk = new # why\n"),
    ("", ("global", "fsid", "x"), "[global]\nfsid = x\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "edit", "after"), SET)
def test_set(before: str, edit: tuple[str, str, str], after: str) -> None:
    document = Document.parse(before.encode(), "ceph")
    assert document.set(*edit) == (before != after)
    assert document.to_bytes().decode() == after
    again = Document.parse(after.encode(), "ceph")
    assert again.get(edit[0], edit[1]) == edit[2]
    assert not again.set(*edit)


def test_a_missing_final_newline_which_ceph_refuses_is_added() -> None:
    document = Document.parse(b"[global]\nfsid = x", "ceph")
    assert document.get("global", "fsid") == "x"
    assert document.to_bytes() == b"[global]\nfsid = x\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("  [global]\n", "malformed section header"),
        ("[ global ]\n", "malformed section header"),
        ("[global] junk\n", "malformed section header"),
        ("[global]\nmon host: a\n", "no 'name = value'"),
        ("[global]\nword\n", "no 'name = value'"),
        ('[global]\nk = "a" b\n', "broken quotes"),
        ('[global]\nk = "a\n', "broken quotes"),
        ('[global]\nk = "a#b"\n', "broken quotes"),
    ],
)
def test_what_ceph_refuses(data: str, reason: str) -> None:
    with pytest.raises(InputErrors, match=f"line .*Ceph cannot load it: {reason}"):
        Document.parse(data.encode(), "ceph")


@pytest.mark.parametrize("value", ["a#b", "a;b", "a\nb", " a", '"a', "a\\b", "back\\"])
def test_values_that_ceph_would_read_differently_are_refused(value: str) -> None:
    document = Document.parse(b"[global]\n", "ceph")
    with pytest.raises(InputErrors):
        document.set("global", "k", value)
    assert document.to_bytes() == b"[global]\n"


@pytest.mark.parametrize("option", ["a#b", "a=b", "a;b", "", "a\nb", '"a"'])
def test_names_that_ceph_would_not_find_are_refused(option: str) -> None:
    with pytest.raises(InputErrors):
        Document.parse(b"[global]\n", "ceph").set("global", option, "v")


def test_remove() -> None:
    document = Document.parse(b"[global]\nmon host = a, \\\nb\nfsid = x\n\n[client.a]\nkeyring = k\n", "ceph")
    assert document.remove("global", "mon_host")
    assert document.remove_section("client.a")
    assert not document.remove_section("Client.a")
    assert document.to_bytes() == b"[global]\nfsid = x\n"
