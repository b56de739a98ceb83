# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of docs/topology.md have exactly the keys that parse reads, with their defaults."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.normalised import normalised
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader

TEXT = (Path(__file__).parents[3] / "docs/topology.md").read_text(encoding="utf-8")
# A topology with every mapping that has keys of its own.
SITE = {
    "ceph": {"pools": {}},
    "stores": {"store": {"type": "rbd"}},
    "glance": {
        "import": {"plugins": {"image_conversion": {}, "inject_image_metadata": {}}},
        "cache": {},
        "api": {"volumes": {"volume": {"mount_path": "/x", "source": {"nfs": {"server": "a", "path": "/b"}}}}},
    },
    "nova": {"data_plane": {"node_sets": ["hosts"]}},
    "cinder": {"volume": {}},
}
COMPLETE = {"hub": "site", "platform": "operators", "operators": {}, "client_names": {}, "sites": {"site": SITE}}
# The sections of the page, and the path of their keys.
SECTIONS = {
    "### dcn_topology": "",
    "### sites.SITE": "sites.site.",
    "### sites.SITE.ceph": "sites.site.ceph.",
    "### sites.SITE.stores.STORE": "sites.site.stores.store.",
    "### sites.SITE.glance": "sites.site.glance.",
    "### Volumes of pods": "sites.site.glance.api.volumes.volume.",
}


def rows() -> list[tuple[str, str]]:
    """Each key of the tables, by its path, with the cell of its default."""
    found = []
    for title, path in SECTIONS.items():
        section = TEXT.split(f"{title}\n", 1)[1].split("\n### ", 1)[0]
        for line in re.findall(r"^\| (`.*) \|$", section, re.MULTILINE):
            keys, _type, default = re.split(r"(?<!\\) ?\| ?", line)[:3]
            found += [(f"{path}{key}", default) for key in re.findall(r"`([^`]+)`", keys)]
    return found


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The path of every key that parse knows, as its readers have asked for them."""
    found = set()
    finish = MappingReader.finish

    def recorded(reader: MappingReader) -> None:
        found.update(f"{reader.path}.{key}".lstrip(".") for key in reader._known)
        finish(reader)

    monkeypatch.setattr(MappingReader, "finish", recorded)
    parse(COMPLETE)
    assert len(found) > 50
    return found


def test_every_key_of_parse_has_a_row(known: set[str]) -> None:
    documented = {path for path, _default in rows()}
    below = {path.rsplit(".", depth)[0] for path in documented for depth in range(1, path.count(".") + 1)}
    assert known - documented - below == set()


def test_every_row_is_a_key_of_parse(known: set[str]) -> None:
    # Plugins are keys by themselves, which no reader of fixed keys asks for.
    plugins = {f"sites.site.glance.import.plugins.{name}" for name in ("image_decompression", "no_op")}
    assert {path for path, _default in rows()} - known - plugins == set()


def value_at(data: Any, path: str) -> Any:
    for key in path.split("."):
        data = data[key]
    return data


def test_defaults_are_those_of_parse() -> None:
    data = normalised(parse(COMPLETE))
    compared = []
    for path, cell in rows():
        literal = re.fullmatch(r"`([^`{]+)`|(\d+)", cell)
        if literal and "." not in literal[0].strip("`"):
            text = (literal[1] or literal[2]).replace("SITE", "site").replace("STORE", "store").replace("TYPE", "rbd")
            # The platform is the only key that the complete topology must set.
            expected = normalised(parse({"hub": "site", "sites": {"site": {"ceph": {}}}}))["platform"]
            found = expected if path == "platform" else value_at(data, path)
            assert found == yaml.safe_load(text), path
            compared.append(path)
    assert len(compared) > 15


PAGES = [
    "README.md",
    "docs/migration.md",
    *(f"docs/guides/{name}.md" for name in ("packages", "tripleo", "kolla", "operators", "custom")),
]


@pytest.mark.parametrize("page", PAGES)
def test_topologies_of_the_guides_have_no_finding(page: str) -> None:
    text = (Path(__file__).parents[3] / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    topologies = [yaml.safe_load(block)["dcn_topology"] for block in blocks if "dcn_topology:" in block]
    assert topologies
    assert [lint(parse(topology)) for topology in topologies] == [()] * len(topologies)
