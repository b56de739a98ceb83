# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each playbook has a page in docs/playbooks, and what the page says of groups and variables is true."""

from __future__ import annotations

import importlib.util
import re
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = ROOT / "docs/playbooks"
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
SECTIONS = ["Hosts", "Variables", "Check mode", "Limit and tags", "Second run", "When it fails", "Example"]
# Groups that the playbook groups makes, and the groups of the inventory whose hosts are in them.
MADE = {
    "dcn_first_admin": {"dcn_ceph_admin"},
    "dcn_key_holder": {"dcn_ceph_admin", "dcn_ceph_keys"},
    "dcn_cluster_auditor": {"dcn_ceph_admin", "dcn_glance_api"},
    "dcn_first_compute": {"dcn_nova_compute"},
    "dcn_cluster_reader": {"dcn_ceph_admin", "dcn_glance_api"},
    "dcn_api_caller": {"dcn_openstack_client"},
    "dcn_operators": {"dcn_kubernetes"},
    "dcn_hub": set(),
    "dcn_spokes": set(),
}
GIVEN = {"dcn_nova_compute", "dcn_cinder_volume", "dcn_rgw", *(group for groups in MADE.values() for group in groups)}


def tool(name: str) -> types.ModuleType:
    specification = importlib.util.spec_from_file_location(f"docs_{name}", ROOT / f"tools/docs/{name}.py")
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


VARIABLES = tool("variables")


def section(name: str, title: str) -> str:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_every_playbook_has_a_page_and_every_page_a_playbook() -> None:
    pages = sorted(path.stem for path in PAGES.glob("*.md"))
    assert pages == sorted(["README", *PLAYBOOKS])
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| \[(\w+)\]\(\1\.md\) \|", index, re.MULTILINE)) == PLAYBOOKS


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_page_has_the_same_sections_as_the_others(name: str) -> None:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert text.splitlines()[1] == f"# dcn.glance.{name}"
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    assert [title for title in SECTIONS if not section(name, title).strip()] == []


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_variables_are_those_of_the_roles(name: str) -> None:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert text == VARIABLES.with_variables(name, text), "run tools/docs/variables.py"


def groups_of(name: str) -> set[str]:
    """The groups of the inventory whose hosts a playbook uses, with those of the playbooks that it imports."""
    hosts = " ".join(str(play.get("hosts", "")) for play in VARIABLES.plays(name))
    found = set()
    for group in re.findall(r"dcn_\w+", hosts):
        found |= MADE.get(group, {group})
    for other in VARIABLES.imported(name):
        found |= groups_of(other)
    return found & GIVEN


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_hosts_names_every_group(name: str) -> None:
    documented = set(re.findall(r"`(dcn_\w+)`", section(name, "Hosts")))
    assert groups_of(name) <= documented
    assert documented <= GIVEN


def test_tags_are_documented_when_there_are_some() -> None:
    tagged = [name for name in PLAYBOOKS if re.search(r"^\s*tags:", (ROOT / f"playbooks/{name}.yml").read_text(), re.M)]
    assert [name for name in PLAYBOOKS if "no tags" not in " ".join(section(name, "Limit and tags").split())] == tagged


ROLES = [path.name for path in (ROOT / "roles").iterdir()]
OF_A_ROLE = re.compile(rf"\b(?:{'|'.join(sorted(ROLES))})_[a-z_]+")


def named_variables(text: str) -> set[str]:
    return set(OF_A_ROLE.findall(text)) - set(ROLES)


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_no_variable_is_invented(name: str) -> None:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8").split(VARIABLES.START)
    by_hand = text[0] + text[1].split(VARIABLES.END)[1]
    every = {option for role in ROLES for option in VARIABLES.every_option(role)}
    assert named_variables(by_hand) <= every
    assert named_variables(section(name, "Example")) <= VARIABLES.variables(name)


def test_common_variables_are_explained() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8").split("## Variables", 1)[1]
    assert set(re.findall(r"^\| `(\w+)` \|", index, re.MULTILINE)) == VARIABLES.common()
