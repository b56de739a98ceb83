# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module statefulset_scale around its work: what it takes and returns."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import SystemClock
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import error_details
from ansible_collections.dcn.glance.plugins.module_utils._scale import result as scale_result
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import Wishes, wishes
from ansible_collections.dcn.glance.plugins.module_utils._scale.run import Outcome, Scale

SPEC: dict[str, Any] = {
    "targets": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str"},
            "api": {"type": "str"},
            "namespace": {"type": "str"},
            "replicas": {"type": "int", "required": True},
            "expect_replicas": {"type": "int"},
        },
    },
    "name": {"type": "str"},
    "api": {"type": "str"},
    "namespace": {"type": "str"},
    "replicas": {"type": "int"},
    "via": {"type": "str", "choices": ["auto", "owner", "scale"], "default": "auto"},
    "expect_replicas": {"type": "int"},
    "on_mismatch": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
    "wait": {"type": "str", "choices": ["none", "ready", "available", "revision"], "default": "ready"},
    "timeout": {"type": "float"},
    "progress_timeout": {"type": "float"},
    "stable_seconds": {"type": "float", "default": 0},
    "pvc": {"type": "str", "choices": ["keep", "report", "delete_removed"], "default": "report"},
    "pvc_reuse": {"type": "str", "choices": ["allow", "warn", "fail"], "default": "warn"},
    "volume_shortage": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "guard_staged": {"type": "bool", "default": True},
    "staging_path": {"type": "str", "default": "/var/lib/glance/os_glance_staging_store"},
}


def finish(module: AnsibleModule, client: KubeClient, wanted: Wishes, outcome: Outcome) -> None:
    """Results of all targets, whether or not some of them failed."""
    for text in [*outcome.warnings, *(scale_result.left_over_warnings(outcome.jobs) if wanted.pvc == "report" else [])]:
        module.warn(text)
    result: dict[str, Any] = {
        "changed": any(job.changed for job in outcome.jobs),
        "targets": [scale_result.row(job, outcome.mirror) for job in outcome.jobs],
        "calls": client.calls,
    }
    if module._diff:
        result["diff"] = scale_result.diff(outcome.jobs)
    failures = [job.failure for job in outcome.jobs if job.failure is not None]
    messages = [failure.message for failure in failures]
    if outcome.error is not None:
        module.fail_json(msg="\n".join([*messages, str(outcome.error)]), **{**error_details(outcome.error), **result})
    if failures:
        module.fail_json(msg="\n".join(messages), reason=failures[0].reason, **result)
    module.exit_json(**result)


def work(module: AnsibleModule, client: KubeClient) -> None:
    """Scale, and end the module."""
    wanted = wishes(module.params, module.check_mode)
    try:
        outcome = Scale(client, wanted, SystemClock()).run()
    except DcnError as error:
        module.fail_json(msg=str(error), calls=client.calls, changed=False, **error_details(error))
    finish(module, client, wanted, outcome)
