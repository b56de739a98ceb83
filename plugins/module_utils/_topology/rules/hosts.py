# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about the hosts of the inventory."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import (
    CEPH_ADMIN,
    CEPH_KEYS,
    CINDER_VOLUME,
    GLANCE_API,
    GROUPS,
    NOVA_COMPUTE,
    OPENSTACK_CLIENT,
    SITE_GROUPS,
    SITE_VARIABLE,
    Inventory,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context


def hosts(context: Context, *wanted: str) -> Iterator[tuple[str, str, str | None]]:
    """(group, host, site or None) for the hosts of some groups, by default of all groups whose hosts are at a site."""
    for group in wanted or SITE_GROUPS:
        for host, site in (context.inventory or {}).get(group, {}).items():
            yield group, host, site


def known_groups(context: Context) -> Inventory:
    """The groups of the collection that have hosts; empty without an inventory."""
    return {name: members for name, members in (context.inventory or {}).items() if name in GROUPS and members}


def sites_with(context: Context, *wanted: str) -> set[str]:
    """The sites that have a host in one of the"""
    return {site for _group, _host, site in hosts(context, *wanted) if site is not None}


def groups_missing(context: Context) -> Hits:
    if context.inventory is not None and not known_groups(context):
        yield Hit(
            "groups",
            f"no host is in any of {words.one_of(GROUPS)}, so only the topology was checked, and the playbooks would "
            "do nothing. Check which inventory is used",
        )


def by_site(context: Context, *wanted: str) -> dict[str | None, list[str]]:
    """{site: its hosts, each once}, so that a mistake in the variables of a group is one finding."""
    found: dict[str | None, list[str]] = {}
    for _group, host, site in hosts(context, *wanted):
        members = found.setdefault(site, [])
        if host not in members:
            members.append(host)
    return found


def also(members: list[str]) -> str:
    """' (also on b, c)' for all hosts but the first."""
    return f" (also on {words.one_of(members[1:], 3)})" if len(members) > 1 else ""


def host_without_site(context: Context) -> Hits:
    members = by_site(context).get(None)
    if members:
        group = [group for group, host, _site in hosts(context) if host == members[0]][0]
        yield Hit(
            f"hosts.{members[0]}.{SITE_VARIABLE}",
            f"is not set{also(members)}, but the host is in group {group}. Set it to the name of the host's site",
        )


def host_unknown_site(context: Context) -> Hits:
    known = {site.name: site for site in context.topology.sites}
    for site, members in by_site(context).items():
        if site is not None and site not in known:
            yield Hit(
                f"hosts.{members[0]}.{SITE_VARIABLE}",
                f"{words.show(site)}{also(members)} is not one of the sites {words.one_of(known)}"
                f"{words.suggest(site, known)}",
            )


def admin_missing(context: Context) -> Hits:
    if not known_groups(context):
        return
    served = sites_with(context, CEPH_ADMIN)
    for site in context.topology.sites:
        if site.ceph is not None and not site.ceph.external and site.name not in served:
            yield Hit(
                f"sites.{site.name}",
                f"has a Ceph cluster, but no host of the site is in group {CEPH_ADMIN}, so its keys cannot be created. "
                "Add a host that has the admin keyring of the cluster, or set `ceph: {external: true}` if the cluster "
                "has another owner, who hands over the keys",
            )


def keys_missing(context: Context) -> Hits:
    if not known_groups(context):
        return
    served = sites_with(context, CEPH_KEYS)
    for site in context.topology.sites:
        if site.ceph is not None and site.ceph.external and site.name not in served:
            yield Hit(
                f"sites.{site.name}.ceph.external",
                f"is true, but no host of the site is in group {CEPH_KEYS}, so its keys come from nowhere. Add the "
                "host with the keyrings that the owner of the cluster has handed over",
            )


def external_with_admin(context: Context) -> Hits:
    external = {site.name: bool(site.ceph and site.ceph.external) for site in context.topology.sites}
    for group, unused, why in ((CEPH_ADMIN, True, "is true"), (CEPH_KEYS, False, "is not true")):
        for site, members in by_site(context, group).items():
            if site is not None and external.get(site) is unused:
                yield Hit(
                    f"sites.{site}.ceph.external",
                    f"{why}, but {members[0]}{also(members)} is in group {group}, and not used for this. Remove it "
                    "from the group, or correct this key",
                )


