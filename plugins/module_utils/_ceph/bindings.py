# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ceph's Python bindings belong to the system's Python, which need not be the one that Ansible uses."""

from __future__ import annotations

from ansible.module_utils.common.respawn import has_respawned, probe_interpreters_for_module, respawn_module

from ansible_collections.dcn.glance.plugins.module_utils._ceph import client_rados as ceph_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph import rbd

SYSTEM_PYTHONS = ("/usr/bin/python3", "/usr/libexec/platform-python")


def find(binding: str) -> None:
    """Run the module again under a Python that has ``binding`` (rados or rbd), where there is one; then never return.

    Nothing happens when this Python has it, or when none has.
    """
    error = ceph_rados.RADOS_IMPORT_ERROR if binding == "rados" else rbd.RBD_IMPORT_ERROR
    if error is None or has_respawned():
        return
    interpreter = probe_interpreters_for_module(SYSTEM_PYTHONS, binding)
    if interpreter:
        respawn_module(interpreter)
