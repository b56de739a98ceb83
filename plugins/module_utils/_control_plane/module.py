# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module control_plane_glance: hides secrets of its options, runs the edit, and returns the result."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.input import (
    desired_glance,
    parse_allow_recreate,
    parse_files,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import (
    KEEP,
    DesiredGlance,
    Observed,
    RunOptions,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.move import (
    ServiceUser,
    control_plane_users,
    find_move,
    service_users,
    single_warning,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import (
    RecreationRefused,
    recreation_reasons,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.read import (
    read_desired,
    read_item,
    read_observed,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import (
    api_result,
    config_secrets,
    config_texts,
    endpoint_result,
    forecast_result,
    hidden_values,
    object_diff,
    secret_diffs,
    secret_result,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_write import KeyOpener
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.write import (
    ControlPlaneResult,
    Editor,
    stored_object,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._core.module import QuietModule
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONFIG_MAPS,
    NODE_SETS,
    NOT_FOUND,
    KubeError,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask

# To hide shorter values of a configuration would hide parts of names and paths as well.
SHORTEST_SECRET = 8


class ControlPlaneModule(QuietModule):
    """A module whose options may contain passwords: they are neither logged nor returned."""

    def take_options(self) -> dict[str, Any]:
        """The options. Their secrets are masked from now on, and must not appear in any text either."""
        params = dict(self.params)
        self.params["topology"] = mask(params["topology"])
        self.no_log_values.update(hidden_values(params["topology"], self.params["topology"]))
        if params.get("base"):
            self.hide_config_secrets(params["base"])
            self.params["base"] = "(not shown)"
        if isinstance(params.get("files"), dict):
            self.params["files"] = {
                site: f"({len(entries or ())} clusters)" for site, entries in params["files"].items()
            }
        return params

    def hide_config_secrets(self, content: Any) -> None:
        """Keep the secrets of the configurations in an object out of every message."""
        for text in config_texts(content) if isinstance(content, (dict, list)) else ():
            found = config_secrets(text)
            self.no_log_values.update(value for value in found if len(value) >= SHORTEST_SECRET)


def _run_options(module: ControlPlaneModule, params: dict[str, Any]) -> RunOptions:
    return RunOptions(
        parse_allow_recreate(params["allow_recreate"]),
        params["replicas"],
        params["purge"] == "managed",
        module.check_mode,
        params["recreation"] == "skip",
        params["endpoint"],
        frozenset(params["remove_apis"]),
        params["spare_worker"],
    )


def edit(module: ControlPlaneModule, client: KubeClient, params: dict[str, Any]) -> None:
    desired = read_desired(client, parse(params["topology"]), params["hub_api"])
    if params["apis"] is not None:
        desired = desired.without({api.key for api in desired.apis} - set(params["apis"]))
    options = _run_options(module, params)
    opener = KeyOpener(
        params["recipient_directory"],
        lambda: Openssl(module.get_bin_path("openssl")),
        module.no_log_values.add,
    )
    base = params["base"] if params["create"] else None
    files = parse_files(params["files"])
    editor = Editor(client, desired, files, options, opener, Clock(), base, module.hide_config_secrets)
    try:
        found = editor.run()
    except RecreationRefused as error:
        module.fail_json(msg=str(error), reason=error.reason, forecast=forecast_result(error.plan.forecasts))
    for warning in dict.fromkeys((*found.plan.warnings, *found.warnings)):
        module.warn(warning)
    result = {
        "changed": found.changed,
        "forecast": forecast_result(found.plan.forecasts),
        "apis": api_result(found.plan.merge.apis),
        "keystone_endpoint": endpoint_result(found.plan),
        "secrets": secret_result(found.secrets, found.plan, options.purge),
        "conflicts": found.conflicts,
        "resource_version": {"before": found.version_before, "after": found.version_after},
        "calls": client.calls,
    }
    if module._diff:
        result["diff"] = _diffs(found, desired, options.purge)
    module.exit_json(**result)


def move_info(module: ControlPlaneModule, client: KubeClient, params: dict[str, Any]) -> None:
    topology = parse(params["topology"])
    desired = desired_glance(topology)
    item = read_item(client, desired)
    if item is None:
        raise DcnError(f"There is no {desired.kind} {desired.namespace}/{desired.name}: create it first.")
    module.hide_config_secrets(item)
    options = RunOptions(purge=params["purge"] == "managed")
    observed = read_observed(client, desired, item, RunOptions(endpoint=KEEP))

    def reasons(key: str) -> tuple[str, ...]:
        return recreation_reasons(desired_glance(topology, key), observed, options)

    move = find_move(desired, observed, reasons)
    warning = single_warning(move, desired.control_plane)
    if warning:
        module.warn(warning)
    users, unread = _service_users(client, desired, observed, topology, move.old) if move.old else ([], [])
    for text in unread:
        module.warn(text)
    found = {**asdict(move), "ready": dict(move.ready), "services": [asdict(user) for user in users]}
    module.exit_json(changed=False, **found)


def _service_users(
    client: KubeClient, desired: DesiredGlance, observed: Observed, topology: Topology, key: str
) -> tuple[list[ServiceUser], list[str]]:
    """(where Services of an API are named, what could not be read)."""
    endpoints = {site.name: {"glance": {"endpoint": site.glance.endpoint}} for site in topology.sites}
    found = service_users(endpoints, key, "topology: sites")
    found += control_plane_users(desired, observed, key)
    unread = []
    for resource, part in ((CONFIG_MAPS, "data"), (NODE_SETS, "spec")):
        try:
            for item in client.list(resource, desired.namespace)[0]:
                where = f"{resource.kind} {item['metadata']['name']}: {part}"
                found += service_users(item.get(part) or {}, key, where)
        except KubeError as error:
            if error.reason != NOT_FOUND:
                unread.append(f"Whether a {resource.kind} names a Service of {key} is unknown: {error}")
    return found, unread


def _diffs(found: ControlPlaneResult, desired: DesiredGlance, purge: bool) -> list[dict[str, str]]:
    """Secrets by their files, and the changed lines of the object."""
    diffs = secret_diffs(found.secrets, found.plan, purge, desired.namespace)
    if found.plan.merge.changed or found.plan.removed or found.plan.emptied:
        diffs.append(object_diff(desired, found.plan.merge.before, stored_object(found)))
    return diffs
