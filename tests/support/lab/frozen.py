# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of the lab whose processes are stopped: the worst case, because connections hang until a time limit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ansible_collections.dcn.glance.tests.support.lab.playbooks import Lab

_DAEMONS = "ceph-mon|ceph-mgr|ceph-osd"
_NOT_READY = "-e laggy -e stale -e peering -e unknown"


@contextlib.contextmanager
def frozen_cluster(lab: Lab, site: str, daemons: str = _DAEMONS) -> Iterator[None]:
    """The cluster of a site does not answer within the block, and works again after it."""
    lab.exec(site, "pkill", "-STOP", "-x", daemons)
    try:
        yield
    finally:
        lab.exec(site, "pkill", "-CONT", "-x", daemons)
        # The only OSD has no peer that would renew its read leases, so placement groups may wait for ever.
        # Ceph's unit refuses more than three starts in half an hour.
        lab.exec(site, "systemctl", "reset-failed", "ceph-osd@0", check=False)
        lab.exec(site, "systemctl", "restart", "ceph-osd@0")
        ready = f"sleep 3; until ceph --connect-timeout 5 pg stat | grep -vq {_NOT_READY}; do sleep 1; done"
        lab.exec(site, "timeout", "90", "sh", "-c", ready)
