# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of what was found: a group for each site, a group for each role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.build import Adopted
from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import DECIDE, DEFAULT, WRONG, Note, Place
from ansible_collections.dcn.glance.plugins.module_utils._adopt.stores import cinder_backends, nova_cluster
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import (
    CEPH_ADMIN,
    CINDER_VOLUME,
    GLANCE_API,
    NOVA_COMPUTE,
    SITE_VARIABLE,
)

_STAGING = ("os_glance_staging_store", "filesystem_store_datadir")
_TASKS = ("os_glance_tasks_store", "filesystem_store_datadir")
_WORKER_URL = "worker_self_reference_url"

#: (variable, section, option, default)
_VARIABLES = (
    ("glance_api_staging_directory", *_STAGING, "/var/lib/glance/os_glance_staging_store"),
    ("glance_api_tasks_directory", *_TASKS, "/var/lib/glance/os_glance_tasks_store"),
)


def roles(place: Place) -> list[str]:
    """The groups of a host: those that it has, and those that its files show."""
    found = [group for group in place.groups if group.startswith("dcn_")]
    shown = {
        CEPH_ADMIN: place.admin is not None,
        GLANCE_API: place.glance is not None,
        NOVA_COMPUTE: bool(nova_cluster(place.nova, place))
        or (place.nova is not None and NOVA_COMPUTE in place.groups),
        CINDER_VOLUME: bool(cinder_backends(place)),
    }
    return [*found, *(group for group, is_shown in shown.items() if is_shown and group not in found)]


def inventory(adopted: Adopted) -> tuple[dict[str, Any], list[Note]]:
    """The inventory as data, and its notes."""
    notes = list(_shared_urls(adopted))
    shared = {note.where for note in notes}
    sites: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {}
    for site in adopted.sites.sites:
        hosts: dict[str, Any] = {}
        for place in site.places:
            if place.kind != "host":
                continue
            variables = _variables(place, place.name in shared)
            hosts[place.name] = {**hosts.get(place.name, {}), **variables}
            for group in roles(place):
                groups.setdefault(group, {}).setdefault("hosts", {})[place.name] = {}
        content: dict[str, Any] = {"hosts": hosts} if hosts else {}
        sites[_group(site.name)] = {**content, "vars": {SITE_VARIABLE: site.name}}
    if not groups:
        notes.append(Note(DECIDE, "inventory", "only files were read, so no host is known. Add the hosts of each site"))
    return {**sites, **{name: groups[name] for name in sorted(groups)}}, notes


def _group(site: str) -> str:
    return "site_" + "".join(char if char.isalnum() else "_" for char in site)


def _variables(place: Place, shared: bool) -> dict[str, str]:
    found = dict(place.variables)
    if place.glance is None:
        return found
    url = place.glance.text(DEFAULT, _WORKER_URL)
    if url and not shared and url != f"http://{place.name}:9292":
        found["glance_api_worker_url"] = url
    for variable, section, option, default in _VARIABLES:
        text = place.glance.text(section, option).rstrip("/")
        if text and text != default:
            found[variable] = text
    return found


def _shared_urls(adopted: Adopted) -> Iterator[Note]:
    """Workers with one URL: a phased import on one cannot be finished on another."""
    seen: dict[str, list[Place]] = {}
    for site in adopted.sites.sites:
        for place in site.places:
            url = place.glance.text(DEFAULT, _WORKER_URL) if place.glance is not None else ""
            if url and place.kind == "host":
                seen.setdefault(url, []).append(place)
    for url, places in seen.items():
        for place in places if len(places) > 1 else ():
            others = ", ".join(other.name for other in places if other is not place)
            text = (
                f"{_WORKER_URL} {url} is also that of {others}, so that imports are not passed on to the right worker"
            )
            yield Note(WRONG, place.name, f"{text}. site sets that of each worker")
