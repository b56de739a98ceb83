# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the work of the module topology_info in the process of the task: nothing is packed, sent and started for it."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

from ansible_collections.dcn.glance.plugins.module_utils._images.checked import ARGUMENTS, checked
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import plain
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask


class ActionModule(ActionBase):
    """Checks the topology on the controller."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check the topology and return the result."""
        result = super().run(tmp, task_vars)
        del tmp
        # Plain data is what the module reads from JSON.
        options = {name: plain(value) for name, value in self._task.args.items()}
        validated = ArgumentSpecValidator(ARGUMENTS).validate(options)
        if validated.error_messages or self._task.async_val:
            # The module reports wrong options as any module does, and only a module can be a job.
            module = self._execute_module(task_vars=task_vars or {}, wrap_async=self._task.async_val)
            return {**result, **module}
        parameters = dict(validated.validated_parameters)
        for name in ("topology", "images"):
            parameters[name] = mask(parameters[name])
        # Without the options, which may be large.
        return {**result, **checked(parameters)}
