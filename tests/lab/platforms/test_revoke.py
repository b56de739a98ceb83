# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lost host whose Glance runs in a container: its clients go, its access ends, and it comes back with new keys."""

from __future__ import annotations

import json

import pytest

from ansible_collections.dcn.glance.tests.support.lab.load import IMAGES, Work, load, tried

pytestmark = pytest.mark.long

LOST = {
    # Its own cluster is lost with it: its only admin host is this host.
    "dcn0": {("central", "client.glance.dcn0")},
    # All workers of a site share its clients.
    "central2": {("central", "client.glance.central"), ("dcn0", "client.glance.central")},
}


def reaches(lab, host: str, client: str) -> bool:
    """Whether the container of a host reads the hub's cluster with its own keyring."""
    words = f"--conf /etc/ceph/central.conf --name {client} -p images ls"
    command = f"timeout 30 rados {words} >/dev/null 2>&1 && echo read || echo refused"
    return lab.exec(host, "podman", "exec", "glance_api", "sh", "-c", command).strip() == "read"


@pytest.mark.parametrize("lost", LOST)
def test_a_lost_host_is_revoked_and_comes_back(lab, lost: str) -> None:
    before, started = lab.cephx_keys(), lab.starts()
    address = lab.exec(lost, "hostname", "-I").split()[0]
    client = next(name for cluster, name in LOST[lost] if cluster == "central")
    assert reaches(lab, lost, client)
    options = ("-e", json.dumps({"revoke_hosts": [lost], "revoke_addresses": [address]}))
    try:
        checked = lab.playbook("revoke", "--check", *options).ok().changed()
        assert lab.cephx_keys() == before
        done = lab.playbook("revoke", *options).ok()
        assert done.changed() == checked != set() and lost not in done.stats
        assert before.keys() - lab.cephx_keys().keys() == LOST[lost]
        for cluster, name in LOST[lost]:
            assert address in lab.exec(cluster, "ceph", "osd", "blocklist", "ls")
            assert tried(cluster, cluster, name, before[(cluster, name)]) == "refused"
        assert lab.playbook("revoke", *options).ok().changed() == set()
        assert not reaches(lab, lost, client)
        assert lab.starts() == started
    finally:
        lab.playbook("revoke", *options, "-e", "revoke_lift=true").ok()
        lab.playbook("site").ok()
    after, restarted = lab.cephx_keys(), lab.starts()
    assert {place for place in before if after[place] != before[place]} == LOST[lost]
    users = {"dcn0": {"dcn0"}, "central2": {"central", "central2"}}[lost]
    assert {host for host in started if restarted[host] != started[host]} == users
    assert reaches(lab, lost, client)
    with load(lab, [Work("central", "images", IMAGES, lab.glance_hosts)]) as images:
        assert lab.playbook("site").ok().changed() == set()
    assert images["central images"]["errors"] + images["central images"]["cut"] == [], images
    assert lab.starts() == restarted
    lab.playbook("verify").ok()
