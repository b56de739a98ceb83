# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of the glance-api.conf of a distribution where it is installed, and of a file like it."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit, SectionEdit
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits

SHIPPED = [Path("/usr/share/glance-common/glance-api.conf"), Path("/etc/glance/glance-api.conf")]
MADE = """[DEFAULT]

#
# From glance.api
#

# Key:Value pair of store identifier and store type. (dict value)
#enabled_backends = <None>

# Last of the section. (string value)
#pipe_handle = <None>


[glance_store]

#
# From glance.multi_store
#

# The default. (string value)
#default_backend = <None>

# Directory. (string value)
filesystem_store_datadir = /var/lib/glance/images


[healthcheck]

#
# From oslo.middleware.healthcheck
#

# The path. (string value)
#path = /healthcheck
"""
EDITS = [
    OptionEdit("DEFAULT", "enabled_backends", ("central:rbd, dcn0:rbd",)),
    OptionEdit("glance_store", "default_backend", ("central",)),
    OptionEdit("central", "rbd_store_pool", ("images",)),
    OptionEdit("dcn0", "rbd_store_pool", ("images",)),
]


@pytest.fixture(name="stock", params=["made", "shipped"])
def stock_fixture(request: pytest.FixtureRequest) -> bytes:
    if request.param == "made":
        return MADE.encode()
    found = [path for path in SHIPPED if path.is_file()]
    if not found:
        pytest.skip("no Glance package on this machine")
    return found[0].read_bytes()


def changes(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    lines = list(difflib.ndiff(before.decode().splitlines(), after.decode().splitlines()))
    return [line[2:] for line in lines if line[0] == "-"], [line[2:] for line in lines if line[0] == "+"]


def test_only_lines_are_added_below_their_commented_defaults(stock: bytes) -> None:
    after = apply_edits(stock, EDITS).after
    removed, added = changes(stock, after)
    assert removed == []
    assert added == [
        "enabled_backends = central:rbd, dcn0:rbd",
        "default_backend = central",
        "",
        "[central]",
        "rbd_store_pool = images",
        "",
        "[dcn0]",
        "rbd_store_pool = images",
    ]
    assert b"#enabled_backends = <None>\nenabled_backends = central:rbd, dcn0:rbd\n" in after
    assert b"#default_backend = <None>\ndefault_backend = central\n" in after


def test_a_replaced_section_keeps_its_position_and_comments(stock: bytes) -> None:
    after = apply_edits(stock, EDITS[1:2], [SectionEdit("glance_store", "exact")]).after
    removed, added = changes(stock, after)
    assert removed == [line for line in removed if line.startswith("filesystem_store_datadir")]
    assert added == ["default_backend = central"]
    assert Document.parse(after).options("glance_store") == ("default_backend",)


def test_a_removed_section_takes_its_comments_with_it(stock: bytes) -> None:
    after = apply_edits(stock, [], [SectionEdit("glance_store")]).after
    before_it, rest = stock.split(b"[glance_store]\n", 1)
    next_header = next(line for line in rest.splitlines(keepends=True) if line.startswith(b"["))
    assert after == before_it + next_header + rest.split(next_header, 1)[1]


def test_an_emptied_section_keeps_its_comments(stock: bytes) -> None:
    after = apply_edits(stock, [], [SectionEdit("glance_store", comments="keep")]).after
    removed, added = changes(stock, after)
    assert added == []
    assert removed == [line for line in removed if line.startswith("filesystem_store_datadir")]
    assert b"[glance_store]\n" in after
