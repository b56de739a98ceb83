# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets with confs and keyrings: these are planned as on a host, with a Secret as the directory."""

from __future__ import annotations

import os.path
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_input import desired_clusters
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_plan import (
    CONF_MODE,
    FilePlan,
    FilesPlan,
    FilesPlanner,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import read_managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredGlance
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import (
    API_LABEL,
    SITE_LABEL,
    USER_LABELS,
    decoded,
    is_managed,
    managed_keys,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import CONF_DIRECTORY, conf_name, keyring_name
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import glance_spec

NONE, CREATE, UPDATE, REMOVE = "none", "create", "update", "remove"
_KEYRING_MODE = 0o600

Entries = Sequence[Mapping[str, Any]]
Secrets = Mapping[str, "Mapping[str, Any] | None"]


class SecretUser(Protocol):
    """The pods or hosts that use a Secret: those of the API ``key`` for example, as ``label`` of the Secret says.

    ``service`` is their service, for messages. ``secret`` is empty where they use no Ceph cluster.
    """

    @property
    def key(self) -> str: ...

    @property
    def site(self) -> str: ...

    @property
    def secret(self) -> str: ...

    @property
    def client(self) -> str: ...

    @property
    def clusters(self) -> tuple[str, ...]: ...

    @property
    def service(self) -> str: ...

    @property
    def label(self) -> str: ...


@dataclass(frozen=True)
class SecretPlan:
    """One Secret. ``files`` are the keys stated in this run, ``keys`` all managed keys that it holds afterwards.

    ``stale_keys`` are managed keys that are no longer needed, ``missing`` the clusters whose files it will lack.
    """

    name: str
    api: str
    site: str
    action: str
    live: Mapping[str, Any] | None = field(default=None, repr=False)
    files: tuple[FilePlan, ...] = field(default=(), repr=False)
    keys: tuple[str, ...] = ()
    other_keys: tuple[str, ...] = ()
    stale_keys: tuple[str, ...] = ()
    missing: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()
    label: str = API_LABEL

    @property
    def exists_after(self) -> bool:
        return self.live is not None or self.action == CREATE

    @property
    def labels(self) -> dict[str, str]:
        return {SITE_LABEL: self.site, self.label: self.api}


def key_name(plan: FilePlan) -> str:
    """The key of the Secret that holds a file."""
    return os.path.basename(plan.path)


def plan_secrets(
    apis: Sequence[SecretUser], live: Secrets, files: Mapping[str, Entries], namespace: str, check: bool
) -> list[SecretPlan]:
    """The Secret of each API that uses a cluster. Raises ``InputErrors`` with everything that is wrong."""
    problems = _unknown_sites(apis, files)
    plans = []
    for api in apis:
        if not api.secret:
            continue
        found = live.get(api.secret)
        path = f"files.{api.site}"
        wrong = [
            *_not_for_this_api(api, files.get(api.site) or (), path),
            *marked_for_another(api, found, namespace, api.secret),
        ]
        problems += wrong
        if wrong:
            continue
        try:
            planned = _plan(api, found, files.get(api.site) or (), check)
            fixed = not_writable(found or {}) if planned.action == UPDATE else ""
            if fixed and any(item.action != "none" for item in planned.files):
                problems.append(Problem(f"Secret {namespace}/{api.secret}", fixed))
            # With the right keys in it, it can be used as it is.
            plans.append(replace(planned, action=NONE) if fixed else planned)
        except InputErrors as error:
            problems += [Problem(_moved(problem.path, path), problem.message) for problem in error.problems]
    if problems:
        raise InputErrors(problems)
    return plans


def _unknown_sites(apis: Sequence[SecretUser], files: Mapping[str, Entries]) -> list[Problem]:
    known = [api.site for api in apis]
    return [
        Problem(f"files.{site}", f"no site of that name has an API; the sites with one are {', '.join(known)}")
        for site in files
        if site not in known
    ]


def _not_for_this_api(api: SecretUser, entries: Entries, path: str) -> list[Problem]:
    """Problems of keys that the pods of this API must not have."""
    found = []
    for index, entry in enumerate(entries):
        if entry.get("cluster") not in api.clusters:
            names = " and ".join(api.clusters)
            why = f"{api.service} of {api.site} uses only {names}, so its pods get no key of this cluster"
            found.append(Problem(f"{path}[{index}].cluster", f"{entry.get('cluster')!r}: {why}"))
        for number, client in enumerate(entry.get("clients") or []):
            if client.get("name") != api.client:
                why = f"{client.get('name')!r} is not {api.client}, the only client of these pods"
                found.append(Problem(f"{path}[{index}].clients[{number}].name", why))
    return found


def marked_for_another(
    api: SecretUser, live: Mapping[str, Any] | None, namespace: str, name: str, option: str = "secret_name"
) -> list[Problem]:
    """Whether the Secret ``name`` belongs to another API. The ``option`` of ``operators`` chooses its name."""
    labels = ((live or {}).get("metadata") or {}).get("labels") or {}
    others = {label: labels[label] for label in USER_LABELS if label in labels}
    if not others or others == {api.label: api.key}:
        return []
    owner = next(iter(others.values()))
    what = "API" if api.label == API_LABEL and API_LABEL in others else "object"
    why = f"has the label of the {what} {owner}: two {what}s must not share keys. Set another operators.{option}"
    return [Problem(f"Secret {namespace}/{name}", why)]


def not_writable(live: Mapping[str, Any], option: str = "secret_name") -> str:
    """Why the API server or a controller would undo a change of this Secret."""
    if live.get("immutable"):
        return f"is immutable, so no key in it can ever change: set another operators.{option}"
    owners = (live.get("metadata") or {}).get("ownerReferences") or []
    for owner in owners:
        if owner.get("controller"):
            title = f"{owner.get('kind')} {owner.get('name')}"
            return f"belongs to {title}, which overwrites it: set another operators.{option}, or remove {title}"
    return ""


def _moved(path: str, base: str) -> str:
    return f"{base}{path[len('clusters') :]}" if path.startswith("clusters") else f"{base} ({path})"


def _plan(api: SecretUser, live: Mapping[str, Any] | None, entries: Entries, check: bool) -> SecretPlan:
    data = decoded(live)
    # Owners and modes of the entries are for files on a host; a Secret has none.
    plain = [
        {**entry, "clients": [{**client, "owner": None, "group": None, "mode": None} for client in entry["clients"]]}
        for entry in entries
    ]
    clusters = desired_clusters(plain, lambda _kind, _name: -1)
    planned = FilesPlanner(CONF_DIRECTORY, lambda path: _state(path, data), None, check).plan(clusters)
    needed = [key for cluster in api.clusters for key in _keys(cluster, api.client)]
    written = {key_name(item) for item in planned.files}
    managed = managed_keys(live)
    stale = [key for key in data if key in managed and key not in needed]
    held = [key for key in needed if key in written or key in data]
    changes = [item for item in planned.files if item.action != "none"]
    action = NONE
    if live is None:
        action = CREATE if entries else NONE
    elif changes or (entries and not is_marked(live, api, {*held, *stale})):
        action = UPDATE
    return SecretPlan(
        api.secret,
        api.key,
        api.site,
        action,
        live,
        tuple(planned.files),
        tuple(held),
        tuple(key for key in data if key not in needed and key not in managed),
        tuple(stale),
        frozenset(cluster for cluster in api.clusters if not set(_keys(cluster, api.client)) <= set(held)),
        _warnings(api, planned, data, managed, needed),
        api.label,
    )


def _keys(cluster: str, client: str) -> tuple[str, str]:
    return conf_name(cluster), keyring_name(cluster, client)


def _state(path: str, data: Mapping[str, bytes]) -> FileState:
    content = data.get(os.path.basename(path))
    return FileState(path, path, content, CONF_MODE if path.endswith(".conf") else _KEYRING_MODE)


def is_marked(live: Mapping[str, Any], api: SecretUser, keys: set[str]) -> bool:
    """Whether the labels and the annotation of a managed Secret are as they must be."""
    labels = (live.get("metadata") or {}).get("labels") or {}
    return labels.get(SITE_LABEL) == api.site and labels.get(api.label) == api.key and managed_keys(live) == keys


def _warnings(
    api: SecretUser, planned: FilesPlan, data: Mapping[str, bytes], managed: frozenset[str], needed: Sequence[str]
) -> tuple[str, ...]:
    others = [key for key in data if key.endswith(".keyring") and key not in needed and key not in managed]
    found = [f"Secret {api.secret}: {text}" for text in planned.warnings]
    if others:
        found.append(
            f"Secret {api.secret} holds {', '.join(others)}, which the pods of {api.key} can read and do not need. "
            "It is not managed and stays; remove it if nothing else needs it."
        )
    return tuple(found)


@dataclass(frozen=True)
class UnneededSecrets:
    """By name: the Secrets to remove, and those that hold keys of others and only lose the managed ones."""

    removed: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def find_unneeded(
    desired: DesiredGlance,
    before: Object,
    after: Object,
    secrets: Secrets,
    needed: Collection[str],
    only: Collection[str] | None = None,
) -> UnneededSecrets:
    """Managed Secrets of APIs (``only`` of these) that ``after`` does not have, or that use another Secret there.

    Those ``needed`` stay.
    """
    removed, emptied, warnings = [], [], []
    apis = glance_spec(after, desired.control_plane).get("glanceAPIs") or {}
    for name, key in read_managed(before).secrets.items():
        secret = secrets.get(name) or {}
        if only is not None and key not in only:
            continue
        if name in needed or not is_managed(secret) or (key in apis and desired.api(key) is None):
            continue
        users = list(_paths_naming(after.get("spec") or {}, name, "spec"))
        others = [each for each in secret.get("data") or {} if each not in managed_keys(secret)]
        if users:
            warnings.append(f"Secret {name} is not used by Glance any more, but is kept because {users[0]} names it.")
        elif others:
            emptied.append(name)
            warnings.append(
                f"Secret {name} holds {', '.join(others)}, which {'is' if len(others) == 1 else 'are'} not managed: "
                "the Secret stays, and only its managed keys are removed."
            )
        else:
            removed.append(name)
    return UnneededSecrets(tuple(removed), tuple(emptied), tuple(warnings))


def _paths_naming(content: Any, name: str, path: str) -> Iterator[str]:
    """The paths of all fields whose value is ``name``."""
    if isinstance(content, Mapping):
        for field_name, value in content.items():
            yield from _paths_naming(value, name, f"{path}.{field_name}")
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from _paths_naming(value, name, f"{path}[{index}]")
    elif content == name:
        yield path
