# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API's configuration comes to: its text, what Secrets add to it, and the stores that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from posixpath import basename, dirname, normpath

from ansible_collections.dcn.glance.plugins.module_utils._ini import located as ini_text
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Config, Deployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import Hit
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace

DEFAULT_CONF = "/etc/ceph/ceph.conf"
DEFAULT_POOL = "images"


@dataclass(frozen=True)
class Store:
    """An enabled store. ``line`` is that of its conf, else of its section, else None."""

    id: str
    type: str
    conf: str
    pool: str
    user: str
    directory: str
    line: int | None

    @property
    def cluster(self) -> str:
        """The name that its conf gives its cluster."""
        return cluster_of(self.conf)

    @property
    def place(self) -> tuple[str, ...] | None:
        """What two stores must not share; None for types that say it elsewhere."""
        if self.type == "rbd":
            return (self.conf, self.pool)
        return (self.directory,) if self.type == "file" and self.directory else None


@dataclass(frozen=True)
class Setup:
    """A text together with what Secrets at hand add. ``unknown``: some Secret is not at hand."""

    deployment: Deployment
    config: Config
    added: tuple[ini_text.Ini, ...]
    unknown: bool

    def value(self, section: str, option: str) -> str:
        """The value that counts: Secrets are read after the text."""
        for ini in reversed(self.added):
            if ini.find(section, option) is not None:
                return ini.value(section, option)
        return self.config.ini.value(section, option)

    def stated(self, section: str, option: str) -> bool:
        """Whether the option is set anywhere."""
        return any(ini.find(section, option) is not None for ini in (self.config.ini, *self.added))

    def has_section(self, section: str) -> bool:
        """Whether the section is anywhere."""
        return any(ini.header(section) is not None for ini in (self.config.ini, *self.added))

    @cached_property
    def stores(self) -> tuple[Store, ...]:
        """The enabled stores."""
        return tuple(self._store(entry.id, entry.type) for entry in self.config.backends)

    def store(self, name: str) -> Store | None:
        """The enabled store of that id."""
        return next((store for store in self.stores if store.id == name), None)

    def _store(self, name: str, kind: str) -> Store:
        found = self.config.ini.find(name, "rbd_store_ceph_conf")
        directory = self.value(name, "filesystem_store_datadir")
        return Store(
            id=name,
            type=kind,
            conf=normpath(self.value(name, "rbd_store_ceph_conf") or DEFAULT_CONF),
            pool=self.value(name, "rbd_store_pool") or DEFAULT_POOL,
            user=self.value(name, "rbd_store_user"),
            directory=normpath(directory) if directory else "",
            line=found.line if found is not None else self.config.ini.header(name),
        )

    def hit(self, section: str, option: str, line: int | None, message: str, severity: str = "") -> Hit:
        """Something about an option, or with '' about a section."""
        path = self.config.at(section, option) if section else self.config.path
        return Hit(self.config.place(line), path, message, self.config.site, severity, self.deployment.label)

    def about(self, section: str, option: str, message: str, severity: str = "") -> Hit:
        """The same, at the line of the option that counts."""
        found = self.config.ini.find(section, option)
        line = found.line if found is not None else self.config.ini.header(section)
        return self.hit(section, option, line, message, severity)


def cluster_of(conf: str) -> str:
    """The base name of a conf without its ending."""
    name = basename(conf)
    return name[:-5] if name.endswith(".conf") else name


def directory_of(conf: str) -> str:
    """The directory of a conf."""
    return dirname(conf)


def setup(workspace: Workspace, deployment: Deployment, config: Config) -> Setup:
    """A text with what is at hand of its Secrets; made once."""
    made: dict[int, Setup] = workspace.made_once
    if id(config) not in made:
        made[id(config)] = _setup(workspace, deployment, config)
    return made[id(config)]


def _setup(workspace: Workspace, deployment: Deployment, config: Config) -> Setup:
    added: list[ini_text.Ini] = []
    unknown = False
    secrets = workspace.secrets_of(deployment) if config.secrets else {}
    for name in config.secrets:
        secret = secrets.get(name)
        if secret is None or set(secret.keys) - set(secret.texts):
            unknown = True
        if secret is not None:
            added += [ini_text.read(secret.texts[key]) for key in sorted(secret.texts)]
    return Setup(deployment, config, tuple(added), unknown)


def setups(workspace: Workspace) -> Iterator[Setup]:
    """All texts that an API uses."""
    for deployment, config in workspace.configs():
        yield setup(workspace, deployment, config)


def setups_of(workspace: Workspace, deployment: Deployment) -> list[Setup]:
    """The same for one deployment."""
    return [setup(workspace, deployment, config) for config in deployment.configs if config.used]
