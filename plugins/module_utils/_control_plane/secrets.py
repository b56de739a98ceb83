# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must happen to the Secrets of the APIs: confs and keyrings planned as on a host, with a Secret as directory."""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_input import desired_clusters
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_plan import (
    CONF_MODE,
    FilePlan,
    FilesPlan,
    FilesPlanner,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane import secret_names as secrets
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.wanted import WantedApi
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState

NONE, CREATE, UPDATE, REMOVE = "none", "create", "update", "remove"
_KEYRING_MODE = 0o600

Entries = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class SecretPlan:
    """One Secret. ``files`` are its keys that we state; ``stale`` are ours of old that nobody needs any more."""

    name: str
    api: str
    site: str
    action: str
    live: Mapping[str, Any] | None = field(default=None, repr=False)
    files: tuple[FilePlan, ...] = field(default=(), repr=False)
    ours: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()

    @property
    def exists_after(self) -> bool:
        return self.live is not None or self.action == CREATE

    @property
    def labels(self) -> dict[str, str]:
        return {secrets.SITE_LABEL: self.site, secrets.API_LABEL: self.api}


def key_of(plan: FilePlan) -> str:
    """The key of the Secret that holds a file."""
    return os.path.basename(plan.path)


def plan_secrets(
    apis: Sequence[WantedApi],
    live: Mapping[str, Mapping[str, Any] | None],
    files: Mapping[str, Entries],
    namespace: str,
    check: bool,
) -> list[SecretPlan]:
    """The Secret of each API that sees a cluster. Raises ``InputErrors`` with everything that is wrong."""
    problems = _unknown_sites(apis, files)
    plans = []
    for api in apis:
        if not api.secret:
            continue
        found = live.get(api.secret)
        path = f"files.{api.site}"
        wrong = [*_foreign(api, files.get(api.site) or (), path), *_unusable(api, found, namespace)]
        problems += wrong
        if wrong:
            continue
        try:
            planned = _plan(api, found, files.get(api.site) or (), check)
            fixed = _fixed(found or {}) if planned.action == UPDATE else ""
            if fixed and any(item.action != "none" for item in planned.files):
                problems.append(Problem(f"Secret {namespace}/{api.secret}", fixed))
            # With the right keys in it, it serves as it is.
            plans.append(replace(planned, action=NONE) if fixed else planned)
        except InputErrors as error:
            problems += [Problem(_moved(problem.path, path), problem.message) for problem in error.problems]
    if problems:
        raise InputErrors(problems)
    return plans


def _unknown_sites(apis: Sequence[WantedApi], files: Mapping[str, Entries]) -> list[Problem]:
    known = [api.site for api in apis]
    return [
        Problem(f"files.{site}", f"no site of that name has an API; there are {', '.join(known)}")
        for site in files
        if site not in known
    ]


def _foreign(api: WantedApi, entries: Entries, path: str) -> list[Problem]:
    """Keys that the pods of this API must not hold."""
    found = []
    for index, entry in enumerate(entries):
        if entry.get("cluster") not in api.clusters:
            why = f"Glance of {api.site} sees {' and '.join(api.clusters)} only, so its pods get no key of this one"
            found.append(Problem(f"{path}[{index}].cluster", f"{entry.get('cluster')!r}: {why}"))
        for number, client in enumerate(entry.get("clients") or []):
            if client.get("name") != api.client:
                why = f"{client.get('name')!r} is not {api.client}, the one client of these pods"
                found.append(Problem(f"{path}[{index}].clients[{number}].name", why))
    return found


def _unusable(api: WantedApi, live: Mapping[str, Any] | None, namespace: str) -> list[Problem]:
    where = f"Secret {namespace}/{api.secret}"
    if live is None:
        return []
    owner = str(((live.get("metadata") or {}).get("labels") or {}).get(secrets.API_LABEL) or api.key)
    if owner != api.key:
        return [Problem(where, f"is marked as the one of the API {owner}: two APIs must not share keys")]
    return []


def _fixed(live: Mapping[str, Any]) -> str:
    """Why nothing that is written into this Secret would be there, or stay."""
    if live.get("immutable"):
        return "is immutable, so no key in it can ever change: set another operators.secret_name"
    owners = (live.get("metadata") or {}).get("ownerReferences") or []
    for owner in owners:
        if owner.get("controller"):
            title = f"{owner.get('kind')} {owner.get('name')}"
            return f"belongs to {title}, which writes it anew: set another operators.secret_name, or remove {title}"
    return ""


def _moved(path: str, base: str) -> str:
    return f"{base}{path[len('clusters') :]}" if path.startswith("clusters") else f"{base} ({path})"


def _plan(api: WantedApi, live: Mapping[str, Any] | None, entries: Entries, check: bool) -> SecretPlan:
    data = secrets.decoded(live)
    # Owners and modes of the entries are for files on a host; a Secret has none.
    plain = [
        {**entry, "clients": [{**client, "owner": None, "group": None, "mode": None} for client in entry["clients"]]}
        for entry in entries
    ]
    clusters = desired_clusters(plain, lambda _kind, _name: -1)
    planned = FilesPlanner(ceph_names.CONF_DIRECTORY, lambda path: _state(path, data), None, check).plan(clusters)
    wanted = [key for cluster in api.clusters for key in _keys(cluster, api.client)]
    written = {key_of(item) for item in planned.files}
    marked = secrets.our_keys(live)
    ours = [key for key in data if key in marked and key not in wanted]
    held = [key for key in wanted if key in written or key in data]
    changes = [item for item in planned.files if item.action != "none"]
    action = NONE
    if live is None:
        action = CREATE if entries else NONE
    elif changes or (entries and not _marked(live, api, {*held, *ours})):
        action = UPDATE
    return SecretPlan(
        api.secret,
        api.key,
        api.site,
        action,
        live,
        tuple(planned.files),
        tuple(held),
        tuple(key for key in data if key not in wanted and key not in marked),
        tuple(ours),
        frozenset(cluster for cluster in api.clusters if not set(_keys(cluster, api.client)) <= set(held)),
        _warnings(api, planned, data, marked, wanted),
    )


def _keys(cluster: str, client: str) -> tuple[str, str]:
    paths = (ceph_names.conf_path(cluster), ceph_names.keyring_path(cluster, client))
    return os.path.basename(paths[0]), os.path.basename(paths[1])


def _state(path: str, data: Mapping[str, bytes]) -> FileState:
    content = data.get(os.path.basename(path))
    return FileState(path, path, content, CONF_MODE if path.endswith(".conf") else _KEYRING_MODE)


def _marked(live: Mapping[str, Any], api: WantedApi, keys: set[str]) -> bool:
    labels = (live.get("metadata") or {}).get("labels") or {}
    named = labels.get(secrets.SITE_LABEL) == api.site and labels.get(secrets.API_LABEL) == api.key
    return named and secrets.our_keys(live) == keys


def _warnings(
    api: WantedApi, planned: FilesPlan, data: Mapping[str, bytes], marked: frozenset[str], wanted: Sequence[str]
) -> tuple[str, ...]:
    foreign = [key for key in data if key.endswith(".keyring") and key not in wanted and key not in marked]
    found = [f"Secret {api.secret}: {text}" for text in planned.warnings]
    if foreign:
        found.append(
            f"Secret {api.secret} holds {', '.join(foreign)}, which the pods of {api.key} can read and do not need. "
            "It is not ours and stays; remove it where nobody else needs it."
        )
    return tuple(found)
