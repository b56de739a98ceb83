# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what explains a scale that did not end: claims, events, owners, the last words of a container."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    EVENTS,
    NO_ANSWER,
    PODS,
    PVCS,
    STATEFULSETS,
    KubeClient,
    KubeError,
    Resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.watch import Mirror
from ansible_collections.dcn.glance.plugins.module_utils._scale.diagnosis import Evidence, diagnose, summary
from ansible_collections.dcn.glance.plugins.module_utils._scale.jobs import Failure, Job
from ansible_collections.dcn.glance.plugins.module_utils._scale.number import look, number_in, reread
from ansible_collections.dcn.glance.plugins.module_utils._scale.pod_causes import Finding
from ansible_collections.dcn.glance.plugins.module_utils._scale.wait import moved_in_owner

LINE = 300
API_AWAY = "api_unreachable"


def explain(client: KubeClient, job: Job, mirror: Mirror, mode: str, waiting: str) -> Failure:
    """The failure of a target whose time is over, with every cause that can be seen."""
    unseen: list[Finding] = []
    try:
        now = look(client, job.place)  # whether the API answers at all, and whether the number is still the one asked
        number = None if now is None else number_in(job.place, now)
        if not job.direct and number != job.replicas:
            return moved_in_owner(job, now or {}, number)
        findings, reason = _findings(client, job, mirror, mode, unseen), "timeout"
    except KubeError as error:
        reason = API_AWAY if error.reason in NO_ANSWER else error.reason
        findings = [Finding(reason, "Kubernetes API", str(error))]
    findings = [*unseen, *findings]
    message = summary(job.target.label, job.replicas, waiting, job.elapsed, findings)
    return Failure(reason, message, tuple(findings))


def _findings(client: KubeClient, job: Job, mirror: Mirror, mode: str, unseen: list[Finding]) -> list[Finding]:
    pods_known = bool(job.pods_before) or bool(mirror.all(PODS, job.namespace))
    claims = read_list(client, PVCS, job.namespace, unseen)
    events = read_list(client, EVENTS, job.namespace, unseen)
    owners = _safely(lambda: reread(client, job.owners), [], unseen)
    last_line = last_line_reader(client, job.namespace)
    found = []
    for name, state in job.states.items():
        if state.done:
            continue
        evidence = Evidence(
            name,
            mirror.get(STATEFULSETS, job.namespace, name),
            job.replicas,
            mode,
            mirror.all(PODS, job.namespace) if pods_known else None,
            claims,
            events,
            owners,
            job.place,
            last_line,
        )
        found += [each for each in diagnose(evidence) if each not in found]
    return found


def read_list(client: KubeClient, resource: Resource, namespace: str, unseen: list[Finding]) -> Any:
    """All of a kind; nothing where the account may not list it, which is said in ``unseen``."""
    return _safely(lambda: client.list(resource, namespace)[0], [], unseen)


def _safely(read: Callable[[], Any], otherwise: Any, unseen: list[Finding]) -> Any:
    """What cannot be read is said, and does not hide the rest."""
    try:
        return read()
    except KubeError as error:
        unseen.append(Finding("unseen", "diagnosis", str(error)))
        return otherwise


def last_line_reader(client: KubeClient, namespace: str) -> Callable[[str, str], str]:
    """What reads the last words of a container, before its restart if there was one."""

    def last_line(pod: str, container: str) -> str:
        for previous in (False, True):
            try:
                lines = client.log(namespace, pod, container, lines=5, previous=previous).strip().splitlines()
            except KubeError:
                continue
            if lines and not lines[-1].startswith("unable to retrieve container logs"):  # told with status 200
                return lines[-1].strip()[:LINE]
        return ""

    return last_line
