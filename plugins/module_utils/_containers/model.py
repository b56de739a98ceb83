# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers and images as the engines report them, and names of images. Podman and Docker use the same keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_REFERENCE = re.compile(
    r"(?P<repository>[a-zA-Z0-9][\w.-]*(?::\d+(?=/))?(?:/[a-z0-9][\w.-]*)*)(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
#: The suffixes of the names of containers that a swap makes beside the container of the service.
PREVIOUS = "-previous"
NEXT = "-next"
CHECK = "-check"


@dataclass(frozen=True)
class Image:
    """An image on the host. ``data`` is what the engine reports."""

    id: str
    digests: tuple[str, ...]
    names: tuple[str, ...]
    data: Mapping[str, Any]

    @property
    def config(self) -> Mapping[str, Any]:
        """What containers take from the image."""
        return self.data.get("Config") or {}

    def digest(self, reference: str = "") -> str:
        """The digest in the repository of the reference, or in another one, '' for an image of no registry."""
        repository = split(reference)[0]
        found = [name.partition("@") for name in self.digests]
        own = [digest for name, _at, digest in found if name == repository]
        return (own + [digest for _name, _at, digest in found] + [str(self.data.get("Digest") or "")])[0]


@dataclass(frozen=True)
class Container:
    """A container on the host. ``data`` is what the engine reports."""

    name: str
    id: str
    image_id: str
    image: str
    running: bool
    data: Mapping[str, Any]

    @property
    def config(self) -> Mapping[str, Any]:
        return self.data.get("Config") or {}

    @property
    def host(self) -> Mapping[str, Any]:
        return self.data.get("HostConfig") or {}

    @property
    def create_command(self) -> list[str]:
        """The command that created the container, [] if an API did."""
        return list(self.config.get("CreateCommand") or [])


def read_image(data: Mapping[str, Any]) -> Image:
    """An entry of ``image inspect``."""
    return Image(
        id=plain_id(data.get("Id", "")),
        digests=tuple(data.get("RepoDigests") or ()),
        names=tuple(data.get("RepoTags") or ()),
        data=data,
    )


def read_container(data: Mapping[str, Any]) -> Container:
    """An entry of ``container inspect``."""
    return Container(
        name=str(data.get("Name", "")).lstrip("/"),
        id=str(data.get("Id", "")),
        image_id=plain_id(data.get("Image", "")),
        image=str((data.get("Config") or {}).get("Image") or data.get("ImageName") or ""),
        running=bool((data.get("State") or {}).get("Running")),
        data=data,
    )


def plain_id(text: str) -> str:
    """An id without its algorithm."""
    return str(text).rpartition(":")[2]


def split(reference: str) -> tuple[str, str, str]:
    """Repository, tag and digest; '' for what is missing, and for everything if it is no reference of an image."""
    found = _REFERENCE.fullmatch(reference)
    return (found["repository"], found["tag"] or "", found["digest"] or "") if found else ("", "", "")


def full_name(reference: str) -> str:
    """The reference with its tag, which is ``latest`` where none is written."""
    repository, tag, digest = split(reference)
    return reference if tag or digest or not repository else f"{reference}:latest"


def is_named(argument: str, container: Container) -> bool:
    """Whether an argument of a command is the image of the container, by its name, a short name or its id."""
    if not argument or argument.startswith("-"):
        return False
    if re.fullmatch(r"(sha256:)?[0-9a-f]{12,64}", argument):
        return container.image_id.startswith(plain_id(argument))
    known = {full_name(name) for name in (container.image, str(container.data.get("ImageName") or "")) if name}
    name = full_name(argument.partition("docker://")[2] or argument)
    return bool(split(name)[0]) and any(each == name or each.endswith(f"/{name}") for each in known)
