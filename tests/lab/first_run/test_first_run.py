# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first run of the playbook site: check mode predicts exactly the changes.

Needs a new lab on which only lab_up has run, so tools/lab-test runs it before the other tests.
"""

from __future__ import annotations


def _clients(lab) -> set[str]:
    services = ("client.glance.", "client.nova.", "client.cinder.")
    return {client for _site, client in lab.cephx_keys() if client.startswith(services)}


def test_check_mode_foresees_the_first_run(lab):
    conf = "/etc/glance/glance-api.conf"
    assert "enabled_backends = central" not in lab.exec("central", "cat", conf), "site has been run on this lab before"
    before = {host: lab.exec(host, "cat", conf) for host in lab.glance_hosts}
    assert not _clients(lab)
    pids = lab.main_pids()

    foreseen = lab.playbook("site", "--check", "--diff").ok().changed()
    assert {host: lab.exec(host, "cat", conf) for host in lab.glance_hosts} == before
    assert not _clients(lab)
    assert lab.main_pids() == pids

    run = lab.playbook("site").ok()
    assert run.changed() == foreseen
    assert {"client.glance.central", "client.glance.dcn0", "client.nova.dcn1"} <= _clients(lab)
    assert {host for host, _task in foreseen} == {"central", "central2", "dcn0", "dcn1"}
    restarted = {host for host, task in run.changed() if "Restart this worker" in task}
    assert restarted == set(lab.glance_hosts)
    assert all(lab.main_pids()[host] != pid for host, pid in pids.items())


def test_workers_of_the_hub_were_restarted_one_after_another(lab):
    started = {
        host: int(lab.exec(host, "systemctl", "show", "-p", "ExecMainStartTimestampMonotonic", "--value", "glance-api"))
        for host in ("central", "central2")
    }
    # A worker needs seconds until it answers; the next one waits for that.
    assert abs(started["central"] - started["central2"]) > 1_000_000
