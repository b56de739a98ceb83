# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the list config.json of a container must name, so that it copies the files that the collection writes."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._platforms.table import KOLLA, TRIPLEO

#: Where a container sees config.json, and what lies beside it.
CONFIG_FILES = "/var/lib/kolla/config_files"


def entries(platform: str, found: dict[str, str]) -> list[dict[str, object]]:
    """The entries as kolla_set_configs reads them. The files keep the owner that they have on hosts of TripleO."""
    if platform == TRIPLEO:
        return [
            {"source": f"{CONFIG_FILES}/src/*", "dest": "/", "merge": True, "preserve_properties": True},
            {
                "source": f"{CONFIG_FILES}/src-ceph/",
                "dest": f"{found['ceph_directory_inside']}/",
                "merge": True,
                "preserve_properties": True,
            },
        ]
    if platform != KOLLA:
        return []
    owner = found["inside_user"]
    directory = posixpath.dirname(found["config_json"])
    pairs = [(found["conf"], found["conf_inside"]), (found["ceph_directory"], found["ceph_directory_inside"])]
    if found["policy"]:
        pairs.append((posixpath.dirname(found["policy"]), posixpath.dirname(found["policy_inside"])))
        pairs.append((found["swift_file"], found["swift_file_inside"]))
    return [
        {
            "source": f"{CONFIG_FILES}/{posixpath.relpath(source, directory)}",
            "dest": dest,
            "owner": owner,
            "perm": "0600",
            # A host without swift stores, policies or clusters does not have all of them.
            **({} if source == found["conf"] else {"optional": True}),
        }
        for source, dest in pairs
    ]


def mounts(platform: str, found: dict[str, str]) -> list[dict[str, str]]:
    """The directories of the host that the container must have, so that it copies the files of the host."""
    directory = posixpath.dirname(found["conf"])
    pairs = []
    if platform == TRIPLEO:
        # The directory of puppet has the paths of the container below it.
        inside = posixpath.dirname(found["conf_inside"])
        if directory.endswith(inside):
            pairs.append((f"{CONFIG_FILES}/src", directory[: -len(inside)]))
        pairs.append((f"{CONFIG_FILES}/src-ceph", found["ceph_directory"]))
    elif platform == KOLLA:
        pairs.append((CONFIG_FILES, directory))
    if pairs and found["service"] == "glance":
        pairs.append((found["data_directory_inside"], found["data_directory"]))
    return [{"inside": inside, "host": host} for inside, host in pairs]


def missing_entries(wanted: Sequence[Mapping[str, Any]], present: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The wanted entries that no present entry copies."""
    return [dict(entry) for entry in wanted if not any(_copies(other, entry) for other in present)]


def _copies(entry: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether an entry copies what another one names, itself or with the directory around it."""
    source, dest = _base(str(entry.get("source", ""))), _base(str(entry.get("dest", "")))
    needed, target = _base(str(wanted["source"])), _base(str(wanted["dest"]))
    if needed == source:
        return target == dest
    return needed.startswith(f"{source}/") and target == posixpath.join(dest or "/", needed[len(source) + 1 :])


def _base(path: str) -> str:
    return (path[:-2] if path.endswith("/*") else path).rstrip("/")


def wrong_mounts(wanted: Sequence[Mapping[str, str]], present: Sequence[Mapping[str, str]]) -> list[str]:
    """A sentence for each directory that the container does not have, or has from another place."""
    found = []
    for entry in wanted:
        host, name = _host_path(entry["inside"], present), entry["inside"]
        if host is None:
            found.append(f"it has no volume for {name}, which must be {entry['host']} of the host")
        elif _base(host) != _base(entry["host"]):
            found.append(f"its {name} is {host} of the host, and not {entry['host']}")
    return found


def _host_path(inside: str, present: Sequence[Mapping[str, str]]) -> str | None:
    """The path on the host of a path in the container."""
    volumes = sorted(present, key=lambda volume: -len(_base(volume["inside"])))
    for volume in volumes:
        base = _base(volume["inside"])
        if inside == base or inside.startswith(f"{base}/"):
            return _base(volume["host"]) + inside[len(base) :]
    return None
