# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the result of adopt_host_info into a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import (
    WRONG,
    Admin,
    Conf,
    Config,
    Keyring,
    Note,
    Place,
    Setting,
)


def place(host: str, data: Mapping[str, Any], site: str = "", groups: tuple[str, ...] = ()) -> tuple[Place, list[Note]]:
    """The place of a host, and what is wrong with its files."""
    notes = [Note(WRONG, host, str(problem)) for problem in data.get("problems") or ()]
    services = data.get("services") or {}
    found = {name: _config(value) for name, value in services.items() if value}
    cluster = data.get("cluster") or {}
    caps = cluster.get("caps")
    return (
        Place(
            host,
            site=site,
            platform=str(data.get("platform") or "packages"),
            groups=groups,
            glance=found.get("glance"),
            nova=found.get("nova"),
            cinder=found.get("cinder"),
            confs=tuple(_conf(item) for item in data.get("confs") or ()),
            keyrings=tuple(_keyring(item) for item in data.get("keyrings") or ()),
            admin=Admin(str(cluster["fsid"]), caps) if cluster.get("fsid") else None,
        ),
        notes,
    )


def _config(data: Mapping[str, Any]) -> Config:
    options = {
        str(section): {str(name): _setting(value) for name, value in values.items()}
        for section, values in (data.get("options") or {}).items()
    }
    policy = data.get("copy_policy")
    return Config(str(data.get("path") or ""), options, None if policy is None else str(policy))


def _setting(data: Mapping[str, Any]) -> Setting:
    return Setting(
        str(data.get("value") or ""),
        str(data.get("path") or ""),
        int(data.get("line") or 0),
        bool(data.get("hidden")),
        tuple(str(value) for value in data.get("values") or ()),
    )


def _conf(data: Mapping[str, Any]) -> Conf:
    return Conf(
        str(data["path"]),
        str(data.get("fsid") or "").lower(),
        str(data.get("mon_host") or ""),
        {str(name): str(value) for name, value in (data.get("options") or {}).items()},
        {str(name): str(value) for name, value in (data.get("keyrings") or {}).items()},
    )


def _keyring(data: Mapping[str, Any]) -> Keyring:
    return Keyring(
        str(data["path"]),
        tuple(str(name) for name in data.get("clients") or ()),
        str(data.get("mode") or ""),
        str(data.get("fault") or ""),
    )
