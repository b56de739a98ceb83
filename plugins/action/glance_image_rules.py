# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints how far imports and copies are while the module glance_image_rules runs, and a table at the end.

The module runs as an asynchronous job, and writes its progress to a file on its host, which this plugin reads. Without
progress, in check mode, and where the job cannot be started, the module runs as any other. A progress that cannot be
read is not shown, and changes nothing for the job.
"""

from __future__ import annotations

import json
import os
import shlex
import time
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ansible_collections.dcn.glance.plugins.module_utils._images.progress_lines import lines

MODULE = "dcn.glance.glance_image_rules"
# The limit of the job: the module has limits of its own.
JOB_SECONDS = 7 * 24 * 3600
PAUSES = (0.5, 1.0, 2.0)
# How often the state of the job is asked for although its files cannot be read, and how often that may fail.
STATUS_SECONDS = 30.0
STATUS_FAILURES = 10


class ActionModule(ActionBase):
    """Runs the module and shows its progress."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module."""
        result = super().run(tmp, task_vars)
        del tmp
        variables = task_vars or {}
        wanted = not self._task.async_val and boolean(self._task.args.get("progress", True), strict=False)
        path = self._new_file() if wanted and not self._task.check_mode else ""
        if path:
            try:
                result.update(self._watched(path, variables))
            finally:
                self._shell(f"rm -f {shlex.quote(path)}")
        else:
            result.update(self._module({}, variables, wrap_async=self._task.async_val))
        for line in result.get("table", ()) if wanted else ():
            self._display.display(str(line))
        return result

    def _module(self, more: dict[str, Any], variables: dict[str, Any], wrap_async: Any = False) -> dict[str, Any]:
        arguments = {**self._task.args, **more}
        found = self._execute_module(
            module_name=MODULE, module_args=arguments, task_vars=variables, wrap_async=wrap_async
        )
        return dict(found)

    def _watched(self, path: str, variables: dict[str, Any]) -> dict[str, Any]:
        """Start the module as a job, show its progress, and return its result."""
        before = self._task.async_val
        self._task.async_val = JOB_SECONDS
        try:
            job = self._module({"progress_file": path}, variables, wrap_async=True)
        finally:
            self._task.async_val = before
        if "results_file" not in job:
            # Either there is no place for the files of a job, or the connection runs every module in one go.
            nowhere = job.get("failed") and str(job.get("msg")).startswith("could not create")
            return self._module({}, variables) if nowhere else job
        result = self._follow(path, job, variables)
        self._status(job, "cleanup", variables)
        for key in (
            "ansible_job_id",
            "results_file",
            "started",
            "finished",
            "stdout",
            "stderr",
            "stdout_lines",
            "stderr_lines",
        ):
            result.pop(key, None)
        return result

    def _follow(self, path: str, job: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        asked, turns, failures = time.monotonic(), 0, 0
        while True:
            time.sleep(PAUSES[min(turns, len(PAUSES) - 1)])
            turns += 1
            progress, over = self._read(path, job["results_file"])
            shown = self._show(shown, progress)
            if not over and time.monotonic() - asked < STATUS_SECONDS:
                continue
            asked = time.monotonic()
            status = self._status(job, "status", variables)
            if status.get("finished"):
                return status
            failures = failures + 1 if status.get("failed") else 0
            if failures >= STATUS_FAILURES:
                return status

    def _status(self, job: dict[str, Any], mode: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The state of the job, and its result when it is over."""
        arguments = {
            "jid": job["ansible_job_id"],
            "mode": mode,
            "_async_dir": os.path.dirname(job["results_file"]),
        }
        try:
            found = self._execute_module(
                module_name="ansible.legacy.async_status", module_args=arguments, task_vars=variables
            )
        except Exception as error:  # the connection may be back at the next try
            return {"failed": True, "msg": f"The state of the job could not be read: {error}"}
        return dict(found)

    def _read(self, path: str, results_file: str) -> tuple[dict[str, Any], bool]:
        """The progress, and whether the job is over: then its result has replaced the note that it has started."""
        mark = "-- state of the job --"
        text = self._shell(f"cat {shlex.quote(path)}; echo {shlex.quote(mark)}; cat {shlex.quote(results_file)}")
        progress, _mark, state = text.partition(mark)
        return _as_object(progress), "started" not in (_as_object(state) or {"started": True})

    def _show(self, shown: dict[str, Any], progress: dict[str, Any]) -> dict[str, Any]:
        """Print what is new, and return what is known now."""
        try:
            for line in lines(shown, progress):
                self._display.display(line)
        except (KeyError, TypeError, ValueError, OSError):
            return shown
        return progress or shown

    def _new_file(self) -> str:
        """An empty file on the host that only the user of the module can read; '' where none can be made."""
        return self._shell("mktemp").strip()

    def _shell(self, command: str) -> str:
        """The output of a command on the host; '' where it fails, because nothing depends on it."""
        try:
            answer = self._low_level_execute_command(command)
        except Exception:
            return ""
        return str(answer.get("stdout", "")) if answer.get("rc") == 0 else ""


def _as_object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
