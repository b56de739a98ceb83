# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that look at RBD images share: the options of the connection, and work in a child process."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph.connect import respawn_with_binding
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd import LibRbd, require_bindings
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_images import run_in_child
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

#: The options of the documentation fragment ``rbd``.
CONNECTION: dict[str, Any] = {
    "conf": {"type": "path", "default": "/etc/ceph/ceph.conf"},
    "client": {"type": "str", "default": "client.admin"},
    "keyring": {"type": "path", "no_log": False},
    "timeout": {"type": "int", "default": 15},
}
Connect = Callable[[], LibRbd]
Report = Callable[[str], Any]


def cluster_name(module: AnsibleModule) -> str:
    """The name of the cluster: that of its conf."""
    return os.path.splitext(os.path.basename(str(module.params["conf"])))[0]


def work_on_images(
    module: AnsibleModule, limit: float, work: Callable[[Connect, Report], dict[str, Any]]
) -> dict[str, Any]:
    """What the work returns within ``limit`` seconds; the module fails if it raises or takes longer."""
    params, cluster = module.params, cluster_name(module)

    def connect() -> LibRbd:
        return LibRbd(params["conf"], params["client"], params["keyring"], params["timeout"], cluster)

    respawn_with_binding("rbd")
    try:
        require_bindings()
        return run_in_child(lambda report: work(connect, report), None, limit, f"The cluster {cluster}")
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
        raise  # fail_json has ended the module.
