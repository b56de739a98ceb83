# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describes the cephx clients of a cluster without their keys."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_created, key_id, key_seconds, key_type
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import StoredClient
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem

PREFIX = "client."


def check_patterns(patterns: Sequence[str]) -> None:
    """Check the option ``names``. Raises InputErrors with every pattern that can match no client."""
    problems = [
        Problem(f"names[{index}]", f"'{pattern}' matches no client: it must start with '{PREFIX}', as client.glance.*")
        for index, pattern in enumerate(patterns)
        if not pattern.startswith(PREFIX)
    ]
    if problems:
        raise InputErrors(problems)


def describe(clients: Iterable[StoredClient], patterns: Sequence[str]) -> list[dict[str, Any]]:
    """The clients that a pattern matches, by name, in the form that the module returns them."""
    return [
        {
            "name": client.name,
            "caps": dict(client.caps),
            "key_type": key_type(client.key),
            "key_id": key_id(client.key),
            "key_created": key_created(client.key) if key_seconds(client.key) else None,
            "pending": client.pending is not None,
        }
        for client in sorted(clients, key=lambda client: client.name)
        if client.name.startswith(PREFIX) and any(fnmatch.fnmatchcase(client.name, each) for each in patterns)
    ]
