# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes of the topology in the managed entry of ``extraMounts``, beside those with confs and keyrings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredApi
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import volume_name
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Volume


@dataclass(frozen=True)
class VolumeChange:
    """``extraMounts`` afterwards, and the volumes that are kept although the topology no longer has them, by API."""

    entries: Sequence[Object]
    kept: Mapping[str, Sequence[str]] = field(default_factory=dict)


def _item(mount: str, key: str, volume: Volume) -> Object:
    """The item of ``extraVol`` for one volume of one API."""
    name = volume_name(mount, key, volume.name)
    found: Object = {"extraVolType": volume.type} if volume.type else {}
    path: Object = {"name": name, "mountPath": volume.mount_path}
    if volume.sub_path:
        path["subPath"] = volume.sub_path
    if volume.read_only:
        path["readOnly"] = True
    found |= {"propagation": [key], "volumes": [{"name": name, **volume.source}], "mounts": [path]}
    return found


@dataclass(frozen=True)
class ManagedVolumes:
    """Which items are managed: those in the entry ``mount``, which was called ``former``, by the names of volumes.

    Those of the APIs ``unchanged`` stay, and those of the APIs ``removed`` go. ``purge`` removes unneeded ones.
    """

    mount: str
    former: str
    unchanged: Collection[str] = ()
    removed: Collection[str] = ()
    purge: bool = False


def merge_volumes(entries: Sequence[Object], apis: Sequence[DesiredApi], managed: ManagedVolumes) -> VolumeChange:
    """``extraMounts`` with the volumes of ``apis`` in the managed entry."""
    mount = managed.mount
    missing = {
        (api.key, volume.name): _item(mount, api.key, volume)
        for api in apis
        if api.key not in managed.unchanged
        for volume in api.volumes
    }
    keys = [*(api.key for api in apis), *managed.removed]
    kept: dict[str, list[str]] = {}
    result: list[Object] = []
    for entry in entries:
        names = [name for name in (mount, managed.former) if name and entry.get("name") == name]
        items = []
        for live in entry.get("extraVol") or []:
            owner = _owner(live, names, keys)
            desired = missing.pop(owner, None) if owner is not None and entry["name"] == mount else None
            if owner is None or owner[0] in managed.unchanged:
                items.append(live)
            elif desired is not None:
                items.append(_updated(live, desired))
            elif owner not in missing and not managed.purge and owner[0] not in managed.removed:
                kept.setdefault(owner[0], []).append(owner[1])
                items.append(live)
        result.append(entry if items == (entry.get("extraVol") or []) else {**entry, "extraVol": items})
    result = _with_new(result, mount, list(missing.values()))
    emptied = [new for old, new in zip(entries, result) if old.get("extraVol") and not new.get("extraVol")]
    return VolumeChange([entry for entry in result if not any(entry is each for each in emptied)], kept)


def _with_new(entries: list[Object], mount: str, items: Sequence[Object]) -> list[Object]:
    """``extraMounts`` with more items in the entry ``mount``."""
    if not items:
        return entries
    home = next((entry for entry in entries if entry.get("name") == mount), None)
    new = {**(home or {"name": mount}), "extraVol": [*((home or {}).get("extraVol") or []), *items]}
    return [new if entry is home else entry for entry in entries] + ([new] if home is None else [])


def _owner(item: Mapping[str, Any], mounts: Sequence[str], keys: Sequence[str]) -> tuple[str, str] | None:
    """(API, name of the volume in the topology) of a managed item."""
    volumes = [str(volume.get("name") or "") for volume in item.get("volumes") or []]
    for key in item.get("propagation") or []:
        for start in (f"{volume_name(mount, key)}-" for mount in mounts if key in keys):
            named = [name for name in volumes if name.startswith(start)]
            if named and len(volumes) == 1:
                return key, named[0][len(start) :]
    return None


def _updated(live: Object, desired: Object) -> Object:
    """The live item if it means the same, else the desired one in its place."""
    return live if all(live.get(name) == value for name, value in desired.items()) else {**live, **desired}
