# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The managed entry in ``extraMounts``, item by item: other clients may use the same name, or add to its items."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import SecretUser
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import CONF_DIRECTORY
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import EVERY_API, volume_name


@dataclass(frozen=True)
class DesiredMounts:
    """The managed items of ``extraVol`` by API; those of the APIs in ``unchanged`` are left as they are.

    ``names`` are the names that the managed entry has and had, ``secrets`` the APIs of the managed Secrets, now and
    before, and ``keys`` the names of all APIs.
    """

    name: str
    items: Mapping[str, Object]
    names: Collection[str]
    secrets: Mapping[str, str]
    unchanged: Collection[str] = field(default_factory=frozenset)
    keys: Collection[str] = field(default_factory=frozenset)


def api_volume(mount: str, api: SecretUser) -> Object:
    """The item of the managed entry ``mount`` that mounts the confs and keyrings in the pods of one API."""
    name = volume_name(mount, api.key)
    return {
        "extraVolType": "Ceph",
        "propagation": [api.key],
        "volumes": [{"name": name, "secret": {"secretName": api.secret}}],
        "mounts": [{"name": name, "mountPath": CONF_DIRECTORY, "readOnly": True}],
    }


def merge_extra_mounts(entries: Sequence[Object], mounts: DesiredMounts) -> list[Object]:
    """``extraMounts`` with the managed items in one entry. All other items keep their position."""
    missing, moved = dict(mounts.items), []
    result: list[Object] = []
    emptied: list[Object] = []
    for entry in entries:
        if entry.get("name") not in mounts.names:
            result.append(entry)
            continue
        live = list(entry.get("extraVol") or [])
        items = [item for item in (_merged(each, mounts, missing) for each in live) if item is not None]
        if entry["name"] != mounts.name:
            moved += [item for item in items if _managed_key(item, mounts) is not None]
            items = [item for item in items if _managed_key(item, mounts) is None]
        result.append(entry if items == live else {**entry, "extraVol": items})
        if live and not items:
            emptied.append(result[-1])
    new = [*moved, *missing.values()]
    if new:
        # An entry that is empty under its old name is used again under the new one.
        named = [entry for entry in result if entry.get("name") == mounts.name]
        home = next(iter([*named, *emptied]), None)
        entry = {**(home or {}), "name": mounts.name, "extraVol": [*((home or {}).get("extraVol") or []), *new]}
        result = [entry if each is home else each for each in result]
        result += [entry] if home is None else []
    return [entry for entry in result if not any(entry is each for each in emptied)]


def _merged(item: Object, mounts: DesiredMounts, missing: dict[str, Object]) -> Object | None:
    """The merged item: unmanaged ones unchanged, managed ones updated, None to remove the item."""
    key = _managed_key(item, mounts)
    if key is None or key in mounts.unchanged:
        return item
    desired = missing.pop(key, None)
    return None if desired is None else _updated(item, desired, key, mounts)


def _managed_key(item: Mapping[str, Any], mounts: DesiredMounts) -> str | None:
    """The API that this item is managed for."""
    reached = item.get("propagation") or []
    for volume in item.get("volumes") or []:
        key = mounts.secrets.get(str((volume.get("secret") or {}).get("secretName") or ""))
        if key is not None and key in reached:
            return key
        named = [key for key in reached if volume.get("name") in _volume_names(key, mounts)]
        if named:
            return str(named[0])
    return None


def _volume_names(key: str, mounts: DesiredMounts) -> list[str]:
    return [volume_name(name, key) for name in mounts.names]


def _is_managed(volume: Mapping[str, Any], key: str, mounts: DesiredMounts) -> bool:
    secret = str((volume.get("secret") or {}).get("secretName") or "")
    return mounts.secrets.get(secret) == key or volume.get("name") in _volume_names(key, mounts)


def _updated(live: Object, desired: Object, key: str, mounts: DesiredMounts) -> Object:
    """The live item with the desired volume and mount, and all that it states beyond that, such as a file mode."""
    (volume,), (mount,) = desired["volumes"], desired["mounts"]
    volumes: list[Object] = live.get("volumes") or []
    managed = [each for each in volumes if _is_managed(each, key, mounts)]
    names = [each.get("name") for each in managed]
    if managed:
        volume = {**volume, "secret": {**(managed[0].get("secret") or {}), **volume["secret"]}}
    renamed = [
        {**each, "name": volume["name"]} if each.get("name") in names else each for each in live.get("mounts") or []
    ]
    same = [each for each in renamed if (each.get("name"), _path(each)) == (volume["name"], mount["mountPath"])]
    others = [name for name in live["propagation"] if name not in (*mounts.keys, *EVERY_API)]
    is_right = set(live["propagation"]) == {key, *others} and live["propagation"].count(key) == 1
    return {
        **live,
        "extraVolType": desired["extraVolType"],
        "propagation": live["propagation"] if is_right else [key, *others],
        "volumes": _replaced(volumes, managed, volume),
        "mounts": _replaced(renamed, same, {**(same[0] if same else {}), **mount}),
    }


def _path(mount: Mapping[str, Any]) -> str:
    return str(mount.get("mountPath") or "").rstrip("/")


def _replaced(items: Sequence[Object], old: Sequence[Object], new: Object) -> list[Object]:
    """``items`` with ``new`` in the place of the first of ``old``, and without the others of those."""
    if not old:
        return [*items, new]
    first = items.index(old[0])
    return [new if index == first else each for index, each in enumerate(items) if index == first or each not in old]
