# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read pods, claims and volumes before a scale, and the replicas at any time.

What the account may not read is reported in a warning, and the scale continues without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FORBIDDEN,
    PODS,
    PVCS,
    PVS,
    STATEFULSETS,
    STORAGE_CLASSES,
    KubeError,
    Object,
    Objects,
    Resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    ordinal_of,
    owned_pods,
    pods_by_name,
    spec_replicas,
    wanted_ordinals,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Cache, Selection
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import ScaleOptions
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import (
    Owner,
    ReplicasField,
    ScaleError,
    ScaleTarget,
    raise_all,
)
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import value_at
from ansible_collections.dcn.glance.plugins.module_utils._scale.volumes import (
    NewClaim,
    forecast,
    shortage,
    templates_of,
    unmatched,
    with_classes,
)


def read_field_object(client: KubeClient, replicas_field: ReplicasField) -> Object | None:
    """The object with the replicas as it is now. A StatefulSet is listed: accounts that scale may lack ``get``."""
    name, namespace = replicas_field.name, replicas_field.namespace
    if replicas_field.resource != STATEFULSETS:
        return client.get(replicas_field.resource, namespace, name)
    items = client.list(STATEFULSETS, namespace, fields=f"metadata.name={name}")[0]
    return next((item for item in items if item["metadata"]["name"] == name), None)


def replicas_in(replicas_field: ReplicasField, body: Object) -> int | None:
    """The replicas in an object from ``read_field_object``."""
    value = value_at(body, replicas_field.location)
    if value is None:
        return None if replicas_field.path else 1
    return int(value)


def read_owners(client: KubeClient, owners: Sequence[Owner]) -> list[Owner]:
    """The owners as they are now; without those that do not exist any more."""
    found = []
    for owner in owners:
        meta = owner.body["metadata"]
        body = client.get(owner.resource, meta.get("namespace", ""), meta["name"])
        if body is not None:
            found.append(Owner(owner.resource, body))
    return found


def common_labels(statefulsets: Iterable[Mapping[str, object]]) -> str:
    """The narrowest label selector that selects the pods of all of them."""
    shared: set[tuple[str, str]] | None = None
    for body in statefulsets:
        spec = body.get("spec")
        selector = spec.get("selector") if isinstance(spec, Mapping) else None
        pairs = set(((selector or {}).get("matchLabels") or {}).items())
        shared = pairs if shared is None else shared & pairs
    return ",".join(f"{key}={value}" for key, value in sorted(shared or set()))


