# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start, stop and wait for the service of a container.

``module`` is an AnsibleModule with the options of container_image.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._containers.engine import Engine, said, without_warnings
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.service import failures, last_log_lines
from ansible_collections.dcn.glance.plugins.module_utils._core.systemd import answer, last_lines

#: A service that ends so often while it is awaited does not come.
_ENDS = 3


class Service:
    """The container of the service, in the hands of its unit, or of the engine where it has none."""

    def __init__(self, module: Any, engine: Engine) -> None:
        self.module, self.engine = module, engine
        self.container: str = module.params["name"]
        self.unit: str = module.params["unit"] or ""
        self.systemctl: str = module.get_bin_path("systemctl", required=True) if self.unit else ""

    def check_unit(self) -> None:
        """DcnError if the unit does not exist, or creates its container at each start."""
        if not self.unit:
            return
        _rc, out, _err = self.module.run_command([self.systemctl, "show", "-p", "LoadState,ExecStart", self.unit])
        if "LoadState=loaded" not in out:
            raise DcnError(f"The unit {self.unit} does not exist on this host. Correct the option unit.")
        if f"{self.engine.name} run" in out or "--replace" in out:
            raise DcnError(
                f"{self.unit} creates its container at each start, so it would return to the image of the unit. Change "
                "the image there."
            )

    def start(self) -> None:
        if self.unit:
            self.module.run_command([self.systemctl, "reset-failed", self.unit])
            rc, _out, err = self.module.run_command([self.systemctl, "start", self.unit])
        else:
            rc, _out, err = self.engine.try_run("start", self.container)
        if rc != 0:
            raise DcnError(f"{self.unit or self.container} cannot be started: {said(err)}{self.reason()}")

    def start_early(self) -> None:
        """Start a service that does not run, before a pull that can take long. Whether it comes is not awaited."""
        with contextlib.suppress(DcnError):
            self.start()

    def stop(self) -> None:
        """Stop the unit, and the container if it runs without its unit."""
        if self.unit:
            rc, _out, err = self.module.run_command([self.systemctl, "stop", self.unit])
            if rc != 0:
                raise DcnError(f"{self.unit} cannot be stopped: {said(err)}")
        if (found := self.engine.container(self.container)) and found.running:
            self.engine.run("stop", self.container)

    def wait(self) -> None:
        """Return when the API answers, and without ``url`` when the container runs; DcnError with the reason if not."""
        timeout, ends = self.module.params["timeout"], set()
        deadline = time.monotonic() + timeout
        while True:
            why = self.ready()
            if not why:
                return
            ends.add(self._end())
            if len(ends - {""}) >= _ENDS:
                raise DcnError(f"The container {self.container} ended {_ENDS} times after its start.{self.reason()}")
            if self._failed():
                raise DcnError(f"The unit {self.unit} failed.{self.reason()}")
            if time.monotonic() > deadline:
                raise DcnError(
                    f"The container {self.container} is not ready after {timeout} seconds: {why}.{self.reason()}"
                )
            time.sleep(1)

    def ready(self) -> str:
        """'' if the API answers from the running container, else why not."""
        found = self.engine.container(self.container)
        if not found or not found.running:
            return "it does not run"
        url = self.module.params["url"]
        return answer(url, self.module.params["status_code"]) if url else ""

    def _end(self) -> str:
        found = self.engine.container(self.container)
        state = (found.data.get("State") or {}) if found else {}
        return (
            ""
            if not state or state.get("Running") or not found or not _was_started(state)
            else str(state["FinishedAt"])
        )

    def _failed(self) -> bool:
        if not self.unit:
            return False
        _rc, out, _err = self.module.run_command([self.systemctl, "is-failed", self.unit])
        return bool(out.strip() == "failed")

    def reason(self) -> str:
        """The last lines of the logs, for the end of an error message."""
        log = self.module.params["log_file"]
        found = [(log, last_log_lines(failures(last_lines(log)))) if log else ("", "")]
        found.append((f"{self.engine.name} logs {self.container}", last_log_lines(self.engine.output(self.container))))
        if self.unit and not found[-1][1]:  # why the engine could not start the container
            found.append((f"journalctl -u {self.unit}", last_log_lines(self._journal())))
        shown = "".join(f" The last lines of its log ({source}):\n{lines}" for source, lines in found if lines)
        return shown or f" See {self.engine.name} logs {self.container}{f' and {log}' if log else ''}."

    def _journal(self) -> list[str]:
        words = ["journalctl", "--no-pager", "-o", "cat", "-n", "40", "-u", self.unit]
        rc, out, _err = self.module.run_command(words)
        return without_warnings(out) if rc == 0 else []


def _was_started(state: dict[str, Any]) -> bool:
    return not str(state.get("StartedAt", "0001")).startswith("0001") and "FinishedAt" in state
