# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads, plans and writes the confs and keyrings of a host, and decrypts the keys that it needs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import FAILED, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_plan import (
    DesiredCluster,
    FilePlan,
    FilesPlan,
    FilesPlanner,
    file_paths,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import HideSecret
from ansible_collections.dcn.glance.plugins.module_utils._ceph.recipient import private_path
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, unseal
from ansible_collections.dcn.glance.plugins.module_utils._core import files
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

DIRECTORY_MODE = 0o755
_LEFTOVER = "temporary file of an interrupted run"


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
    inside: str | None = None,
) -> FilesResult:
    """Write the files as desired, or with ``check`` only predict the changes.

    ``inside`` is the directory as the services see it, if they run in containers.

    The locks of all files are held while they are read, planned and written. Everything is planned again when a
    program that takes no lock changes a file meanwhile.
    """
    run = _Run(desired, directory, recipient_directory, openssl, hide, check, inside)
    for _attempt in range(files.ATTEMPTS - 1):
        with contextlib.suppress(files.ChangedMeanwhile):
            return run.once()
    return run.once()


class _Run:
    """The attempts of one run, and the files that they have written."""

    def __init__(
        self,
        desired: Sequence[DesiredCluster],
        directory: str,
        recipient_directory: str,
        openssl: Callable[[], Openssl],
        hide: HideSecret,
        check: bool,
        inside: str | None,
    ) -> None:
        self._inside = inside
        self._desired = desired
        self._directory = directory
        self._recipient_directory = recipient_directory
        self._openssl = openssl
        self._hide = hide
        self._check = check
        self._removed: list[str] = []
        self._written: dict[str, FilePlan] = {}
        self._new_directory = False
        self._warnings: list[str] = []

    def once(self) -> FilesResult:
        """Read, plan and write once. Raises ChangedMeanwhile when a file is no longer in the state that was read."""
        paths = file_paths(self._desired, self._directory)
        with _locked(paths, shared=self._check):
            owner = (0, 0) if os.geteuid() == 0 else None
            plan = FilesPlanner(self._directory, files.read_file, owner, self._check, self._inside).plan(self._desired)
            changes = [item for item in plan.files if item.action != "none"]
            creates = any(item.action == "create" for item in changes)
            self._new_directory = self._new_directory or (creates and not os.path.isdir(self._directory))
            self._warnings = list(dict.fromkeys([*self._warnings, *plan.warnings]))
            clean = files.leftovers if self._check else files.remove_leftovers
            self._removed += [leftover for path in paths for leftover in clean(path)]
            if changes and not self._check:
                self._write(changes)
        return self._result(plan)

    def _write(self, changes: Sequence[FilePlan]) -> None:
        _refuse_unwritable(self._directory)
        contents = _contents(changes, self._recipient_directory, self._openssl, self._hide)
        if not os.path.isdir(self._directory):
            _create_directory(self._directory)
        for item in changes:
            try:
                _write(item, contents.get(item.path))
            except files.ChangedMeanwhile:
                raise
            except (DcnError, OSError) as error:
                text = str(error) if isinstance(error, DcnError) else f"{item.path}: {error.strerror}."
                raise CephError(FAILED, f"{text} {self._done()}") from None
            self._written[item.path] = item

    def _done(self) -> str:
        done = [f"{path} (remove)" for path in self._removed]
        done += [f"{path} ({item.action})" for path, item in self._written.items()]
        return f"Already done on this host: {'; '.join(done)}." if done else "Nothing was changed."

    def _result(self, plan: FilesPlan) -> FilesResult:
        items = [self._written.get(item.path, item) if item.action == "none" else item for item in plan.files]
        described = [_described(path, "remove", _LEFTOVER) for path in self._removed]
        if self._new_directory:
            described.append(_described(self._directory, "create", "missing"))
        described += [_described(item.path, item.action, item.reason) for item in items]
        diff = [_diff(path, f"({_LEFTOVER})\n", "") for path in self._removed]
        diff += [_diff(item.path, item.before, item.after) for item in items if item.action != "none"]
        return FilesResult({"changed": bool(diff), "files": described}, self._warnings, diff)


@contextlib.contextmanager
def _locked(paths: Sequence[str], shared: bool) -> Iterator[None]:
    """Hold the locks of several files. All runs take them in the same order, so that none waits for another forever."""
    with contextlib.ExitStack() as stack:
        for path in sorted({os.path.realpath(path) for path in paths}):
            stack.enter_context(files.locked(path, shared=shared))
        yield


def _described(path: str, action: str, reason: str) -> dict[str, Any]:
    return {"path": path, "action": action, "changed": action != "none", "reason": reason}


def _diff(path: str, before: str, after: str) -> dict[str, str]:
    return {"before_header": path, "after_header": path, "before": before, "after": after}


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


def _write(item: FilePlan, data: bytes | None) -> None:
    if item.action == "remove":
        with contextlib.suppress(FileNotFoundError):
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
        files.write_atomic(item.path, data or b"", item.mode, item.uid, item.gid, read=item.state)
