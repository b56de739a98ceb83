# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our entry in ``extraMounts``, part by part: somebody else may use the same name, or have added to our parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import EVERY_API
from ansible_collections.dcn.glance.plugins.module_utils._operators.part import Object


@dataclass(frozen=True)
class Mounts:
    """What there is to be. ``parts`` are ours by API; those of the APIs in ``stay`` are left as they are.

    ``names`` are those that our entry has and had, ``secrets`` the APIs of our Secrets, now and before, and ``keys``
    all APIs that there are.
    """

    name: str
    parts: Mapping[str, Object]
    names: Collection[str]
    secrets: Mapping[str, str]
    stay: Collection[str] = field(default_factory=frozenset)
    keys: Collection[str] = field(default_factory=frozenset)


def merged_entries(entries: Sequence[Object], mounts: Mounts) -> list[Object]:
    """``extraMounts`` with our parts in one entry, and everything of others where it was."""
    missing, moved = dict(mounts.parts), []
    result: list[Object] = []
    emptied: list[Object] = []
    for entry in entries:
        if entry.get("name") not in mounts.names:
            result.append(entry)
            continue
        live = list(entry.get("extraVol") or [])
        parts = [part for part in (_placed(each, mounts, missing) for each in live) if part is not None]
        if entry["name"] != mounts.name:
            moved += [part for part in parts if _key(part, mounts) is not None]
            parts = [part for part in parts if _key(part, mounts) is None]
        result.append(entry if parts == live else {**entry, "extraVol": parts})
        if live and not parts:
            emptied.append(result[-1])
    new = [*moved, *missing.values()]
    if new:
        # An entry that is empty under its old name goes on under the new one.
        named = [entry for entry in result if entry.get("name") == mounts.name]
        home = next(iter([*named, *emptied]), None)
        entry = {**(home or {}), "name": mounts.name, "extraVol": [*((home or {}).get("extraVol") or []), *new]}
        result = [entry if each is home else each for each in result]
        result += [entry] if home is None else []
    return [entry for entry in result if not any(entry is each for each in emptied)]


def _placed(part: Object, mounts: Mounts, missing: dict[str, Object]) -> Object | None:
    """A live part as it is to be: somebody else's as it is, ours brought up to date, None where it has to go."""
    key = _key(part, mounts)
    if key is None or key in mounts.stay:
        return part
    wanted = missing.pop(key, None)
    return None if wanted is None else _updated(part, wanted, key, mounts)


def _key(part: Mapping[str, Any], mounts: Mounts) -> str | None:
    """The API that this part is ours for."""
    reached = part.get("propagation") or []
    for volume in part.get("volumes") or []:
        key = mounts.secrets.get(str((volume.get("secret") or {}).get("secretName") or ""))
        if key is not None and key in reached:
            return key
        named = [key for key in reached if volume.get("name") in [f"{name}-{key}" for name in mounts.names]]
        if named:
            return str(named[0])
    return None


def _is_own(volume: Mapping[str, Any], key: str, mounts: Mounts) -> bool:
    secret = str((volume.get("secret") or {}).get("secretName") or "")
    return mounts.secrets.get(secret) == key or volume.get("name") in [f"{name}-{key}" for name in mounts.names]


def _updated(live: Object, wanted: Object, key: str, mounts: Mounts) -> Object:
    """Ours in a live part, with all that it states beyond that, such as a file mode or more volumes."""
    (volume,), (mount,) = wanted["volumes"], wanted["mounts"]
    volumes: list[Object] = live.get("volumes") or []
    own = [each for each in volumes if _is_own(each, key, mounts)]
    names = [each.get("name") for each in own]
    if own:
        volume = {**volume, "secret": {**(own[0].get("secret") or {}), **volume["secret"]}}
    named = [
        {**each, "name": volume["name"]} if each.get("name") in names else each for each in live.get("mounts") or []
    ]
    ours = [each for each in named if (each.get("name"), _path(each)) == (volume["name"], mount["mountPath"])]
    others = [name for name in live["propagation"] if name not in (*mounts.keys, *EVERY_API)]
    is_right = set(live["propagation"]) == {key, *others} and live["propagation"].count(key) == 1
    return {
        **live,
        "extraVolType": wanted["extraVolType"],
        "propagation": live["propagation"] if is_right else [key, *others],
        "volumes": _with(volumes, own, volume),
        "mounts": _with(named, ours, {**(ours[0] if ours else {}), **mount}),
    }


def _path(mount: Mapping[str, Any]) -> str:
    return str(mount.get("mountPath") or "").rstrip("/")


def _with(items: Sequence[Object], own: Sequence[Object], wanted: Object) -> list[Object]:
    """``items`` with ``wanted`` in the place of the first of ``own``, and without the others of those."""
    if not own:
        return [*items, wanted]
    first = items.index(own[0])
    return [wanted if index == first else each for index, each in enumerate(items) if index == first or each not in own]
