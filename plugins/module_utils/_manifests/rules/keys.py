# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for Ceph confs and keyrings in the pods: missing files, and keys that do not belong there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from posixpath import basename, dirname

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import (
    ERROR,
    INFO,
    WARNING,
    Hits,
    Rule,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import (
    EffectiveConfig,
    EnabledStore,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.mounts import SecretRef
from ansible_collections.dcn.glance.plugins.module_utils._manifests.pod_files import (
    KEYRING,
    PodFiles,
    keyring_candidates,
    pod_files,
)


@dataclass(frozen=True)
class _Pods:
    """The pods of an API whose configuration is known."""

    deployment: GlanceDeployment
    api: Api
    config: EffectiveConfig
    mounted: PodFiles


def _pods_of(workspace: Workspace, deployment: GlanceDeployment) -> list[_Pods]:
    found = []
    secrets = workspace.secrets_of(deployment)
    for api in deployment.apis:
        config = workspace.config_of(deployment, api)
        if config is not None:
            found.append(_Pods(deployment, api, config, pod_files(deployment, api.key, secrets)))
    return found


def _all_pods(workspace: Workspace) -> Iterator[_Pods]:
    for deployment in workspace.deployments:
        yield from _pods_of(workspace, deployment)


def _rbd_stores(config: EffectiveConfig) -> list[EnabledStore]:
    return [store for store in config.stores if store.type == "rbd" and "{{" not in store.conf]


def conf_missing(workspace: Workspace) -> Hits:
    for pods in _all_pods(workspace):
        deployment, api, mounted = pods.deployment, pods.api, pods.mounted
        if deployment.partial and not deployment.volumes:
            continue
        for store in _rbd_stores(pods.config):
            message = ""
            if not mounted.is_mounted(store.conf):
                message = f"is {store.conf}, and the pods of '{api.key}' mount no volume there. Mount the Secret"
            elif store.conf not in mounted.files and not mounted.unknown_reason(store.conf):
                existing = ", ".join(sorted(basename(path) for path in mounted.files if path.endswith(".conf")))
                message = (
                    f"is {store.conf}, which no Secret in the pods of '{api.key}' has (existing confs: "
                    f"{existing or 'none'}). Add it to the Secret, or correct the path"
                )
            if message:
                severity = WARNING if deployment.partial and deployment.kind != "values" else ""
                hit = pods.config.hit(store.id, "rbd_store_ceph_conf", store.line, message, severity)
                yield replace(hit, site=api.key)


def keyring_missing(workspace: Workspace) -> Hits:
    for pods in _all_pods(workspace):
        mounted = pods.mounted
        for store in _rbd_stores(pods.config):
            conf = mounted.files.get(store.conf)
            if conf is None or not store.user or "{{" in store.user:
                continue
            candidates = keyring_candidates(store.conf, store.user, conf)
            if any(path in mounted.files or mounted.unknown_reason(path) for path in candidates):
                continue
            prefix = f"{store.cluster}.client."
            others = sorted(basename(path) for path in mounted.files if basename(path).startswith(prefix))
            existing = f" (existing keyrings: {', '.join(others)})" if others else ""
            message = (
                f"is '{store.user}', but no Secret in the pods of '{pods.api.key}' has {basename(candidates[0])}"
                f"{existing}, so Ceph rejects the client. Correct the user, or add the keyring"
            )
            yield replace(pods.config.option_hit(store.id, "rbd_store_user", message), site=pods.api.key)


def _clusters(config: EffectiveConfig) -> set[str]:
    return {store.cluster for store in _rbd_stores(config)}


def _allowed_clusters(all_pods: list[_Pods], pods: _Pods) -> set[str]:
    """The clusters whose keys an API may have: those of its stores, its own, and that of the hub's default store."""
    found = _clusters(pods.config) | {pods.api.key}
    for other in all_pods:
        if other.api.key == pods.deployment.endpoint:
            default = other.config.store(other.config.value("glance_store", "default_backend"))
            found |= {default.cluster} if default is not None else set()
    return found


def keys_exposed(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        all_pods = _pods_of(workspace, deployment)
        for pods in all_pods:
            if pods.api.type == "edge" and pods.config.stores:
                yield from _foreign_keyrings(all_pods, pods)
        yield from _admin_keyrings(all_pods, deployment)


def _admin_keyrings(all_pods: list[_Pods], deployment: GlanceDeployment) -> Hits:
    """Keyrings of client.admin, which may do everything on a cluster."""
    found: dict[str, tuple[SecretRef, list[str], set[str]]] = {}
    for pods in all_pods:
        if any(store.user == "admin" for store in _rbd_stores(pods.config)):
            continue
        for file in pods.mounted.files.values():
            match = KEYRING.fullmatch(file.key)
            if match and match.group("user") == "admin":
                entry = found.setdefault(file.secret.name, (file.ref, [], set()))
                entry[1].append(pods.api.key)
                entry[2].add(file.key)
    for name, (ref, apis, keys) in found.items():
        message = (
            f"Secret '{name}' puts {', '.join(sorted(keys))} into the pods of {', '.join(dict.fromkeys(apis))}. "
            "client.admin may do everything on the cluster, and no store uses it. Remove the keyring from the Secret"
        )
        yield deployment.hit(ref.path, message, ref.location, apis[0] if len(set(apis)) == 1 else "")


def _foreign_keyrings(all_pods: list[_Pods], pods: _Pods) -> Hits:
    """Keyrings, by the names of files and keys, of clusters on which an edge API has no store."""
    allowed = _allowed_clusters(all_pods, pods)
    used_by_apis = set().union(*(_clusters(other.config) for other in all_pods))
    found: dict[str, tuple[SecretRef, list[str]]] = {}
    for path, file in sorted(pods.mounted.files.items()):
        match = KEYRING.fullmatch(basename(path)) or KEYRING.fullmatch(file.key)
        cluster = match.group("cluster") if match else ""
        # If the API has no rbd store, a keyring of a cluster that no API uses may serve another purpose.
        if cluster and cluster not in allowed and (_clusters(pods.config) or cluster in used_by_apis):
            found.setdefault(file.secret.name, (file.ref, []))[1].append(basename(path))
    for name, (ref, files) in found.items():
        own = " and ".join(sorted(_clusters(pods.config) or {pods.api.key}))
        message = (
            f"Secret '{name}' puts {', '.join(files)} into the pods of edge API '{pods.api.key}', which has no store "
            f"on those clusters. Whoever controls this site could use the keys of others. Mount a Secret with the "
            f"files of {own} only"
        )
        yield pods.deployment.hit(ref.path, message, ref.location, pods.api.key)


def keys_shared(workspace: Workspace) -> Hits:
    """A Secret of unknown content that the hub and edge APIs mount: the edge APIs get all keys that the hub needs."""
    for deployment in workspace.deployments:
        all_pods = _pods_of(workspace, deployment)
        known = workspace.secrets_of(deployment)
        found: dict[str, tuple[SecretRef, list[str]]] = {}
        for pods in all_pods:
            for directory, refs in pods.mounted.refs.items() if pods.api.type == "edge" else ():
                unknown = [ref for ref in refs if ref.name and ref.name not in known]
                names = {ref.name for ref in refs}
                foreign = _needed_by_others(all_pods, pods, directory, names) - _allowed_clusters(all_pods, pods)
                if unknown and foreign and _clusters(pods.config):
                    listed = f"{pods.api.key} ({', '.join(sorted(foreign))})"
                    found.setdefault(unknown[0].name, (unknown[0], []))[1].append(listed)
        for name, (ref, apis) in found.items():
            message = (
                f"edge APIs mount Secret '{name}', which has keys of clusters on which they have no store: "
                f"{'; '.join(apis)}. Create one Secret for each site, with the files of this site and of the hub, and "
                "propagate it only to the API of this site"
            )
            yield deployment.hit(ref.path, message, ref.location)


def _needed_by_others(all_pods: list[_Pods], pods: _Pods, directory: str, names: set[str]) -> set[str]:
    """The clusters whose files another API can get only from these Secrets."""
    needed: set[str] = set()
    for other in all_pods:
        mounted = {ref.name for ref in other.mounted.refs.get(directory, ())}
        if other.api.key != pods.api.key and mounted and mounted <= names:
            needed |= {store.cluster for store in _rbd_stores(other.config) if dirname(store.conf) == directory}
    return needed


def secret_not_read(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        used: set[str] = set()
        for extra in deployment.volumes:
            if any(extra.matches(key) for key in [api.key for api in deployment.apis] or [""]):
                used |= {ref.name for volume in extra.volumes for ref in volume.secrets if ref.name}
        used |= {name for text in deployment.texts for name in text.secrets}
        unknown = used - set(workspace.secrets_of(deployment))
        if unknown:
            message = (
                f"uses the Secrets {', '.join(sorted(unknown))}, which are not among the input, so their files were "
                "not checked. Add them to the input to check them; the names of their keys are enough"
            )
            yield deployment.hit(deployment.base, message, deployment.template.location)


def key_missing(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        known = workspace.secrets_of(deployment)
        for extra in deployment.volumes:
            for ref in (ref for volume in extra.volumes for ref in volume.secrets):
                secret = known.get(ref.name)
                if secret is None or not secret.complete or ref.optional:
                    continue
                missing = [key for key, _name in ref.items or () if key not in secret.keys]
                if missing:
                    hint = words.suggest(missing[0], secret.keys)
                    message = (
                        f"lists the keys {', '.join(missing)} of Secret '{ref.name}', which has only "
                        f"{words.one_of(secret.keys) or 'none'}: the pods do not start{hint}"
                    )
                    yield deployment.hit(ref.path, message, ref.location)


RULES = (
    Rule("conf-not-mounted", ERROR, "the conf of a store is not in the pods", conf_missing),
    Rule("keyring-not-mounted", ERROR, "the keyring of a store's user is not in the pods", keyring_missing),
    Rule("secret-key-missing", ERROR, "a volume lists a key that its Secret does not have", key_missing),
    Rule("keys-exposed", ERROR, "pods have keyrings of other edge sites or of client.admin", keys_exposed),
    Rule("keys-shared", WARNING, "edge APIs mount a Secret with the keys of all sites", keys_shared),
    Rule("secret-not-read", INFO, "Secrets that the deployment uses were not read", secret_not_read),
)