class ScaleReader:
    """Reads once for each namespace. ``see_pods`` is false where the account may not list pods."""

    def __init__(self, client: KubeClient, targets: Sequence[ScaleTarget], cache: Cache, options: ScaleOptions) -> None:
        self._client = client
        self._targets = targets
        self._cache = cache
        self._options = options
        self.see_pods = True
        self.pod_selections: list[Selection] = []
        self.warnings: list[str] = []

    def read_pods(self) -> None:
        """Read the pods of all targets."""
        for namespace in self._namespaces():
            labels = common_labels(body for target in self._of(namespace) for body in target.statefulsets.values())
            try:
                items, version = self._client.list(PODS, namespace, labels)
            except KubeError as error:
                if error.reason != FORBIDDEN:
                    raise
                self.see_pods = False
                self.pod_selections = []
                self.warnings.append(
                    f"{error} Without this permission the wait uses only the status of the StatefulSet."
                )
                return
            self._cache.put(PODS, items)
            self.pod_selections.append(Selection(PODS, namespace, labels, "", version))
        for target in self._targets:
            for name, body in target.statefulsets.items():
                target.pods_before[name] = owned_pods(body, self._cache.all(PODS, target.namespace))

    def read_claims(self) -> None:
        """Forecast what happens to the claims; skipped where no option requires it."""
        for namespace in self._namespaces():
            targets = [target for target in self._of(namespace) if self._concerns_claims(target)]
            items = self._claims(namespace) if targets else None
            for target in targets if items is not None else []:
                for name, body in target.statefulsets.items():
                    running = self._running(target, name, body)
                    target.claims[name] = forecast(body, items or [], target.replicas, running)

    def _running(self, target: ScaleTarget, name: str, body: Object) -> list[int]:
        """The ordinals that have pods; where pods cannot be listed, those of spec.replicas."""
        if not self.see_pods:
            return list(wanted_ordinals(body, spec_replicas(body)))
        pods = pods_by_name(body, self._cache.all(PODS, target.namespace))  # also those of an earlier StatefulSet
        found = [ordinal_of(pod["metadata"]["name"], name) for pod in pods]
        return [ordinal for ordinal in found if ordinal is not None]

    def _concerns_claims(self, target: ScaleTarget) -> bool:
        templates = any(templates_of(body) for body in target.statefulsets.values())
        return templates and (target.needs_patch or self._options.pvc != "keep")

    def _claims(self, namespace: str) -> Objects | None:
        options = self._options
        try:
            return self._client.list(PVCS, namespace)[0]
        except KubeError as error:
            if error.reason != FORBIDDEN or options.pvc == "delete_removed" or options.pvc_reuse == "fail":
                raise
            self.warnings.append(f"{error} Without this permission the claims are unknown.")
            return None

    def check_volumes(self) -> None:
        """Refuse the scale, or warn, when there are no volumes for new claims."""
        growing = [target for target in self._targets if target.needs_patch and not target.scales_down]
        new = [claim for target in growing for claims in target.claims.values() for claim in claims.created]
        left = self._without_volume([claim for claim in new if not claim.provisioned])
        if not left:
            return
        text = shortage(left, len(new))
        if self._options.volume_shortage == "fail":
            advice = "Nothing was changed. Add volumes, or delete claims that are left over; volume_shortage=warn"
            raise ScaleError("no_volume", f"{text}. {advice} scales anyway.")
        self.warnings.append(f"{text}.")

    def _without_volume(self, claims: Sequence[NewClaim]) -> list[NewClaim]:
        """The cheapest requests first: are there enough free volumes; if not, does the class provision them?"""
        if not claims:
            return []
        volumes = self._list_in_cluster(PVS)
        if volumes is None or not (left := unmatched(claims, volumes)):
            return []
        if all(claim.provisioned is False for claim in left):
            return left
        classes = self._list_in_cluster(STORAGE_CLASSES)
        if classes is None:
            return []
        return unmatched([claim for claim in with_classes(claims, classes) if not claim.provisioned], volumes)

    def _list_in_cluster(self, resource: Resource) -> list[Object] | None:
        try:
            return self._client.list(resource, "")[0]
        except KubeError as error:
            if error.reason != FORBIDDEN:
                raise
            self.warnings.append(f"{error} Without this permission free volumes are not counted before the scale.")
            return None

    def check_reuse(self) -> None:
        """Refuse the scale, or warn, when claims of an earlier scale are used again."""
        problems = []
        for target in self._targets:
            names = [claim["metadata"]["name"] for claims in target.claims.values() for claim in claims.reused]
            if not names or not target.needs_patch or self._options.pvc_reuse == "allow":
                continue
            text = f"{target.label}: the claims {', '.join(names)} of an earlier scale are reused with their"
            if self._options.pvc_reuse == "fail":
                advice = "Nothing was changed. Delete the claims first."
                problems.append(ScaleError("pvc_reuse", f"{text} content (pvc_reuse=fail). {advice}"))
            self.warnings.append(f"{text} old content.")
        raise_all(problems)

    def _namespaces(self) -> list[str]:
        return list(dict.fromkeys(target.namespace for target in self._targets))

    def _of(self, namespace: str) -> list[ScaleTarget]:
        return [target for target in self._targets if target.namespace == namespace]
