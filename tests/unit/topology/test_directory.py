# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A topology with one file for each site, read by the inventory plugin as ansible-playbook reads it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._topology.directory import SiteFile, in_order, merged, site_of
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse, parse_partially

ROOT = Path(__file__).resolve().parents[3]
CONFIG = "plugin: dcn.glance.sites\ndirectory: ../dcn_sites\ntopology:\n  hub: central\n"


def inventory(top: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What ansible-inventory says of a directory with the configuration of the plugin."""
    (top / "inventory").mkdir()
    (top / "inventory" / "topology.yml").write_text(CONFIG)
    (top / "inventory" / "hosts.yml").write_text("all: {hosts: {here: {}}}")
    for name, text in files.items():
        (top / "dcn_sites").mkdir(exist_ok=True)
        (top / "dcn_sites" / name).write_text(text)
    return subprocess.run(
        ["ansible-inventory", "-i", str(top / "inventory"), "--host", "here"],
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache" / "collections"), "COLUMNS": "1000"},
        cwd=ROOT,
    )


def test_the_plugin_reads_each_file_and_reports_every_wrong_one(tmp_path: Path) -> None:
    files = {"central.yml": "ceph: {}", "a.yml": "ceph: {", "b.yml": "ceph: {fsidd: 1}", "c.yml": "", "d.yml": "[1]"}
    files.update({"edge.json": '{"ceph": {}}', "README.md": "Notes", ".dcn3.yml": "x"})
    found: Any = json.loads(inventory(tmp_path, files).stdout)["dcn_topology"]
    assert (found["hub"], found["sites"]["edge"]) == ("central", {"ceph": {}})
    problems = {item.path: item.message for item in parse_partially(found).problems}
    assert sorted(problems) == ["sites.a", "sites.b.ceph.fsidd", "sites.c", "sites.d"]
    assert problems["sites.a"].startswith(f"{tmp_path}/dcn_sites/a.yml cannot be read: ")


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    done = inventory(tmp_path, {})
    assert "dcn_topology" not in done.stdout
    assert "dcn_sites cannot be read: No such file or directory" in " ".join(done.stderr.split())


def test_the_hub_is_first_and_the_others_follow_their_names() -> None:
    names = in_order(["dcn10", "central", "edge", "dcn2"])
    topology = merged({"hub": "central"}, [SiteFile(name, f"/s/{name}.yml", {"ceph": {}}) for name in names])
    assert [site.name for site in parse(topology).sites] == ["central", "dcn2", "dcn10", "edge"]


def test_two_descriptions_of_a_site_are_refused() -> None:
    common = {"hub": "central", "sites": {"central": {"ceph": {}}, "dcn0": {"ceph": {}}}}
    files = [
        SiteFile("dcn0", "/s/dcn0.yml", {}),
        SiteFile("edge", "/s/edge.yml", {}),
        SiteFile("edge", "/s/edge.json", {}),
    ]
    problems = {item.path: item.message for item in parse_partially(merged(common, files)).problems}
    assert problems == {
        "sites.dcn0": "is described by /s/dcn0.yml and in `topology`; remove one",
        "sites.edge": "is described by /s/edge.yml and by /s/edge.json; remove one",
    }


def test_a_part_for_all_sites_that_is_no_mapping_is_reported() -> None:
    (problem,) = parse_partially(merged(["central"], [])).problems
    assert "`topology` must be a mapping" in problem.message


def test_a_new_site_does_not_change_the_order_of_the_others() -> None:
    names = [f"dcn{number}" for number in range(12)]
    assert in_order(reversed(names)) == names
    for new in ("aaa", "dcn5b", "zzz"):
        assert [name for name in in_order([*names, new]) if name != new] == names


@pytest.mark.parametrize(
    ("name", "site"),
    [("dcn0.yml", "dcn0"), ("a.b.yaml", "a.b"), (".yml", ""), (".x.yml", ""), ("dcn0", ""), ("a.md", "")],
)
def test_names_of_files(name: str, site: str) -> None:
    assert site_of(name) == site
