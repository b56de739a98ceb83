# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: what the operators would refuse or could not run, before anything is sent to Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._topology import inventory as groups
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Api, Site
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.inventory import hosts, known_groups

#: The end of the longest StatefulSet's name of each type.
SUFFIXES = {"split": "-external-api", "single": "-single", "edge": "-edge-api"}
#: A label value is this long at most, and controller-revision-hash is the StatefulSet's name, a dash and ten letters.
LABEL_LIMIT = 63
REVISION = 11
#: With uniquePodNames the operator adds a dash and five letters to the name of the Glance.
UNIQUE = 6


def apis(context: Context) -> Iterator[tuple[Site, Api]]:
    """(site, its API instance) on the operators' platform."""
    for site in context.topology.sites:
        if site.glance.api is not None:
            yield site, site.glance.api


def longest(api: Api, glance: str) -> int:
    """How long the name of this API may be so that its pods can be made."""
    return LABEL_LIMIT - REVISION - len(SUFFIXES[api.type]) - len(glance) - 1


def api_name_too_long(context: Context) -> Hits:
    operators = context.topology.operators
    name = operators.glance if operators is not None and operators.glance else "glance"
    for site, api in apis(context):
        limit = longest(api, name)
        if len(api.name) > limit:
            yield Hit(
                f"sites.{site.name}.glance.api.name",
                f"has {len(api.name)} characters; with more than {limit} no pod of a {api.type} API can be made, "
                "though the operator accepts some of these names. Shorten it",
            )


def api_name_too_long_unique(context: Context) -> Hits:
    operators = context.topology.operators
    if operators is None or operators.control_plane is None:
        return
    for site, api in apis(context):
        limit = longest(api, "glance")
        if limit - UNIQUE < len(api.name) <= limit:
            yield Hit(
                f"sites.{site.name}.glance.api.name",
                f"has {len(api.name)} characters; with uniquePodNames no pod can be made from {limit - UNIQUE + 1} on. "
                "Shorten it, unless the control plane has uniquePodNames: false",
            )


def split_file_only(context: Context) -> Hits:
    for site, api in apis(context):
        types = {store.type for _owner, store in matrix.visible_stores(context.topology, site)}
        if api.type == "split" and api.replicas and types == {"file"}:
            yield Hit(
                f"sites.{site.name}.glance.api.type",
                "is split, and all its stores are of type file: the operator refuses that. Take single, or add a store",
            )


def single_needs_locations(context: Context) -> Hits:
    for site, api in apis(context):
        types = {store.type for _owner, store in matrix.visible_stores(context.topology, site)}
        if api.type == "single" and types - {"file"}:
            yield Hit(
                f"sites.{site.name}.glance.api.type",
                "is single with a store that is not of type file: the operator deploys it only if the annotation "
                "glance.openstack.org/location-api is true. Take split, unless it is",
            )


def kubernetes_missing(context: Context) -> Hits:
    if context.topology.platform != "operators" or not known_groups(context):
        return
    if not (context.inventory or {}).get(groups.KUBERNETES):
        yield Hit(
            f"groups.{groups.KUBERNETES}",
            "is empty, but the platform is operators: nobody can ask Kubernetes. Add the host that has the "
            "kubeconfig, often localhost",
        )


def kubernetes_unused(context: Context) -> Hits:
    if context.topology.platform != "operators" and (context.inventory or {}).get(groups.KUBERNETES):
        yield Hit(
            f"groups.{groups.KUBERNETES}",
            f"has hosts, but the platform is {context.topology.platform}. Set `platform: operators` or empty the group",
        )


def glance_hosts_unused(context: Context) -> Hits:
    if context.topology.platform != "operators":
        return
    for _group, host, _site in hosts(context, groups.GLANCE_API):
        yield Hit(
            f"groups.{groups.GLANCE_API}",
            f"has hosts ({host}, ...), but on operators Glance runs in pods and these are left alone. Empty the group",
        )
        return


RULES = (
    Rule("api-name-too-long", ERROR, "no pod can carry a name that long", api_name_too_long),
    Rule("split-file-only", ERROR, "a split API has only file stores", split_file_only),
    Rule("kubernetes-host-missing", ERROR, "no host can ask Kubernetes", kubernetes_missing),
    Rule("api-name-long", WARNING, "no pod can carry the name with uniquePodNames", api_name_too_long_unique),
    Rule("single-needs-locations", WARNING, "a single API needs the location API", single_needs_locations),
    Rule("kubernetes-host-unused", WARNING, "a Kubernetes host without the platform", kubernetes_unused),
    Rule("glance-hosts-unused", WARNING, "Glance hosts on a platform that has none", glance_hosts_unused),
)
