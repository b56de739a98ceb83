# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses the Python that has Ceph's bindings, and the transport to the monitors of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.common.respawn import has_respawned, probe_interpreters_for_module, respawn_module

from ansible_collections.dcn.glance.plugins.module_utils._ceph import transport_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import TOOL_MISSING, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import MonTransport
from ansible_collections.dcn.glance.plugins.module_utils._ceph.transport_cli import CliTransport

#: Ceph's bindings belong to the system's Python, which may not be the one that Ansible uses.
SYSTEM_PYTHONS = ("/usr/bin/python3", "/usr/libexec/platform-python")

#: The options of the documentation fragment ``ceph_admin``.
ADMIN: dict[str, Any] = {
    "cluster": {"type": "str", "required": True},
    "conf": {"type": "path", "default": "/etc/ceph/ceph.conf"},
    "admin": {"type": "str", "default": "client.admin"},
    "admin_keyring": {"type": "path", "no_log": False},
    "exec": {"type": "list", "elements": "str", "default": []},
    "transport": {"type": "str", "choices": ["auto", "rados", "cli"], "default": "auto"},
    "timeout": {"type": "int", "default": 10},
}


def respawn_with_binding(binding: str, import_error: str | None) -> None:
    """Run the module again under a Python that has ``binding``, and do not return.

    Returns when this Python has the binding, so that there is no error of its import, or when no Python has it.
    """
    if import_error is None or has_respawned():
        return
    interpreter = probe_interpreters_for_module(SYSTEM_PYTHONS, binding)
    if interpreter:
        respawn_module(interpreter)


def respawn_with_rados() -> None:
    """The same for the binding of librados. A module that only speaks to monitors does not load librbd."""
    respawn_with_binding("rados", transport_rados.RADOS_IMPORT_ERROR)


def connect(params: Mapping[str, Any], find_program: Callable[[str], str | None]) -> MonTransport:
    """The transport for the options of the module ceph_client."""
    transport, prefix = params["transport"], list(params["exec"])
    if transport == "rados" and prefix:
        raise CephError(TOOL_MISSING, "The transport 'rados' cannot be combined with 'exec'.")
    have_rados = transport_rados.RADOS_IMPORT_ERROR is None
    where = (params["conf"], params["admin"], params["admin_keyring"], params["timeout"], params["cluster"])
    if transport == "rados" or (transport == "auto" and not prefix and have_rados):
        if not have_rados:
            raise CephError(TOOL_MISSING, transport_rados.missing_binding())
        return transport_rados.RadosTransport(*where)
    if not prefix and find_program("ceph") is None:
        raise CephError(
            TOOL_MISSING,
            f"{transport_rados.missing_binding()} The ceph program is not installed either (package ceph-common). "
            "If Ceph runs in containers, set 'exec' to the command that reaches the ceph program.",
        )
    return CliTransport(prefix, *where)
