# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about sites, availability zones and clusters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option
from ansible_collections.dcn.glance.plugins.module_utils._operators.placeholders import without_placeholders
from ansible_collections.dcn.glance.plugins.module_utils._topology.addresses import monitor_hosts
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Ceph, Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context
from ansible_collections.dcn.glance.plugins.module_utils._topology.uniform import ANY_MARK

#: The longest key of a Glance API on Kubernetes that works with every feature of the operator.
LONGEST_NAME = 22

_PLACEHOLDER = re.compile(
    r"CHANGE[-_]?ME|REPLACE[-_]?ME|\bTODO\b|\bFIXME\b|\bnot found\b|X{4,}|^0{8}-(?:0{4}-){3}0{12}$",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    r"(?<![A-Za-z0-9])_[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?![A-Za-z0-9])|<[^<>]+>|\{\{|\$\{|" + ANY_MARK.pattern
)


def clusters(topology: Topology) -> Iterator[tuple[Site, Ceph]]:
    """The sites that have a cluster, with it."""
    for site in topology.sites:
        if site.ceph is not None:
            yield site, site.ceph


def fsid_shared(context: Context) -> Hits:
    seen: dict[str, str] = {}
    for site, ceph in clusters(context.topology):
        other = seen.setdefault(ceph.fsid, site.name) if ceph.fsid else site.name
        if other != site.name:
            yield Hit(
                f"sites.{site.name}.ceph.fsid",
                f"is also the fsid of site {other}, and Nova and Glance identify clusters by it. "
                "Correct the wrong one (`ceph fsid` on a monitor of the site shows it)",
            )


def mon_host_shared(context: Context) -> Hits:
    seen: dict[str, str] = {}
    for site, ceph in clusters(context.topology):
        for host in monitor_hosts(ceph.mon_host or ""):
            other = seen.setdefault(host, site.name)
            if other != site.name:
                yield Hit(
                    f"sites.{site.name}.ceph.mon_host",
                    f"{host} is also a monitor of site {other}, so clients of one of them would reach the wrong "
                    "cluster. Correct the address",
                )


def half_stated(context: Context) -> Hits:
    for site, ceph in clusters(context.topology):
        if ceph.mon_host is not None and ceph.fsid is None:
            yield Hit(
                f"sites.{site.name}.ceph.fsid",
                "is not set although `mon_host` is, so a wrong address could lead to another cluster. Set it too, or "
                "remove `mon_host`, so that both are read from the cluster",
            )


def timeout_missing(context: Context) -> Hits:
    for site, ceph in clusters(context.topology):
        value = ceph.options.get("client_mount_timeout")
        if value is None or value.strip() in ("0", "0.0"):
            yield Hit(
                f"sites.{site.name}.ceph.options.client_mount_timeout",
                "is disabled: while the cluster is unreachable, every Glance that sees it waits 300 s (or without "
                "limit) per store. Set it to some seconds; the default of this collection is 10",
            )


def images_pool_mixed(context: Context) -> Hits:
    for site, ceph in clusters(context.topology):
        for use in ("volumes", "vms"):
            pool = getattr(ceph.pools, use)
            if pool in site.image_pools:
                yield Hit(
                    f"sites.{site.name}.ceph.pools.{use}",
                    f"pool '{pool}' also contains images, so Glance's key can write and delete {use}. Use separate "
                    "pools",
                )


def zone_shared(context: Context) -> Hits:
    seen: dict[str, str] = {}
    for site in context.topology.sites:
        other = seen.setdefault(site.availability_zone, site.name)
        if other != site.name:
            yield Hit(
                f"sites.{site.name}.availability_zone",
                f"'{site.availability_zone}' is also the zone of site {other}, so volumes and servers may be created "
                "at the other site, far from their images and disks. Give each site its own zone",
            )


def name_long(context: Context) -> Hits:
    for site in context.topology.sites:
        if len(site.name) > LONGEST_NAME:
            yield Hit(
                f"sites.{site.name}",
                f"the name has {len(site.name)} characters; on Kubernetes an API with a key of more than "
                f"{LONGEST_NAME} gets no pods or no cache jobs, because labels have at most 63. Choose a shorter name",
            )


def placeholder(context: Context) -> Hits:
    on_operators = context.topology.platform == "operators"
    for path, name, whole in texts(normalised(context.topology), ""):
        # The operator replaces its own ones, which begin with a dot.
        text = without_placeholders(whole) if on_operators else whole
        if _PLACEHOLDER.search(text) or (not is_secret_option(name) and _TEMPLATE.search(text)):
            shown = "the value" if is_secret_option(name) else repr(text[:60])
            yield Hit(path, f"{shown} looks like a placeholder. Replace it by the real value")


def texts(data: object, path: str, name: str = "", depth: int = 0) -> Iterator[tuple[str, str, str]]:
    """(path, key, text) for every text in plain data, except the keys of mappings."""
    if isinstance(data, Mapping) and depth < 20:
        for key, value in data.items():
            yield from texts(value, f"{path}.{key}" if path else str(key), str(key), depth + 1)
    elif isinstance(data, (list, tuple)):
        for index, value in enumerate(data):
            yield from texts(value, f"{path}[{index}]", name, depth + 1)
    elif isinstance(data, str):
        yield path, name, data


RULES = (
    Rule("fsid-shared", ERROR, "two sites have the same fsid", fsid_shared),
    Rule("mon-host-shared", ERROR, "two sites have the same monitor", mon_host_shared),
    Rule("placeholder", ERROR, "a value is still CHANGEME, TODO, _FSID_, <...> or the like", placeholder),
    Rule("ceph-half-stated", WARNING, "mon_host is set without the fsid", half_stated),
    Rule("ceph-timeout-missing", WARNING, "client_mount_timeout of a cluster is disabled", timeout_missing),
    Rule("images-pool-mixed", WARNING, "images share a pool with volumes or disks", images_pool_mixed),
    Rule("zone-shared", WARNING, "two sites are in one availability zone", zone_shared),
    Rule("name-long", WARNING, f"a site's name has more than {LONGEST_NAME} characters", name_long),
)
