# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules control_plane_cinder and data_plane_nova: hide secrets of their options, run, and return the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.input import parse_files
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.module import ControlPlaneModule
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_write import KeyOpener
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._edge import deployment
from ansible_collections.dcn.glance.plugins.module_utils._edge.cinder_plan import plan_cinder
from ansible_collections.dcn.glance.plugins.module_utils._edge.input import (
    desired_cinder,
    desired_data_plane,
    operators_of,
)
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import EdgePlan, RunOptions
from ansible_collections.dcn.glance.plugins.module_utils._edge.nova_plan import plan_nova
from ansible_collections.dcn.glance.plugins.module_utils._edge.read import (
    is_data_plane_there,
    read_cinder,
    read_data_plane,
    require_data_plane,
)
from ansible_collections.dcn.glance.plugins.module_utils._edge.result import (
    diffs,
    forecast_result,
    object_result,
    secret_result,
)
from ansible_collections.dcn.glance.plugins.module_utils._edge.write import Writer
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

ARGUMENTS: dict[str, Any] = {
    "topology": {"type": "raw", "required": True},
    "files": {"type": "dict", "default": {}},
    "recipient_directory": {"type": "path", "default": "/run/dcn.glance"},
    "purge": {"type": "str", "choices": ["managed", "none"], "default": "none"},
}


class EdgeModule(ControlPlaneModule):
    """The same with fewer options."""

    def take_options(self) -> dict[str, Any]:
        self.params["base"] = {}
        params = super().take_options()
        del self.params["base"]
        return params


def cinder(module: EdgeModule, client: KubeClient, params: dict[str, Any]) -> None:
    """Edit the Cinder part of the control plane."""
    topology, files = parse(params["topology"]), parse_files(params["files"])
    desired = desired_cinder(topology, files)
    options = _options(module, params)
    if not desired.volumes and not (options.purge and desired.control_plane):
        module.exit_json(changed=False, objects=[], secrets=[], forecast=[], deferred={}, conflicts=0, calls=0)

    def plan() -> EdgePlan:
        observed = read_cinder(client, desired)
        module.hide_config_secrets(observed.item)
        return plan_cinder(desired, observed, files, options)

    _carry_out(module, client, desired.namespace, plan, options, {})


def nova(module: EdgeModule, client: KubeClient, params: dict[str, Any]) -> None:
    """Edit the objects of the data plane."""
    topology, files = parse(params["topology"]), parse_files(params["files"])
    namespace = operators_of(topology).namespace
    desired = desired_data_plane(topology, files)
    options = _options(module, params)
    if not desired.sites and not (options.purge and is_data_plane_there(client)):
        module.exit_json(
            changed=False, objects=[], secrets=[], forecast=[], deferred={}, deployment={}, conflicts=0, calls=0
        )
    require_data_plane(client)

    def plan() -> EdgePlan:
        return plan_nova(desired, read_data_plane(client, desired), files, options)

    _carry_out(module, client, namespace, plan, options, {"deployment": True})


def _options(module: EdgeModule, params: dict[str, Any]) -> RunOptions:
    return RunOptions(params["purge"] == "managed", module.check_mode)


def _carry_out(
    module: EdgeModule,
    client: KubeClient,
    namespace: str,
    plan: Callable[[], EdgePlan],
    options: RunOptions,
    more: dict[str, bool],
) -> None:
    opener = KeyOpener(
        module.params["recipient_directory"],
        lambda: Openssl(module.get_bin_path("openssl")),
        module.no_log_values.add,
    )
    found = Writer(client, namespace, plan, options, opener, Clock()).run()
    left = deployment.warning(found.plan.deployment)
    for warning in dict.fromkeys((*found.plan.warnings, *found.warnings, *([left] if left else []))):
        module.warn(warning)
    result: dict[str, Any] = {
        "changed": found.changed,
        "objects": object_result(found.objects),
        "secrets": secret_result(found, options.purge),
        "forecast": forecast_result(found.plan.forecasts),
        "deferred": dict(found.plan.deferred),
        "conflicts": found.conflicts,
        "calls": client.calls,
    }
    if more.get("deployment"):
        result["deployment"] = dict(found.plan.deployment)
    if module._diff:
        result["diff"] = diffs(found, namespace)
    module.exit_json(**result)
