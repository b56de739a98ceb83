# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A topology for tests: a hub with three kinds of stores, two spokes, and an edge site without storage."""

from __future__ import annotations

import copy
from typing import Any, Callable

import pytest

FSIDS = {name: f"{digit * 8}-1111-4222-8333-444455556666" for name, digit in (("central", "a"), ("dcn0", "b"))}

BASE: dict[str, Any] = {
    "hub": "central",
    "sites": {
        "central": {
            "ceph": {"cluster": "central", "fsid": FSIDS["central"], "mon_host": "192.0.2.11,192.0.2.12"},
            "stores": {
                "central": {"type": "rbd", "default": True, "options": {"rbd_thin_provisioning": True}},
                "archive": {"type": "swift", "options": {"swift_store_config_file": "/etc/glance/swift.conf"}},
            },
            "glance": {
                "endpoint": "http://192.0.2.10:9292",
                "import": {
                    "methods": ["glance-direct", "web-download", "copy-image"],
                    "plugins": {"image_decompression": {}, "image_conversion": {"output_format": "raw"}},
                },
            },
        },
        "dcn0": {
            "ceph": {"fsid": FSIDS["dcn0"], "mon_host": "192.0.2.21"},
            "glance": {"endpoint": "http://192.0.2.20:9292"},
        },
        "dcn1": {
            "ceph": {"cluster": "dcn1"},
            "stores": {"dcn1": {"type": "rbd", "default": True}},
            "glance": {"endpoint": "http://192.0.2.30:9292"},
        },
        "edge": {},
    },
}

REMOVE = object()


def change(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of ``data`` with the key at a path such as ``sites/dcn0/ceph`` set (or removed)."""
    found = copy.deepcopy(data)
    node = found
    *parents, last = path.split("/")
    for key in parents:
        node = node.setdefault(key, {})
    if value is REMOVE:
        del node[last]
    else:
        node[last] = value
    return found


@pytest.fixture
def base() -> dict[str, Any]:
    """The topology itself; a copy for every test."""
    return copy.deepcopy(BASE)


@pytest.fixture
def changed() -> Callable[..., dict[str, Any]]:
    """changed(path, value, path, value, ...): the topology with some keys set."""

    def apply(*changes: Any) -> dict[str, Any]:
        found = BASE
        for path, value in zip(changes[::2], changes[1::2]):
            found = change(found, path, value)
        return copy.deepcopy(found)

    return apply


@pytest.fixture
def remove() -> object:
    """The value with which ``changed`` removes a key."""
    return REMOVE
