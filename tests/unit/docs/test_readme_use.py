# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tools/readme_use.py takes from the README; make galaxy-check runs it with the artifact of a server."""

from __future__ import annotations

import importlib.util
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def tool() -> t.Any:
    specification = importlib.util.spec_from_file_location("readme_use", ROOT / "tools/readme_use.py")
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def section(tool: t.Any) -> str:
    return str(tool.section((ROOT / "README.md").read_text(encoding="utf-8")))


def test_all_commands_of_the_section_run_in_their_order(tool: t.Any, section: str) -> None:
    assert tool.commands(section) == [
        "ansible-galaxy collection install dcn.glance",
        "ansible-playbook -i inventory dcn.glance.lint",
        "ansible-playbook -i inventory dcn.glance.site --check --diff --syntax-check",
        "ansible-playbook -i inventory dcn.glance.site --syntax-check",
        "ansible-playbook -i inventory dcn.glance.verify --syntax-check",
    ]


def test_all_files_of_the_section_are_written(tool: t.Any, section: str) -> None:
    assert list(tool.files(section)) == ["inventory/hosts.yml", "inventory/group_vars/all.yml"]
    assert section.count("```yaml") == 2


def test_a_command_that_fails_ends_the_run(
    tool: t.Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("## Use it\n```sh\nexit 3\necho not reached\n```\n## Next\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["readme_use.py", str(readme), str(tmp_path)])
    assert tool.main() == 3
    captured = capfd.readouterr()
    assert "not reached" not in captured.out.splitlines()
    assert captured.err == "The command of the README failed: exit 3\n"


def test_a_readme_without_the_section_is_an_error(tool: t.Any) -> None:
    with pytest.raises(SystemExit, match="no section"):
        tool.section("# A README\n## Install\n")
