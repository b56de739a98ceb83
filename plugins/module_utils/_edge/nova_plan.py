# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan Nova of the data plane: ConfigMaps, services, NodeSets and Secrets. Only what is managed changes."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import SITE_LABEL
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import SecretPlan, plan_secrets
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._edge import deployment, managed, node_set, secrets
from ansible_collections.dcn.glance.plugins.module_utils._edge.config import nova_text
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import (
    CONFIG_MAPS,
    DATA_PLANE_SERVICES,
    NODE_SETS,
    DesiredCompute,
    DesiredDataPlane,
    EdgePlan,
    Files,
    ObjectChange,
    RunOptions,
    SecretHolder,
    Secrets,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object

#: Nova reads the files whose names contain ``nova``, in the order of their names.
FILE = "03-ceph-nova.conf"
_NODE_SET_PARTS = (("spec", "services"), ("spec", "nodeTemplate", "extraMounts"))


@dataclass(frozen=True)
class ObservedDataPlane:
    """The objects of the data plane by name; None for a Secret or ConfigMap that does not exist."""

    node_sets: Mapping[str, Object]
    services: Mapping[str, Object]
    config_maps: Mapping[str, Object | None]
    secrets: Secrets = field(default_factory=dict, repr=False)
    deployments: Sequence[Object] = ()


def records(node_sets: Mapping[str, Object]) -> dict[str, dict[str, str]]:
    """What earlier runs manage, by NodeSet."""
    found = {name: managed.read_record(item, managed.NOVA_ANNOTATION) for name, item in node_sets.items()}
    return {name: {key: str(value) for key, value in record.items()} for name, record in found.items() if record}


def plan_nova(desired: DesiredDataPlane, observed: ObservedDataPlane, files: Files, options: RunOptions) -> EdgePlan:
    """Plan the run. Raises ``InputErrors`` with all problems."""
    plans = secrets.with_purge(
        plan_secrets(desired.holders, observed.secrets, files, desired.namespace, options.check), options.purge
    )
    return _Planner(desired, observed, plans, options).plan()


class _Planner:
    """Plans all objects. Problems are collected, so that all are raised at once."""

    def __init__(
        self, desired: DesiredDataPlane, observed: ObservedDataPlane, plans: Sequence[SecretPlan], options: RunOptions
    ) -> None:
        self._desired = desired
        self._observed = observed
        self._plans = plans
        self._options = options
        self._records = records(observed.node_sets)
        self._problems: list[Problem] = []
        self._warnings: list[str] = []
        self._deferred: dict[str, str] = {}

    def plan(self) -> EdgePlan:
        config_maps, services, node_sets = [], [], []
        reasons = [self._waiting(compute) for compute in self._desired.sites]
        if self._problems:
            raise InputErrors(self._problems)
        for compute, reason in zip(self._desired.sites, reasons):
            if reason:
                self._deferred[compute.site] = reason
                self._warnings.append(f"Nova of {compute.site} is left unchanged: {reason}.")
                continue
            config_maps.append(self._config_map(compute))
            services.append(self._service(compute))
            node_sets += [self._node_set(compute, holder) for holder in compute.node_sets]
        node_sets += self._not_in_topology()
        gone = self._gone(node_sets)
        if self._problems:
            raise InputErrors(self._problems)
        removed, warnings = self._unneeded(node_sets)
        objects = [each for each in (*config_maps, *services, *node_sets, *gone) if each is not None]
        found = [*self._warnings, *(text for each in self._plans for text in each.warnings), *warnings]
        forecasts, needed = deployment.forecast(self._desired, objects, self._plans, self._observed.deployments)
        return EdgePlan(
            tuple(objects),
            tuple(self._plans),
            removed,
            tuple(forecasts),
            self._deferred,
            tuple(dict.fromkeys(found)),
            needed,
        )

    def _waiting(self, compute: DesiredCompute) -> str:
        """Why the site cannot be configured yet."""
        if compute.waiting:
            return compute.waiting
        incomplete = secrets.incomplete(self._plans)
        for holder in compute.node_sets:
            item = self._observed.node_sets.get(holder.key)
            if holder.key in incomplete:
                return incomplete[holder.key]
            if item is None:
                self._problems.append(
                    Problem(
                        f"{NODE_SETS.kind} {self._desired.namespace}/{holder.key}",
                        f"does not exist; create it first, or correct sites.{compute.site}.nova.data_plane.node_sets",
                    )
                )
            elif not set(node_set.services_of(item)) & self._replaced(compute, item):
                return (
                    f"{NODE_SETS.kind} {holder.key} has no service for Nova in spec.services, as before the deployment "
                    "of Ceph. List nova there"
                )
        return ""

    def _replaced(self, compute: DesiredCompute, item: Mapping[str, Any]) -> set[str]:
        """The services that the one of the site replaces: ``nova``, itself, and the one of an earlier run."""
        earlier = managed.read_record(item, managed.NOVA_ANNOTATION).get("service")
        return {node_set.NOVA, compute.service, str(earlier or node_set.NOVA)}

    # Objects

    def _config_map(self, compute: DesiredCompute) -> ObjectChange:
        live = self._observed.config_maps.get(compute.config_map)
        old = live or {"apiVersion": "v1", "kind": "ConfigMap", "metadata": self._metadata(compute, compute.config_map)}
        data = old.get("data") or {}
        path = f"ConfigMap {self._desired.namespace}/{compute.config_map}: {FILE}"
        try:
            text, warnings = nova_text(str(data.get(FILE) or ""), compute.edits, path)
            self._warnings += warnings
        except InputErrors as error:
            self._problems += error.problems
            text = str(data.get(FILE) or "")
        if live is not None and live.get("immutable") and text != data.get(FILE):
            self._problems.append(Problem(path, "is in an immutable ConfigMap: set another nova.data_plane.config_map"))
        new = {**old, "data": {**data, FILE: text}}
        fields = (FILE,) if text != data.get(FILE) else ()
        return ObjectChange(CONFIG_MAPS, compute.config_map, live, new, compute.site, fields, parts=(("data", FILE),))

    def _service(self, compute: DesiredCompute) -> ObjectChange:
        live = self._observed.services.get(compute.service)
        old = live or self._copy_of_nova(compute)
        spec = dict(old.get("spec") or {})
        sources = list(spec.get("dataSources") or [])
        names = [str((source.get("configMapRef") or {}).get("name") or "") for source in sources]
        replaced = {record.get("config_map") for record in self._records.values() if record.get("site") == compute.site}
        sources = [each for each, name in zip(sources, names) if name not in replaced or name == compute.config_map]
        if compute.config_map not in names:
            sources.append({"configMapRef": {"name": compute.config_map}})
        same = live is not None and sources == list(spec.get("dataSources") or [])
        new = old if same else {**old, "spec": {**spec, "dataSources": sources}}
        fields = () if same else ("spec.dataSources",)
        return ObjectChange(DATA_PLANE_SERVICES, compute.service, live, new, compute.site, fields)

    def _copy_of_nova(self, compute: DesiredCompute) -> Object:
        """The service of the site starts as a copy of ``nova``, which the operator keeps as its release needs it."""
        nova = self._observed.services.get(node_set.NOVA)
        if nova is None:
            self._problems.append(
                Problem(
                    f"{DATA_PLANE_SERVICES.kind} {self._desired.namespace}/{node_set.NOVA}",
                    f"does not exist, and {compute.service} starts as a copy of it. The operator creates it with the "
                    "first NodeSet; wait for it",
                )
            )
        return {
            "apiVersion": DATA_PLANE_SERVICES.api_version,
            "kind": DATA_PLANE_SERVICES.kind,
            "metadata": self._metadata(compute, compute.service),
            "spec": copy.deepcopy((nova or {}).get("spec") or {}),
        }

    def _metadata(self, compute: DesiredCompute, name: str) -> Object:
        return {"name": name, "namespace": self._desired.namespace, "labels": {SITE_LABEL: compute.site}}

    def _node_set(self, compute: DesiredCompute, holder: SecretHolder) -> ObjectChange:
        live = self._observed.node_sets[holder.key]
        record = self._records.get(holder.key) or {}
        before = node_set.services_of(live)
        services = node_set.merged_services(before, compute.service, self._replaced(compute, live))
        earlier = [name for name in [record.get("secret", "")] if name]
        mounts = node_set.merged_mounts(node_set.mounts_of(live), self._desired.volume, holder.secret, earlier)
        self._problems += node_set.mount_problems(holder.key, self._desired.namespace, mounts)
        if services.index(node_set.CEPH_CLIENT) > services.index(compute.service):
            self._warnings.append(
                f"{NODE_SETS.kind} {holder.key} runs {node_set.CEPH_CLIENT} after {compute.service}, which needs its "
                "files: move it before libvirt in spec.services."
            )
        added = node_set.CEPH_CLIENT not in before or record.get("added") == node_set.CEPH_CLIENT
        item = managed.with_record(
            node_set.with_parts(live, services, mounts),
            managed.NOVA_ANNOTATION,
            {
                "site": compute.site,
                "secret": holder.secret,
                "service": compute.service,
                "config_map": compute.config_map,
                **({"added": node_set.CEPH_CLIENT} if added else {}),
            },
        )
        return self._change(holder.key, compute.site, live, item)

    def _change(self, name: str, site: str, live: Object, item: Object) -> ObjectChange:
        fields = tuple(
            path
            for path, get in (
                ("spec.services", node_set.services_of),
                ("spec.nodeTemplate.extraMounts", node_set.mounts_of),
            )
            if get(live) != get(item)
        )
        return ObjectChange(NODE_SETS, name, live, item, site, fields, parts=_NODE_SET_PARTS)

    # What the topology no longer has

    def _not_in_topology(self) -> list[ObjectChange]:
        """Managed NodeSets that the topology no longer has: as they were before, or kept."""
        wanted = {holder.key for holder in self._desired.holders}
        found = []
        for name, record in self._records.items():
            if name in wanted:
                continue
            if not self._options.purge:
                why = "is no longer in the topology, and stays because purge is none."
                self._warnings.append(f"{NODE_SETS.kind} {name} {why}")
                continue
            live = self._observed.node_sets[name]
            added = [each for each in [record.get("added", "")] if each]
            services = node_set.restored_services(node_set.services_of(live), record.get("service", ""), added)
            mounts = node_set.without_mounts(node_set.mounts_of(live), [record.get("secret", "")])
            item = node_set.with_parts(live, services, mounts)
            # The record of a Secret stays until the Secret is gone.
            kept = record if self._observed.secrets.get(record.get("secret", "")) is not None else {}
            item = managed.with_record(item, managed.NOVA_ANNOTATION, kept)
            found.append(self._change(name, record.get("site", ""), live, item))
        return found

    def _gone(self, node_sets: Sequence[ObjectChange]) -> list[ObjectChange]:
        """The services and ConfigMaps of managed NodeSets that nothing uses any more."""
        if not self._options.purge:
            return []
        used = {name for each in node_sets for name in node_set.services_of(each.after or {})}
        others = [
            item for name, item in self._observed.node_sets.items() if name not in {each.name for each in node_sets}
        ]
        used |= {name for item in others for name in node_set.services_of(item)}
        kept_maps = {compute.config_map for compute in self._desired.sites}
        found = []
        for record in self._records.values():
            service = self._observed.services.get(record.get("service", ""))
            if service is None or record["service"] in used or SITE_LABEL not in managed.labels_of(service):
                continue
            found.append(ObjectChange(DATA_PLANE_SERVICES, record["service"], service, None, record.get("site", "")))
            config_map = self._observed.config_maps.get(record.get("config_map", ""))
            if config_map is None or record["config_map"] in kept_maps:
                continue
            if SITE_LABEL in managed.labels_of(config_map) and set(config_map.get("data") or {}) <= {FILE}:
                parts = (("data", FILE),)
                site = record.get("site", "")
                found.append(ObjectChange(CONFIG_MAPS, record["config_map"], config_map, None, site, parts=parts))
            else:
                self._warnings.append(f"ConfigMap {record['config_map']} stays, because others keep files in it.")
        return list({each.title: each for each in found}.values())

    def _unneeded(self, node_sets: Sequence[ObjectChange]) -> tuple[tuple[str, ...], list[str]]:
        if not self._options.purge:
            return (), []
        recorded = {record["secret"]: name for name, record in self._records.items() if record.get("secret")}
        kept = {holder.secret for holder in self._desired.holders}
        used = [node_set.mounts_of(each.after or {}) for each in node_sets]
        return secrets.unneeded(recorded, kept, self._observed.secrets, used)
