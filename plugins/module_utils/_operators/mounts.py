# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The extra mounts that the operator adds to the pods of an API, and those that Kubernetes would refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import DNS_LABEL, DNS_LABEL_RULE

#: Words of ``propagation`` that mean the pods of every API.
EVERY_API = ("All", "Glance", "GlanceAPI")
#: The words that mean the pods of every cinder-volume.
VOLUME_WORDS = ("All", "Cinder", "CinderVolume")

Spec = Mapping[str, Any]


def volume_name(mount: str, key: str, volume: str = "") -> str:
    """The name of a managed volume: with the confs and keyrings of the API ``key``, or its volume ``volume``."""
    return f"{mount}-{key}-{volume}" if volume else f"{mount}-{key}"


@dataclass(frozen=True)
class PodVolumes:
    """One item of ``extraVol`` that reaches the pods of an API. ``entry`` is the name of its extraMounts entry."""

    path: str
    entry: str
    content: Spec


def reaches(word: str, key: str, every: Collection[str] = EVERY_API) -> bool:
    """Whether a word of a ``propagation`` means the pods of an API, or of another service with the words ``every``."""
    return word == key or word in every


def words_reaching(propagation: Iterable[str], key: str, every: Collection[str] = EVERY_API) -> list[str]:
    """The words of a ``propagation`` that mean the pods of an API: each adds the volumes and mounts once.

    An empty ``propagation`` means every pod: the answer is then one empty word.
    """
    words = list(propagation)
    return [word for word in words if reaches(word, key, every)] if words else [""]


def volumes_reaching(
    glance: Spec, outer: Spec, key: str, path: str, every: Collection[str] = EVERY_API
) -> list[PodVolumes]:
    """The volumes for the pods of the API ``key``: from the Glance spec at ``path``, and from the control plane's spec.

    ``outer`` is the spec of the control plane; empty for a Glance that none owns.
    """
    found = []
    for base, holder in ((path, glance), ("spec", outer)):
        for index, entry in enumerate(holder.get("extraMounts") or []):
            for number, extra in enumerate(entry.get("extraVol") or []):
                times = len(words_reaching(extra.get("propagation") or [], key, every))
                where = f"{base}.extraMounts[{index}].extraVol[{number}]"
                found += [PodVolumes(where, str(entry.get("name") or ""), extra)] * times
    return found


def find_mount_problems(
    glance: Spec, outer: Spec, keys: Iterable[str], path: str, every: Collection[str] = EVERY_API
) -> list[Problem]:
    """Volumes for which Kubernetes would refuse the StatefulSets of these APIs: duplicates, and invalid names."""
    found: dict[Problem, None] = {}
    for key in keys:
        seen: dict[str, PodVolumes] = {}
        for volumes in volumes_reaching(glance, outer, key, path, every):
            for what in _volumes_and_mounts(volumes.content):
                first = seen.get(what)
                seen.setdefault(what, volumes)
                if first is not None:
                    found[_duplicate(first, volumes, what, key)] = None
            for volume in volumes.content.get("volumes") or []:
                name = str(volume.get("name") or "")
                if not DNS_LABEL.fullmatch(name):
                    length = f"which has {len(name)} characters"
                    why = f"Kubernetes refuses the volume name {name!r}, {length}: {DNS_LABEL_RULE}"
                    found[Problem(volumes.path, why)] = None
    return list(found)


def _volumes_and_mounts(content: Spec) -> list[str]:
    volumes = [f"the volume {volume.get('name')}" for volume in content.get("volumes") or []]
    return volumes + [f"the mount {str(mount.get('mountPath')).rstrip('/')}" for mount in content.get("mounts") or []]


def _duplicate(first: PodVolumes, second: PodVolumes, what: str, key: str) -> Problem:
    if first.path == second.path:
        why = f"adds {what} to the pods of {key} twice, because two words of `propagation` mean them. Keep one"
        return Problem(second.path, why)
    why = (
        f"(entry {second.entry!r}) adds {what} to the pods of {key}, and so does {first.path} (entry {first.entry!r}): "
        "Kubernetes refuses such pods. Take these pods out of the `propagation` of one of them, or remove it"
    )
    return Problem(second.path, why)
