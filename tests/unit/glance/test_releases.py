# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an installed Glance can do: the table, its page, and a package that the real program reads."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import IMPORT_METHODS, IMPORT_PLUGINS
from ansible_collections.dcn.glance.plugins.module_utils._glance import releases
from ansible_collections.dcn.glance.plugins.module_utils._glance.releases import Found, Wanted, expected
from ansible_collections.dcn.glance.plugins.modules import glance_release_info
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

PAGE = Path(__file__).resolve().parents[3] / "docs" / "releases.md"
ALL = Wanted(IMPORT_METHODS, (*IMPORT_PLUGINS, "own_plugin"), ("copy_image", "get_image"), True, 2)


def test_every_method_and_plugin_has_a_first_release() -> None:
    assert set(releases.METHODS) == set(IMPORT_METHODS)
    assert set(releases.PLUGINS) == set(IMPORT_PLUGINS)
    assert list(releases.NAMES) == list(range(releases.OLDEST, max(releases.NAMES) + 1))


def test_the_page_has_the_table() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text().splitlines()]
    head = next(row for row in rows if row[0] == "release")
    found = {row[0]: dict(zip(head[1:], row[1:])) for row in rows if row[0] in releases.NAMES.values()}
    assert set(head[2:]) >= set(releases.FEATURES)
    for number, name in releases.NAMES.items():
        code = expected(number)
        have = {*code.methods, *code.plugins, *code.features}
        assert found[name] == {"Glance": str(number), **{each: "yes" if each in have else "-" for each in head[2:]}}


@pytest.mark.parametrize(
    ("number", "lacking"),
    [
        (19, ["copy-image", "glance-download", "image_decompression", "policy copy_image", "weight"]),
        (20, ["glance-download", "policy copy_image", "weight"]),
        (22, ["glance-download", "weight"]),
        (25, ["weight"]),
        (27, []),
        (40, []),
    ],
)
def test_all_that_a_release_lacks_is_told_at_once(number: int, lacking: list[str]) -> None:
    found = releases.problems(expected(number), ALL)
    assert len(found) == len(lacking)
    for text, word in zip(found, lacking):
        assert word in text
        assert re.search(r"which came with \S+ \(\d+\): .+, or upgrade\.$", text)


def test_names_of_releases() -> None:
    assert [expected(number).release for number in (18, 19, 31, 33)] == ["", "Train", "2025.2", "2025.2+"]
    assert "is older than Train (19)" in releases.problems(expected(18), Wanted())[0]
    assert releases.major("dev") == 0


def test_what_a_distribution_added_to_an_old_release_counts() -> None:
    backported = Found("19.0.4", (*expected(19).methods, "copy-image"), (), ("copy_image",))
    assert releases.problems(backported, Wanted(("copy-image",), (), ("copy_image",))) == []


@pytest.mark.parametrize(("number", "workers", "warned"), [(21, 2, True), (21, 1, False), (22, 2, False)])
def test_workers_that_share_no_data(number: int, workers: int, warned: bool) -> None:
    texts = releases.warnings(expected(number), Wanted(("glance-direct",), workers=workers))
    assert ["shared storage" in text for text in texts] == [True] * warned


ENTRY_POINTS = """[glance.image_import.internal_plugins]
copy_image = glance.copy:flow
web_download = glance.web:flow

[glance.image_import.plugins]
image_conversion = glance.conversion:flow
no_op = glance.no_op:flow
"""


@pytest.fixture(name="python")
def python_fixture(tmp_path: Path) -> list[str]:
    """A Python that has the package of an Ussuri to which a distribution added an option."""
    files = {
        "glance-20.2.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: glance\nVersion: 20.2.0\n",
        "glance-20.2.0.dist-info/entry_points.txt": ENTRY_POINTS,
        "glance/__init__.py": "",
        "glance/common/config.py": "cfg.StrOpt('worker_self_reference_url')",
        "glance/api/v2/router.py": "raise SystemExit('is not run')",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return ["env", f"PYTHONPATH={tmp_path}", sys.executable]


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, **options: Any) -> dict[str, Any]:
    set_arguments(monkeypatch, options, check=True)
    with pytest.raises(SystemExit):
        glance_release_info.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_the_module_reads_the_package(
    python: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run(capsys, monkeypatch, python_exec=python, import_methods=["copy-image"], import_plugins=["own"])
    assert (found["known"], found["version"], found["release"]) == (True, "20.2.0", "Ussuri")
    assert found["import_methods"] == ["glance-direct", "copy-image", "web-download"]
    assert found["import_plugins"] == ["image_conversion", "no_op"]
    assert found["features"] == ["worker_self_reference_url"]
    refused = run(capsys, monkeypatch, python_exec=python, import_plugins=["image_decompression"], weights=True)
    assert refused["failed"] and len(refused["problems"]) == 2
    assert refused["msg"].startswith("Glance 20.2.0 (Ussuri) has no import plugin image_decompression, which came with")


def test_without_the_package_nothing_is_guessed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ["env", "-i", sys.executable, "-S"]
    found = run(capsys, monkeypatch, python_exec=other, import_methods=["copy-image"])
    assert (found["known"], found["release"], found.get("failed", False)) == (False, "", False)
    assert "does not find the package glance (PackageNotFoundError" in str(found["warnings"])
    assert run(capsys, monkeypatch, python_exec=other, required=True)["failed"]
    assert "podman cannot be run" in str(run(capsys, monkeypatch, python_exec=["/no/podman"])["warnings"])
