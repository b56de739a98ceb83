# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin: what it prints, and that no failure of the progress changes the result of the module."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.action import glance_image_rules
from ansible_collections.dcn.glance.plugins.action.glance_image_rules import ActionModule

JOB = {"ansible_job_id": "j1", "results_file": "/root/.ansible_async/j1", "started": True, "finished": False}
DONE = {"changed": True, "table": ["the table"], "finished": True, "ansible_job_id": "j1"}
COPYING = {"store": "dcn0", "state": "copying", "bytes": 0, "seconds": 1.0}
PROGRESS = json.dumps({"seconds": 1, "images": [{"image": "a", "size": 1024, "stores": [COPYING]}]})
RUNNING = json.dumps({"started": True, "finished": False, "ansible_job_id": "j1"})


class Host:
    """What the host answers: the modules that ran, and the commands."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.modules: list[tuple[str, bool]] = []
        self.commands: list[str] = []
        self.printed: list[str] = []

    def module(self, module_name: str, module_args: dict[str, Any], wrap_async: Any = False, **_more: Any) -> Any:
        kind = "status" if module_name.endswith("async_status") else "module"
        self.modules.append((module_args.get("mode", kind), bool(wrap_async)))
        answer = self.answers["job" if wrap_async else kind]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    def command(self, text: str) -> dict[str, Any]:
        self.commands.append(text)
        if text == "mktemp":
            return {"rc": 0, "stdout": self.answers.get("file", "/tmp/x\n")}
        if text.startswith("cat") and isinstance(self.answers.get("read"), Exception):
            raise self.answers["read"]
        progress, state = self.answers.get("read", (PROGRESS, json.dumps(DONE)))
        return {"rc": 0, "stdout": f"{progress}\n-- state of the job --\n{state}"}


def run(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], check: bool = False, **arguments: Any) -> Any:
    host = Host({"module": DONE, "job": JOB, "status": DONE, **answers})
    task = SimpleNamespace(async_val=0, check_mode=check, args=arguments, action="dcn.glance.glance_image_rules")
    plugin = ActionModule.__new__(ActionModule)
    plugin._task, plugin._display = task, SimpleNamespace(display=host.printed.append)
    monkeypatch.setattr(plugin, "_execute_module", host.module, raising=False)
    monkeypatch.setattr(plugin, "_low_level_execute_command", host.command, raising=False)
    monkeypatch.setattr(glance_image_rules.ActionBase, "run", lambda *_arguments: {})
    moments = iter(range(0, 100000, 10))
    monkeypatch.setattr(glance_image_rules.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(glance_image_rules.time, "monotonic", lambda: next(moments))
    result = plugin.run(None, {})
    assert task.async_val == 0
    return host, result


def test_progress_and_table_are_printed_and_the_job_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    host, result = run(monkeypatch, {})
    assert host.printed == ["a -> dcn0: copying, 1.0 KiB", "0 of 1 copies, 0 B of 1.0 KiB, 1 s", "the table"]
    assert result == {"changed": True, "table": ["the table"]}
    assert host.modules == [("module", True), ("status", False), ("cleanup", False)]
    assert host.commands[-1] == "rm -f /tmp/x"


@pytest.mark.parametrize(
    "read",
    [
        RuntimeError("the connection is gone"),
        ("", ""),
        ("not JSON", RUNNING),
        ('{"seconds": 1, "images": [{}]}', RUNNING),
        ("[]", "[]"),
    ],
)
def test_a_progress_that_cannot_be_read_changes_nothing(monkeypatch: pytest.MonkeyPatch, read: Any) -> None:
    host, result = run(monkeypatch, {"read": read})
    assert (result["changed"], host.printed) == (True, ["the table"])


def test_the_connection_may_be_lost_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    host, result = run(monkeypatch, {"status": [RuntimeError("lost"), {"finished": False}, DONE]})
    assert result["changed"] is True
    host, result = run(monkeypatch, {"status": RuntimeError("lost")})
    assert result["failed"] and "could not be read: lost" in result["msg"]
    assert [name for name, _async in host.modules].count("status") == glance_image_rules.STATUS_FAILURES


@pytest.mark.parametrize(
    ("answers", "modules"),
    [
        ({"job": {"failed": True, "msg": "could not create directory: x"}}, [("module", True), ("module", False)]),
        ({"job": DONE}, [("module", True)]),
        ({"file": ""}, [("module", False)]),
    ],
)
def test_where_no_job_is_possible_the_module_runs_once_as_any_other(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any], modules: list[tuple[str, bool]]
) -> None:
    host, result = run(monkeypatch, answers)
    assert (host.modules, result["changed"], host.printed) == (modules, True, ["the table"])


def test_check_mode_prints_the_table_only_and_quiet_prints_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    host, _result = run(monkeypatch, {}, check=True)
    assert (host.modules, host.printed) == ([("module", False)], ["the table"])
    host, _result = run(monkeypatch, {}, progress=False)
    assert (host.modules, host.printed, host.commands) == ([("module", False)], [], [])
