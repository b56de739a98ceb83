# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: the hosts of the inventory against the topology."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._topology import inventory as groups
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import Inventory
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context


def hosts(context: Context, *wanted: str) -> Iterator[tuple[str, str, str | None]]:
    """(group, host, site or None) for the hosts of the groups that the collection uses and that have a site."""
    for group in wanted or groups.SITE_GROUPS:
        for host, site in (context.inventory or {}).get(group, {}).items():
            yield group, host, site


def known_groups(context: Context) -> Inventory:
    """The groups that the collection uses and that have hosts; nothing without an inventory."""
    return {name: members for name, members in (context.inventory or {}).items() if name in groups.GROUPS and members}


def sites_with(context: Context, *wanted: str) -> set[str]:
    """The sites that have a host in one of the groups."""
    return {site for _group, _host, site in hosts(context, *wanted) if site is not None}


def groups_missing(context: Context) -> Hits:
    if context.inventory is not None and not known_groups(context):
        yield Hit(
            "groups",
            f"no host is in any of {names.one_of(groups.GROUPS)}; only the topology was checked, and the playbooks "
            "would find nothing to do. Check which inventory is in use",
        )


def by_site(context: Context, *wanted: str) -> dict[str | None, list[str]]:
    """{site: its hosts, each once}: one mistake in a group's variables is one finding, not one per host."""
    found: dict[str | None, list[str]] = {}
    for _group, host, site in hosts(context, *wanted):
        members = found.setdefault(site, [])
        if host not in members:
            members.append(host)
    return found


def also(members: list[str]) -> str:
    """' (as on b, c)' for the hosts behind the first."""
    return f" (as on {names.one_of(members[1:], 3)})" if len(members) > 1 else ""


def host_without_site(context: Context) -> Hits:
    members = by_site(context).get(None)
    if members:
        group = [group for group, host, _site in hosts(context) if host == members[0]][0]
        yield Hit(
            f"hosts.{members[0]}.{groups.SITE_VARIABLE}",
            f"is not set{also(members)}, but the host is in group {group}. Set it to the name of the host's site",
        )


def host_unknown_site(context: Context) -> Hits:
    known = [site.name for site in context.topology.sites]
    for site, members in by_site(context).items():
        if site is not None and site not in known:
            yield Hit(
                f"hosts.{members[0]}.{groups.SITE_VARIABLE}",
                f"{names.show(site)}{also(members)} is not one of the sites {names.one_of(known)}"
                f"{names.suggest(site, known)}",
            )


def admin_missing(context: Context) -> Hits:
    if not known_groups(context):
        return
    served = sites_with(context, groups.CEPH_ADMIN)
    for site in context.topology.sites:
        if site.ceph is not None and site.name not in served:
            yield Hit(
                f"sites.{site.name}",
                f"has a Ceph cluster, but no host of the site is in group {groups.CEPH_ADMIN}: nobody can make its "
                "keys. Add a host that has the cluster's admin keyring",
            )


def glance_missing(context: Context) -> Hits:
    if not known_groups(context) or context.topology.platform == "operators":
        return
    served = sites_with(context, groups.GLANCE_API)
    for site in context.topology.sites:
        if site.stores and site.name not in served:
            yield Hit(
                f"sites.{site.name}",
                f"has stores, but no host of the site is in group {groups.GLANCE_API}. Add one, or write "
                "`stores: {}` if the site has no Glance of its own",
            )


def client_missing(context: Context) -> Hits:
    if known_groups(context) and not known_groups(context).get(groups.OPENSTACK_CLIENT):
        yield Hit(
            f"groups.{groups.OPENSTACK_CLIENT}",
            "is empty: nothing can be verified or placed through the API. Add a host that has openstacksdk and "
            "reaches every Glance",
        )


def without_cluster(group: str, consequence: str, context: Context) -> Hits:
    """Hosts of a group at sites that have no cluster."""
    bare = [site.name for site in context.topology.sites if site.ceph is None]
    for site, members in by_site(context, group).items():
        if site in bare:
            yield Hit(
                f"hosts.{members[0]}.{groups.SITE_VARIABLE}",
                f"site {site} has no Ceph cluster, {consequence}{also(members)}. Take the host out of group {group}, "
                "or give the site `ceph`",
            )


def admin_without_cluster(context: Context) -> Hits:
    yield from without_cluster(groups.CEPH_ADMIN, "so there is nothing to administrate", context)


def compute_without_cluster(context: Context) -> Hits:
    yield from without_cluster(groups.NOVA_COMPUTE, "so servers there boot from full copies of images", context)


def volume_without_cluster(context: Context) -> Hits:
    yield from without_cluster(groups.CINDER_VOLUME, "so Cinder gets no backend from this collection", context)


def site_without_host(context: Context) -> Hits:
    if not known_groups(context):
        return
    served = sites_with(context)
    for site in context.topology.sites:
        bare = site.ceph is None and not site.stores and site.glance.api is None
        if site.name not in served and bare:
            yield Hit(
                f"sites.{site.name}",
                f"no host has `{groups.SITE_VARIABLE}: {site.name}`. Add its hosts, or remove the site",
            )


def group_misspelt(context: Context) -> Hits:
    for group in context.inventory or {}:
        hint = "" if group in groups.GROUPS else names.suggest(group, groups.GROUPS, cutoff=0.85)
        if hint:
            yield Hit(f"groups.{group}", f"is not a group that this collection knows{hint}")


RULES = (
    Rule("host-without-site", ERROR, "a host does not say at which site it is", host_without_site),
    Rule("host-unknown-site", ERROR, "a host is at a site that does not exist", host_unknown_site),
    Rule("ceph-admin-missing", ERROR, "a cluster has no host that can make keys", admin_missing),
    Rule("glance-host-missing", ERROR, "a site with stores has no Glance host", glance_missing),
    Rule("groups-missing", WARNING, "the inventory has none of the groups of the collection", groups_missing),
    Rule("client-host-missing", WARNING, "no host can talk to the API", client_missing),
    Rule(
        "ceph-admin-without-cluster", WARNING, "a Ceph admin host is at a site without a cluster", admin_without_cluster
    ),
    Rule("compute-without-cluster", WARNING, "a Nova host is at a site without a cluster", compute_without_cluster),
    Rule("volume-without-cluster", WARNING, "a Cinder host is at a site without a cluster", volume_without_cluster),
    Rule("site-without-host", WARNING, "a site has no host at all", site_without_host),
    Rule("group-misspelt", WARNING, "the name of a group is almost a known one", group_misspelt),
)
