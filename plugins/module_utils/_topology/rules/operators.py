# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about APIs that the operators would refuse or could not run."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    LOCATION_API_ANNOTATION,
    UNIQUE_SUFFIX,
    pod_key_limit,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.webhook import (
    lacks_shared_store,
    needs_location_api,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import (
    CINDER_VOLUME,
    GLANCE_API,
    KUBERNETES,
    NOVA_COMPUTE,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Api, Site
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.glance import user_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.hosts import also, hosts, known_groups


def apis(context: Context) -> Iterator[tuple[Site, Api]]:
    """(site, its API instance) for the sites that have one on operators."""
    for site in context.topology.sites:
        if site.glance.api is not None:
            yield site, site.glance.api


def api_name_too_long(context: Context) -> Hits:
    operators = context.topology.operators
    name = operators.glance if operators is not None and operators.glance else "glance"
    for site, api in apis(context):
        limit = pod_key_limit(api.type, name).length
        if len(api.name) > limit:
            yield Hit(
                f"sites.{site.name}.glance.api.name",
                f"has {len(api.name)} characters, but Kubernetes refuses the pods of a {api.type} API with more than "
                f"{limit}, although the operator accepts some of these names. Shorten it",
            )


def api_name_too_long_unique(context: Context) -> Hits:
    operators = context.topology.operators
    if operators is None or operators.control_plane is None:
        return
    for site, api in apis(context):
        limit = pod_key_limit(api.type, "glance").length
        if limit - UNIQUE_SUFFIX < len(api.name) <= limit:
            yield Hit(
                f"sites.{site.name}.glance.api.name",
                f"has {len(api.name)} characters, but with uniquePodNames Kubernetes refuses the pods of names with "
                f"more than {limit - UNIQUE_SUFFIX}. Shorten it, unless the control plane has uniquePodNames: false",
            )


def split_file_only(context: Context) -> Hits:
    for site, api in apis(context):
        types = {store.type for _owner, store in matrix.visible_stores(context.topology, site)}
        if lacks_shared_store(api.type, api.replicas, types):
            yield Hit(
                f"sites.{site.name}.glance.api.type",
                "is split, but all its stores are of type file, which the operator refuses. Use single, or add a store",
            )


def single_needs_locations(context: Context) -> Hits:
    for site, api in apis(context):
        types = {store.type for _owner, store in matrix.visible_stores(context.topology, site)}
        if needs_location_api(api.type, types):
            yield Hit(
                f"sites.{site.name}.glance.api.type",
                "is single, but not all its stores are of type file: the operator deploys it only if the annotation "
                f"{LOCATION_API_ANNOTATION} is true. Use split, unless it is",
            )


def kubernetes_missing(context: Context) -> Hits:
    if context.topology.platform != "operators" or not known_groups(context):
        return
    if not (context.inventory or {}).get(KUBERNETES):
        yield Hit(
            f"groups.{KUBERNETES}",
            "is empty, but the platform is operators, so Kubernetes cannot be accessed. Add the host that has the "
            "kubeconfig, often localhost",
        )


def kubernetes_unused(context: Context) -> Hits:
    if context.topology.platform != "operators" and (context.inventory or {}).get(KUBERNETES):
        yield Hit(
            f"groups.{KUBERNETES}",
            f"has hosts, but the platform is {context.topology.platform}. Set `platform: operators`, or remove the "
            "hosts",
        )


def glance_hosts_unused(context: Context) -> Hits:
    if context.topology.platform != "operators":
        return
    for _group, host, _site in hosts(context, GLANCE_API):
        yield Hit(
            f"groups.{GLANCE_API}",
            f"has hosts ({host}, ...), but on operators Glance runs in pods, and these hosts are ignored. Remove them",
        )
        return


def data_plane_hosts(context: Context) -> Hits:
    yield from _hosts_of_pods(context, NOVA_COMPUTE, "nova.data_plane", "an OpenStackDataPlaneNodeSet configures Nova")


def volume_hosts(context: Context) -> Hits:
    yield from _hosts_of_pods(context, CINDER_VOLUME, "cinder.volume", "its cinder-volume runs in a pod")


def _hosts_of_pods(context: Context, group: str, key: str, why: str) -> Hits:
    """Hosts that this collection would configure although the operators do."""
    for site in context.topology.sites:
        stated = site.data_plane if group == NOVA_COMPUTE else site.cinder_volume
        found = context.hosts(site.name, group)
        if stated is not None and found:
            yield Hit(
                f"groups.{group}",
                f"has {found[0]}{also(found)} at {site.name}, but sites.{site.name}.{key} is set, so {why}. Remove the "
                "hosts from the group, or remove the key",
            )


def data_plane_secrets(context: Context) -> Hits:
    for site in context.topology.sites:
        for section, option, path, _value in user_options(site, site.nova_options, "nova"):
            if site.data_plane is not None and is_secret_option(option):
                yield Hit(
                    path,
                    f"is a secret, and the options of a site with nova.data_plane are in a ConfigMap. Remove it, and "
                    f"put [{section}] {option} into a Secret that your own OpenStackDataPlaneService names",
                )


RULES = (
    Rule(
        "api-name-too-long",
        ERROR,
        ("Kubernetes refuses the pods of an API with a name of this length"),
        api_name_too_long,
    ),
    Rule("split-file-only", ERROR, "a split API has only file stores", split_file_only),
    Rule("data-plane-hosts", ERROR, "the hosts of NodeSets would be configured twice", data_plane_hosts),
    Rule("volume-hosts", ERROR, "a site would have two cinder-volumes with one backend", volume_hosts),
    Rule("data-plane-secret", ERROR, "a secret would be written to a ConfigMap", data_plane_secrets),
    Rule("kubernetes-host-missing", ERROR, "no host can access Kubernetes", kubernetes_missing),
    Rule("api-name-long", WARNING, "the same with uniquePodNames", api_name_too_long_unique),
    Rule(
        "single-needs-locations",
        WARNING,
        ("a single API needs the annotation for the location API"),
        single_needs_locations,
    ),
    Rule("kubernetes-host-unused", WARNING, "a Kubernetes host on another platform", kubernetes_unused),
    Rule("glance-hosts-unused", WARNING, "Glance hosts on a platform where Glance runs in pods", glance_hosts_unused),
)
