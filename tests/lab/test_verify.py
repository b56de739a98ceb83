# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook verify: proof on live services, honest when something is wrong, and nothing left behind."""

from __future__ import annotations

import re

from ansible_collections.dcn.glance.plugins.module_utils._verify import guest

CLONE = "Clone the image as Nova does for an instance"


def _leftovers(lab) -> dict[str, str]:
    found = {}
    for site in lab.sites:
        for pool in ("images", "vms", "volumes"):
            names = lab.exec(site, "rbd", "ls", pool).split()
            if names:
                found[f"{site}/{pool}"] = names
    return found


def test_verify_proves_every_site_and_leaves_nothing(lab):
    before = _leftovers(lab)
    run = lab.playbook("verify").ok()
    table = run.result("Show the result of each site", "localhost")["msg"]
    rows = {line.split()[0]: line for line in table.splitlines()[2:]}
    assert set(rows) == set(lab.sites)
    assert all("yes, protected" in row for row in rows.values())
    (boot,) = run.result("Boot an instance at each spoke", "central")["sites"][:1]
    if not boot["skipped"]:  # the lab has Nova
        assert re.search(r"yes, \d+ s, volume \d+ s", rows["dcn0"])
        assert boot["console"] == [guest.STARTED, guest.WROTE]
        assert boot["copied"], "Nova had the image copied from the hub"
        assert len(run.result("Delete what was booted", "central")["removed"]) == 5
    for site in ("dcn0", "dcn1"):
        (clone,) = run.result(CLONE, site)["clones"]
        assert clone["parent"]["pool"] == "images"
        assert clone["parent"]["image"] == run.result("Import the test image", "central")["images"][0]["id"]
    assert _leftovers(lab) == before


def test_verify_names_the_site_that_cannot_clone(lab):
    lab.exec("dcn1", "ceph", "auth", "caps", "client.nova.dcn1", "mon", "profile rbd", "osd", "profile rbd pool=vms")
    try:
        run = lab.playbook("verify")
    finally:
        lab.playbook("site").ok()
    assert run.rc != 0
    verdict = run.result("Fail if a step failed", "localhost")["msg"]
    assert "dcn1: clone at edge:" in verdict
    assert "dcn0" not in verdict
    assert _leftovers(lab) == {}


def test_verify_in_check_mode_makes_nothing(lab):
    assert lab.playbook("verify", "--check").ok().changed() == set()
    assert _leftovers(lab) == {}
