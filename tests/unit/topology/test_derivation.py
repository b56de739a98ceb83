# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint derives everything for every site and reports what a later step would refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse


def findings(topology: Topology, rule: str) -> list[tuple[str, str]]:
    """(path, message) of the findings of one rule."""
    return [(finding.path, finding.message) for finding in lint(topology) if finding.rule == rule]


def with_site(topology: Topology, change: Callable[[Site], Site]) -> Topology:
    """The topology with a site dcn0 that the parser would refuse."""
    sites = tuple(change(site) if site.name == "dcn0" else site for site in topology.sites)
    return replace(topology, sites=sites)


BROKEN: list[tuple[Callable[[Site], Site], str, str]] = [
    (lambda site: replace(site, nova_options={"x": {"y": "a\rb"}}), "sites.dcn0.nova.options", "carriage return"),
    (lambda site: replace(site, cinder_options={"x": {"y": ()}}), "sites.dcn0.cinder.options", "list of values"),
    (lambda site: replace(site, cinder_options={"x]": {"y": "z"}}), "sites.dcn0.cinder.options", "contains ]"),
    (
        lambda site: replace(site, glance=replace(site.glance, options={"x": {"a b": "z"}})),
        "sites.dcn0.glance.options",
        "contains a blank",
    ),
    (
        lambda site: replace(site, ceph=replace(site.ceph, options={"log_file": "/a#b"})),
        "sites.dcn0.ceph.options.log_file",
        "Ceph would read another value",
    ),
    (
        lambda site: replace(site, ceph=replace(site.ceph, mon_host="a;b")),
        "sites.dcn0.ceph.mon_host",
        "Ceph would read another value",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "path", "text"), BROKEN)
def test_a_value_that_no_file_can_hold(
    base: dict[str, Any], change: Callable[[Site], Site], path: str, text: str
) -> None:
    found = findings(with_site(parse(base), change), "derivation")
    assert [where for where, _message in found] == [path]
    assert text in found[0][1]


def test_a_secret_whose_name_is_too_long(base: dict[str, Any]) -> None:
    data = {**base, "platform": "operators", "operators": {"secret_name": "s" * 248}}
    assert [path for path, _message in findings(parse(data), "secret-name")] == ["operators.secret_name"]
    data["operators"] = {"secret_name": "s" * 100}
    assert findings(parse(data), "secret-name") == []


def test_only_the_section_is_reported_if_its_spelling_is_wrong(base: dict[str, Any]) -> None:
    base["sites"]["dcn0"]["nova"] = {"options": {"LIBVIRT": {"rbd_user": "x"}}}
    topology = parse(base)
    assert findings(topology, "derivation") == []
    assert [path for path, _message in findings(topology, "section-spelling")] == ["sites.dcn0.nova.options.LIBVIRT"]
