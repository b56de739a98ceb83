# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A spoke whose Glance runs in kolla's container leaves, and comes back."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.long

REMOVE = ("remove_site", "-e", "remove_site_name=dcn0")
UNIT, CONF = "kolla-glance_api-container", "/etc/kolla/glance-api/glance-api.conf"


def state(lab) -> tuple[str, str, bool]:
    """Whether the unit of the container runs and starts at boot, and whether the container runs."""
    words = (lab.exec("dcn0", "systemctl", verb, UNIT, check=False).strip() for verb in ("is-active", "is-enabled"))
    running = lab.exec("dcn0", "podman", "ps", "--format", "{{.Names}}").split()
    return (*words, "glance_api" in running)


def test_a_site_in_containers_leaves_and_comes_back(lab) -> None:
    before = state(lab)
    assert before == ("active", "enabled", True)
    files = lab.exec("dcn0", "ls", "/etc/kolla/glance-api/ceph", check=False)
    foreseen = lab.playbook(*REMOVE, "--check", "--diff").ok().changed()
    try:
        assert lab.playbook(*REMOVE).ok().changed() == foreseen
        assert state(lab) == ("inactive", "disabled", False)
        assert "dcn0:rbd" not in lab.exec(
            "central", "podman", "exec", "glance_api", "cat", "/etc/glance/glance-api.conf"
        )
        assert "enabled_backends" not in lab.exec("dcn0", "cat", CONF)
        assert lab.playbook(*REMOVE).ok().changed() == set()
    finally:
        foreseen = lab.playbook("site", "--check", "--diff").ok().changed()
        back = lab.playbook("site").ok().changed()
    assert back == foreseen
    assert state(lab) == before
    assert lab.exec("dcn0", "ls", "/etc/kolla/glance-api/ceph", check=False) == files
    assert lab.playbook("site").ok().changed() == set()
    lab.playbook("verify").ok()
