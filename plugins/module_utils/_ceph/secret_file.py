# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file with one secret: generated here, or received from another host."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import FAILED, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import HideSecret
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, check_public_key, seal_secret
from ansible_collections.dcn.glance.plugins.module_utils._core import files
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState

#: Random bytes of a new secret; its text has 32 characters.
_BYTES = 24


@dataclass(frozen=True)
class FileRights:
    """Who may read the file."""

    mode: int
    uid: int
    gid: int


@dataclass(frozen=True)
class SecretFile:
    """What happens to the file, and the secret in it; None where check mode cannot know it."""

    action: str
    secret: str | None = field(repr=False)

    @property
    def changed(self) -> bool:
        return self.action != "none"


def _action(state: FileState, rights: FileRights, secret: str | None) -> str:
    if state.data is None:
        return "create"
    if secret is not None and state.data != secret.encode("utf-8"):
        return "update"
    return "none" if (state.mode, state.uid, state.gid) == (rights.mode, rights.uid, rights.gid) else "attributes"


def manage(path: str, rights: FileRights, given: str | None, hide: HideSecret, check: bool) -> SecretFile:
    """Write the given secret, or keep the one in the file, or generate one. With ``check`` only predict."""
    with files.locked(path, shared=check):
        state = files.read_file(path)
        held = state.data.decode("utf-8", "replace") if state.data else None
        for secret in (given, held):
            if secret:
                hide(secret)
        if state.data is not None and not held and given is None:
            raise CephError(FAILED, f"{path} is empty. Remove it, and a new secret is generated.")
        secret = given if given is not None else held
        action = _action(state, rights, secret)
        if action == "none" or check:
            return SecretFile(action, secret)
        if secret is None:
            secret = secrets.token_urlsafe(_BYTES)
            hide(secret)
        files.write_atomic(path, secret.encode("utf-8"), rights.mode, rights.uid, rights.gid, read=state)
        return SecretFile(action, secret)


def sealed_for(
    recipients: Sequence[Mapping[str, Any]], name: str, secret: str | None, openssl: Callable[[], Openssl]
) -> dict[str, str]:
    """The secret for each host that has a public key."""
    if secret is None:
        return {}
    found = {}
    for recipient in recipients:
        if recipient.get("public_key"):
            tool = openssl()
            key = check_public_key(tool, str(recipient["public_key"]))
            found[str(recipient["host"])] = seal_secret(tool, key, name, secret)
    return found
