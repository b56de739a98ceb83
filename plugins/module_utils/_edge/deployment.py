# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecast of the hosts of NodeSets: a change reaches them with an OpenStackDataPlaneDeployment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import SecretPlan
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import (
    DEPLOYMENTS,
    NODE_SETS,
    NONE,
    DesiredCompute,
    DesiredDataPlane,
    Forecast,
    ObjectChange,
)
from ansible_collections.dcn.glance.plugins.module_utils._edge.node_set import CEPH_CLIENT, LIBVIRT
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FIELD_MANAGER, Object

NEEDED, DEPLOYED = "deployment", "none"


def forecast(
    desired: DesiredDataPlane,
    objects: Sequence[ObjectChange],
    plans: Sequence[SecretPlan],
    deployments: Sequence[Object],
) -> tuple[list[Forecast], dict[str, Any]]:
    """(what each NodeSet needs, the OpenStackDataPlaneDeployment for all of them; empty if none needs one)."""
    found = []
    for site in desired.sites:
        for holder in site.node_sets:
            change = next((each for each in objects if each.resource == NODE_SETS and each.name == holder.key), None)
            if change is None:
                continue
            of_site = [each for each in objects if each.site == site.site and each.resource != NODE_SETS]
            secret = next((each for each in plans if each.api == holder.key), None)
            found.append(_of_node_set(site, change, of_site, secret, deployments))
    for each in objects:
        if each.resource == NODE_SETS and each.name not in {item.name for item in found} and each.action != NONE:
            reason = "it is no longer in the topology"
            found.append(Forecast(NODE_SETS.kind, each.name, each.site, NEEDED, reason, services=("nova",)))
    return found, _deployment(desired.namespace, found)


def _of_node_set(
    site: DesiredCompute,
    change: ObjectChange,
    of_site: Sequence[ObjectChange],
    secret: SecretPlan | None,
    deployments: Sequence[Object],
) -> Forecast:
    reasons = [f"{path} changes" for path in change.fields]
    reasons += [f"{each.title} changes" for each in of_site if each.action != NONE]
    files_change = bool(change.fields)
    if secret is not None and secret.action != NONE:
        reasons.append(f"Secret {secret.name} changes")
        files_change = True
    services: tuple[str, ...] = (CEPH_CLIENT, LIBVIRT, site.service) if files_change else (site.service,)
    if not reasons:
        items = [change.before, *(each.before for each in of_site), secret.live if secret is not None else None]
        written = max((_written(item) for item in items), default="")
        services = (CEPH_CLIENT, LIBVIRT, site.service)
        if written and not _deployed(change.name, services, written, deployments):
            reasons.append(f"no deployment after the last change ({written}) was ready")
    if not reasons:
        return Forecast(NODE_SETS.kind, change.name, site.site, DEPLOYED)
    return Forecast(NODE_SETS.kind, change.name, site.site, NEEDED, "; ".join(reasons), services=services)


def _written(item: Mapping[str, Any] | None) -> str:
    """When this collection wrote an object last."""
    entries = ((item or {}).get("metadata") or {}).get("managedFields") or []
    return max((str(each.get("time") or "") for each in entries if each.get("manager") == FIELD_MANAGER), default="")


def _deployed(name: str, services: Collection[str], written: str, deployments: Iterable[Object]) -> bool:
    """Whether deployments that were created after ``written`` and are ready ran all services on the hosts."""
    done: set[str] = set()
    for item in deployments:
        spec, created = item.get("spec") or {}, str((item.get("metadata") or {}).get("creationTimestamp") or "")
        conditions = (item.get("status") or {}).get("conditions") or []
        is_ready = any(each.get("type") == "Ready" and each.get("status") == "True" for each in conditions)
        if is_ready and created >= written and name in (spec.get("nodeSets") or []):
            done |= set(spec.get("servicesOverride") or services)
    return done >= set(services)


def _deployment(namespace: str, found: Sequence[Forecast]) -> dict[str, Any]:
    """The object to create: its services are those that any of the NodeSets needs, in the order of the NodeSets."""
    needed = [each for each in found if each.action == NEEDED]
    if not needed:
        return {}
    services = list(dict.fromkeys(service for each in needed for service in each.services))
    first = [name for name in (CEPH_CLIENT, LIBVIRT) if name in services]
    return {
        "apiVersion": DEPLOYMENTS.api_version,
        "kind": DEPLOYMENTS.kind,
        "metadata": {"generateName": "dcn-glance-", "namespace": namespace},
        "spec": {
            "nodeSets": [each.name for each in needed],
            "servicesOverride": [*first, *(name for name in services if name not in first)],
        },
    }


def warning(deployment: Mapping[str, Any]) -> str:
    """What is left to do, by name; empty if nothing is."""
    if not deployment:
        return ""
    spec = deployment["spec"]
    return (
        f"The hosts of the NodeSets {', '.join(spec['nodeSets'])} do not have the changes until an "
        f"{DEPLOYMENTS.kind} runs {', '.join(spec['servicesOverride'])} on them: create the one in the result."
    )
