# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of findings, secrets in them, and the rule that needs many sites."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

Changed = Callable[..., dict[str, Any]]

HUB = "sites/central/stores/central/options"


def test_errors_come_first(changed: Changed) -> None:
    data = changed(
        "sites/dcn0/glance", {}, "sites/dcn1/glance/endpoint", "http://x/v2", HUB, {"rados_connect_timeout": 0}
    )
    severities = [finding.severity for finding in lint(parse(data))]
    assert severities == ["error", "error", "warning"]


def appended(count: int, prefix: str) -> dict[str, Any]:
    """Sites whose endpoints end in a prefix and the site's number."""
    sites: dict[str, Any] = {"central": {"ceph": {}, "glance": {"endpoint": f"http://172.17.0.{prefix}0:9292"}}}
    for index in range(1, count):
        last = f"{prefix}{index}" if index < 10 else str(200 + index)
        sites[f"dcn{index}"] = {"ceph": {}, "glance": {"endpoint": f"http://172.17.0.{last}:9292"}}
    return {"hub": "central", "sites": sites}


@pytest.mark.parametrize(
    ("count", "prefix", "expected"), [(11, "8", ["sites"]), (9, "8", []), (11, "", []), (12, "1", ["sites"])]
)
def test_addresses_with_a_number_appended(count: int, prefix: str, expected: list[str]) -> None:
    hits = [hit.path for hit in lint(parse(appended(count, prefix))) if hit.rule == "address-pattern"]
    assert hits == expected


def test_no_secret_is_in_a_finding(changed: Changed) -> None:
    hush = {"s3_store_secret_key": "hush <x>", "s3_store_access_key": "hush", "s3_store_hots": "y"}
    findings = lint(parse(changed("sites/dcn1/stores/s", {"type": "s3", "options": hush})))
    assert findings
    assert not [finding for finding in findings if "hush" in str(finding)]
