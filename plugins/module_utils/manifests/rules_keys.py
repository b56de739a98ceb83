# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: confs and keyrings in the pods: those that a store needs, and those that must not be there."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from ansible_collections.dcn.glance.plugins.module_utils.manifests.deployment import Api, Deployment
from ansible_collections.dcn.glance.plugins.module_utils.manifests.findings import ERROR, INFO, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils.manifests.pod_files import (
    KEYRING,
    View,
    keyring_candidates,
    view,
)
from ansible_collections.dcn.glance.plugins.module_utils.manifests.setups import Setup, Store, directory_of, setup
from ansible_collections.dcn.glance.plugins.module_utils.manifests.workspace import Workspace


def _pods(workspace: Workspace) -> Iterator[tuple[Deployment, Api, Setup, View]]:
    """(deployment, API, its setup, what its pods see) where the configuration of the API is known."""
    for deployment in workspace.deployments:
        for api in deployment.apis:
            config = deployment.config(api)
            if config is not None:
                seen = view(deployment, api.key, workspace.secrets)
                yield deployment, api, setup(workspace, deployment, config), seen


def _rbd(each: Setup) -> list[Store]:
    return [store for store in each.stores if store.type == "rbd" and "{{" not in store.conf]


def conf_missing(workspace: Workspace) -> Hits:
    for deployment, api, each, seen in _pods(workspace):
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
    for deployment, api, each, seen in _pods(workspace):
        for store in _rbd(each):
            conf = seen.files.get(store.conf)
            if conf is None or not store.user or "{{" in store.user:
                continue
            wanted = keyring_candidates(store.conf, store.user, conf)
            if any(path in seen.files or seen.why_unknown(path) or not seen.covers(path) for path in wanted):
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


def keys_exposed(workspace: Workspace) -> Hits:
    """Keyrings, by the names of the Secrets' keys, of clusters that an edge API has no store on."""
    for deployment, api, each, seen in _pods(workspace):
        if api.type != "edge" or not each.stores:
            continue
        own = _clusters(each)
        for name, refs in _foreign(seen, own).items():
            place, path, files = refs
            message = (
                f"Secret '{name}' gives the pods of edge API '{api.key}' {', '.join(files)}, for clusters that it has "
                f"no store on: who gets into this site holds the others' keys. Mount a Secret with "
                f"{' and '.join(sorted(own)) or 'nothing'} only there"
            )
            yield Hit(place, path, message, api.key, object=deployment.label)


def _foreign(seen: View, own: set[str]) -> dict[str, tuple]:  # type: ignore[type-arg]
    found: dict[str, tuple] = {}  # type: ignore[type-arg]
    for path, file in sorted(seen.files.items()):
        match = KEYRING.fullmatch(basename(path))
        if match and match.group("cluster") not in own:
            entry = found.setdefault(file.secret.name, (file.ref.place, file.ref.path, []))
            entry[2].append(basename(path))
    return found


def keys_shared(workspace: Workspace) -> Hits:
    """One Secret, not at hand, for the hub and for spokes: what the hub needs of it, spokes see too."""
    for deployment in workspace.deployments:
        pods = [pod for pod in _pods(workspace) if pod[0] is deployment]
        reported: dict[str, list[str]] = {}
        places = {}
        for _deployment, api, each, seen in pods:
            if api.type != "edge":
                continue
            for directory, refs in seen.refs.items():
                missing = [ref for ref in refs if ref.name not in workspace.secrets]
                more = _needed_by_others(pods, api, directory, {ref.name for ref in refs}) - _clusters(each)
                if missing and more and _clusters(each):
                    reported.setdefault(missing[0].name, []).append(f"{api.key} ({', '.join(sorted(more))})")
                    places[missing[0].name] = missing[0]
        for name, whose in reported.items():
            message = (
                f"Secret '{name}' is mounted by edge APIs and holds keys for clusters that they have no store on: "
                f"{'; '.join(whose)}. Make one Secret for each site, with its own and the hub's files, and propagate "
                "it to that API only"
            )
            yield Hit(places[name].place, places[name].path, message, object=deployment.label)


def _needed_by_others(pods: list, api: Api, directory: str, names: set[str]) -> set[str]:  # type: ignore[type-arg]
    """Clusters whose files another API can only have from these Secrets."""
    needed: set[str] = set()
    for _deployment, other, each, seen in pods:
        theirs = {ref.name for ref in seen.refs.get(directory, ())}
        if other.key != api.key and theirs and theirs <= names:
            needed |= {store.cluster for store in _rbd(each) if directory_of(store.conf) == directory}
    return needed


def secret_absent(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        wanted: dict[str, object] = {}
        for extra in deployment.volumes:
            if any(extra.matches(key) for key in [api.key for api in deployment.apis] or [""]):
                wanted.update((ref.name, ref.place) for volume in extra.volumes for ref in volume.secrets if ref.name)
        for config in deployment.configs:
            wanted.update((name, config.node.place) for name in config.secrets)
        absent = [name for name in wanted if name not in workspace.secrets]
        if absent:
            message = (
                f"the Secrets {', '.join(sorted(absent))} were not among what was read, so the files in them were not "
                "checked. Add them (names of keys are enough) to have them checked"
            )
            yield Hit(deployment.template.place, deployment.base, message, object=deployment.label)


RULES = (
    Rule("conf-not-mounted", ERROR, "the conf of a store is not in the pods", conf_missing),
    Rule("keyring-not-mounted", ERROR, "the keyring of a store's user is not in the pods", keyring_missing),
    Rule("keys-exposed", ERROR, "an edge API's pods hold keys of other spokes", keys_exposed),
    Rule("keys-shared", WARNING, "one Secret with all keys goes to edge APIs too", keys_shared),
    Rule("secret-not-read", INFO, "Secrets that are referred to were not at hand", secret_absent),
)
