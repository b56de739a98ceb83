# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""extraMounts: the volumes and mounts that each API's pods get."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from posixpath import normpath

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SourceLocation
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import EVERY_API, reaches


@dataclass(frozen=True)
class SecretRef:
    """A Secret in a volume. ``items`` are pairs of key and file name; None means all keys under their own names."""

    name: str
    location: SourceLocation
    path: str
    items: tuple[tuple[str, str], ...] | None
    optional: bool = False


@dataclass(frozen=True)
class Volume:
    """A volume. ``has_other_sources``: it holds more than Secrets, so not all of its files are known."""

    name: str
    location: SourceLocation
    path: str
    secrets: tuple[SecretRef, ...]
    has_other_sources: bool


@dataclass(frozen=True)
class Mount:
    """A mount of a volume."""

    name: str
    directory: str
    sub_path: str
    location: SourceLocation
    name_location: SourceLocation
    path: str


@dataclass(frozen=True)
class ExtraVolume:
    """One entry of ``extraVol``."""

    path: str
    node: Node
    propagation: tuple[tuple[str, SourceLocation], ...]
    volumes: tuple[Volume, ...]
    mounts: tuple[Mount, ...]
    #: The name of its entry in extraMounts.
    entry: str = ""

    def matches(self, key: str, every: Collection[str] = EVERY_API) -> list[tuple[str, SourceLocation]]:
        """The words of its propagation that select an API. The operator adds the volumes once for each.

        ``every`` are the words that select all pods of the service.
        """
        if not self.propagation:
            return [("", self.node.location)]
        return [(word, location) for word, location in self.propagation if reaches(word, key, every)]


def extra_volumes(mounts: Node | None, path: str) -> list[ExtraVolume]:
    """All entries of ``extraVol`` in a list of extraMounts."""
    found = []
    for index, entry in enumerate(mounts.items if mounts is not None else ()):
        for number, extra in enumerate(entry.list("extraVol")):
            found.append(extra_volume(extra, f"{path}[{index}].extraVol[{number}]", entry.string("name")))
    return found


def extra_volume(extra: Node, path: str, entry: str = "") -> ExtraVolume:
    """One entry of ``extraVol``, or of the extraMounts of a NodeSet, which have the same fields."""
    volumes, mounts = extra.list("volumes"), extra.list("mounts")
    return ExtraVolume(
        path=path,
        node=extra,
        propagation=tuple((item.string(), item.location) for item in extra.list("propagation")),
        volumes=tuple(_volume(item, f"{path}.volumes[{position}]") for position, item in enumerate(volumes)),
        mounts=tuple(_mount(item, f"{path}.mounts[{position}]") for position, item in enumerate(mounts)),
        entry=entry,
    )


def _volume(node: Node, path: str) -> Volume:
    secrets: list[SecretRef] = []
    has_other_sources = False
    direct = node.get("secret")
    if direct is not None:
        # secret.name is not a field. That is a finding of its own; the meaning is clear.
        field = "secretName" if direct.get("secretName") else "name"
        secrets.append(_secret(direct, field, f"{path}.secret"))
    for index, source in enumerate(node.list("projected", "sources")):
        inner = source.get("secret")
        if inner is None:
            has_other_sources = True
        else:
            secrets.append(_secret(inner, "name", f"{path}.projected.sources[{index}].secret"))
    has_other_sources = has_other_sources or not secrets
    return Volume(node.string("name"), node.location_of("name"), path, tuple(secrets), has_other_sources)


def _secret(node: Node, field: str, path: str) -> SecretRef:
    listed = tuple((item.string("key"), item.string("path") or item.string("key")) for item in node.list("items"))
    return SecretRef(
        name=node.string(field),
        location=node.location_of(field),
        path=f"{path}.{field}",
        items=listed or None,
        optional=bool(node.flag("optional")),
    )


def _mount(node: Node, path: str) -> Mount:
    directory = node.string("mountPath")
    return Mount(
        name=node.string("name"),
        directory=normpath(directory) if directory else "",
        sub_path=node.string("subPath"),
        location=node.location_of("mountPath"),
        name_location=node.location_of("name"),
        path=path,
    )
