# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the keys of clients in the keyrings that the owner of a cluster has handed over."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import caps, keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_plan import DesiredClient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import (
    KEYRING_MISSING,
    KEYRING_UNREADABLE,
    CephError,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_created, key_id, key_type
from ansible_collections.dcn.glance.plugins.module_utils._topology.external import creation

#: How the names of the keyrings end. Their beginnings do not matter.
ENDING = ".keyring"


@dataclass(frozen=True)
class GivenKeyring:
    """A keyring that was handed over. ``exposed`` says that every user of the host can read it."""

    path: str
    text: str = field(repr=False)
    exposed: bool = False


@dataclass(frozen=True)
class _Found:
    path: str
    key: str = field(repr=False)


def given_keys(keyrings: Sequence[GivenKeyring], clients: Sequence[DesiredClient], place: str) -> dict[str, str]:
    """{client: its key}. ``place`` says where the keyrings are. Raises CephError with everything that is wrong."""
    found: dict[str, list[_Found]] = {}
    problems = []
    for each in keyrings:
        if each.exposed:
            problems.append(
                f"{each.path} can be read by every user of the host: run chmod 600 {shlex.quote(each.path)}."
            )
        try:
            blocks = keyring.parse(each.text)
        except keyring.KeyringError as error:
            problems.append(f"Ceph refuses {each.path}: {error}. Copy the file again as the owner's command wrote it.")
            continue
        for block in blocks:
            if block.key:
                found.setdefault(str(block.entity), []).append(_Found(each.path, block.key))
    wanted = {client.name: found.get(client.name, []) for client in clients}
    for name, places in wanted.items():
        if len({item.key for item in places}) > 1:
            paths = ", ".join(dict.fromkeys(item.path for item in places))
            problems.append(f"{name} has different keys in {paths}: remove the keyring that is out of date.")
    missing = [client for client in clients if not wanted[client.name]]
    if missing:
        problems.append(_missing(missing, place))
    if problems:
        raise CephError(KEYRING_MISSING if missing else KEYRING_UNREADABLE, "\n".join(problems))
    return {name: places[-1].key for name, places in wanted.items()}


def _missing(clients: Sequence[DesiredClient], place: str) -> str:
    asked = "\n".join(f"  {creation(client.name, caps.texts(client.caps))}" for client in clients)
    return (
        f"{place} has no key of {', '.join(client.name for client in clients)}. Ask the owner of the cluster to run "
        f"the following, and copy the files that it writes to {place}, with mode 0600:\n{asked}"
    )


def describe(name: str, key: str) -> dict[str, Any]:
    """A client in the form that the module returns it, without its key."""
    kept = {"name": name, "action": "none", "changed": False}
    return {**kept, "key_id": key_id(key), "key_type": key_type(key), "key_created": key_created(key)}


def described(keys: Mapping[str, str]) -> list[dict[str, Any]]:
    """All clients, in the order of the input."""
    return [describe(name, key) for name, key in keys.items()]
