# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that compare manifests with the topology."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from posixpath import dirname

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import EffectiveConfig
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import glance
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology


def api_name(site: Site) -> str:
    """The key of a site's API."""
    return site.glance.api.name if site.glance.api is not None else site.name


def _deployments(workspace: Workspace) -> Iterator[tuple[Topology, GlanceDeployment]]:
    if workspace.topology is not None:
        for deployment in workspace.deployments:
            if deployment.kind != "GlanceAPI":
                yield workspace.topology, deployment


def _sites(workspace: Workspace) -> Iterator[tuple[Topology, Site, GlanceDeployment, Api, EffectiveConfig]]:
    """Every site whose API and configuration are known."""
    for topology, deployment in _deployments(workspace):
        for site in topology.sites:
            api = deployment.api(api_name(site))
            config = workspace.config_of(deployment, api) if api is not None else None
            if api is not None and config is not None:
                yield topology, site, deployment, api, config


def api_missing(workspace: Workspace) -> Hits:
    for topology, deployment in _deployments(workspace):
        if deployment.partial and deployment.kind != "values":
            continue
        for site in topology.sites:
            without = not site.glance.enabled or (topology.platform == "operators" and site.glance.api is None)
            if not without and deployment.api(api_name(site)) is None:
                message = f"lacks '{api_name(site)}', the API of site {site.name} of the topology. Add it"
                location = deployment.template.location_of("glanceAPIs")
                yield deployment.hit(f"{deployment.base}.glanceAPIs", message, location, site.name)


def api_unknown(workspace: Workspace) -> Hits:
    for topology, deployment in _deployments(workspace):
        known = [api_name(site) for site in topology.sites]
        for api in deployment.apis:
            if api.key not in known:
                message = (
                    f"is not the API of a site of the topology ({words.one_of(known)}){words.suggest(api.key, known)}"
                )
                yield deployment.hit(api.path, message, api.location, api.key)


def api_type(workspace: Workspace) -> Hits:
    for topology, deployment in _deployments(workspace):
        for site in topology.sites:
            api = deployment.api(api_name(site))
            hub = site.name == topology.hub_name
            if api is None or not api.type:
                continue
            stated = site.glance.api.type if site.glance.api is not None else ""
            if stated != api.type if stated else (api.type == "edge") == hub:
                expected = (
                    "split or single, because the site is the hub" if hub else "edge, because the site is a spoke"
                )
                expected = f"{stated}, as in the topology" if stated else expected
                entry = api.node.entry("type")
                location = entry.location if entry is not None else api.location
                message = f"is {api.type} and must be {expected}"
                yield deployment.hit(f"{api.path}.type", message, location, site.name)


def hub_endpoint(workspace: Workspace) -> Hits:
    for topology, deployment in _deployments(workspace):
        stated, wanted = deployment.template.string("keystoneEndpoint"), api_name(topology.hub)
        if stated and stated != wanted:
            message = f"is '{stated}', but the API of the hub in the topology is '{wanted}'. Set it to '{wanted}'"
            location = deployment.template.location_of("keystoneEndpoint")
            yield deployment.hit(f"{deployment.base}.keystoneEndpoint", message, location)


def store_missing(workspace: Workspace) -> Hits:
    for topology, site, _deployment, _api, config in _sites(workspace):
        enabled = {store.id for store in config.stores}
        for owner, store in matrix.visible_stores(topology, site):
            if store.id not in enabled:
                message = (
                    f"lacks store '{store.id}' of site {owner.name}, which the topology makes available to site "
                    f"{site.name}. Add '{store.id}:{store.type}' and its section"
                )
                yield _option_hit(config, site, "DEFAULT", "enabled_backends", message)


def store_foreign(workspace: Workspace) -> Hits:
    for topology, site, _deployment, _api, config in _sites(workspace):
        owners = {store.id: owner.name for owner in topology.sites for store in owner.stores}
        visible = {store.id for _owner, store in matrix.visible_stores(topology, site)}
        for store in config.stores:
            if store.id in visible:
                continue
            origin = f"belongs to site {owners[store.id]}" if store.id in owners else "is not in the topology"
            message = f"has store '{store.id}', which {origin} and is not available to site {site.name}. Remove it"
            yield _option_hit(config, site, "DEFAULT", "enabled_backends", message)


