# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: manifests compared with the topology that they should follow."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, Deployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.setups import Setup, directory_of, setup
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import glance
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology


def api_name(site: Site) -> str:
    """The key of a site's API."""
    return site.glance.api.name if site.glance.api is not None else site.name


def _deployments(workspace: Workspace) -> Iterator[tuple[Topology, Deployment]]:
    if workspace.topology is not None:
        for deployment in workspace.deployments:
            if deployment.kind != "GlanceAPI":
                yield workspace.topology, deployment


def _sites(workspace: Workspace) -> Iterator[tuple[Topology, Site, Deployment, Api, Setup]]:
    """Every site whose API and configuration are at hand."""
    for topology, deployment in _deployments(workspace):
        for site in topology.sites:
            api = deployment.api(api_name(site))
            config = deployment.config(api) if api is not None else None
            if api is not None and config is not None:
                yield topology, site, deployment, api, setup(workspace, deployment, config)


def api_missing(workspace: Workspace) -> Hits:
    for topology, deployment in _deployments(workspace):
        if deployment.partial and deployment.kind != "values":
            continue
        for site in topology.sites:
            if deployment.api(api_name(site)) is None:
                message = f"lacks '{api_name(site)}', the API of site {site.name} of the topology. Add it"
                path = f"{deployment.base}.glanceAPIs"
                yield Hit(deployment.template.spot("glanceAPIs"), path, message, site.name, object=deployment.label)


def api_unknown(workspace: Workspace) -> Hits:
    for topology, deployment in _deployments(workspace):
        known = [api_name(site) for site in topology.sites]
        for api in deployment.apis:
            if api.key not in known:
                message = (
                    f"is the API of no site of the topology ({names.one_of(known)}){names.suggest(api.key, known)}"
                )
                yield Hit(api.place, api.path, message, api.key, object=deployment.label)


def api_type(workspace: Workspace) -> Hits:
    for topology, deployment in _deployments(workspace):
        for site in topology.sites:
            api = deployment.api(api_name(site))
            hub = site.name == topology.hub_name
            if api is None or not api.type:
                continue
            if (api.type == "edge") == hub:
                wanted = "split or single: it is the hub's" if hub else "edge: it is a spoke's"
                place = api.node.entry("type")
                at = place.place if place is not None else api.place
                yield Hit(
                    at, f"{api.path}.type", f"is {api.type}, and should be {wanted}", site.name, object=deployment.label
                )


def hub_endpoint(workspace: Workspace) -> Hits:
    for topology, deployment in _deployments(workspace):
        stated, wanted = deployment.template.string("keystoneEndpoint"), api_name(topology.hub)
        if stated and stated != wanted:
            message = f"is '{stated}', and the hub's API is '{wanted}' by the topology. Set it to that"
            place = deployment.template.spot("keystoneEndpoint")
            yield Hit(place, f"{deployment.base}.keystoneEndpoint", message, object=deployment.label)


def store_missing(workspace: Workspace) -> Hits:
    for topology, site, deployment, _api, each in _sites(workspace):
        enabled = {store.id for store in each.stores}
        for owner, store in matrix.visible_stores(topology, site):
            if store.id not in enabled:
                message = (
                    f"lacks store '{store.id}' of site {owner.name}, which site {site.name} sees by the topology. Add "
                    f"'{store.id}:{store.type}' and its section"
                )
                yield _at(each, deployment, site, "DEFAULT", "enabled_backends", message)


def store_foreign(workspace: Workspace) -> Hits:
    for topology, site, deployment, _api, each in _sites(workspace):
        owners = {store.id: owner.name for owner in topology.sites for store in owner.stores}
        visible = {store.id for _owner, store in matrix.visible_stores(topology, site)}
        for store in each.stores:
            if store.id in visible:
                continue
            whose = f"is of site {owners[store.id]}" if store.id in owners else "is of no site of the topology"
            message = f"has store '{store.id}', which {whose} and not for site {site.name}. Remove it"
            yield _at(each, deployment, site, "DEFAULT", "enabled_backends", message)


def store_differs(workspace: Workspace) -> Hits:
    for topology, site, deployment, _api, each in _sites(workspace):
        for owner, wanted in matrix.visible_stores(topology, site):
            store = each.store(wanted.id)
            if store is None:
                continue
            if store.type != wanted.type:
                message = f"has '{store.id}' of type {store.type}; by the topology it is {wanted.type}"
                yield _at(each, deployment, site, "DEFAULT", "enabled_backends", message)
                continue
            options = glance.store_options(topology, site, owner, wanted)
            for name in ("rbd_store_ceph_conf", "rbd_store_pool", "rbd_store_user"):
                real = {"rbd_store_ceph_conf": store.conf, "rbd_store_pool": store.pool, "rbd_store_user": store.user}
                if name in options and store.type == "rbd" and real[name] != options[name]:
                    message = f"is '{real[name]}'; by the topology it is '{options[name]}'. Set it to that"
                    yield _at(each, deployment, site, wanted.id, name, message)


def default_differs(workspace: Workspace) -> Hits:
    for topology, site, deployment, _api, each in _sites(workspace):
        wanted = matrix.default_store(topology, site)
        stated = each.value("glance_store", "default_backend")
        if wanted is not None and stated and stated != wanted.id:
            message = f"is '{stated}'; by the topology it is '{wanted.id}'. Set it to that"
            yield _at(each, deployment, site, "glance_store", "default_backend", message)


def mounts_differ(workspace: Workspace) -> Hits:
    """On the operators' platform the topology says what holds confs and keyrings, and control_plane_glance makes it."""
    for topology, site, deployment, api, each in _sites(workspace):
        operators = topology.operators
        directories = {directory_of(store.conf) for store in each.stores if store.type == "rbd"}
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
                    f"mounts Secret '{ref.name}' by the entry '{extra.entry}'; by the topology the pods of '{api.key}' "
                    f"have '{secret}' by the entry '{operators.mount}', and two cannot be in one place. Write it so, "
                    "or set operators.mount and operators.secret_name in the topology"
                )
                yield Hit(ref.place, ref.path, message, site.name, object=deployment.label)


def _at(each: Setup, deployment: Deployment, site: Site, section: str, option: str, message: str) -> Hit:
    found = each.about(section, option, message)
    return Hit(found.place, found.path, message, site.name, object=deployment.label)


RULES = (
    Rule("topology-api-missing", ERROR, "a site of the topology has no API", api_missing),
    Rule("topology-api-type", ERROR, "the API of a site is of the wrong type", api_type),
    Rule("topology-endpoint", ERROR, "Keystone registers another API than the hub's", hub_endpoint),
    Rule("topology-store-missing", ERROR, "an API lacks a store that its site sees", store_missing),
    Rule("topology-store-foreign", ERROR, "an API has a store that its site does not see", store_foreign),
    Rule("topology-store-differs", ERROR, "a store is not as the topology has it", store_differs),
    Rule("topology-default", ERROR, "the default store is not the topology's", default_differs),
    Rule("topology-mounts", WARNING, "confs and keyrings come by another way than the topology's", mounts_differ),
    Rule("topology-api-unknown", WARNING, "an API is of no site", api_unknown),
)
