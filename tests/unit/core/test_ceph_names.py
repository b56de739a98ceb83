# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of Ceph clients and clusters, and the paths of their files."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names


@pytest.mark.parametrize("name", ["client.glance", "client.glance.central", "client.dcn0.glance", "client.a-b_c.1"])
def test_usable_client_names(name: str) -> None:
    assert ceph_names.client_problem(name) is None


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("client.", "usable"),
        ("client..a", "usable"),
        ("client.a b", "usable"),
        ("client.a]b", "usable"),
        ("client.$x", "usable"),
        ("client.a/b", "usable"),
        ("client.a\n", "usable"),
        ("client.-a", "usable"),
        ("foo.x", "not a client name"),
        ("admin", "not a client name"),
        ("osd.0", "not a client name"),
        ("", "not a client name"),
        ("client." + "a" * 100, "longer"),
        ("client.admin", "cluster itself"),
        ("client.bootstrap-osd", "cluster itself"),
    ],
)
def test_refused_client_names(name: str, part: str) -> None:
    assert part in str(ceph_names.client_problem(name))


@pytest.mark.parametrize(
    ("name", "fine"), [("dcn0", True), ("Central", True), ("dcn-0", False), ("", False), ("a.b", False)]
)
def test_cluster_names(name: str, fine: bool) -> None:
    assert (ceph_names.cluster_problem(name) is None) is fine


def test_paths_are_those_librados_derives() -> None:
    assert (
        ceph_names.keyring_path("dcn0", "client.dcn0.glance", "/etc/ceph/")
        == "/etc/ceph/dcn0.client.dcn0.glance.keyring"
    )
    assert ceph_names.conf_path("dcn0", "/etc/ceph") == "/etc/ceph/dcn0.conf"
