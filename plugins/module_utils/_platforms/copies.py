# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the list config.json of a container must name, so that it copies the files that the collection writes."""

from __future__ import annotations

import posixpath

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
