# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a container copies when it starts, and from where."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._platforms.config_json import extended
from ansible_collections.dcn.glance.plugins.module_utils._platforms.copies import missing_entries, wrong_mounts
from ansible_collections.dcn.glance.plugins.module_utils._platforms.paths import host_path
from ansible_collections.dcn.glance.plugins.module_utils._platforms.places import ceph_places
from ansible_collections.dcn.glance.plugins.module_utils._platforms.service import platform_service

BASE = "/var/lib/kolla/config_files"
CONF = {"source": f"{BASE}/glance-api.conf", "dest": "/etc/glance/glance-api.conf", "owner": "glance", "perm": "0600"}
CEPH = {"source": f"{BASE}/ceph", "dest": "/etc/ceph", "owner": "glance", "perm": "0600"}
# As tripleo-heat-templates writes them.
TRIPLEO = [
    {"source": f"{BASE}/src/*", "dest": "/", "merge": True, "preserve_properties": True},
    {"source": f"{BASE}/src-ceph/", "dest": "/etc/ceph/", "merge": True, "preserve_properties": True},
    {"source": f"{BASE}/src-iscsid/*", "dest": "/etc/iscsi/", "merge": True, "preserve_properties": True},
]


@pytest.mark.parametrize(
    ("platform", "present", "missing"),
    [
        ("tripleo", TRIPLEO, []),
        ("tripleo", TRIPLEO[:1], ["/etc/ceph/"]),
        ("kolla", [CONF, CEPH], ["/etc/glance/policy.d", "/etc/glance/glance-swift.conf"]),
        ("kolla", [CONF], ["/etc/ceph", "/etc/glance/policy.d", "/etc/glance/glance-swift.conf"]),
        # Before kolla-ansible copied the directory, it named each file.
        (
            "kolla",
            [CONF, {**CEPH, "source": f"{BASE}/ceph.conf", "dest": "/etc/ceph/ceph.conf"}],
            ["/etc/ceph", "/etc/glance/policy.d", "/etc/glance/glance-swift.conf"],
        ),
        (
            "kolla",
            [CONF, {**CEPH, "dest": "/etc/elsewhere"}],
            ["/etc/ceph", "/etc/glance/policy.d", "/etc/glance/glance-swift.conf"],
        ),
        ("kolla", [{"source": f"{BASE}/*", "dest": "/etc/glance/"}], ["/etc/ceph"]),
    ],
)
def test_missing_entries(platform: str, present: list[dict[str, Any]], missing: list[str]) -> None:
    wanted = platform_service(platform, "glance")["config_files"]
    assert [entry["dest"] for entry in missing_entries(wanted, present)] == missing


def test_the_list_keeps_everything_else() -> None:
    wanted = platform_service("kolla", "glance")["config_files"]
    before = {"command": "glance-api", "config_files": [CONF], "permissions": [{"path": "/var/lib/glance"}]}
    data, added = extended(json.dumps(before).encode(), "config.json", wanted)
    after = json.loads(data)
    assert after == {**before, "config_files": [CONF, *added]}
    assert extended(data, "config.json", wanted) == (data, [])


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"config_files": {}}', b'{"config_files": ["a"]}'])
def test_a_broken_list_is_an_error(data: bytes) -> None:
    with pytest.raises(DcnError, match="Repair the file"):
        extended(data, "config.json", [CEPH])


@pytest.mark.parametrize(
    ("volumes", "wrong"),
    [
        ({"src": "/p/glance_api", "src-ceph": "/etc/ceph"}, []),
        ({"src": "/p/glance_api/", "src-ceph": "/etc/ceph/"}, []),
        (
            {"": "/p", "src": "/p/glance_api", "src-ceph": "/var/lib/tripleo-config/ceph"},
            ["is /var/lib/tripleo-config/ceph of the host"],
        ),
        ({"src": "/p/glance_api"}, ["has no volume for"]),
    ],
)
def test_volumes(volumes: dict[str, str], wrong: list[str]) -> None:
    wanted = [{"inside": f"{BASE}/src", "host": "/p/glance_api"}, {"inside": f"{BASE}/src-ceph", "host": "/etc/ceph"}]
    present = [{"inside": f"{BASE}/{name}".rstrip("/"), "host": host} for name, host in volumes.items()]
    found = wrong_mounts(wanted, present)
    assert len(found) == len(wrong)
    for text, part in zip(found, wrong):
        assert part in text


@pytest.mark.parametrize(
    ("platform", "mounts"),
    [
        ("packages", []),
        (
            "tripleo",
            [
                (f"{BASE}/src", "/var/lib/config-data/puppet-generated/glance_api"),
                (f"{BASE}/src-ceph", "/etc/ceph"),
                ("/var/lib/glance", "/var/lib/glance"),
            ],
        ),
        (
            "kolla",
            [(BASE, "/etc/kolla/glance-api"), ("/var/lib/glance", "/var/lib/containers/storage/volumes/glance/_data")],
        ),
    ],
)
def test_the_volumes_of_a_platform(platform: str, mounts: list[tuple[str, str]]) -> None:
    assert [(each["inside"], each["host"]) for each in platform_service(platform, "glance")["mounts"]] == mounts


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/etc/ceph/dcn0.conf", "/srv/ceph/dcn0.conf"),
        ("/etc/ceph", "/srv/ceph"),
        ("/etc/ceph2/a", "/etc/ceph2/a"),
        ("/etc/ceph/special/a", "/other/a"),
        ("/var/lib/x", "/var/lib/x"),
    ],
)
def test_paths(path: str, host: str) -> None:
    pairs = [{"inside": "/etc/ceph", "host": "/srv/ceph/"}, {"inside": "/etc/ceph/special/", "host": "/other"}]
    assert host_path(path, pairs) == host


def test_where_confs_and_keyrings_are() -> None:
    services = ["glance", "nova", "cinder"]
    (shared,) = ceph_places("packages", services, None)
    assert (shared["directory"], shared["inside"], shared["services"]) == ("/etc/ceph", "/etc/ceph", services)
    assert shared["owners"]["nova"] == {"owner": "nova", "group": "nova"}
    (tripleo,) = ceph_places("tripleo", services, {name: {"ceph_directory": "/c"} for name in services})
    assert (tripleo["directory"], tripleo["inside"]) == ("/c", "/etc/ceph")
    assert tripleo["owners"]["cinder"]["owner"] == "42407"
    kolla = ceph_places("kolla", services, None)
    assert [place["directory"] for place in kolla] == [
        "/etc/kolla/glance-api/ceph",
        "/etc/kolla/nova-compute/ceph",
        "/etc/kolla/cinder-volume/ceph",
    ]
    (own,) = ceph_places("packages", services, None, "/srv/ceph")
    assert (own["directory"], own["inside"]) == ("/srv/ceph", "/srv/ceph")
