# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a service as the modules take them, and the uuid of the libvirt secret that they name."""

from __future__ import annotations

import uuid

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import IniValue, Sections, Site

Option = dict[str, object]


def option(section: str, name: str, value: IniValue) -> Option:
    """One option. A tuple is an option that repeats, None an option to remove."""
    entry: Option = {"section": section, "option": name}
    if value is None:
        entry["state"] = "absent"
    elif isinstance(value, tuple):
        entry["values"] = list(value)
    else:
        entry["value"] = value
    return entry


def overridden(options: list[Option], overrides: Sections) -> list[Option]:
    """``options`` with the user's values in their place, then the user's other options in the order written."""
    found = {(str(entry["section"]), str(entry["option"])): entry for entry in options}
    for section, values in overrides.items():
        for name, value in values.items():
            found[(section, name)] = option(section, name, value)
    return list(found.values())


def secret_uuid(site: Site, fsid: object) -> str:
    """The fsid of the site's cluster, which is also the uuid of its libvirt secret.

    ``fsid`` is what the cluster reported. Without it the topology must state it, and if both do, they must agree.
    """
    stated = site.ceph.fsid if site.ceph is not None else None
    if fsid is None or fsid == "":
        if stated is not None:
            return stated
        raise InputErrors([Problem("fsid", f"the fsid of site {site.name} is neither given nor in the topology")])
    if not isinstance(fsid, str) or not words.FSID.fullmatch(fsid):
        raise InputErrors([Problem("fsid", f"{words.show(fsid)} is not an fsid")])
    if stated is not None and fsid.lower() != stated:
        raise InputErrors(
            [
                Problem(
                    f"sites.{site.name}.ceph.fsid",
                    f"is {stated}, but the cluster of the site reports {fsid.lower()}. One of the two belongs to "
                    "another site: correct the topology, or the Ceph admin host of the site",
                )
            ]
        )
    return str(fsid).lower()


def client_secret_uuid(fsid: str, service: str, generation: int) -> str:
    """The uuid of the libvirt secret with the key of a service, always the same for one client of a cluster.

    Nova's first one is the fsid itself. Each client has a secret of its own: what an instance or an attached volume
    names stays valid while a later client is in use.
    """
    if (service, generation) == ("nova", 1):
        return fsid
    return str(uuid.uuid5(uuid.UUID(fsid), service if generation == 1 else f"{service}.{generation}"))


def some_fsid(site: Site) -> str | None:
    """An fsid with which the options of a site can be derived before its cluster reports the real one."""
    return None if site.ceph is None else site.ceph.fsid or "00000000-0000-4000-8000-000000000000"
