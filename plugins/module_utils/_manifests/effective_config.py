# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration that an API runs with: its customServiceConfig, the Secrets that add to it, and its stores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import basename, normpath

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import Hit
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import DEFAULT_CEPH_CONF, DEFAULT_POOL
from ansible_collections.dcn.glance.plugins.module_utils._ini import located
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import ConfigText, GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.secrets import Secret


@dataclass(frozen=True)
class EnabledStore:
    """A store in enabled_backends. ``line`` is the line of its conf, else of its section, else None."""

    id: str
    type: str
    conf: str
    pool: str
    user: str
    directory: str
    line: int | None

    @property
    def cluster(self) -> str:
        """The name of its cluster: the base name of its conf."""
        return cluster_of(self.conf)

    @property
    def backing(self) -> tuple[str, ...] | None:
        """The pool or directory that two stores must not share; None where other options state it."""
        if self.type == "rbd":
            return (self.conf, self.pool)
        return (self.directory,) if self.type == "file" and self.directory else None


@dataclass(frozen=True)
class EffectiveConfig:
    """A customServiceConfig with the known Secrets of customServiceConfigSecrets.

    ``secrets_unknown``: the content of at least one of those Secrets is unknown.
    """

    deployment: GlanceDeployment
    text: ConfigText
    added: tuple[located.Ini, ...]
    secrets_unknown: bool

    def value(self, section: str, option: str) -> str:
        """The value that Glance uses. Secrets are read after the text."""
        for ini in reversed(self.added):
            if ini.find(section, option) is not None:
                return ini.value(section, option)
        return self.text.ini.value(section, option)

    def is_set(self, section: str, option: str) -> bool:
        """Whether the text or a Secret sets the option."""
        return any(ini.find(section, option) is not None for ini in (self.text.ini, *self.added))

    def has_section(self, section: str) -> bool:
        """Whether the text or a Secret has the section."""
        return any(ini.header(section) is not None for ini in (self.text.ini, *self.added))

    @cached_property
    def stores(self) -> tuple[EnabledStore, ...]:
        """The enabled stores."""
        return tuple(self._store(entry.id, entry.type) for entry in self.text.backends)

    def store(self, store_id: str) -> EnabledStore | None:
        """The enabled store with this id."""
        return next((store for store in self.stores if store.id == store_id), None)

    def _store(self, store_id: str, kind: str) -> EnabledStore:
        conf = self.text.ini.find(store_id, "rbd_store_ceph_conf")
        directory = self.value(store_id, "filesystem_store_datadir")
        return EnabledStore(
            id=store_id,
            type=kind,
            conf=normpath(self.value(store_id, "rbd_store_ceph_conf") or DEFAULT_CEPH_CONF),
            pool=self.value(store_id, "rbd_store_pool") or DEFAULT_POOL,
            user=self.value(store_id, "rbd_store_user"),
            directory=normpath(directory) if directory else "",
            line=conf.line if conf is not None else self.text.ini.header(store_id),
        )

    def hit(self, section: str, option: str, line: int | None, message: str, severity: str = "") -> Hit:
        """A hit at a line of the text, for an option, a section or (both empty) the whole text."""
        path = self.text.field_path(section, option) if section else self.text.path
        location = self.text.line_location(line)
        return Hit(path, message, self.text.site, severity, self.deployment.label, location)

    def option_hit(self, section: str, option: str, message: str, severity: str = "") -> Hit:
        """A hit at the line that sets the option, else at its section."""
        found = self.text.ini.find(section, option)
        line = found.line if found is not None else self.text.ini.header(section)
        return self.hit(section, option, line, message, severity)


def cluster_of(conf: str) -> str:
    """The base name of a conf without ``.conf``."""
    name = basename(conf)
    return name[:-5] if name.endswith(".conf") else name


def effective_configs(deployment: GlanceDeployment, secrets: Mapping[str, Secret]) -> Iterator[EffectiveConfig]:
    """The effective configuration of every text of a deployment that an API uses."""
    for text in deployment.texts:
        if not text.used:
            continue
        found = [secrets.get(name) for name in text.secrets]
        unknown = any(secret is None or set(secret.keys) - set(secret.texts) for secret in found)
        added = [located.read(each.texts[key]) for each in found if each is not None for key in sorted(each.texts)]
        yield EffectiveConfig(deployment, text, tuple(added), unknown)
