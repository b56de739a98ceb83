# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running lab, for tests against real Ceph, Keystone and Glance."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from ansible_collections.dcn.glance.tests.support.lab.playbooks import Lab


@pytest.fixture(scope="session")
def lab() -> Lab:
    if shutil.which("podman") is None:
        pytest.fail("podman is missing: make lab-up brings the lab up")
    names = subprocess.run(["podman", "ps", "--format", "{{.Names}}"], capture_output=True, text=True, check=True)
    missing = set(Lab.glance_hosts) - set(names.stdout.split())
    if missing:
        pytest.fail(f"the lab is not up, missing: {', '.join(sorted(missing))}; make lab-up brings it up")
    return Lab()
