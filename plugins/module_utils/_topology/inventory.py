# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The groups of an inventory, with the site of each host: {group: {host: site}}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

CEPH_ADMIN = "dcn_ceph_admin"
#: Hosts with the keyrings that the owner of an external cluster has handed over.
CEPH_KEYS = "dcn_ceph_keys"
GLANCE_API = "dcn_glance_api"
NOVA_COMPUTE = "dcn_nova_compute"
CINDER_VOLUME = "dcn_cinder_volume"
OPENSTACK_CLIENT = "dcn_openstack_client"
KUBERNETES = "dcn_kubernetes"
RGW = "dcn_rgw"
#: Groups whose hosts are at a site. The host that accesses Kubernetes serves all sites.
SITE_GROUPS = (CEPH_ADMIN, CEPH_KEYS, GLANCE_API, NOVA_COMPUTE, CINDER_VOLUME, OPENSTACK_CLIENT, RGW)
GROUPS = (*SITE_GROUPS, KUBERNETES)

PREFIX = "dcn_"
SITE_VARIABLE = "dcn_site"

Inventory = Mapping[str, Mapping[str, Optional[str]]]


def inventory_sites(groups: object, hostvars: object) -> dict[str, dict[str, object]]:
    """{group: {host: its dcn_site}} for every group whose name starts with dcn_."""
    if not isinstance(groups, Mapping) or not isinstance(hostvars, Mapping):
        raise InputErrors([Problem("", "the input must be `groups`, and the argument `hostvars`")])
    names_of_groups = sorted(str(group) for group in groups if isinstance(group, str) and group.startswith(PREFIX))
    members = {group: [str(host) for host in groups[group]] for group in names_of_groups}
    # Each host once, because Ansible collects all variables of a host on every access.
    sites = {host: _site(hostvars, host) for host in dict.fromkeys(sum(members.values(), []))}
    return {group: {host: sites[host] for host in hosts} for group, hosts in members.items()}


def _site(hostvars: Mapping[object, object], host: str) -> object:
    variables = hostvars.get(host, {})
    return variables[SITE_VARIABLE] if isinstance(variables, Mapping) and SITE_VARIABLE in variables else None


def parse_inventory(data: object) -> Inventory:
    """The groups, with None for a host without a site. Raises InputErrors with every problem."""
    found, problems = parse_inventory_partially(data)
    if problems:
        raise InputErrors(problems)
    return found


def parse_inventory_partially(data: object) -> tuple[Inventory, list[Problem]]:
    """The groups and hosts that can be parsed, and every problem."""
    problems: list[Problem] = []
    found: dict[str, dict[str, str | None]] = {}
    if not isinstance(data, Mapping):
        message = f"must be a mapping {{group: {{host: site}}}}, not {words.kind(data)}"
        return {}, [Problem("inventory", message)]
    for group, hosts in data.items():
        path = f"inventory.{words.key(group)}"
        if not isinstance(group, str):
            problems.append(Problem(path, f"the name of a group must be text, not {words.kind(group)}"))
        elif not isinstance(hosts, Mapping):
            problems.append(Problem(path, f"must be a mapping {{host: site}}, not {words.kind(hosts)}"))
        else:
            found[str(group)] = _hosts(path, hosts, problems)
    return found, problems


def _hosts(path: str, hosts: Mapping[object, object], problems: list[Problem]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for host, site in hosts.items():
        where = f"{path}.{words.key(host)}"
        if not isinstance(host, str):
            problems.append(Problem(where, f"the name of a host must be text, not {words.kind(host)}"))
        elif site is None or isinstance(site, str):
            found[str(host)] = str(site) if site is not None else None
        else:
            shown = f"{words.kind(site)} ({words.show(site)})"
            problems.append(
                Problem(where, f"{SITE_VARIABLE} must be the name of a site, not {shown}; put it in quotes")
            )
    return found
