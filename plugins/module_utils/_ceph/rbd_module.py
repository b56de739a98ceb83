# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules that use librbd share: the options of the connection, and the Python that does the work."""

from __future__ import annotations

import os
import platform
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph import rbd
from ansible_collections.dcn.glance.plugins.module_utils._ceph.connect import respawn_with_binding
from ansible_collections.dcn.glance.plugins.module_utils._core.python_exec import PYTHON_EXEC, Function, call

#: The options of the documentation fragment ``rbd``.
CONNECTION: dict[str, Any] = {
    "conf": {"type": "path", "default": "/etc/ceph/ceph.conf"},
    "client": {"type": "str", "default": "client.admin"},
    "keyring": {"type": "path", "no_log": False},
    "timeout": {"type": "int", "default": 15},
    "python_exec": PYTHON_EXEC,
}


def work_on_images(module: AnsibleModule, limit: float, work: Function) -> dict[str, Any]:
    """What a function of ``rbd_work`` returns within ``limit`` seconds; DcnError if it fails or takes longer."""
    conf = str(module.params["conf"])
    cluster = os.path.splitext(os.path.basename(conf))[0]
    return run_work(module, limit, work, {"cluster": cluster, "limit": limit})


def run_work(module: AnsibleModule, limit: float, work: Function, more: dict[str, Any]) -> dict[str, Any]:
    """Call a function of ``rbd_work`` with the options of the module, in the Python of ``python_exec``."""
    arguments = {**module.params, "host": platform.node(), "check": module.check_mode, **more}
    command = arguments.pop("python_exec")
    if not command:
        respawn_with_binding("rbd", rbd.RBD_IMPORT_ERROR)
    # The function stops its own children first, and reports which step did not end.
    return call(work, arguments, command, limit + 10)
