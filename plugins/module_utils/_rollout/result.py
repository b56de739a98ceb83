# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a rollout as the module returns it, and the message of one that failed."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    EVENTS,
    JOBS,
    PODS,
    PVCS,
    UNREACHABLE,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import (
    REVISION,
    is_ready,
    owned_pods,
    status_counts,
)
from ansible_collections.dcn.glance.plugins.module_utils._rollout.errors import failure_message, owners_of
from ansible_collections.dcn.glance.plugins.module_utils._rollout.input import missing_keys
from ansible_collections.dcn.glance.plugins.module_utils._rollout.job_causes import incomplete_jobs, job_causes
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import (
    OPERATOR_STAGE,
    PODS_STAGE,
    STORES_STAGE,
    DesiredInstance,
    Pending,
    RolloutTarget,
)
from ansible_collections.dcn.glance.plugins.module_utils._rollout.wait import ERROR, RolloutResult
from ansible_collections.dcn.glance.plugins.module_utils._scale.diagnose import diagnose, operator_causes
from ansible_collections.dcn.glance.plugins.module_utils._scale.evidence import EvidenceReader
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Cause


def rows(result: RolloutResult) -> list[dict[str, Any]]:
    """The APIs in the order of the object."""
    found: dict[str, dict[str, Any]] = {}
    for instance in result.instances:
        row = found.setdefault(instance.key, {"api": instance.key, "statefulsets": [], "seconds": 0.0})
        row["statefulsets"].append(_statefulset_row(result, instance))
        history = result.histories[instance.statefulset]
        seconds = result.seconds if history.done_since is None else history.seconds
        row["seconds"] = max(row["seconds"], round(seconds, 2))
    return list(found.values())


def _statefulset_row(result: RolloutResult, instance: DesiredInstance) -> dict[str, Any]:
    body = result.observed.statefulsets.get(instance.statefulset)
    ready = 0
    if body is not None and result.observed.pods is not None:
        ready = sum(is_ready(pod) for pod in owned_pods(body, result.observed.pods))
    elif body is not None:
        ready = status_counts(body)["readyReplicas"]
    return {
        "name": instance.statefulset,
        "uid": body["metadata"]["uid"] if body is not None else "",
        "replicas": instance.replicas,
        "ready": ready,
        "revision": str(((body or {}).get("status") or {}).get("updateRevision") or ""),
        "action": result.histories[instance.statefulset].action,
    }


def warnings(result: RolloutResult, target: RolloutTarget) -> list[str]:
    """The warnings of the wait, and one about APIs of the topology that the object does not have."""
    missing = missing_keys(result.observed.item, target)
    if not missing:
        return result.warnings
    one = len(missing) == 1
    text = f"{target.label} does not have the Glance API{'' if one else 's'} {', '.join(missing)} of the topology"
    return [*result.warnings, f"{text}; the module did not wait for {'it' if one else 'them'}."]


def failure(client: KubeClient, target: RolloutTarget, result: RolloutResult, stable: float = 0.0) -> str:
    """The message of a rollout that failed, with every cause that can be found."""
    keys = len({instance.key for instance in result.instances})
    reader = EvidenceReader(client, target.namespace)
    pending = result.pending
    unreachable = []
    if result.request_error is not None:
        unreachable.append(Cause("api_unreachable", "Kubernetes API", str(result.request_error)))
    if result.request_error is None or result.request_error.reason != UNREACHABLE:
        pending = [_explained(reader, target, result, each) for each in result.pending]
    causes = [*unreachable, *reader.unreadable]
    if not pending:
        ready = max((history.seconds for history in result.histories.values()), default=0.0)
        text = f"became ready after {ready:.0f} s but did not stay ready for stable_seconds ({stable:g} s)"
        return "\n".join([f"{target.label}: {text}.", *(f"  {cause.object}: {cause.message}" for cause in causes)])
    pending = [pending[0].with_causes([*causes, *pending[0].causes]), *pending[1:]]
    return failure_message(target, keys, pending, result.seconds, result.ended == ERROR)


def _explained(reader: EvidenceReader, target: RolloutTarget, result: RolloutResult, pending: Pending) -> Pending:
    """The entry with the causes that the pods, their claims, Jobs or the owners show."""
    if pending.progress.stage == STORES_STAGE:
        return pending
    observed = result.observed
    instance = next((each for each in result.instances if each.statefulset == pending.statefulset), None)
    owners = owners_of(instance, observed, target)
    statefulset = observed.statefulsets.get(instance.statefulset) if instance else None
    if instance and pending.progress.stage == PODS_STAGE:
        evidence = reader.evidence(
            instance.statefulset, statefulset, instance.replicas, REVISION, observed.pods, owners
        )
        return pending.with_causes(diagnose(evidence))
    causes = []
    if not pending.operator_error:
        causes = operator_causes(instance.replicas if instance else None, statefulset, owners)
    causes = [each for each in causes if not f"{each.object}: {each.message}".startswith(pending.progress.text)]
    if pending.progress.stage == OPERATOR_STAGE and observed.glance is not None:
        causes += _job_causes(reader, observed.glance)
    return pending.with_causes(causes)


def _job_causes(reader: EvidenceReader, glance: Object) -> list[Cause]:
    """Why Jobs of the Glance have not completed."""
    found: list[Cause] = []
    for job in incomplete_jobs(glance, reader.list(JOBS)):
        pods = reader.list(PODS, f"job-name={job['metadata']['name']}")
        claims, events = reader.list(PVCS), reader.list(EVENTS)
        found += job_causes(job, pods, claims, events, reader.now, reader.last_line)
    return found
