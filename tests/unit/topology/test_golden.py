# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete outputs for complete topologies, compared with reviewed files.

After an intended change: DCN_UPDATE_GOLDEN=1 pytest tests/unit/topology/test_golden.py, then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix, result, uniform
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cinder, nova
from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

FIXTURES = Path(__file__).parent.parent / "fixtures" / "topologies"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.yml") if not path.name.endswith(".golden.yml"))
HEADER = "# SPDX-License-Identifier: GPL-3.0-or-later\n---\n"


def load(name: str) -> dict[str, Any]:
    """The raw topology of a fixture."""
    data: dict[str, Any] = yaml.safe_load((FIXTURES / f"{name}.yml").read_text())
    return uniform.uniform(**data) if "template" in data else data


def compact(options: list[dict[str, Any]]) -> list[str]:
    """Options as lines, which are easier to read than mappings."""
    return [
        f"[{entry['section']}] {entry['option']} = {entry.get('value', entry.get('values', '(absent)'))}"
        for entry in options
    ]


def everything(data: dict[str, Any]) -> dict[str, Any]:
    """All outputs for a topology."""
    topology = parse(data)
    found: dict[str, Any] = {
        "findings": [str(finding) for finding in lint(topology)],
        "matrix": result.store_matrix(topology),
        "sites": {},
    }
    for site in topology.sites:
        # A cluster answers with its fsid in a real run.
        fsid = site.ceph.fsid or f"{topology.sites.index(site):08d}-aaaa-4aaa-8aaa-aaaaaaaaaaaa" if site.ceph else None
        view = result.site_result(topology, site)
        view["import"]["options"] = compact(view["import"]["options"])  # type: ignore[index]
        view["nova"] = compact(nova.nova_options(topology, site, fsid))
        view["cinder"] = compact(cinder.cinder_options(topology, site, fsid))
        view["expected"] = matrix.expected_stores(topology, site)
        found["sites"][site.name] = view
    return found


class Plain(yaml.SafeDumper):
    """YAML without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def render(data: dict[str, Any]) -> str:
    """The text of a golden file."""
    return HEADER + yaml.dump(data, Dumper=Plain, sort_keys=False, width=120, default_flow_style=False)


@pytest.mark.parametrize("name", NAMES)
def test_the_output_equals_the_reviewed_file(name: str) -> None:
    golden = FIXTURES / f"{name}.golden.yml"
    text = render(everything(load(name)))
    if os.environ.get("DCN_UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_no_fixture_is_missing() -> None:
    assert NAMES == [
        "caches", "external", "hub_and_spoke", "hub_and_two_spokes", "multi_store", "renamed", "storage_less",
        "twelve_sites",
    ]  # fmt: skip


def test_order_of_keys_in_a_site_does_not_matter() -> None:
    data = load("hub_and_two_spokes")
    turned = {"sites": {name: dict(reversed(site.items())) for name, site in data["sites"].items()}, "hub": data["hub"]}
    assert everything(turned) == everything(data)
