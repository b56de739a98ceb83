# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the clusters, pools and users of stores, compared between the APIs of a deployment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import (
    EffectiveConfig,
    EnabledStore,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace

CONF = "rbd_store_ceph_conf"


class _RbdStores:
    """The rbd stores of one deployment."""

    def __init__(self, configs: list[EffectiveConfig]) -> None:
        self.configs = configs
        self.api_keys = {api.key for config in configs for api in config.deployment.apis}
        self.pairs = [(config, store) for config in configs for store in config.stores if store.type == "rbd"]
        self.confs: dict[str, set[str]] = {}
        for _config, store in self.pairs:
            self.confs.setdefault(store.id, set()).add(store.conf)

    @property
    def cluster_names(self) -> set[str]:
        """Names that may be names of clusters: those of the APIs and of the stores."""
        return self.api_keys | set(self.confs)

    def foreign_reason(self, config: EffectiveConfig, store: EnabledStore) -> str:
        """Why the conf of a store is that of another cluster, or an empty string."""
        cluster = store.cluster
        if cluster == store.id or _is_named_after(store.id, cluster) or cluster not in self.cluster_names:
            return ""
        shared = any(other.id == cluster and other.conf == store.conf for other in config.stores)
        if cluster == config.text.api_key and not shared:
            # The store is on the cluster of the API's own site, whatever its name.
            return ""
        usual = sorted(self.confs[store.id] - {store.conf})
        if usual:
            return f"in other APIs '{store.id}' has {usual[0]}"
        if store.id in self.api_keys:
            return f"'{store.id}' is a site of its own"
        if _without_digits(store.id) == _without_digits(cluster):
            return f"'{store.id}' has the name of another cluster"
        named_after = sorted(key for key in self.api_keys - {store.id} if _is_named_after(store.id, key))
        return f"'{store.id}' is named after '{named_after[0]}'" if named_after else ""


def _is_named_after(store: str, cluster: str) -> bool:
    """Whether a store is named after a cluster, such as 'az0-archive' after 'az0'."""
    return cluster in re.split(r"[_-]", store) or re.split(r"[_-]", cluster)[-1] == store


def _without_digits(name: str) -> str:
    return re.sub(r"\d+", "#", name)


def _rbd_stores(workspace: Workspace) -> Iterator[_RbdStores]:
    for deployment in workspace.deployments:
        yield _RbdStores(workspace.configs_of(deployment))


def foreign_conf(workspace: Workspace) -> Hits:
    for stores in _rbd_stores(workspace):
        for config, store in stores.pairs:
            reason = stores.foreign_reason(config, store)
            if reason:
                message = (
                    f"is {store.conf}, the conf of '{store.cluster}', so images for '{store.id}' go to the wrong "
                    f"cluster ({reason}). Set it to the conf of the cluster of '{store.id}'"
                )
                yield config.hit(store.id, CONF, store.line, message)


def conf_suspect(workspace: Workspace) -> Hits:
    for stores in _rbd_stores(workspace):
        for config, store in stores.pairs:
            if stores.foreign_reason(config, store) or store.id == store.cluster:
                continue
            similar = _without_digits(store.id) == _without_digits(store.cluster)
            if similar and store.cluster not in stores.cluster_names:
                message = f"is {store.conf}, but the id of the store is '{store.id}'. Check that the cluster is right"
                yield config.hit(store.id, CONF, store.line, message)


def conf_differs(workspace: Workspace) -> Hits:
    for stores in _rbd_stores(workspace):
        for store_id, confs in stores.confs.items():
            found = [(config, store) for config, store in stores.pairs if store.id == store_id]
            if len(confs) < 2 or any(stores.foreign_reason(config, store) for config, store in found):
                continue
            first_config, first_store = found[0]
            for config, store in found[1:]:
                if store.conf != first_store.conf:
                    message = (
                        f"is {store.conf}, and {first_store.conf} in API {first_config.text.site or '(all)'}. All APIs "
                        "share one database, which records the store ids of images, so an id must mean the same "
                        "cluster in every API. Use another store id, unless both files are of one cluster"
                    )
                    yield config.hit(store_id, CONF, store.line, message)


def same_backing(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        seen: dict[tuple[str, ...], EnabledStore] = {}
        for store in config.stores:
            if store.backing is None or not config.has_section(store.id):
                continue
            first = seen.setdefault(store.backing, store)
            if first.id == store.id:
                continue
            rbd = store.type == "rbd"
            backing = f"pool '{store.pool}' with {store.conf}" if rbd else f"directory {store.directory}"
            later, earlier = (store, first) if (store.line or 0) >= (first.line or 0) else (first, store)
            option = CONF if rbd else "filesystem_store_datadir"
            message = (
                f"is {backing}, as for store '{earlier.id}': a copy from one to the other is no second copy, and "
                "deleting it deletes the data of both. Use another cluster, pool or directory"
            )
            yield config.hit(later.id, option, later.line, message)


def edge_default(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        configs = workspace.configs_of(deployment)
        known = {store.id for config in configs for store in config.stores}
        hub_defaults = {
            _default_store(config) for config in configs for api in config.text.apis if api.key == deployment.endpoint
        }
        for config in configs:
            default = _default_store(config)
            enabled = [store.id for store in config.stores]
            for api in config.text.apis if default in enabled else ():
                own = api.key if api.key in known else ""
                remote = default != own if own else default in hub_defaults and len(enabled) > 1
                if api.type != "edge" or not remote:
                    continue
                advice = f"'{own}'" if own else "the store of this site"
                advice += "" if not own or own in enabled else ", which is not enabled here"
                message = (
                    f"is '{default}', so images that are uploaded at edge API '{api.key}' are stored at another site. "
                    f"Set it to {advice}"
                )
                yield config.option_hit("glance_store", "default_backend", message)


def _default_store(config: EffectiveConfig) -> str:
    return config.value("glance_store", "default_backend")


def rbd_user(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for store in config.stores:
            if store.type == "rbd" and store.user.startswith("client."):
                message = f"is '{store.user}', which Ceph reads as client.{store.user}. Remove 'client.'"
                yield config.option_hit(store.id, "rbd_store_user", message)
            elif store.type == "rbd" and not store.user and config.has_section(store.id) and not config.secrets_unknown:
                message = "is not set, so Glance uses client.admin. Set it to the client whose keyring is in the pods"
                yield config.hit(store.id, "rbd_store_user", config.text.ini.header(store.id), message)


RULES = (
    Rule("store-foreign-conf", ERROR, "a store has the conf of another cluster", foreign_conf),
    Rule("store-same-place", ERROR, "two stores of one API have the same pool or directory", same_backing),
    Rule("store-conf-suspect", WARNING, "the conf of a store does not match its id", conf_suspect),
    Rule("store-conf-differs", WARNING, "a store has different confs in different APIs", conf_differs),
    Rule("edge-default", WARNING, "the default store of an edge API is at another site", edge_default),
    Rule("rbd-user", WARNING, "the cephx user of a store is missing, or includes its type", rbd_user),
)
