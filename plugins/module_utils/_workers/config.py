# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration that a running worker has, from the files that it reads."""

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
# Glance takes it where the former is not set or empty.
PUBLIC_URL = ("DEFAULT", "public_endpoint")
# What is said by variables of the process, which oslo.config takes before every file.
ENVIRONMENT = "the environment of the process"


@dataclass(frozen=True)
class Effective:
    """What counts after all files; ``origin`` is the file that says so. ``refused`` lists what oslo.config would."""

    options: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)
    origin: Mapping[tuple[str, str], str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def get(self, section: str, option: str, default: str = "") -> str:
        """One value."""
        return self.options.get((section, option), default)

    @property
    def worker_url(self) -> str:
        """What this worker tells the others of itself."""
        return self.options.get(self.worker_url_option, "").rstrip("/")

    @property
    def worker_url_option(self) -> tuple[str, str]:
        """The option that says so."""
        return PUBLIC_URL if not self.options.get(WORKER_URL) and self.options.get(PUBLIC_URL) else WORKER_URL

    def sections(self) -> list[str]:
        """Sections in the order in which they are first read."""
        return list(dict.fromkeys(section for section, _option in self.options))

    def shown(self) -> dict[str, dict[str, str]]:
        """Everything, without secrets."""
        result: dict[str, dict[str, str]] = {}
        for (section, option), value in self.options.items():
            result.setdefault(section, {})[option] = redact.mask_value(option, value)
        return result

    def secrets(self) -> set[str]:
        """Values that nothing may show."""
        named = [{"option": option, "value": value} for (_section, option), value in self.options.items()]
        return redact.secret_params(named)

    def digest(self) -> str:
        """The same for workers that are configured alike, but for their own URL."""
        rest = sorted((*key, value) for key, value in self.options.items() if key != WORKER_URL)
        return hashlib.sha256(json.dumps(rest).encode("utf-8", "surrogateescape")).hexdigest()


def effective(files: Sequence[Mapping[str, Any]]) -> Effective:
    """Read ``[{path, text, error}]`` in order; later files win."""
    options: dict[tuple[str, str], str] = {}
    origin: dict[tuple[str, str], str] = {}
    refused: list[str] = []
    for item in files:
        path = str(item["path"])
        if item.get("error"):
            refused.append(f"{path}: {item['error']}")
            continue
        try:
            data = str(item["text"]).encode("utf-8", "surrogateescape")
            reading = Document.parse(data, "oslo", path).reading()
        except InputErrors as error:
            refused += [str(problem) for problem in error.problems]
            continue
        for key, values in reading.items():
            options[key], origin[key] = values[-1], path
    return Effective(options, origin, tuple(str(item["path"]) for item in files), tuple(refused))


def backends(config: Effective) -> dict[str, str]:
    """Enabled stores with their types, in order."""
    found: dict[str, str] = {}
    for part in config.get("DEFAULT", "enabled_backends").split(","):
        name, _colon, kind = part.strip().partition(":")
        if name:
            found[name.strip()] = kind.strip()
    return found


@dataclass(frozen=True)
class RbdStore:
    """Where an rbd store of a worker gets its cluster and its key from."""

    id: str
    conf: str
    user: str
    pool: str

    @property
    def client(self) -> str:
        """The name of its cephx client."""
        return f"client.{self.user or 'admin'}"


def rbd_stores(config: Effective) -> list[RbdStore]:
    """The enabled rbd stores; section names are without case, as oslo.config reads them."""
    return [
        RbdStore(
            name,
            config.get(name.lower(), "rbd_store_ceph_conf", "/etc/ceph/ceph.conf"),
            config.get(name.lower(), "rbd_store_user"),
            config.get(name.lower(), "rbd_store_pool", "images"),
        )
        for name, kind in backends(config).items()
        if kind == "rbd"
    ]
