# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the keyrings that the owner of a cluster has handed over, and encrypts their keys for hosts."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_plan import DesiredClient, Recipient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_write import checked_public_keys, sealed_keys
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import KEYRING_UNREADABLE, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.given_keys import (
    ENDING,
    GivenKeyring,
    described,
    given_keys,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import HideSecret
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl


def deliver(
    directory: str,
    cluster: str,
    clients: Sequence[DesiredClient],
    recipients: Sequence[Recipient],
    openssl: Callable[[], Openssl],
    hide: HideSecret,
) -> dict[str, Any]:
    """The clients without their keys, and the keys that hosts lack, encrypted for them. Changes nothing."""
    keys = given_keys(read_keyrings(directory), clients, directory)
    for key in keys.values():
        hide(key)
    public_keys = checked_public_keys(recipients, frozenset(), keys, openssl)
    return {"clients": described(keys), "sealed": sealed_keys(recipients, keys, cluster, openssl, public_keys)}


def read_keyrings(directory: str) -> list[GivenKeyring]:
    """The keyrings in a directory, in the order of their names; none if it does not exist."""
    try:
        names = sorted(name for name in os.listdir(directory) if name.endswith(ENDING))
        open_to_all = bool(os.stat(directory).st_mode & 0o001)
        return [_read(os.path.join(directory, name), open_to_all) for name in names]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CephError(
            KEYRING_UNREADABLE, f"{error.filename or directory} cannot be read: {error.strerror}."
        ) from error


def _read(path: str, open_to_all: bool) -> GivenKeyring:
    with open(path, "rb") as stream:
        mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
        return GivenKeyring(path, stream.read().decode("utf-8", "replace"), open_to_all and bool(mode & 0o004))
