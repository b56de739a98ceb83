# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin gives the results of the module, and leaves to the module what only a module does."""

from __future__ import annotations

import datetime
import json
from types import SimpleNamespace
from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.action import topology_info as action
from ansible_collections.dcn.glance.plugins.modules import topology_info as module

SECRET = "hush-hush"
TOPOLOGY: dict[str, Any] = {
    "hub": "central",
    "sites": {
        "central": {"ceph": {"fsid": "11111111-4444-4444-8444-444444444444"}},
        "dcn0": {
            "ceph": {"fsid": "22222222-4444-4444-8444-444444444444"},
            "glance": {"endpoint": "http://dcn0.example.org:9292"},
        },
    },
}
NO_ENDPOINT = {**TOPOLOGY, "sites": {**TOPOLOGY["sites"], "dcn0": {"ceph": {}}}}
SWIFT = {"type": "swift", "options": {"swift_store_key": SECRET}}
WITH_SECRET = {**TOPOLOGY, "sites": {**TOPOLOGY["sites"], "edge": {"stores": {"edge": SWIFT}}}}
HOSTS = {"dcn_glance_api": {"central-host": "central", "dcn0-host": "dcn0"}}


def run(monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], seconds: int = 0) -> tuple[dict[str, Any], list[Any]]:
    modules: list[Any] = []

    def execute(wrap_async: Any, **_more: Any) -> dict[str, Any]:
        modules.append(wrap_async)
        return {"by": "module"}

    plugin = action.ActionModule.__new__(action.ActionModule)
    plugin._task = SimpleNamespace(async_val=seconds, check_mode=False, args=options)
    monkeypatch.setattr(plugin, "_execute_module", execute, raising=False)
    monkeypatch.setattr(action.ActionBase, "run", lambda *_arguments: {})
    return plugin.run(None, {}), modules


@pytest.mark.parametrize(
    "options",
    [
        {"topology": TOPOLOGY},
        {"topology": TOPOLOGY, "inventory": HOSTS, "gather_subset": ["matrix"], "fail_on": "never"},
        {"topology": TOPOLOGY, "gather_subset": "sites,topology", "images": [{"name": 7}], "fail_on": "never"},
        {"topology": NO_ENDPOINT, "fail_on": "warning"},
        {"topology": NO_ENDPOINT},
        {"topology": {"hub": "nowhere"}},
        {"topology": "text"},
        {"topology": None},
        {"topology": WITH_SECRET, "inventory": {"dcn_glance_api": ["x"], "other": {"x": 1}}, "fail_on": "never"},
    ],
)
def test_the_result_is_that_of_the_module(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, output_of: Callable[..., str]
) -> None:
    result, modules = run(monkeypatch, options)
    expected = json.loads(output_of(module.main, options))
    # The module repeats its options when it fails; the action plugin never does.
    del expected["invocation"]
    assert json.loads(json.dumps(result)) == expected
    assert modules == []
    assert SECRET not in json.dumps(result)


def test_values_are_read_as_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    topology = {**TOPOLOGY, "hub": datetime.date(2026, 1, 1)}
    result, _modules = run(monkeypatch, {"topology": topology, "fail_on": "never"})
    assert "2026-01-01" in result["findings"][0]["message"]


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({}, 0),
        ({"topology": TOPOLOGY, "fail_on": "sometimes"}, 0),
        ({"topology": TOPOLOGY, "topologie": 1}, 0),
        ({"topology": TOPOLOGY}, 60),
    ],
)
def test_wrong_options_and_jobs_are_left_to_the_module(
    options: dict[str, Any], seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, modules = run(monkeypatch, options, seconds)
    assert result == {"by": "module"}
    assert modules == [seconds]
