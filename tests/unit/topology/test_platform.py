# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platform of each site."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse, parse_partially


def topology(platform: str | None, **sites: str | None) -> dict[str, Any]:
    """A topology whose first site is the hub."""
    written = {name: {"ceph": {}, **({"platform": value} if value else {})} for name, value in sites.items()}
    return {"hub": next(iter(sites)), **({"platform": platform} if platform else {}), "sites": written}


@pytest.mark.parametrize(
    ("platform", "sites", "found"),
    [
        (None, {"hub": None, "dcn0": None}, ["packages", "packages"]),
        (None, {"hub": None, "dcn0": "kolla"}, ["packages", "kolla"]),
        ("tripleo", {"hub": None, "dcn0": "kolla", "dcn1": "custom"}, ["tripleo", "kolla", "custom"]),
        ("custom", {"hub": "packages", "dcn0": None}, ["packages", "custom"]),
        ("operators", {"hub": None, "dcn0": None}, ["operators", "operators"]),
    ],
)
def test_a_site_has_its_own_or_that_of_all(
    platform: str | None, sites: dict[str, str | None], found: list[str]
) -> None:
    parsed = parse(topology(platform, **sites))
    assert [site.platform for site in parsed.sites] == found
    normal = normalised(parsed)
    assert normalised(parse(normal)) == normal


@pytest.mark.parametrize(
    ("platform", "site", "path", "message"),
    [
        (None, "operators", "sites.dcn0.platform", "is operators, which is for all sites together"),
        ("operators", "kolla", "sites.dcn0.platform", "has no effect, because the platform of all sites is operators"),
        (None, "kola", "sites.dcn0.platform", "packages, tripleo, kolla, custom"),
        ("openshift", None, "platform", "packages, tripleo, kolla, custom, operators"),
    ],
)
def test_what_is_refused(platform: str | None, site: str | None, path: str, message: str) -> None:
    problems = parse_partially(topology(platform, hub=None, dcn0=site)).problems
    assert [problem.path for problem in problems] == [path]
    assert message in problems[0].message


@pytest.mark.parametrize(
    ("platform", "directory", "found"),
    [
        ("kolla", "/srv/images", ["sites.hub.stores.f.options.filesystem_store_datadir"]),
        ("tripleo", "/srv/images", ["sites.hub.stores.f.options.filesystem_store_datadir"]),
        ("kolla", "/var/lib/glance/more", []),
        ("packages", "/srv/images", []),
        ("custom", "/srv/images", []),
    ],
)
def test_directories_outside_of_the_volumes(platform: str, directory: str, found: list[str]) -> None:
    data = topology(platform, hub=None, dcn0=None)
    data["sites"]["hub"]["stores"] = {
        "hub": {"type": "rbd", "default": True},
        "f": {"type": "file", "options": {"filesystem_store_datadir": directory}},
    }
    findings = lint(parse(data))
    assert [finding.path for finding in findings if finding.rule == "container-path"] == found


def test_all_problems_are_reported_at_once() -> None:
    problems = parse_partially(topology("operators", hub="kolla", dcn0="operators", dcn1="x")).problems
    assert [problem.path for problem in problems] == [
        "sites.dcn0.platform",
        "sites.dcn1.platform",
        "sites.hub.platform",
    ]
