# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: where stores point, compared across the APIs of one Glance."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import ERROR, WARNING, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.setups import Setup, Store, setups, setups_of
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace

CONF = "rbd_store_ceph_conf"


class _View:
    """The rbd stores of one deployment, and what its names tell about clusters."""

    def __init__(self, setups_: list[Setup]) -> None:
        self.setups = setups_
        self.keys = {api.key for each in setups_ for api in each.deployment.apis}
        self.stores = {store.id for each in setups_ for store in each.stores if store.type == "rbd"}
        self.confs: dict[str, set[str]] = {}
        for each in setups_:
            for store in each.stores:
                if store.type == "rbd":
                    self.confs.setdefault(store.id, set()).add(store.conf)

    def pairs(self) -> Iterator[tuple[Setup, Store]]:
        for each in self.setups:
            for store in each.stores:
                if store.type == "rbd":
                    yield each, store

    def foreign(self, each: Setup, store: Store) -> str:
        """Why the conf of a store is another cluster's, or ''."""
        other = store.cluster
        if other == store.id or _related(store.id, other) or other not in self.keys | self.stores:
            return ""
        shared = any(mate.id == other and mate.conf == store.conf for mate in each.stores)
        if other == each.config.own and not shared:
            # A store without a name of its own, on the cluster of the API's own site.
            return ""
        usual = sorted(self.confs[store.id] - {store.conf})
        if usual:
            return f"in other APIs '{store.id}' is {usual[0]}"
        if store.id in self.keys:
            return f"'{store.id}' is a site of its own"
        if _digits(store.id) == _digits(other):
            return f"'{store.id}' is named as a cluster of its own"
        after = sorted(key for key in self.keys - {store.id} if _related(store.id, key))
        return f"'{store.id}' is named after '{after[0]}'" if after else ""


def _related(store: str, cluster: str) -> bool:
    """Whether a store is named after a cluster, as 'az0-archive' after 'az0'."""
    return cluster in re.split(r"[_-]", store) or re.split(r"[_-]", cluster)[-1] == store


def _digits(name: str) -> str:
    return re.sub(r"\d+", "#", name)


def _views(workspace: Workspace) -> Iterator[_View]:
    for deployment in workspace.deployments:
        yield _View(setups_of(workspace, deployment))


def foreign_conf(workspace: Workspace) -> Hits:
    for view in _views(workspace):
        for each, store in view.pairs():
            why = view.foreign(each, store)
            if why:
                message = (
                    f"is {store.conf}, the conf of '{store.cluster}': images for '{store.id}' go to the wrong cluster "
                    f"({why}). Point [{store.id}] at the conf of its own cluster"
                )
                yield each.hit(store.id, CONF, store.line, message)


def conf_suspect(workspace: Workspace) -> Hits:
    for view in _views(workspace):
        for each, store in view.pairs():
            if view.foreign(each, store) or store.id == store.cluster:
                continue
            if _digits(store.id) == _digits(store.cluster) and store.cluster not in view.keys | view.stores:
                message = (
                    f"is {store.conf}, though the store is called '{store.id}'. Check that it is the right cluster"
                )
                yield each.hit(store.id, CONF, store.line, message)


def meaning_differs(workspace: Workspace) -> Hits:
    for view in _views(workspace):
        for name, confs in view.confs.items():
            found = [(each, store) for each, store in view.pairs() if store.id == name]
            if len(confs) < 2 or any(view.foreign(each, store) for each, store in found):
                continue
            first = found[0][1].conf
            for each, store in found[1:]:
                if store.conf != first:
                    message = (
                        f"is {store.conf}, and {first} for '{name}' in API {found[0][0].config.site or '(all)'}. All "
                        "APIs share one database, where an image is in a store by name: a name must mean one cluster "
                        "everywhere. Name the stores apart, unless both files are of one cluster"
                    )
                    yield each.hit(name, CONF, store.line, message)


def same_place(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        seen: dict[tuple[str, ...], Store] = {}
        for store in each.stores:
            if store.place is None or not each.has_section(store.id):
                continue
            first = seen.setdefault(store.place, store)
            if first.id == store.id:
                continue
            what = f"pool '{store.pool}' by {store.conf}" if store.type == "rbd" else f"directory {store.directory}"
            late = store if (store.line or 0) >= (first.line or 0) else first
            other = first if late is store else store
            option = CONF if store.type == "rbd" else "filesystem_store_datadir"
            message = (
                f"leads to {what}, where '{other.id}' is already: two names for one place, so a copy to one is no "
                "copy, and deleting it takes the other's data. Give each store a cluster or pool of its own"
            )
            yield each.hit(late.id, option, late.line, message)


def edge_default(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        found = setups_of(workspace, deployment)
        known = {store.id for each in found for store in each.stores}
        hubs = {_default(each) for each in found for api in each.config.apis if api.key == deployment.endpoint}
        for each in found:
            edges = [api for api in each.config.apis if api.type == "edge"]
            default = _default(each)
            enabled = [store.id for store in each.stores]
            for api in edges:
                if default not in enabled:
                    continue
                own = api.key if api.key in known else ""
                if (own and default != own) or (not own and default in hubs and len(enabled) > 1):
                    meant = f"'{own}'" if own else "the store of the site itself"
                    meant += "" if not own or own in enabled else ", which is not enabled here"
                    message = (
                        f"is '{default}', so what comes in at the edge API '{api.key}' is stored elsewhere, over the "
                        f"network. Set it to {meant}"
                    )
                    yield each.about("glance_store", "default_backend", message)


def _default(each: Setup) -> str:
    return each.value("glance_store", "default_backend")


def rbd_user(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        for store in each.stores:
            if store.type == "rbd" and store.user.startswith("client."):
                message = f"is '{store.user}', which Ceph takes for client.{store.user}. Write it without 'client.'"
                yield each.about(store.id, "rbd_store_user", message)
            elif store.type == "rbd" and not store.user and each.has_section(store.id) and not each.unknown:
                message = (
                    "is not set, so Glance asks the cluster as client.admin. Name the client that the keyring is for"
                )
                yield each.hit(store.id, "rbd_store_user", each.config.ini.header(store.id), message)


RULES = (
    Rule("store-foreign-conf", ERROR, "a store has the conf of another cluster", foreign_conf),
    Rule("store-same-place", ERROR, "two stores of one API are one place", same_place),
    Rule("store-conf-suspect", WARNING, "the conf of a store does not go with its name", conf_suspect),
    Rule("store-conf-differs", WARNING, "one store has different confs in different APIs", meaning_differs),
    Rule("edge-default", WARNING, "an edge API stores by default elsewhere than at its site", edge_default),
    Rule("rbd-user", WARNING, "the cephx user of a store is missing or written with its type", rbd_user),
)
