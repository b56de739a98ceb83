# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks site and verify on TripleO's and kolla's containers, in this order, on a new lab."""

from __future__ import annotations

import json

import pytest


def _states(lab) -> dict[str, tuple[str, str]]:
    """Id and start of the container of every host."""
    return {host: (found["Id"], found["State"]["StartedAt"]) for host, found in lab.containers().items()}


def _in_container(lab, host: str, *command: str) -> str:
    return lab.exec(host, "podman", "exec", "glance_api", *command)


def test_check_mode_foresees_the_first_run(lab):
    before = {host: lab.exec(host, "cat", path) for host, path in lab.conf.items()}
    assert not any("enabled_backends" in text for text in before.values()), "site has been run on this lab before"
    states = _states(lab)

    foreseen = lab.playbook("site", "--check", "--diff").ok().changed()
    assert {host: lab.exec(host, "cat", path) for host, path in lab.conf.items()} == before
    assert _states(lab) == states

    assert lab.playbook("site").ok().changed() == foreseen
    after = _states(lab)
    assert {host: identity for host, (identity, _started) in after.items()} == {
        host: identity for host, (identity, _started) in states.items()
    }
    assert all(after[host][1] != started for host, (_identity, started) in states.items())


def test_glance_reads_its_stores_and_keys_in_the_container(lab):
    expected = {
        "central": "central:rbd, dcn0:rbd",
        "central2": "central:rbd, dcn0:rbd",
        "dcn0": "dcn0:rbd, central:rbd",
    }
    for host, enabled in expected.items():
        assert f"enabled_backends = {enabled}" in _in_container(lab, host, "cat", "/etc/glance/glance-api.conf"), host
        keyrings = _in_container(
            lab, host, "sh", "-c", "stat -c '%U %a %n' /etc/ceph/*.client.glance.*keyring"
        ).splitlines()
        assert len(keyrings) == 2, keyrings
        assert all(line.startswith("glance 600 ") for line in keyrings), keyrings


def test_second_run_changes_nothing_and_restarts_nothing(lab):
    before = _states(lab)
    assert lab.playbook("site").ok().changed() == set()
    assert _states(lab) == before


@pytest.mark.long
def test_lab_up_after_site_changes_nothing(lab):
    assert lab.playbook("dcn.glance_lab.lab_up").ok().changed() == set()


def test_verify_passes(lab):
    lab.playbook("verify").ok()


def test_no_key_is_in_a_container_definition_or_a_log(lab):
    keys = set(lab.cephx_keys().values())
    for host, found in lab.containers().items():
        assert not [key for key in keys if key in json.dumps(found)], host
        logs = lab.exec(
            host,
            "sh",
            "-c",
            "podman logs glance_api 2>&1; cat /var/log/containers/glance/* /var/log/kolla/glance/* || true",
        )
        assert not [key for key in keys if key in logs], host
        open_files = lab.exec(
            host, "sh", "-c", "find /etc/kolla /var/lib/config-data /etc/ceph -name '*keyring*' -perm /077 || true"
        )
        assert open_files == "", host