def glance_missing(context: Context) -> Hits:
    if not known_groups(context) or context.topology.platform == "operators":
        return
    served = sites_with(context, GLANCE_API)
    for site in context.topology.sites:
        own = "stores" if site.stores else "an image cache" if site.glance.cache is not None else ""
        if site.glance.enabled and own and site.name not in served:
            yield Hit(
                f"sites.{site.name}",
                f"has {own}, but no host of the site is in group {GLANCE_API}. Add one, or set "
                "`glance: {enabled: false}` if the Glance of the hub serves these stores",
            )


def glance_disabled(context: Context) -> Hits:
    served = sites_with(context, GLANCE_API)
    for site in context.topology.sites:
        if not site.glance.enabled and site.name in served:
            yield Hit(
                f"sites.{site.name}.glance.enabled",
                f"is false, but hosts of the site are in group {GLANCE_API}. Remove the hosts from the group, or "
                "remove this key",
            )


def client_missing(context: Context) -> Hits:
    if known_groups(context) and not known_groups(context).get(OPENSTACK_CLIENT):
        yield Hit(
            f"groups.{OPENSTACK_CLIENT}",
            "is empty, so images can be neither verified nor placed. Add a host that has openstacksdk and can reach "
            "every Glance",
        )


def without_cluster(group: str, consequence: str, context: Context) -> Hits:
    """Hosts of a group at sites that have no cluster."""
    bare = {site.name for site in context.topology.sites if site.ceph is None}
    for site, members in by_site(context, group).items():
        if site in bare:
            yield Hit(
                f"hosts.{members[0]}.{SITE_VARIABLE}",
                f"site {site} has no Ceph cluster, {consequence}{also(members)}. Remove the host from group {group}, "
                "or add `ceph` to the site",
            )


def admin_without_cluster(context: Context) -> Hits:
    yield from without_cluster(CEPH_ADMIN, "so the host has nothing to manage", context)


def compute_without_cluster(context: Context) -> Hits:
    # With a cache, complete copies are intended.
    caching = [f"site {site.name} has" for site in context.topology.sites if site.glance.cache is not None]
    for hit in without_cluster(NOVA_COMPUTE, "so its servers boot from complete copies of images", context):
        if not hit.message.startswith(tuple(caching)):
            yield hit


def volume_without_cluster(context: Context) -> Hits:
    yield from without_cluster(CINDER_VOLUME, "so this collection configures no backend of Cinder", context)


def site_without_host(context: Context) -> Hits:
    if not known_groups(context):
        return
    served = sites_with(context)
    for site in context.topology.sites:
        bare = site.ceph is None and not site.stores and site.glance.api is None
        if site.name not in served and bare:
            yield Hit(
                f"sites.{site.name}",
                f"no host has `{SITE_VARIABLE}: {site.name}`. Add its hosts, or remove the site",
            )


def group_misspelt(context: Context) -> Hits:
    for group in context.inventory or {}:
        hint = "" if group in GROUPS else words.suggest(group, GROUPS, cutoff=0.85)
        if hint:
            yield Hit(f"groups.{group}", f"is not a group of this collection{hint}")


RULES = (
    Rule("host-without-site", ERROR, "a host has no site", host_without_site),
    Rule("host-unknown-site", ERROR, "a host is at a site that does not exist", host_unknown_site),
    Rule("ceph-admin-missing", ERROR, "a cluster has no host that can create its keys", admin_missing),
    Rule("ceph-keys-missing", ERROR, "an external cluster has no host with its keys", keys_missing),
    Rule("glance-host-missing", ERROR, "a site with stores has no Glance host", glance_missing),
    Rule("glance-disabled-hosts", ERROR, "a site without a Glance of its own has Glance hosts", glance_disabled),
    Rule("groups-missing", WARNING, "the inventory has no hosts in the groups of the collection", groups_missing),
    Rule("client-host-missing", WARNING, "no host can access the API", client_missing),
    Rule(
        "ceph-admin-without-cluster", WARNING, "a Ceph admin host is at a site without a cluster", admin_without_cluster
    ),
    Rule("external-hosts", WARNING, "a host is in the group of another kind of cluster", external_with_admin),
    Rule("compute-without-cluster", WARNING, "a Nova host is at a site without a cluster", compute_without_cluster),
    Rule("volume-without-cluster", WARNING, "a Cinder host is at a site without a cluster", volume_without_cluster),
    Rule("site-without-host", WARNING, "a site has no hosts", site_without_host),
    Rule("group-misspelt", WARNING, "the name of a group is similar to a known one", group_misspelt),
)
