# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads, plans and writes the confs and keyrings of a host, and decrypts the keys that it needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import FAILED, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_plan import (
    DesiredCluster,
    FilePlan,
    FilesPlan,
    FilesPlanner,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import HideSecret
from ansible_collections.dcn.glance.plugins.module_utils._ceph.recipient import private_path
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, unseal
from ansible_collections.dcn.glance.plugins.module_utils._core import files
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

DIRECTORY_MODE = 0o755


@dataclass(frozen=True)
class FilesResult:
    """The return values of the module, its warnings and its diff."""

    values: dict[str, Any]
    warnings: list[str]
    diff: list[dict[str, str]]


def manage(
    desired: Sequence[DesiredCluster],
    directory: str,
    recipient_directory: str,
    openssl: Callable[[], Openssl],
    hide: HideSecret,
    check: bool,
) -> FilesResult:
    """Write the files as desired, or with ``check`` only predict the changes."""
    owner = (0, 0) if os.geteuid() == 0 else None
    plan = FilesPlanner(directory, files.read_file, owner, check).plan(desired)
    changes = [item for item in plan.files if item.action != "none"]
    new_directory = not os.path.isdir(directory) and any(item.action == "create" for item in changes)
    if changes and not check:
        _refuse_unwritable(directory)
        contents = _contents(changes, recipient_directory, openssl, hide)
        if new_directory:
            _create_directory(directory)
        _write_all(changes, contents)
    items = [_described(item) for item in plan.files]
    if new_directory:
        items.insert(0, {"path": directory, "action": "create", "changed": True, "reason": "missing"})
    return FilesResult({"changed": bool(changes), "files": items}, plan.warnings, _diff(plan))


def _described(item: FilePlan) -> dict[str, Any]:
    return {"path": item.path, "action": item.action, "changed": item.action != "none", "reason": item.reason}


def _diff(plan: FilesPlan) -> list[dict[str, str]]:
    return [
        {"before_header": item.path, "after_header": item.path, "before": item.before, "after": item.after}
        for item in plan.files
        if item.action != "none"
    ]


def _refuse_unwritable(directory: str) -> None:
    """Refuse a directory that cannot be written before the first file is written."""
    place = directory
    while not os.path.exists(place) and os.path.dirname(place) != place:
        place = os.path.dirname(place)
    if not os.path.isdir(place):
        raise CephError(FAILED, f"{place} is not a directory, so {directory} cannot be created or written.")
    if not os.access(place, os.W_OK | os.X_OK):
        raise CephError(FAILED, f"This user cannot write to {place}, or it is on a read-only file system.")


def _create_directory(directory: str) -> None:
    try:
        os.makedirs(directory, DIRECTORY_MODE)
        os.chmod(directory, DIRECTORY_MODE)
    except OSError as error:
        raise CephError(FAILED, f"{directory} cannot be created: {error.strerror}.") from error


def _contents(
    changes: Sequence[FilePlan],
    recipient_directory: str,
    openssl: Callable[[], Openssl],
    hide: HideSecret,
) -> dict[str, bytes]:
    """The content of each file to write. All keys are decrypted before the first file is written."""
    result = {}
    for item in changes:
        if item.text is not None:
            result[item.path] = item.text
        elif item.sealed_key is not None:
            cluster, desired = item.sealed_key
            key = unseal(
                openssl(),
                private_path(recipient_directory),
                str(desired.sealed),
                cluster,
                desired.client,
                str(desired.key_id),
            )
            hide(key)
            old = item.state.data.decode("utf-8", "replace") if item.state.data is not None else None
            result[item.path] = keyring.with_key(old, desired.client, key).encode("utf-8")
    return result


def _write_all(changes: Sequence[FilePlan], contents: dict[str, bytes]) -> None:
    done: list[str] = []
    for item in changes:
        try:
            _write(item, contents.get(item.path))
        except (DcnError, OSError) as error:
            text = str(error) if isinstance(error, DcnError) else f"{item.path}: {error.strerror}."
            before = f"Already done on this host: {'; '.join(done)}." if done else "Nothing was changed."
            raise CephError(FAILED, f"{text} {before}") from None
        done.append(f"{item.path} ({item.action})")


def _write(item: FilePlan, data: bytes | None) -> None:
    if item.action == "remove":
        os.unlink(item.path)
    elif item.action == "attributes":
        descriptor = os.open(item.state.real_path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            if item.uid is not None or item.gid is not None:
                os.fchown(descriptor, -1 if item.uid is None else item.uid, -1 if item.gid is None else item.gid)
            os.fchmod(descriptor, item.mode)
        finally:
            os.close(descriptor)
    elif item.state.exists:
        files.replace_atomic(item.path, data or b"", mode=item.mode, uid=item.uid, gid=item.gid, read=item.state)
    else:
        files.write_atomic(item.path, data or b"", item.mode, item.uid, item.gid)
