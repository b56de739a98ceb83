# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts together what all sources say. A file names a cluster, a host knows its fsid."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt import from_host, from_kolla, from_tripleo
from ansible_collections.dcn.glance.plugins.module_utils._adopt.from_operators import found_operators
from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import Conf, Evidence, Note, Place
from ansible_collections.dcn.glance.plugins.module_utils._adopt.stores import cinder_backends
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import DEFAULT_CEPH_CONF
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node

#: (name of the stack or the site, the documents of its files)
Documents = Sequence[tuple[str, Sequence[Node]]]


def gather(
    hosts: Iterable[Mapping[str, Any]],
    stacks: Documents = (),
    kolla: Documents = (),
    operators: Workspace | None = None,
) -> Evidence:
    """All places. Each host is ``{name, site, groups, found}``, with the result of adopt_host_info."""
    places: list[Place] = []
    notes: list[Note] = []
    for host in hosts:
        groups = tuple(str(group) for group in host.get("groups") or ())
        place, more = from_host.place(str(host["name"]), host["found"], str(host.get("site") or ""), groups)
        places.append(place)
        notes += more
    for name, documents in stacks:
        place, more = from_tripleo.place(name, documents)
        places.append(place)
        notes += more
    for name, documents in kolla:
        several, more = from_kolla.places(name, documents)
        places += several
        notes += more
    evidence = Evidence(tuple(_with_fsids(places)), tuple(notes))
    if operators is None:
        return evidence
    found = found_operators(operators)
    return Evidence(
        (*evidence.places, *_with_fsids(found.places)),
        (*evidence.notes, *found.notes),
        found.operators,
        found.apis,
        found.hub,
    )


def _with_fsids(places: Sequence[Place]) -> list[Place]:
    """Places of files get the fsid of a cluster from the places that know it by the same name."""
    known: dict[str, set[str]] = {}
    for place in places:
        for conf in place.confs:
            if conf.fsid:
                known.setdefault(conf.cluster, set()).add(conf.fsid)
    fsids = {name: next(iter(found)) for name, found in known.items() if len(found) == 1}
    return [place if place.kind == "host" else _completed(place, fsids) for place in places]


def _completed(place: Place, fsids: Mapping[str, str]) -> Place:
    confs = {posixpath.normpath(conf.path): conf for conf in place.confs}
    for path in _conf_paths(place):
        confs.setdefault(path, Conf(path))
    return replace(
        place,
        confs=tuple(conf if conf.fsid else replace(conf, fsid=fsids.get(conf.cluster, "")) for conf in confs.values()),
    )


def _conf_paths(place: Place) -> list[str]:
    """The confs that the options of a place name."""
    found = []
    if place.glance is not None:
        settings = (options.get("rbd_store_ceph_conf") for options in place.glance.options.values())
        found += [setting.value for setting in settings if setting is not None]
    if place.nova is not None:
        found.append(place.nova.text("libvirt", "images_rbd_ceph_conf") or DEFAULT_CEPH_CONF)
    found += [backend.text("rbd_ceph_conf") for backend in cinder_backends(place)]
    return [posixpath.normpath(path) for path in found if path]
