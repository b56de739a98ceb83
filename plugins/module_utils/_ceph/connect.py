# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose how to reach the monitors of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import client_rados as ceph_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.client import MonTransport
from ansible_collections.dcn.glance.plugins.module_utils._ceph.client_cli import CliTransport
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import TOOL_MISSING, CephError


def connect(params: Mapping[str, Any], find_program: Callable[[str], str | None]) -> MonTransport:
    """A transport for the options of the module ceph_client."""
    wanted, prefix = params["transport"], list(params["exec"])
    if wanted == "rados" and prefix:
        raise CephError(TOOL_MISSING, "The transport 'rados' cannot be used together with 'exec'.")
    have_rados = ceph_rados.RADOS_IMPORT_ERROR is None
    where = (params["conf"], params["admin"], params["admin_keyring"], params["timeout"], params["cluster"])
    if wanted == "rados" or (wanted == "auto" and not prefix and have_rados):
        if not have_rados:
            raise CephError(TOOL_MISSING, ceph_rados.missing())
        return ceph_rados.RadosTransport(*where)
    if not prefix and find_program("ceph") is None:
        raise CephError(
            TOOL_MISSING,
            f"{ceph_rados.missing()} Nor is the ceph program installed (package ceph-common); with a containerised "
            "Ceph set 'exec' to the command that reaches it.",
        )
    return CliTransport(prefix, *where)
