# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""extraMounts: which volume and which mount reaches which API's pods."""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import normpath

from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node, Place

#: Words of ``propagation`` that reach every Glance pod, whatever its API.
EVERY_API = ("All", "Glance", "GlanceAPI")


@dataclass(frozen=True)
class SecretRef:
    """A Secret in a volume. ``items`` maps its keys to file names; None: every key under its own name."""

    name: str
    place: Place
    path: str
    items: tuple[tuple[str, str], ...] | None
    optional: bool = False


@dataclass(frozen=True)
class Volume:
    """A volume. ``others``: it holds something besides Secrets, so its files are not all known."""

    name: str
    place: Place
    path: str
    secrets: tuple[SecretRef, ...]
    others: bool


@dataclass(frozen=True)
class Mount:
    """A mount of a volume."""

    name: str
    directory: str
    sub_path: str
    place: Place
    name_place: Place
    path: str


@dataclass(frozen=True)
class ExtraVolume:
    """One entry of ``extraVol``."""

    path: str
    node: Node
    propagation: tuple[tuple[str, Place], ...]
    volumes: tuple[Volume, ...]
    mounts: tuple[Mount, ...]
    #: The name of the entry of extraMounts that it is in.
    entry: str = ""

    def matches(self, key: str) -> list[tuple[str, Place]]:
        """The words of its propagation that reach an API: each adds the volumes once."""
        if not self.propagation:
            return [("", self.node.place)]
        return [(word, place) for word, place in self.propagation if word == key or word in EVERY_API]


def extra_volumes(mounts: Node | None, path: str) -> list[ExtraVolume]:
    """All entries of ``extraVol`` of a list of extraMounts."""
    found = []
    for index, entry in enumerate(mounts.items if mounts is not None else ()):
        for number, extra in enumerate(entry.list("extraVol")):
            at = f"{path}[{index}].extraVol[{number}]"
            found.append(
                ExtraVolume(
                    path=at,
                    node=extra,
                    propagation=tuple((item.string(), item.place) for item in extra.list("propagation")),
                    volumes=tuple(
                        _volume(item, f"{at}.volumes[{position}]")
                        for position, item in enumerate(extra.list("volumes"))
                    ),
                    mounts=tuple(
                        _mount(item, f"{at}.mounts[{position}]") for position, item in enumerate(extra.list("mounts"))
                    ),
                    entry=entry.string("name"),
                )
            )
    return found


def _volume(node: Node, path: str) -> Volume:
    secrets: list[SecretRef] = []
    others = False
    direct = node.get("secret")
    if direct is not None:
        # secret.name is no field; it is a finding of its own, and clear enough to go on with.
        field = "secretName" if direct.get("secretName") else "name"
        secrets.append(_secret(direct, field, f"{path}.secret"))
    for index, source in enumerate(node.list("projected", "sources")):
        inner = source.get("secret")
        if inner is None:
            others = True
        else:
            secrets.append(_secret(inner, "name", f"{path}.projected.sources[{index}].secret"))
    others = others or not secrets
    return Volume(node.string("name"), node.spot("name"), path, tuple(secrets), others)


def _secret(node: Node, field: str, path: str) -> SecretRef:
    listed = tuple((item.string("key"), item.string("path") or item.string("key")) for item in node.list("items"))
    return SecretRef(
        name=node.string(field),
        place=node.spot(field),
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
        place=node.spot("mountPath"),
        name_place=node.spot("name"),
        path=path,
    )
