# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of the documentation that contact no host run here as they are shown, on the files that the page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MARKER = "tests/unit/docs/test_lint_commands.py::test_commands_run_as_they_are_shown"
# A page names the file that a block is for in the line above it: `inventory/hosts.yml`:
FILE = re.compile(r"^`(inventory/[\w./-]+)`:\n+```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shell(command: str, directory: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache/collections"),
        "ANSIBLE_NOCOLOR": "1",
    }
    line = ["bash", "-ec", command]
    return subprocess.run(line, cwd=directory, env=environment, capture_output=True, text=True, check=False)


def shown() -> list[t.Any]:
    """Each command that this test runs, with its page and the exit code that it must have."""
    found = []
    block = re.compile(rf"^<!-- tested by: {re.escape(MARKER)} -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]:
        for body in block.findall(path.read_text(encoding="utf-8")):
            # A page of the checks shows files with errors.
            code = 2 if "bad_" in body else 0
            name = str(path.relative_to(ROOT))
            found.append(pytest.param(name, body, code, id=f"{name}: {body.strip()[:60]}"))
    return found


SHOWN = shown()


def test_there_are_such_commands() -> None:
    assert len(SHOWN) > 3


@pytest.mark.parametrize(("page", "command", "code"), SHOWN)
def test_commands_run_as_they_are_shown(page: str, command: str, code: int, tmp_path: Path) -> None:
    files = FILE.findall((ROOT / page).read_text(encoding="utf-8"))
    for name, content in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    answer = shell(command, tmp_path if files else ROOT)
    assert answer.returncode == code, answer.stdout + answer.stderr
    assert "WARNING" not in answer.stderr


def test_manifests_are_checked_with_the_topology() -> None:
    manifest = ROOT / "tests/unit/manifests/data/bad_removed_site.yaml"
    answer = shell(
        f'ansible-playbook -i inventories/packages dcn.glance.lint -e \'{{"dcn_manifests": ["{manifest}"]}}\'', ROOT
    )
    assert answer.returncode == 2
    assert "store-without-section" in answer.stdout
