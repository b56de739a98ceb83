# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conf of a cluster on a consumer."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ceph.conf import ConfContent, read_option, render

PATH = "/etc/ceph/dcn0.conf"
V2 = "[v2:192.0.2.1:3300/0,v1:192.0.2.1:6789/0]"


@pytest.mark.parametrize(
    ("found", "wanted", "kept"),
    [
        ("192.0.2.1,192.0.2.2", "192.0.2.2,192.0.2.1", True),
        ("192.0.2.1, 192.0.2.2", "192.0.2.1,192.0.2.2", True),
        (f"{V2} [v2:192.0.2.2:3300/0]", f"[v2:192.0.2.2:3300/0],{V2}", True),
        ("mon1,mon2", "MON1,mon2.", True),
        ("192.0.2.1 192.0.2.2", "192.0.2.1,192.0.2.2", False),
        ("192.0.2.1", "192.0.2.1,192.0.2.2", False),
        ("192.0.2.1,192.0.2.3", "192.0.2.1,192.0.2.2", False),
        ("192.0.2.1:6789", "192.0.2.1", False),
    ],
)
def test_the_same_monitors_in_another_order_are_no_change(found: str, wanted: str, kept: bool) -> None:
    before = f"[global]\nmon host = {found}\n".encode()
    after = render(before, ConfContent(None, wanted), PATH)
    assert (after == before) is kept
    assert read_option(after, "global", "mon_host", PATH) == (found if kept else wanted)
