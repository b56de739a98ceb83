# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a Job of the Glance has not completed: until its db-sync Job has, there are no GlanceAPIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import controller, is_ready
from ansible_collections.dcn.glance.plugins.module_utils._scale.model import Cause
from ansible_collections.dcn.glance.plugins.module_utils._scale.pod_causes import LastLine, unready_causes

#: The reason of a cause about a Job.
JOB = "job"


def incomplete_jobs(glance: Mapping[str, Any], jobs: Sequence[Object]) -> list[Object]:
    """The Jobs that the Glance owns and that have not completed. Jobs of its CronJobs do not belong to them."""
    uid = glance["metadata"]["uid"]
    return [job for job in jobs if (controller(job) or {}).get("uid") == uid and not _condition(job, "Complete")]


def job_causes(
    job: Object,
    pods: Sequence[Object],
    claims: Sequence[Object],
    events: Sequence[Object],
    now: str,
    last_line: LastLine,
) -> list[Cause]:
    """What the status of a Job and of its latest pod show; empty while its pod runs. ``now`` as in ``pod_causes``."""
    uid, title = job["metadata"]["uid"], f"Job {job['metadata']['name']}"
    own = [pod for pod in pods if (controller(pod) or {}).get("uid") == uid]
    latest = max(own, key=lambda pod: str(pod["metadata"].get("creationTimestamp") or ""), default=None)
    reasons = unready_causes(latest, claims, events, now, last_line) if latest and not is_ready(latest) else []
    failed, times = _condition(job, "Failed"), int((job.get("status") or {}).get("failed") or 0)
    if failed:
        text = ": ".join(str(failed[key]) for key in ("reason", "message") if failed.get(key)) or "no message"
        return [Cause(JOB, title, f"failed ({text.rstrip('.')})"), *reasons]
    if times:
        return [Cause(JOB, title, f"failed {'once' if times == 1 else f'{times} times'} and is tried again"), *reasons]
    return [Cause(JOB, title, "has not completed"), *reasons] if reasons else []


def _condition(job: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    """The condition of that type, if it is True."""
    for condition in (job.get("status") or {}).get("conditions") or []:
        if condition.get("type") == kind and condition.get("status") == "True":
            return dict(condition)
    return None
