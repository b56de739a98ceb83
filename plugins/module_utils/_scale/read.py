# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods, claims and volumes as they are before a scale. What the account may not see is said, and done without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FORBIDDEN,
    PODS,
    PVCS,
    PVS,
    STORAGE_CLASSES,
    KubeClient,
    KubeError,
    Object,
    Objects,
    Resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    asked,
    ordinal_of,
    owned_pods,
    wanted_ordinals,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Mirror
from ansible_collections.dcn.glance.plugins.module_utils._scale import volumes as scale_volumes
from ansible_collections.dcn.glance.plugins.module_utils._scale.find import ScaleError, refuse
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import Wishes
from ansible_collections.dcn.glance.plugins.module_utils._scale.jobs import Job
from ansible_collections.dcn.glance.plugins.module_utils._scale.volumes import Claims, NewClaim


def common_labels(sets: Iterable[Mapping[str, object]]) -> str:
    """A selector that has the pods of all of the sets, as narrow as it can be."""
    shared: set[tuple[str, str]] | None = None
    for body in sets:
        spec = body.get("spec")
        selector = spec.get("selector") if isinstance(spec, Mapping) else None
        pairs = set(((selector or {}).get("matchLabels") or {}).items())
        shared = pairs if shared is None else shared & pairs
    return ",".join(f"{key}={value}" for key, value in sorted(shared or set()))


class Reader:
    """Reads once for each namespace."""

    def __init__(self, client: KubeClient, jobs: Sequence[Job], mirror: Mirror, wishes: Wishes) -> None:
        self._client = client
        self._jobs = jobs
        self._mirror = mirror
        self._wishes = wishes
        self.see_pods = True
        self.pod_versions: dict[str, str] = {}
        self.warnings: list[str] = []

    def pods(self) -> None:
        """The pods of all targets."""
        for namespace in self._namespaces():
            try:
                labels = self.pod_labels(namespace)
                items, self.pod_versions[namespace] = self._client.list(PODS, namespace, labels)
            except KubeError as error:
                if error.reason != FORBIDDEN:
                    raise
                self.see_pods = False
                self.warnings.append(f"{error} Without it only the set's own counts can be waited for.")
                return
            self._mirror.put(PODS, items)
        for job in self._jobs:
            for name, body in job.found.sets.items():
                job.pods_before[name] = owned_pods(body, self._mirror.all(PODS, job.namespace))

    def pod_labels(self, namespace: str) -> str:
        return common_labels(body for job in self._of(namespace) for body in job.found.sets.values())

    def claims(self) -> None:
        """What becomes of the claims; left out where nothing of it was asked."""
        for namespace in self._namespaces():
            jobs = [job for job in self._of(namespace) if self._about_claims(job)]
            items = self._claims(namespace) if jobs else None
            for job in jobs if items is not None else []:
                for name, body in job.found.sets.items():
                    running = self._running(job, name, body)
                    job.claims[name] = scale_volumes.forecast(body, items or [], job.replicas, running)

    def _running(self, job: Job, name: str, body: Object) -> list[int]:
        """The ordinals that have pods; where pods cannot be listed, those that the set wants."""
        if not self.see_pods:
            return list(wanted_ordinals(body, asked(body)))
        found = [ordinal_of(pod["metadata"]["name"], name) for pod in job.pods_before.get(name, [])]
        return [ordinal for ordinal in found if ordinal is not None]

    def _about_claims(self, job: Job) -> bool:
        templates = any(scale_volumes.templates_of(body) for body in job.found.sets.values())
        return templates and not job.skipped and (job.needs_patch or self._wishes.pvc != "keep")

    def _claims(self, namespace: str) -> Objects | None:
        try:
            return self._client.list(PVCS, namespace)[0]
        except KubeError as error:
            if error.reason != FORBIDDEN or self._wishes.pvc == "delete_removed" or self._wishes.pvc_reuse == "fail":
                raise
            self.warnings.append(f"{error} Without it nothing is known about volumes.")
            return None

    def volumes(self) -> None:
        """Refuse or warn where new claims will find no volume."""
        up = [job for job in self._jobs if job.needs_patch and not job.goes_down]
        new = [claim for job in up for claims in job.claims.values() for claim in claims.created]
        left = self._without_volume(scale_volumes.uncertain(new))
        if not left:
            return
        text = scale_volumes.shortage(left, len(new))
        if self._wishes.volume_shortage == "fail":
            advice = (
                "Nothing was changed. Add volumes, or remove claims that are left over; volume_shortage=warn goes on"
            )
            raise ScaleError("no_volume", f"{text}. {advice}.")
        self.warnings.append(f"{text}.")

    def _without_volume(self, claims: Sequence[NewClaim]) -> list[NewClaim]:
        """The cheapest questions first: are there enough free volumes, else does the class make them?"""
        if not claims:
            return []
        volumes = self._cluster(PVS)
        if volumes is None or not (left := scale_volumes.unmatched(claims, volumes)):
            return []
        if all(claim.provisioned is False for claim in left):
            return left
        classes = self._cluster(STORAGE_CLASSES)
        if classes is None:
            return []
        settled = scale_volumes.with_classes(claims, classes)
        return scale_volumes.unmatched([claim for claim in settled if not claim.provisioned], volumes)

    def _cluster(self, resource: Resource) -> list[Object] | None:
        try:
            return self._client.list(resource, "")[0]
        except KubeError as error:
            if error.reason != FORBIDDEN:
                raise
            self.warnings.append(f"{error} Without it free volumes cannot be counted before the scale.")
            return None

    def reuse(self) -> None:
        """Say, or refuse, that old claims come back with what is in them."""
        problems = []
        for job in self._jobs:
            names = reused_names(job.claims) if job.needs_patch else []
            if not names or self._wishes.pvc_reuse == "allow":
                continue
            text = f"{job.target.label}: the claims {', '.join(names)} of an earlier scale are used again, with their"
            if self._wishes.pvc_reuse == "fail":
                advice = "Nothing was changed. Remove them first."
                problems.append(ScaleError("pvc_reuse", f"{text} content (pvc_reuse=fail). {advice}"))
            self.warnings.append(f"{text} old content.")
        refuse(problems)

    def _namespaces(self) -> list[str]:
        return list(dict.fromkeys(job.namespace for job in self._jobs))

    def _of(self, namespace: str) -> list[Job]:
        return [job for job in self._jobs if job.namespace == namespace]


def reused_names(claims: Mapping[str, Claims]) -> list[str]:
    return [claim["metadata"]["name"] for each in claims.values() for claim in each.reused]
