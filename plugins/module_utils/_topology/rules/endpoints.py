# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about the endpoints of Glance."""

from __future__ import annotations

from urllib.parse import urlsplit

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._topology import addresses, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import CINDER_VOLUME, NOVA_COMPUTE
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context

#: From this number of sites on, an address that ends in the number of the site becomes invalid.
MANY_SITES = 10


def host_of(url: str) -> str:
    """The host of an endpoint, in one spelling."""
    return addresses.same_host(urlsplit(url).hostname or "")


def endpoint_missing(context: Context) -> Hits:
    for site in context.topology.spokes:
        own = matrix.copy_target(site) is not None or site.glance.cache is not None
        if site.glance.enabled and site.glance.endpoint is None and own:
            hosts = context.hosts(site.name, NOVA_COMPUTE, CINDER_VOLUME)
            who = f"Nova and Cinder of the site ({', '.join(hosts[:3])})" if hosts else "Nova and Cinder of the site"
            yield Hit(
                f"sites.{site.name}.glance.endpoint",
                f"is missing: {who} would use the hub's Glance and read every image over the network. "
                "Set it to the URL of the site's own Glance",
            )


def endpoint_shared(context: Context) -> Hits:
    seen: dict[tuple[str, int, str], str] = {}
    for site in context.topology.sites:
        if site.glance.endpoint is None or not (site.stores or site.glance.cache):
            continue
        other = seen.setdefault(addresses.same_endpoint(site.glance.endpoint), site.name)
        if other != site.name:
            role = "the hub" if other == context.topology.hub_name else f"site {other}"
            what = f"default store is at {other}" if site.stores else "workers do not have the cache of this site"
            yield Hit(
                f"sites.{site.name}.glance.endpoint",
                f"is the Glance of {role}, whose {what}. Set it to the URL of the site's own Glance",
            )


def endpoint_version(context: Context) -> Hits:
    for site in context.topology.sites:
        if site.glance.endpoint and addresses.has_version(site.glance.endpoint):
            yield Hit(
                f"sites.{site.name}.glance.endpoint",
                f"'{site.glance.endpoint}' contains a version of the API, which clients add themselves. Use the root "
                "URL",
            )


def endpoint_loopback(context: Context) -> Hits:
    for site in context.topology.sites:
        host = host_of(site.glance.endpoint or "")
        if host and addresses.is_loopback(host):
            yield Hit(
                f"sites.{site.name}.glance.endpoint",
                f"'{host}' is a loopback address, so Nova and Cinder on other hosts would connect to themselves. "
                "Use an address that all hosts of the site can reach",
            )


def endpoint_foreign_host(context: Context) -> Hits:
    homes: dict[str, set[str]] = {}
    for hosts in (context.inventory or {}).values():
        for host, name in hosts.items():
            if name is not None:
                homes.setdefault(addresses.same_host(host), set()).add(name)
    for site in context.topology.sites:
        home = homes.get(host_of(site.glance.endpoint or ""), set())
        if home and site.name not in home and (site.stores or site.glance.cache):
            yield Hit(
                f"sites.{site.name}.glance.endpoint",
                f"'{host_of(site.glance.endpoint or '')}' is a host of site {', '.join(sorted(home))}. "
                "Use a host of this site, or correct its dcn_site",
            )


def address_pattern(context: Context) -> Hits:
    sites = context.topology.sites
    if len(sites) < MANY_SITES:
        return
    prefixes: dict[str, list[str]] = {}
    for index, site in enumerate(sites[:MANY_SITES]):
        head, _dot, last = host_of(site.glance.endpoint or "").rpartition(".")
        if last.isdigit() and last.endswith(str(index)) and len(last) > 1:
            prefixes.setdefault(f"{head}.{last[:-1]}", []).append(site.name)
    for prefix, members in prefixes.items():
        if len(members) >= MANY_SITES // 2:
            yield Hit(
                "sites",
                f"the endpoints of {members[0]} to {members[-1]} are {prefix} followed by the number of the site; the "
                f"eleventh would be {prefix}10, which is invalid or in use. Add the number to a base address instead",
            )


RULES = (
    Rule("endpoint-shared", ERROR, "two sites have the same endpoint", endpoint_shared),
    Rule("endpoint-version", ERROR, "an endpoint contains a version of the API", endpoint_version),
    Rule("endpoint-loopback", ERROR, "an endpoint is a loopback address", endpoint_loopback),
    Rule("endpoint-foreign-host", ERROR, "an endpoint is a host of another site", endpoint_foreign_host),
    Rule("endpoint-missing", WARNING, "a spoke with an rbd store or a cache has no endpoint", endpoint_missing),
    Rule(
        "address-pattern", WARNING, "ten or more sites whose addresses end in the number of the site", address_pattern
    ),
)
