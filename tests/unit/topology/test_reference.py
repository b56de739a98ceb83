# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/topology.md describes the rules, the keys and the examples as the code has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import RULES, lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.uniform import uniform

TEXT = (Path(__file__).parents[3] / "docs" / "topology.md").read_text()
STORES = (Path(__file__).parents[3] / "docs" / "stores.md").read_text()
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", TEXT + STORES, re.MULTILINE | re.DOTALL)


def test_every_rule_is_explained_with_its_severity() -> None:
    explained = re.findall(r"^\| `([a-z0-9-]+)` \| (error|warning) \|", TEXT, re.MULTILINE)
    assert sorted(explained) == sorted((rule.id, rule.severity) for rule in RULES)


def leaves(data: dict[str, Any], path: str = "") -> set[str]:
    """The keys of a normalised topology, as the reference writes them."""
    found = set()
    for key, value in data.items():
        where = f"{path}.{key}" if path else key
        found |= leaves(value, where) if isinstance(value, dict) and value else {where}
    return found


@pytest.mark.parametrize("platform", [{}, {"platform": "operators", "operators": {"storage_class": "local"}}])
def test_every_key_is_in_a_table(platform: dict[str, Any]) -> None:
    api = {"glance": {"api": {"name": "site", "spec": {"a": 1}}}} if platform else {}
    site = {"ceph": {}, "stores": {"STORE": {"type": "rbd"}}, **api}
    parsed = parse({"hub": "SITE", **platform, "sites": {"SITE": site}})
    sections = {
        "client_names.": "### dcn_topology",
        "operators.": "### dcn_topology",
        "sites.SITE.ceph.": "### sites.SITE.ceph",
        "sites.SITE.stores.STORE.": "### sites.SITE.stores.STORE",
        "sites.SITE.glance.": "### sites.SITE.glance",
    }
    for key in leaves(normalised(parsed)):
        prefix = next((prefix for prefix in sections if key.startswith(prefix)), "sites.SITE.")
        title = sections.get(prefix, "### sites.SITE" if key.startswith("sites") else "### dcn_topology")
        section = TEXT.split(f"{title}\n", 1)[1].split("\n### ", 1)[0]
        name = key if title == "### dcn_topology" else key[len(prefix) :]
        documented = re.findall(r"^\| (.*?) \|", section, re.MULTILINE)
        assert any(f"`{name}`" in cell or f"`{name.rsplit('.', 1)[0]}`" in cell for cell in documented), key


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_example_is_right(number: int) -> None:
    data = yaml.safe_load(
        EXAMPLES[number].replace('"{{ vault_s3_access_key }}"', "a").replace("{{ vault_s3_secret_key }}", "b")
    )
    topology = data["dcn_topology"]
    if isinstance(topology, str):
        assert "uniform_topology(hub='central', spokes=['dcn0', 'dcn1', 'dcn2'])" in topology
        topology = uniform(data["template"], "central", ["dcn0", "dcn1", "dcn2"])
    assert [finding for finding in lint(parse(topology)) if finding.severity == "error"] == []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 19


def test_the_example_inventory_is_clean() -> None:
    path = Path(__file__).parents[3] / "inventories" / "packages" / "group_vars" / "all" / "topology.yml"
    topology = parse(yaml.safe_load(path.read_text())["dcn_topology"])
    assert lint(topology) == ()
    assert [site.name for site in topology.sites if site.ceph is None] == ["edge0"]
    assert "swift" in [store.type for store in topology.hub.stores]
