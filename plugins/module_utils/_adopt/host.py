# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a host has of Glance, Nova, Cinder and Ceph. Keys and other secrets are dropped where they are read."""

from __future__ import annotations

import glob
import json
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import MonCommand, MonTransport
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file
from ansible_collections.dcn.glance.plugins.module_utils._ini import located, redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.drop_ins import drop_in_directories, drop_ins
from ansible_collections.dcn.glance.plugins.module_utils._ini.effective import Effective, effective_options
from ansible_collections.dcn.glance.plugins.module_utils._platforms.table import KOLLA, PACKAGES, TRIPLEO, row

SERVICES = ("glance", "nova", "cinder")
_POLICIES = ("policy.yaml", "policy.json", "policy.d/*.yaml", "policy.d/*.json")
_COPY_IMAGE = "copy_image"


def find_platform(wanted: str, root: str = "") -> str:
    """The platform of the host: one whose configuration of a service exists."""
    if wanted != "auto":
        return wanted
    for platform in (TRIPLEO, KOLLA):
        if any(os.path.exists(root + row(platform, service)["conf"]) for service in SERVICES):
            return platform
    return PACKAGES


def read_host(
    platform: str, confs: Mapping[str, str], parse_yaml: Callable[[str], Any], root: str = ""
) -> dict[str, Any]:
    """Everything but the cluster. ``confs`` are paths that differ from those of the platform."""
    problems: list[str] = []
    services = {}
    rows = {service: row(platform, service) for service in SERVICES}
    for service, values in rows.items():
        path = root + (confs.get(service) or values["conf"])
        services[service] = _service(service, path, parse_yaml, problems) if os.path.exists(path) else None
    directories = {values["ceph_directory"]: values["ceph_directory_inside"] for values in rows.values()}
    found: dict[str, Any] = {"confs": [], "keyrings": []}
    for directory, inside in directories.items():
        _ceph(root + directory, inside, found, problems)
    return {"platform": platform, "services": services, **found, "problems": problems}


def _text(path: str, problems: list[str]) -> str:
    try:
        return (read_file(path).data or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(f"{path} is not UTF-8 text (byte {error.start})")
    except DcnError as error:
        problems.append(str(error))
    return ""


def _service(service: str, path: str, parse_yaml: Callable[[str], Any], problems: list[str]) -> dict[str, Any]:
    """The options of a service. What drop-in files say counts, as where no ``--config-file`` is given."""
    paths = [path, *drop_ins(drop_in_directories(path))]
    cache = os.path.join(os.path.dirname(path), "glance-cache.conf")
    if service == "glance" and os.path.exists(cache):
        paths.insert(0, cache)
    options, faults = effective_options([(each, _text(each, problems)) for each in paths])
    problems += faults
    found: dict[str, dict[str, Any]] = {}
    for option in options:
        found.setdefault(option.section, {})[option.option] = _shown(option)
    rule = _copy_policy(os.path.dirname(path), parse_yaml, problems) if service == "glance" else None
    return {"path": path, "options": found, "copy_policy": rule}


def _shown(option: Effective) -> dict[str, Any]:
    texts = [redact.mask_value(option.option, place.value) for place in option.places]
    last = option.places[-1]
    return {
        "value": texts[-1],
        "values": texts,
        "path": last.path,
        "line": last.line,
        "hidden": texts[-1] != last.value,
    }


def _copy_policy(directory: str, parse_yaml: Callable[[str], Any], problems: list[str]) -> str | None:
    """The rule for copies between stores. Later files win."""
    found = None
    for pattern in _POLICIES:
        for path in sorted(glob.glob(os.path.join(glob.escape(directory), pattern))):
            try:
                rules = parse_yaml(_text(path, problems))
            except ValueError as error:
                problems.append(f"{path} cannot be parsed: {error}")
                continue
            if isinstance(rules, Mapping) and _COPY_IMAGE in rules:
                found = str(rules[_COPY_IMAGE])
    return found


def _ceph(directory: str, inside: str, found: dict[str, Any], problems: list[str]) -> None:
    """The confs and keyrings of a directory, with the paths that the services use."""
    seen = {item["path"] for kind in ("confs", "keyrings") for item in found[kind]}
    for path in sorted(glob.glob(os.path.join(glob.escape(directory), "*"))):
        shown = f"{inside}/{os.path.basename(path)}"
        if shown in seen or not os.path.isfile(path):
            continue
        if path.endswith(".conf"):
            found["confs"].append(_conf(shown, _text(path, problems)))
        elif path.endswith(".keyring"):
            found["keyrings"].append(_keyring(shown, path, problems))


def _conf(path: str, text: str) -> dict[str, Any]:
    options: dict[str, dict[str, str]] = {}
    for option in located.read(text, "ceph").options:
        # Ceph reads `mon host`, `mon-host` and `mon_host` as one option.
        name = "_".join(option.name.replace("-", " ").replace("_", " ").split())
        options.setdefault(option.section, {})[name] = option.value.strip()
    keyrings = {section: values.pop("keyring") for section, values in options.items() if "keyring" in values}
    identity = {name: options.get("global", {}).get(name, "") for name in ("fsid", "mon_host")}
    shown = {name: redact.mask_value(name, value) for name, value in options.get("client", {}).items()}
    return {"path": path, **identity, "options": shown, "keyrings": keyrings}


def _keyring(shown: str, path: str, problems: list[str]) -> dict[str, Any]:
    mode = f"{stat.S_IMODE(os.stat(path).st_mode):04o}"
    try:
        clients = [block.entity for block in keyring.parse(_text(path, problems)) if block.key]
        return {"path": shown, "mode": mode, "clients": clients, "fault": ""}
    except keyring.KeyringError as error:
        return {"path": shown, "mode": mode, "clients": [], "fault": str(error)}


def read_cluster(transport: MonTransport, problems: list[str]) -> dict[str, Any] | None:
    """The fsid of a cluster and the caps of its clients. The answer of the monitors has keys, which are dropped."""
    commands: Sequence[MonCommand] = [MonCommand("mon dump"), MonCommand("auth ls")]
    try:
        dump, clients = transport.read(commands)
    except CephError as error:
        problems.append(str(error))
        return None
    for command, reply in zip(commands, (dump, clients)):
        if reply.code:
            problems.append(f"the monitors refused '{command}' (code {reply.code})")
    if dump.code:
        return None
    fsid = str(json.loads(dump.out.decode("utf-8"))["fsid"])
    if clients.code:
        return {"fsid": fsid, "caps": None}
    listed = json.loads(clients.out.decode("utf-8"))["auth_dump"]
    caps = {item["entity"]: dict(item.get("caps") or {}) for item in listed if item["entity"].startswith("client.")}
    return {"fsid": fsid, "caps": caps}
