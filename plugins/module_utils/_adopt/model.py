# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found of a cloud: places that run Glance, Nova or Cinder or hold a cluster, with the line of every option.

A place is a host, or what a file says about a site: a stack of TripleO, a site of kolla-ansible, an API of operators.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT = "DEFAULT"


@dataclass(frozen=True)
class Setting:
    """The value of an option and where it stands. ``hidden``: it is secret, so ``value`` is not the real one."""

    value: str
    file: str = ""
    line: int = 0
    hidden: bool = False
    values: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The file and line, as messages show it."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Config:
    """The options of a service. Names of sections are compared as oslo.config does."""

    file: str
    options: Mapping[str, Mapping[str, Setting]] = field(default_factory=dict)
    policy: str | None = None

    def section(self, name: str) -> Mapping[str, Setting]:
        """The options of a section."""
        for found, options in self.options.items():
            if found == name or (DEFAULT not in (found, name) and found.lower() == name.lower()):
                return options
        return {}

    def get(self, section: str, option: str) -> Setting | None:
        """One option."""
        return self.section(section).get(option)

    def text(self, section: str, option: str) -> str:
        """The value of an option, '' if it is not set."""
        found = self.get(section, option)
        return found.value.strip() if found is not None else ""


@dataclass(frozen=True)
class Conf:
    """A conf of Ceph at a place. ``options`` are those of [client], ``keyrings`` the paths that it names."""

    path: str
    fsid: str = ""
    mon_host: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    keyrings: Mapping[str, str] = field(default_factory=dict)

    @property
    def cluster(self) -> str:
        """The name that this place has for the cluster."""
        name = posixpath.basename(self.path)
        return name[: -len(".conf")] if name.endswith(".conf") else name


@dataclass(frozen=True)
class Keyring:
    """A keyring at a place, without its keys. ``fault``: why Ceph refuses it."""

    path: str
    clients: tuple[str, ...] = ()
    mode: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Admin:
    """A cluster that a place can administer. ``caps`` are those of each client, None if they could not be read."""

    fsid: str
    caps: Mapping[str, Mapping[str, str]] | None = None


@dataclass(frozen=True)
class Place:
    """Where something was found. ``site`` is the site that the user states, ``groups`` are those of a host."""

    name: str
    kind: str = "host"
    site: str = ""
    platform: str = "packages"
    groups: tuple[str, ...] = ()
    glance: Config | None = None
    nova: Config | None = None
    cinder: Config | None = None
    confs: tuple[Conf, ...] = ()
    keyrings: tuple[Keyring, ...] = ()
    admin: Admin | None = None
    zone: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    def conf(self, path: str) -> Conf | None:
        """The conf at a path."""
        wanted = posixpath.normpath(path)
        return next((conf for conf in self.confs if posixpath.normpath(conf.path) == wanted), None)


@dataclass(frozen=True)
class Note:
    """Something for the report. ``kind`` is WRONG (there now), UNSAID (not in the topology) or DECIDE (by the user)."""

    kind: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text


WRONG, UNSAID, DECIDE = NOTE_KINDS = ("wrong", "unsaid", "decide")


@dataclass(frozen=True)
class Evidence:
    """All places, and what was wrong with the input itself.

    ``operators`` is the key of the topology, ``apis`` are the keys ``glance.api``, and ``hub`` is the site that the
    operators have in Keystone.
    """

    places: tuple[Place, ...]
    notes: tuple[Note, ...] = ()
    operators: Mapping[str, Any] = field(default_factory=dict)
    apis: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    hub: str = ""


def config(file: str, options: Mapping[str, Mapping[str, tuple[str, int]]]) -> Config:
    """A Config from (value, line) pairs, for sources that are not INI files."""
    return Config(
        file,
        {
            section: {name: Setting(value, file, line) for name, (value, line) in values.items()}
            for section, values in options.items()
        },
    )


def unique(values: Iterable[str]) -> list[str]:
    """The values, each once, in their order."""
    return list(dict.fromkeys(values))
