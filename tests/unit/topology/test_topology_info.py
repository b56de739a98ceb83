# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module topology_info as Ansible runs it."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.modules import topology_info

Changed = Callable[..., dict[str, Any]]
SECRET = "hush-hush"


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(output_of: Callable[..., str]) -> Run:
    """run(topology=..., fail_on=...): the result of the module."""

    def apply(**options: Any) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(output_of(topology_info.main, options))
        return result

    return apply


def test_a_good_topology(base: dict[str, Any], run: Run) -> None:
    result = run(topology=base)
    assert result["changed"] is False
    assert result["findings"] == result["report"] == []
    assert result["summary"] == "The topology (hub central, 3 spokes, 4 stores) has no error and no warning."
    assert result["matrix"]["dcn0"] == ["dcn0", "central", "archive"]
    assert result["sites"]["central"]["role"] == "hub"
    assert result["sites"]["edge"]["default_store"] == "central"
    assert result["topology"]["sites"]["dcn0"]["ceph"]["cluster"] == "dcn0"


def test_the_normalised_topology_is_a_topology_with_the_same_meaning(base: dict[str, Any], run: Run) -> None:
    first = run(topology=base)
    for site in first["topology"]["sites"].values():
        assert set(site) >= {"availability_zone", "stores", "glance", "nova", "cinder"}
    second = run(topology=first["topology"])
    assert second["sites"] == first["sites"]
    assert second["topology"] == first["topology"]


@pytest.mark.parametrize(
    ("changes", "fail_on", "failed"),
    [
        ([], "warning", False),
        (["sites/dcn0/glance/endpoint", None], "error", False),
        (["sites/dcn0/glance/endpoint", None], "warning", True),
        (["sites/dcn0/glance/endpoint", "http://x/v2"], "error", True),
        (["sites/dcn0/glance/endpoint", "http://x/v2"], "warning", True),
        (["sites/dcn0/glance/endpoint", "http://x/v2"], "never", False),
        (["hub", "x"], "error", True),
        (["hub", "x"], "never", False),
    ],
)
def test_findings_that_fail(changed: Changed, run: Run, changes: list[Any], fail_on: str, failed: bool) -> None:
    assert run(topology=changed(*changes), fail_on=fail_on).get("failed", False) is failed


def test_the_message_contains_every_finding(changed: Changed, run: Run) -> None:
    broken = changed("sites/dcn0/glance/endpoint", None, "sites/dcn1/glance/endpoint", "http://localhost/v2")
    result = run(topology=broken, inventory={"dcn_glance_api": {"h": "dcn9"}})
    lines = result["msg"].split("\n")
    assert lines[0] == "The topology (hub central, 3 spokes, 4 stores) has 9 errors and 3 warnings."
    assert len(lines) == 13 == len(result["findings"]) + 1
    assert [line.split()[0] for line in lines[1:]] == ["ERROR"] * 9 + ["WARNING"] * 3


def test_without_a_parsed_topology_the_sites_are_empty(changed: Changed, run: Run) -> None:
    result = run(topology=changed("hub", "x", "sites/dcn0/ceph/fsid", 5), fail_on="never")
    assert (result["sites"], result["matrix"], result["topology"]) == ({}, {}, {})
    assert result["summary"] == "The topology cannot be used: 2 errors."


@pytest.mark.parametrize("topology", [[], "text", 5, {"sites": {1: 2}}])
def test_unexpected_values_are_reported(run: Run, topology: Any) -> None:
    result = run(topology=topology)
    assert result["failed"] is True
    assert result["msg"].startswith("The topology cannot be used")
    assert "exception" not in result


@pytest.mark.parametrize("fail_on", ["error", "never"])
@pytest.mark.parametrize(
    "changes",
    [
        ["sites/central/stores/archive/options/swift_store_key", SECRET],
        ["sites/central/stores/archive/options/swift_store_key", [SECRET]],
        ["sites/central/stores/archive/options/swift_store_key", {SECRET[:0]: {"x": SECRET}}],
        ["sites/central/stores/s", {"type": "s3", "options": {"s3_store_secret_key": SECRET}}],
        ["sites/central/stores/s", {"type": "s4", "options": {"s3_store_secret_key": SECRET}}],
        ["sites/central/stores/c", {"type": "cinder", "options": {"cinder_store_password": SECRET}}],
        ["sites/dcn0/glance/options", {"keystone_authtoken": {"password": SECRET}}],
        ["sites/dcn0/glance/options", {"database": {"connection": f"mysql+pymysql://glance:{SECRET}@db/glance"}}],
        ["sites/dcn0/nova", {"options": {"DEFAULT": {"transport_url": f"rabbit://u:{SECRET}@h"}}}],
        ["sites/dcn0/cinder", {"options": {"dcn0": {"san_password": SECRET}}, "opitons": {"password": SECRET}}],
        ["sites/dcn0/glance/endpoint", f"http://admin:{SECRET}@glance"],
    ],
)
def test_no_secret_is_in_the_result(
    changed: Changed, output_of: Callable[..., str], changes: list[Any], fail_on: str
) -> None:
    printed = output_of(topology_info.main, {"topology": changed(*changes), "fail_on": fail_on})
    assert SECRET not in printed
    # A result of its own, not one that failed before it had anything to hide.
    result = json.loads(printed)
    shown = result["invocation"]["module_args"]["topology"] if result.get("failed") else result["topology"]
    assert shown.get("hub") == "central" or result["findings"]


@pytest.mark.parametrize("subset", [[], ["matrix"], ["sites", "topology"]])
def test_the_result_has_what_is_asked_for_and_no_options(base: dict[str, Any], run: Run, subset: list[str]) -> None:
    result = run(topology=base, gather_subset=subset)
    assert {"matrix", "sites", "topology"} & set(result) == set(subset)
    assert result["platform"] == "packages" and result["invocation"] == {}


def test_the_system_log_gets_no_options(changed: Changed, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(
        topology_info.QuietModule, "log", lambda self, msg, log_args=None: logged.append(f"{msg}{log_args}")
    )
    run(topology=changed("sites/central/stores/archive/options/swift_store_key", SECRET))
    assert logged == ["Invoked; the options are not loggedNone"]


def test_check_mode(base: dict[str, Any], run: Run) -> None:
    plain = run(topology=base)
    checked = run(topology=base, _ansible_check_mode=True)
    assert checked == plain
