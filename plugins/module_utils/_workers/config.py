# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration in effect in a worker, from the files that it reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document

WORKER_URL = ("DEFAULT", "worker_self_reference_url")
# Glance uses it where the former is not set or empty.
PUBLIC_URL = ("DEFAULT", "public_endpoint")
# The origin of options that the environment sets, which oslo.config prefers to every file.
ENVIRONMENT = "the environment of the process"


@dataclass(frozen=True)
class WorkerConfig:
    """The options in effect by (section, option); ``origin`` is the file of each, ``errors`` what cannot be loaded."""

    options: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)
    origin: Mapping[tuple[str, str], str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    def get(self, section: str, option: str, default: str = "") -> str:
        """The value of one option."""
        return self.options.get((section, option), default)

    @property
    def worker_url(self) -> str:
        """The URL that this worker advertises to the others, without a trailing slash; empty when there is none."""
        return self.options.get(self.worker_url_option, "").rstrip("/")

    @property
    def worker_url_option(self) -> tuple[str, str]:
        """The option that sets the URL, as (section, option)."""
        return PUBLIC_URL if not self.options.get(WORKER_URL) and self.options.get(PUBLIC_URL) else WORKER_URL

    def sections(self) -> list[str]:
        """The sections in the order in which they are first read."""
        return list(dict.fromkeys(section for section, _option in self.options))

    def masked(self) -> dict[str, dict[str, str]]:
        """All options by section, without secrets."""
        result: dict[str, dict[str, str]] = {}
        for (section, option), value in self.options.items():
            result.setdefault(section, {})[option] = redact.mask_value(option, value)
        return result

    def secrets(self) -> set[str]:
        """The values of secret options, which no output may contain."""
        named = [{"option": option, "value": value} for (_section, option), value in self.options.items()]
        return redact.secret_params(named)

    def digest(self) -> str:
        """A hash of all options but the worker's own URL; equal for workers with the same configuration."""
        rest = sorted((*key, value) for key, value in self.options.items() if key != WORKER_URL)
        return hashlib.sha256(json.dumps(rest).encode("utf-8", "surrogateescape")).hexdigest()


def parse_config(files: Sequence[Mapping[str, Any]]) -> WorkerConfig:
    """Read ``[{path, text, error}]`` in order; later files take precedence."""
    options: dict[tuple[str, str], str] = {}
    origin: dict[tuple[str, str], str] = {}
    errors: list[str] = []
    for item in files:
        path = str(item["path"])
        if item.get("error"):
            errors.append(f"{path}: {item['error']}")
            continue
        try:
            data = str(item["text"]).encode("utf-8", "surrogateescape")
            reading = Document.parse(data, "oslo", path).reading()
        except InputErrors as error:
            errors += [str(problem) for problem in error.problems]
            continue
        for key, values in reading.items():
            options[key], origin[key] = values[-1], path
    return WorkerConfig(options, origin, tuple(str(item["path"]) for item in files), tuple(errors))


def enabled_backends(config: WorkerConfig) -> dict[str, str]:
    """The enabled stores with their types, in order."""
    found: dict[str, str] = {}
    for part in config.get("DEFAULT", "enabled_backends").split(","):
        name, _colon, kind = part.strip().partition(":")
        if name:
            found[name.strip()] = kind.strip()
    return found


@dataclass(frozen=True)
class RbdStore:
    """An rbd store of a worker: its conf, user and pool."""

    id: str
    conf: str
    user: str
    pool: str

    @property
    def client(self) -> str:
        """The name of its Ceph client."""
        return f"client.{self.user or 'admin'}"


def rbd_stores(config: WorkerConfig) -> list[RbdStore]:
    """The enabled rbd stores. The case of section names does not matter, as in oslo.config."""
    return [
        RbdStore(
            name,
            config.get(name.lower(), "rbd_store_ceph_conf", "/etc/ceph/ceph.conf"),
            config.get(name.lower(), "rbd_store_user"),
            config.get(name.lower(), "rbd_store_pool", "images"),
        )
        for name, kind in enabled_backends(config).items()
        if kind == "rbd"
    ]
