# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module control_plane_glance around its plan: what it takes, hides and returns."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._control_plane import report
from ansible_collections.dcn.glance.plugins.module_utils._control_plane import text as control_plane_text
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.edit import Editor, Outcome, changed_parts
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.input import read_allowed, read_files
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import Options, RecreationRefused
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secrets_write import Opener
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.wanted import Wanted, wanted
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import SystemClock
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask

# Shorter values of a configuration would hide parts of names and paths as well.
SHORTEST_SECRET = 8


class ControlPlaneModule(AnsibleModule):  # type: ignore[misc]
    """A module whose options hold passwords somewhere: they are neither logged nor returned."""

    def _log_invocation(self) -> None:
        self.log("Invoked; the options are not logged")

    def take(self) -> dict[str, Any]:
        """The options. What is secret in them is masked from now on, and must not appear in any text either."""
        params = dict(self.params)
        self.params["topology"] = mask(params["topology"])
        self.no_log_values.update(report.hidden_values(params["topology"], self.params["topology"]))
        self.guard_texts(params["base"])
        self.params["base"] = "(not shown)" if params["base"] else {}
        if isinstance(params["files"], dict):
            self.params["files"] = {
                site: f"({len(entries or ())} clusters)" for site, entries in params["files"].items()
            }
        return params

    def guard_texts(self, content: Any) -> None:
        """Keep the secrets of the configurations in an object out of every message."""
        for text in control_plane_text.texts(content) if isinstance(content, (dict, list)) else ():
            found = control_plane_text.config_secrets(text)
            self.no_log_values.update(value for value in found if len(value) >= SHORTEST_SECRET)


def edit(module: ControlPlaneModule, client: KubeClient, params: dict[str, Any]) -> None:
    goal = wanted(parse(params["topology"]))
    options = Options(
        read_allowed(params["allow_recreate"]), params["replicas"], params["purge"] == "managed", module.check_mode
    )
    opener = Opener(
        params["recipient_directory"],
        lambda: Openssl(module.get_bin_path("openssl")),
        module.no_log_values.add,
    )
    base = params["base"] if params["create"] else None
    editor = Editor(client, goal, read_files(params["files"]), options, opener, SystemClock(), base, module.guard_texts)
    try:
        outcome = editor.run()
    except RecreationRefused as error:
        module.fail_json(msg=str(error), reason=error.reason, forecast=report.forecasts(error.plan.forecasts))
    for warning in dict.fromkeys((*outcome.plan.warnings, *outcome.warnings)):
        module.warn(warning)
    result = {
        "changed": outcome.changed,
        "forecast": report.forecasts(outcome.plan.forecasts),
        "apis": report.apis(outcome.plan.merge.apis),
        "keystone_endpoint": report.endpoint(outcome.plan),
        "secrets": report.secrets(outcome.secrets, outcome.plan, options.purge),
        "conflicts": outcome.conflicts,
        "resource_version": {"before": outcome.version_before, "after": outcome.version_after},
        "calls": client.calls,
    }
    if module._diff:
        result["diff"] = differences(outcome, goal, options.purge)
    module.exit_json(**result)


def differences(outcome: Outcome, goal: Wanted, purge: bool) -> list[dict[str, str]]:
    """Secrets by their files, and the changed places of the object."""
    found = report.secret_diffs(outcome.secrets, outcome.plan, purge, goal.namespace)
    if outcome.plan.merge.changed or outcome.plan.removed or outcome.plan.emptied:
        header = f"{goal.kind} {goal.namespace}/{goal.name}"
        found.append(
            control_plane_text.difference(header, *changed_parts(outcome.plan, outcome.after, goal.control_plane))
        )
    return found
