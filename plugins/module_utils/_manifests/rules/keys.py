# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: confs and keyrings in the pods: those that a store needs, and those that must not be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, Deployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import (
    ERROR,
    INFO,
    WARNING,
    Hit,
    Hits,
    Rule,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.mounts import SecretRef
from ansible_collections.dcn.glance.plugins.module_utils._manifests.pod_files import (
    KEYRING,
    View,
    keyring_candidates,
    view,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.setups import Setup, Store, directory_of, setup
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace


@dataclass(frozen=True)
class _Pod:
    """An API whose configuration is known, and what its pods see."""

    deployment: Deployment
    api: Api
    setup: Setup
    view: View


def _pods(workspace: Workspace) -> Iterator[_Pod]:
    for deployment in workspace.deployments:
        secrets = workspace.secrets_of(deployment)
        for api in deployment.apis:
            config = deployment.config(api)
            if config is not None:
                seen = view(deployment, api.key, secrets)
                yield _Pod(deployment, api, setup(workspace, deployment, config), seen)


def _rbd(each: Setup) -> list[Store]:
    return [store for store in each.stores if store.type == "rbd" and "{{" not in store.conf]


def conf_missing(workspace: Workspace) -> Hits:
    for pod in _pods(workspace):
        deployment, api, each, seen = pod.deployment, pod.api, pod.setup, pod.view
        if deployment.partial and not deployment.volumes:
            continue
        for store in _rbd(each):
            message = ""
            if not seen.covers(store.conf):
                message = f"is {store.conf}, and nothing is mounted there in the pods of '{api.key}'. Mount its Secret"
            elif store.conf not in seen.files and not seen.why_unknown(store.conf):
                there = ", ".join(sorted(basename(path) for path in seen.files if path.endswith(".conf")))
                message = (
                    f"is {store.conf}, which is in no Secret that the pods of '{api.key}' mount (confs there: "
                    f"{there or 'none'}). Add it to the Secret, or correct the path"
                )
            if message:
                severity = WARNING if deployment.partial and deployment.kind != "values" else ""
                found = each.hit(store.id, "rbd_store_ceph_conf", store.line, message, severity)
                yield Hit(found.place, found.path, message, api.key, severity, deployment.label)


def keyring_missing(workspace: Workspace) -> Hits:
    for pod in _pods(workspace):
        deployment, api, each, seen = pod.deployment, pod.api, pod.setup, pod.view
        for store in _rbd(each):
            conf = seen.files.get(store.conf)
            if conf is None or not store.user or "{{" in store.user:
                continue
            wanted = keyring_candidates(store.conf, store.user, conf)
            if any(path in seen.files or seen.why_unknown(path) for path in wanted):
                continue
            others = sorted(
                basename(path) for path in seen.files if basename(path).startswith(f"{store.cluster}.client.")
            )
            instead = f"; it has {', '.join(others)}" if others else ""
            message = (
                f"is '{store.user}', but no Secret of the pods of '{api.key}' holds {basename(wanted[0])}{instead}: "
                "Ceph refuses the store. Correct the user, or add the keyring"
            )
            found = each.about(store.id, "rbd_store_user", message)
            yield Hit(found.place, found.path, message, api.key, object=deployment.label)


def _clusters(each: Setup) -> set[str]:
    return {store.cluster for store in _rbd(each)}


def _allowed(pods: list[_Pod], pod: _Pod) -> set[str]:
    """The clusters whose keys an API may hold: those of its stores, its own, and the hub's own."""
    found = _clusters(pod.setup) | {pod.api.key}
    for other in pods:
        if other.api.key == pod.deployment.endpoint:
            default = other.setup.store(other.setup.value("glance_store", "default_backend"))
            found |= {default.cluster} if default is not None else set()
    return found


def keys_exposed(workspace: Workspace) -> Hits:
    """Keyrings, by the names of the Secrets' keys, of clusters that an edge API has nothing to do with."""
    for deployment in workspace.deployments:
        pods = [pod for pod in _pods(workspace) if pod.deployment is deployment]
        for pod in pods:
            if pod.api.type == "edge" and pod.setup.stores:
                yield from _exposed(pods, pod)
        yield from _admins(pods, deployment.label)


def _admins(pods: list[_Pod], label: str) -> Hits:
    """Keys of client.admin, which can do everything to a cluster."""
    found: dict[str, tuple[SecretRef, list[str], set[str]]] = {}
    for pod in pods:
        if any(store.user == "admin" for store in _rbd(pod.setup)):
            continue
        for file in pod.view.files.values():
            match = KEYRING.fullmatch(file.key)
            if match and match.group("user") == "admin":
                entry = found.setdefault(file.secret.name, (file.ref, [], set()))
                entry[1].append(pod.api.key)
                entry[2].add(file.key)
    for name, (ref, apis, keys) in found.items():
        message = (
            f"Secret '{name}' gives the pods of {', '.join(dict.fromkeys(apis))} {', '.join(sorted(keys))}: the key of "
            "client.admin, who may do everything to the cluster, and no store asks for it. Leave it out"
        )
        yield Hit(ref.place, ref.path, message, apis[0] if len(set(apis)) == 1 else "", object=label)


def _exposed(pods: list[_Pod], pod: _Pod) -> Hits:
    allowed = _allowed(pods, pod)
    others = set().union(*(_clusters(other.setup) for other in pods))
    found: dict[str, tuple[SecretRef, list[str]]] = {}
    for path, file in sorted(pod.view.files.items()):
        match = KEYRING.fullmatch(basename(path)) or KEYRING.fullmatch(file.key)
        cluster = match.group("cluster") if match else ""
        # Where an API has no rbd store, a key that no other API uses may be for something else.
        if cluster and cluster not in allowed and (_clusters(pod.setup) or cluster in others):
            found.setdefault(file.secret.name, (file.ref, []))[1].append(basename(path))
    for name, (ref, files) in found.items():
        message = (
            f"Secret '{name}' gives the pods of edge API '{pod.api.key}' {', '.join(files)}, for clusters that it has "
            "no store on: who gets into this site holds the others' keys. Mount a Secret with the files of "
            f"{' and '.join(sorted(_clusters(pod.setup) or {pod.api.key}))} only"
        )
        yield Hit(ref.place, ref.path, message, pod.api.key, object=pod.deployment.label)


def keys_shared(workspace: Workspace) -> Hits:
    """One Secret, not at hand, for the hub and for spokes: what the hub needs of it, spokes see too."""
    for deployment in workspace.deployments:
        pods = [pod for pod in _pods(workspace) if pod.deployment is deployment]
        reported: dict[str, tuple[SecretRef, list[str]]] = {}
        known = workspace.secrets_of(deployment)
        for pod in pods:
            for directory, refs in pod.view.refs.items() if pod.api.type == "edge" else ():
                missing = [ref for ref in refs if ref.name and ref.name not in known]
                more = _needed_by_others(pods, pod, directory, {ref.name for ref in refs}) - _allowed(pods, pod)
                if missing and more and _clusters(pod.setup):
                    whose = f"{pod.api.key} ({', '.join(sorted(more))})"
                    reported.setdefault(missing[0].name, (missing[0], []))[1].append(whose)
        for name, (ref, apis) in reported.items():
            message = (
                f"Secret '{name}' is mounted by edge APIs and holds keys for clusters that they have no store on: "
                f"{'; '.join(apis)}. Make one Secret for each site, with its own and the hub's files, and propagate "
                "it to that API only"
            )
            yield Hit(ref.place, ref.path, message, object=deployment.label)


def _needed_by_others(pods: list[_Pod], pod: _Pod, directory: str, names: set[str]) -> set[str]:
    """Clusters whose files another API can only have from these Secrets."""
    needed: set[str] = set()
    for other in pods:
        theirs = {ref.name for ref in other.view.refs.get(directory, ())}
        if other.api.key != pod.api.key and theirs and theirs <= names:
            needed |= {store.cluster for store in _rbd(other.setup) if directory_of(store.conf) == directory}
    return needed


def secret_absent(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        wanted: dict[str, object] = {}
        for extra in deployment.volumes:
            if any(extra.matches(key) for key in [api.key for api in deployment.apis] or [""]):
                wanted.update((ref.name, ref.place) for volume in extra.volumes for ref in volume.secrets if ref.name)
        for config in deployment.configs:
            wanted.update((name, config.node.place) for name in config.secrets)
        absent = set(wanted) - set(workspace.secrets_of(deployment))
        if absent:
            message = (
                f"the Secrets {', '.join(sorted(absent))} were not among what was read, so the files in them were not "
                "checked. Add them (names of keys are enough) to have them checked"
            )
            yield Hit(deployment.template.place, deployment.base, message, object=deployment.label)


def key_missing(workspace: Workspace) -> Hits:
    """Keys that a volume lists and its Secret does not have."""
    for deployment in workspace.deployments:
        known = workspace.secrets_of(deployment)
        for extra in deployment.volumes:
            for ref in (ref for volume in extra.volumes for ref in volume.secrets):
                secret = known.get(ref.name)
                if secret is None or not secret.complete or ref.optional:
                    continue
                missing = [key for key, _name in ref.items or () if key not in secret.keys]
                if missing:
                    hint = names.suggest(missing[0], secret.keys)
                    message = (
                        f"lists {', '.join(missing)} of Secret '{ref.name}', which has no such key "
                        f"({names.one_of(secret.keys)}): pods wait for it for ever{hint}"
                    )
                    yield Hit(ref.place, ref.path, message, object=deployment.label)


RULES = (
    Rule("conf-not-mounted", ERROR, "the conf of a store is not in the pods", conf_missing),
    Rule("keyring-not-mounted", ERROR, "the keyring of a store's user is not in the pods", keyring_missing),
    Rule("secret-key-missing", ERROR, "a volume lists a key that its Secret does not have", key_missing),
    Rule("keys-exposed", ERROR, "pods hold keys of other spokes, or of client.admin", keys_exposed),
    Rule("keys-shared", WARNING, "one Secret with all keys goes to edge APIs too", keys_shared),
    Rule("secret-not-read", INFO, "Secrets that are referred to were not at hand", secret_absent),
)
