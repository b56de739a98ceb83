# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which extra mounts the operator gives to the pods of an API, and what of it Kubernetes would refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import DNS_LABEL, DNS_LABEL_RULE

#: Words of ``propagation`` that mean the pods of every API.
EVERY_API = ("All", "Glance", "GlanceAPI")

Part = Mapping[str, Any]


@dataclass(frozen=True)
class Mounted:
    """One part of an entry as it reaches a pod; ``entry`` is the entry's name."""

    path: str
    entry: str
    content: Part


def words_reaching(propagation: Iterable[str], key: str) -> list[str]:
    """The words of a ``propagation`` that mean the pods of an API: each adds the volumes and mounts once.

    An empty ``propagation`` means every pod: the answer is then one empty word.
    """
    words = list(propagation)
    return [word for word in words if word == key or word in EVERY_API] if words else [""]


def mounts_on(part: Part, outer: Part, key: str, path: str) -> list[Mounted]:
    """What reaches the pods of the API ``key``: from the Glance part, and from ``outer``, the control plane's spec."""
    found = []
    for base, holder in ((path, part), ("spec", outer)):
        for index, entry in enumerate(holder.get("extraMounts") or []):
            for number, extra in enumerate(entry.get("extraVol") or []):
                times = len(words_reaching(extra.get("propagation") or [], key))
                where = f"{base}.extraMounts[{index}].extraVol[{number}]"
                found += [Mounted(where, str(entry.get("name") or ""), extra)] * times
    return found


def find_mount_problems(part: Part, outer: Part, keys: Iterable[str], path: str) -> list[Problem]:
    """Volumes and paths that a pod of one of these APIs would get twice: Kubernetes refuses its StatefulSet."""
    found: dict[Problem, None] = {}
    for key in keys:
        seen: dict[str, Mounted] = {}
        for mounted in mounts_on(part, outer, key, path):
            for what in _brought(mounted.content):
                first = seen.get(what)
                seen.setdefault(what, mounted)
                if first is not None:
                    found[_twice(first, mounted, what, key)] = None
            for volume in mounted.content.get("volumes") or []:
                name = str(volume.get("name") or "")
                if not DNS_LABEL.fullmatch(name):
                    length = f"which has {len(name)} characters"
                    why = f"Kubernetes refuses the volume name {name!r}, {length}: {DNS_LABEL_RULE}"
                    found[Problem(mounted.path, why)] = None
    return list(found)


def _brought(content: Part) -> list[str]:
    volumes = [f"the volume {volume.get('name')}" for volume in content.get("volumes") or []]
    return volumes + [f"the mount {str(mount.get('mountPath')).rstrip('/')}" for mount in content.get("mounts") or []]


def _twice(first: Mounted, second: Mounted, what: str, key: str) -> Problem:
    if first.path == second.path:
        why = f"brings {what} to the pods of {key} twice, since two names in `propagation` mean them. Keep one"
        return Problem(second.path, why)
    why = (
        f"(entry {second.entry!r}) brings {what} to the pods of {key}, and so does {first.path} "
        f"(entry {first.entry!r}): Kubernetes refuses that. Take these pods out of the `propagation` of one of them, "
        "or remove it"
    )
    return Problem(second.path, why)