def store_differs(workspace: Workspace) -> Hits:
    for topology, site, _deployment, _api, config in _sites(workspace):
        for owner, wanted in matrix.visible_stores(topology, site):
            store = config.store(wanted.id)
            if store is None:
                continue
            if store.type != wanted.type:
                message = (
                    f"has '{store.id}' of type {store.type}, but the topology has {wanted.type}. Change one of the two"
                )
                yield _option_hit(config, site, "DEFAULT", "enabled_backends", message)
                continue
            options = glance.store_options(topology, site, owner, wanted)
            for name in ("rbd_store_ceph_conf", "rbd_store_pool", "rbd_store_user"):
                real = {"rbd_store_ceph_conf": store.conf, "rbd_store_pool": store.pool, "rbd_store_user": store.user}
                if name in options and store.type == "rbd" and real[name] != options[name]:
                    message = f"is '{real[name]}', but the topology has '{options[name]}'. Change one of the two"
                    yield _option_hit(config, site, wanted.id, name, message)


def default_differs(workspace: Workspace) -> Hits:
    for topology, site, _deployment, _api, config in _sites(workspace):
        wanted = matrix.default_store(topology, site)
        stated = config.value("glance_store", "default_backend")
        if wanted is not None and stated and stated != wanted.id:
            message = f"is '{stated}', but the topology has '{wanted.id}'. Change one of the two"
            yield _option_hit(config, site, "glance_store", "default_backend", message)


def mounts_differ(workspace: Workspace) -> Hits:
    """Confs and keyrings that come from other Secrets or mounts than those of control_plane_glance."""
    for topology, site, deployment, api, config in _sites(workspace):
        operators = topology.operators
        directories = {dirname(store.conf) for store in config.stores if store.type == "rbd"}
        if operators is None or not directories:
            continue
        secret = operators.site_secret(api.key)
        for extra in deployment.volumes:
            volumes = {volume.name: volume for volume in extra.volumes}
            for mount in extra.mounts if extra.matches(api.key) else ():
                volume = volumes.get(mount.name)
                if volume is None or mount.directory not in directories or not volume.secrets:
                    continue
                if secret in [ref.name for ref in volume.secrets] and extra.entry == operators.mount:
                    continue
                ref = volume.secrets[0]
                message = (
                    f"is Secret '{ref.name}' in entry '{extra.entry}', but the topology has '{secret}' in entry "
                    f"'{operators.mount}' for the pods of '{api.key}', and both would have the same path. Change the "
                    "manifest, or set operators.mount and operators.secret_name in the topology"
                )
                yield deployment.hit(ref.path, message, ref.location, site.name)


def _option_hit(config: EffectiveConfig, site: Site, section: str, option: str, message: str) -> Hit:
    return replace(config.option_hit(section, option, message), site=site.name)


RULES = (
    Rule("topology-api-missing", ERROR, "a site of the topology has no API", api_missing),
    Rule("topology-api-type", ERROR, "the API of a site has the wrong type", api_type),
    Rule("topology-endpoint", ERROR, "keystoneEndpoint is not the API of the hub", hub_endpoint),
    Rule("topology-store-missing", ERROR, "an API lacks a store of the topology", store_missing),
    Rule(
        "topology-store-foreign",
        ERROR,
        "an API has a store that the topology does not make available to it",
        store_foreign,
    ),
    Rule("topology-store-differs", ERROR, "a store differs from the topology", store_differs),
    Rule("topology-default", ERROR, "the default store differs from the topology", default_differs),
    Rule(
        "topology-mounts",
        WARNING,
        "confs and keyrings come from other Secrets or mounts than in the topology",
        mounts_differ,
    ),
    Rule("topology-api-unknown", WARNING, "an API does not belong to a site", api_unknown),
)
