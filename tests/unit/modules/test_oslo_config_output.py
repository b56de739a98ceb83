# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration modules as Ansible runs them, with the most verbose output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SECRET = "verysecret42"


@pytest.mark.parametrize("module", ["oslo_config", "glance_store_config"])
def test_no_secret_in_the_output_of_ansible(module: str, tmp_path: Path) -> None:
    conf = tmp_path / "glance-api.conf"
    conf.write_text("[keystone_authtoken]\npassword = oldsecret42\n")
    options = [{"section": "keystone_authtoken", "option": "password", "value": SECRET}]
    stores = [{"id": "a", "type": "swift", "default": True, "options": {"swift_store_key": f"{SECRET}2"}}]
    arguments = {
        "path": str(conf),
        "options": options,
        **({"stores": stores} if module == "glance_store_config" else {}),
    }
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ansible"), "localhost", "-i", "localhost,", "-c", "local", "-vvv", "--diff",
         "-e", f"ansible_python_interpreter={sys.executable}", "-m", f"dcn.glance.{module}",
         "-a", json.dumps(arguments)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1",
             "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".cache/collections"),
             "ANSIBLE_INJECT_INVOCATION": "1",
             "ANSIBLE_LOCAL_TEMP": str(tmp_path), "ANSIBLE_REMOTE_TMP": str(tmp_path / "remote")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert SECRET in conf.read_text()
    assert "-password = ******** (old)" in done.stdout and "+password = ******** (new)" in done.stdout
    assert "invocation:" in done.stdout
    assert SECRET not in done.stdout + done.stderr
    assert "oldsecret42" not in done.stdout + done.stderr
