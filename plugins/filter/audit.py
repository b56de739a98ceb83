# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for the playbook audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit import prometheus, repair, table
from ansible_collections.dcn.glance.plugins.module_utils._audit.judge import judge
from ansible_collections.dcn.glance.plugins.module_utils._audit.read import Results, answered, image_of, read_facts
from ansible_collections.dcn.glance.plugins.module_utils._images.input import parse_rules
from ansible_collections.dcn.glance.plugins.module_utils._images.wanted import cleared_images, wanted_stores
from ansible_collections.dcn.glance.plugins.module_utils._topology import inventory, matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Ceph, Topology
from ansible_collections.dcn.glance.plugins.plugin_utils.filters import parse, reports_errors
from ansible_collections.dcn.glance.plugins.plugin_utils.role_variables import (
    AUDIT_CLIENT_STEPS,
    AUDIT_CLUSTER,
    AUDIT_FILES,
    AUDIT_HOST,
    AUDIT_OBJECTS,
    AUDIT_PODS,
    AUDIT_SECRETS,
    AUDIT_STRAYS,
)

_CONSUMERS = (inventory.GLANCE_API, inventory.NOVA_COMPUTE, inventory.CINDER_VOLUME)
_GROUPS = (inventory.CEPH_ADMIN, *_CONSUMERS)


@reports_errors
def audit_targets(topology: Any) -> dict[str, Any]:
    """The pools of images by site, and the APIs with the stores that each must have."""
    model = parse(topology)
    return {
        "access": {site.name: _access(model, site.name, site.ceph) for site in model.sites if _is_external(site.ceph)},
        "pools": {site.name: list(site.image_pools) for site in model.sites if site.ceph is not None},
        "apis": [
            {"site": site.name, "endpoint": site.glance.endpoint, "expected": matrix.expected_stores(model, site)}
            for site in model.sites
            if site.glance.enabled and site.glance.endpoint
        ],
    }


def _is_external(ceph: Ceph | None) -> bool:
    return ceph is not None and ceph.external


def _access(model: Topology, site: str, ceph: Ceph | None) -> dict[str, str]:
    """How Glance of the site of an external cluster reaches it."""
    client = model.client("glance", model.site(site))
    return {} if ceph is None else {"conf": ceph.conf, "client": client, "keyring": ceph.keyring(client)}


@reports_errors
def audit_report(
    topology: Any, hostvars: Any, groups: Any, client: str, made_at: str, rules: Any = (), **options: Any
) -> dict[str, Any]:
    """The report, from the registered results of all hosts."""
    model = parse(topology)
    members = {group: dict.fromkeys(groups.get(group) or ()) for group in _GROUPS}
    hosts: dict[str, tuple[str, tuple[str, ...]]] = {}
    for host in dict.fromkeys(name for names in members.values() for name in names):
        mine = tuple(group.removeprefix(inventory.PREFIX) for group in _GROUPS if host in members[group])
        hosts[host] = (str(hostvars[host].get(inventory.SITE_VARIABLE) or ""), mine)
    consumers = dict.fromkeys(host for group in _CONSUMERS for host in members[group])
    steps = {step: variable.read(hostvars[client]) for step, variable in AUDIT_CLIENT_STEPS.items()}
    results = Results(
        steps["before"],
        steps["after"],
        _apis(model, steps["apis"]),
        _by_site(hosts, hostvars, AUDIT_CLUSTER),
        {host: AUDIT_HOST.read(hostvars[host]) for host in consumers},
        next(
            (found for host in groups.get(inventory.KUBERNETES) or () if (found := AUDIT_PODS.read(hostvars[host]))),
            None,
        ),
    )
    parsed = parse_rules(list(rules), model) if rules else ()
    images = [image_of(item) for item in results.after["images"]] if results.after and answered(results.after) else []
    wanted, cleared = wanted_stores(parsed, images), cleared_images(parsed, images)
    return judge(read_facts(model, hosts, results, made_at, wanted=wanted, cleared=cleared, **options)).as_dict()


def _apis(model: Any, looped: Any) -> dict[str, Any]:
    """The answer of each API that has an endpoint."""
    found = {item["__audit_api"]["site"]: item for item in (looped or {}).get("results") or ()}
    return {site.name: found.get(site.name) for site in model.sites if site.glance.enabled and site.glance.endpoint}


def _by_site(hosts: Mapping[str, Any], hostvars: Any, variable: Any) -> dict[str, Any]:
    """What the host that read each cluster has registered."""
    found: dict[str, Any] = {}
    for host, (site, _groups) in hosts.items():
        answer = variable.read(hostvars[host])
        if answer and not answer.get("skipped"):
            found.setdefault(site, answer)
    return found


@reports_errors
def audit_plan(report: Any, kinds: Any = ()) -> dict[str, Any]:
    """What each system has to do to repair the findings."""
    return repair.plan_repairs(report, list(kinds)).as_dict()


@reports_errors
def audit_repaired(report: Any, plan: Any, hostvars: Any, groups: Any, client: str, check: bool = False) -> Any:
    """The report with what was done about each finding."""
    hosts = {host: hostvars[host] for group in _GROUPS for host in groups.get(group) or ()}
    sites = {host: (str(found.get(inventory.SITE_VARIABLE)), ("ceph_admin",)) for host, found in hosts.items()}
    results = {
        **{step: AUDIT_CLIENT_STEPS[step].read(hostvars[client]) for step in ("delete", "keep", "copy")},
        "clusters": _by_site(sites, hostvars, AUDIT_OBJECTS),
        "clients": _by_site(sites, hostvars, AUDIT_STRAYS),
        "secrets": {host: AUDIT_SECRETS.read(found) or {} for host, found in hosts.items()},
        "files": {host: (AUDIT_FILES.read(found) or {}).get("results") or () for host, found in hosts.items()},
    }
    return {**report, "repairs": list(repair.outcomes(report, plan, results, check))}


class FilterModule:
    """Filters for the playbook audit."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name."""
        return {
            "audit_plan": audit_plan,
            "audit_problems": reports_errors(repair.problems),
            "audit_repaired": audit_repaired,
            "audit_report": audit_report,
            "audit_table": reports_errors(table.screen),
            "audit_targets": audit_targets,
            "audit_textfile": reports_errors(prometheus.textfile),
        }
