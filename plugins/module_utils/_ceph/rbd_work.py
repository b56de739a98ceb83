# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the modules that use librbd, from JSON to JSON, so that a Python in a container can do it.

``arguments`` hold the connection (``conf``, ``client``, ``keyring``, ``timeout``, ``cluster``) and what the work needs.
Except for ``probe_stores``, ``limit`` is the number of seconds after which a child process that does the work is
stopped. This file imports nothing of Ansible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import rbd_images, rbd_pool, store_probe
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import WRONG_CLUSTER, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import ImageRef, ReportStep
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd import LibRbd, require_bindings
from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import HEAD_SIZE, detect

Arguments = Mapping[str, Any]
Result = dict[str, Any]


def probe_stores(arguments: Arguments) -> Result:
    """What the module ceph_store_probe returns as ``probes``."""
    check, timeout = arguments["check"], arguments["timeout"]
    requested = store_probe.requested_probes(arguments["stores"], arguments["host"])
    if not check:
        require_bindings()

    def connect(item: store_probe.StoreProbe) -> LibRbd:
        return LibRbd(item.conf, item.client, item.keyring, timeout, item.cluster)

    return {"probes": store_probe.run(requested, connect, arguments["user"], timeout, check)}


def probe_clones(arguments: Arguments) -> Result:
    """What the module rbd_clone_probe returns."""
    probes = [
        rbd_images.CloneProbe(
            ImageRef(arguments["parent_pool"], image, arguments["snapshot"]),
            ImageRef(arguments["pool"], store_probe.unique_name(arguments["host"], "clone")),
        )
        for image in arguments["images"]
    ]
    return _in_child(
        arguments,
        lambda report: rbd_images.probe_clones(
            lambda: _connect(arguments), probes, report, writes=not arguments["check"]
        ),
    )


def read_images(arguments: Arguments) -> Result:
    """What the module rbd_image_info returns."""
    return _in_child(
        arguments,
        lambda report: rbd_images.read_images(
            lambda: _connect(arguments), arguments["pool"], arguments["images"], report, arguments["usage"]
        ),
    )


def read_cluster(arguments: Arguments) -> Result:
    """What the module ceph_cluster_info returns."""
    wanted = rbd_pool.WhatToRead(tuple(arguments["pools"]), HEAD_SIZE, arguments["hash"] or "", arguments["clients"])
    return _connected(arguments, lambda client, report: rbd_pool.read_cluster(client, wanted, report, detect))


def change_images(arguments: Arguments) -> Result:
    """What the module rbd_image returns."""
    desired = [rbd_pool.DesiredObject(**item) for item in arguments["images"]]

    def change(client: LibRbd, report: ReportStep) -> Result:
        fsid = arguments["fsid"]
        if fsid and client.fsid() != fsid.lower():
            where = f"The cluster {arguments['cluster']} has the fsid {client.fsid()}"
            raise CephError(WRONG_CLUSTER, f"{where}: nothing changed.")
        return rbd_pool.change_images(client, desired, report, arguments["check"])

    return _connected(arguments, change)


def _connected(arguments: Arguments, work: Callable[[LibRbd, ReportStep], Result]) -> Result:
    def run(report: ReportStep) -> Result:
        report("connect")
        client = _connect(arguments)
        try:
            return work(client, report)
        finally:
            client.close()

    return _in_child(arguments, run)


def _in_child(arguments: Arguments, work: Callable[[ReportStep], Result]) -> Result:
    require_bindings()
    where = f"The cluster {arguments['cluster']}"
    return rbd_images.run_in_child(work, arguments.get("user"), arguments["limit"], where)


def _connect(arguments: Arguments) -> LibRbd:
    names = ("conf", "client", "keyring", "timeout", "cluster")
    return LibRbd(*(arguments[name] for name in names))
