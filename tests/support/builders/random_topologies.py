# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random faults in topologies: values of other types, plausible mistakes, and names in other spellings."""

from __future__ import annotations

import copy
import datetime
import random
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.dcn.glance.plugins.module_utils._topology.uniform import uniform
from ansible_collections.dcn.glance.tests.support.builders.topologies import BASE

ENDLESS: list[Any] = []
ENDLESS.append({"sites": ENDLESS, "options": {"a": ENDLESS}})
DEEP: Any = "bottom"
for _level in range(300):
    DEEP = {"options": DEEP}

#: What YAML can contain, and some things that it cannot.
JUNK: list[Any] = [
    None, True, False, 0, -1, 10**30, 3.5, float("nan"), float("inf"), "", " ", "x" * 5000, "a\nb", "\x00", "\u00e9",
    "no", "{{ x }}", "http://[", "http://a:99999", "//", "[v2:", "[[]]", ",", "1.2.3.4.5", "os_glance_x", "DEFAULT",
    "a b", [], [[]], [None], ["a", 1, {}], {}, {None: None}, {1: 2}, {True: {}}, {"": ""}, {"type": "rbd"},
    {("a", "b"): 1}, b"bytes", object(), ENDLESS, DEEP, {"x": ENDLESS}, datetime.date(2026, 1, 2),
]  # fmt: skip
KEYS: list[Any] = [
    None, 1, True, "", "a b", "x\n", "type", "stores", "ceph", "central", "Dcn0", 1.5, ("t",), "\u00e9" * 80,
    datetime.date(2026, 1, 2), "DEFAULT", "default", "LIBVIRT", "options", "enabled", "glance_store", "a.b", "log-file",
]  # fmt: skip
#: Values that are plausible, and often wrong.
PLAUSIBLE: list[Any] = [
    "text\n", "pa$word", "$my_ip", "$$x", "a#b", "a;b", "'a", '"', '"a"', "a\\", "#a", "a,b", "a:b", "a:b,c", "10", "0",
    "0G", "10G", "ten", "-1", "5.5", "true", "127.0.0.1", "10.0.0.1/24", "192.0.2.1 192.0.2.2", "mon1,mon2",
    "localhost",
    "http://Glance.example.com:80/V2", "http://192.0.2.10:9292", "http://[2001:db8::1]", "central", "CENTRAL", "dcn0",
    "DCN0", "dcn1", "bootstrap-osd", "admin", "x" * 64, "x" * 101, "rbd", "file", "s3", "http", "swift", "cinder",
    "edge",
    "split", "single", "images", "volumes", "vms", "aaaaaaaa-1111-4222-8333-444455556666", "/etc/ceph/dcn0.conf",
    "raw", "qcow2", ["a"], ["copy-image"], ["glance-direct", "web-download"], {"a": "b"}, {"a": "b,c"}, {"a": ["b"]},
]  # fmt: skip
#: Whole parts that can be put into a site.
PARTS: list[tuple[str, Any]] = [
    ("nova", {"options": {"libvirt": {"rbd_user": "x"}}}),
    ("nova", {"options": {"LIBVIRT": {"hw_disk_discard": "unmap"}, "x": {"y": ["a", "$z"]}}}),
    ("cinder", {"options": {"DEFAULT": {"enabled_backends": "lvm"}}}),
    ("cinder", {"options": {"DEFAULT": {"debug": True}, "lvm": {"a": None, "b": []}}}),
    ("ceph", {"options": {"log_file": "/var/log/a#b", "key": "AQhush=="}}),
    ("ceph", {"mon_host": "192.0.2.31 192.0.2.32", "options": {"client_mount_timeout": "ten"}}),
    ("glance", {"enabled": False}),
    ("glance", {"options": {"default": {"debug": True}, "DEFAULT": {"workers": 4}}}),
    ("glance", {"import": {"plugins": {"inject_image_metadata": {"inject": {"os": "a,b"}}, "no_op": {}}}}),
    ("glance", {"weights": {"central": 5, "dcn9": 1}, "api": {"name": "a" * 40, "replicas": 3}}),
    ("stores", {"a": {"type": "s3", "options": {"s3_store_secret_key": "hush\n"}}, "b": {"type": "rbd"}}),
    ("stores", {"a": {"type": "swift", "options": {"swift_store_key": "hush"}}, "b": {"type": "rbd", "default": True}}),
    ("stores", {"f": {"type": "file", "options": {"filesystem_store_datadir": "/var/lib/glance"}}}),
    ("stores", {"w": {"type": "http", "options": {"http_proxy_information": "http:10.0.0.1:3128"}}}),
]  # fmt: skip

_FIXTURES = Path(__file__).parents[2] / "unit" / "fixtures" / "topologies"


def valid_topologies() -> list[dict[str, Any]]:
    """Topologies without errors: that of the unit tests, those of the golden files, and one for operators."""
    found = [copy.deepcopy(BASE)]
    for path in sorted(_FIXTURES.glob("*.yml")):
        if not path.name.endswith(".golden.yml"):
            data = yaml.safe_load(path.read_text())
            found.append(uniform(**data) if "template" in data else data)
    found.append({**copy.deepcopy(BASE), "platform": "operators", "operators": {"storage_class": "local"}})
    return found


def places(data: Any, depth: int = 0) -> list[tuple[Any, Any]]:
    """(container, key) of every value in nested data, as deep as a topology goes."""
    if depth > 9:
        return []
    items = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    found = []
    for key, value in items:
        found.append((data, key))
        found += places(value, depth + 1)
    return found


def mutate(data: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A copy with one or two plausible changes, or with up to four changes of any kind."""
    found = copy.deepcopy(data)
    wild = rng.random() < 0.4
    for _count in range(rng.randint(1, 4) if wild else rng.randint(1, 2)):
        container, key = rng.choice(places(found)[:600] or [({}, "")])
        how = rng.random()
        if how < 0.3:
            container[key] = copy.copy(rng.choice(PLAUSIBLE))
        elif how < 0.7 and _add_part(found, rng):
            continue
        elif how < 0.8 and isinstance(container, dict):
            container.pop(key, None)
        elif wild:
            _spoil(container, key, rng)
    return found


def _add_part(data: dict[str, Any], rng: random.Random) -> bool:
    """Put a whole part into a site; False if there is no site."""
    sites = data.get("sites")
    site = sites[rng.choice(list(sites))] if isinstance(sites, dict) and sites else None
    if not isinstance(site, dict):
        return False
    name, part = copy.deepcopy(rng.choice(PARTS))
    site[name] = {**site[name], **part} if isinstance(site.get(name), dict) else part
    return True


def _spoil(container: Any, key: Any, rng: random.Random) -> None:
    """Put an unexpected value or key in the place of a value."""
    if rng.random() < 0.5 or not isinstance(container, dict):
        container[key] = copy.copy(rng.choice(JUNK))
    else:
        value = container.pop(key, None)
        container[rng.choice(KEYS)] = value if rng.random() < 0.5 else copy.copy(rng.choice(JUNK + PLAUSIBLE))
