# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a configuration file for a module: content, owner, group, mode, and what Ansible can set beside them.

The attributes are known before the first byte is written, and predicted in check mode.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState
from ansible_collections.dcn.glance.plugins.module_utils._core.files import (
    MountPoint,
    replace_atomic,
    write_atomic,
    write_in_place,
)

# A configuration file holds passwords sooner or later.
NEW_FILE_MODE = 0o640


@dataclass(frozen=True)
class Attributes:
    """Mode, owner and group after the run; ``unknown`` are names that do not exist on this host."""

    mode: int
    uid: int | None
    gid: int | None
    unknown: tuple[str, ...] = ()


def desired_attributes(module: Any, state: FileState) -> Attributes:
    """The attributes that the arguments ask for. A name that does not exist is accepted in check mode only.

    An earlier task of the same run, such as the installation of a package, can create the name.
    """
    uid, missing_user = _number(module.params["owner"], lambda name: pwd.getpwnam(name).pw_uid)
    gid, missing_group = _number(module.params["group"], lambda name: grp.getgrnam(name).gr_gid)
    unknown = tuple(
        f"{kind} {name}" for kind, name in (("user", missing_user), ("group", missing_group)) if name is not None
    )
    if unknown and not module.check_mode:
        raise DcnError(
            f"Cannot set the owner of {state.path}: {' and '.join(unknown)} does not exist on this host. Create it "
            "first, or correct the name."
        )
    return Attributes(_mode(module, state), uid, gid, unknown)


def write_content(module: Any, state: FileState, data: bytes, attributes: Attributes) -> None:
    """Create or replace the file; raise ``ChangedMeanwhile`` when it is no longer the one that was read."""
    if not state.exists:
        write_atomic(state.path, data, attributes.mode, attributes.uid, attributes.gid, read=state)
        return
    try:
        replace_atomic(state.path, data, mode=attributes.mode, uid=attributes.uid, gid=attributes.gid, read=state)
    except MountPoint:
        if not module.params["unsafe_writes"]:
            raise
        write_in_place(state.path, data)


def set_attributes(module: Any, state: FileState, attributes: Attributes) -> tuple[bool, dict[str, Any]]:
    """Set the other attributes (SELinux, chattr, and those of a file that was not written), or predict it.

    Returns whether anything changed, and the diff of it.
    """
    params = dict(module.params)
    if attributes.unknown:
        module.warn(
            f"{' and '.join(attributes.unknown)} does not exist on this host. Check mode assumes that an earlier task "
            "of the run creates it."
        )
        params["owner"] = params["group"] = None
    file_args = module.load_file_common_arguments(params, path=state.real_path)
    diff: dict[str, Any] = {}
    changed = module.set_fs_attributes_if_different(file_args, bool(attributes.unknown), diff, expand=False)
    return changed, {"before_header": state.path, "after_header": state.path, **diff} if diff else {}


def _number(name: str | None, look_up: Callable[[str], int]) -> tuple[int | None, str | None]:
    """The number of a user or group, and the name where it does not exist."""
    if name is None:
        return None, None
    if name.isdigit():
        return int(name), None
    try:
        return look_up(name), None
    except KeyError:
        return None, name


def _mode(module: Any, state: FileState) -> int:
    current = state.mode if state.exists else NEW_FILE_MODE
    mode = module.params["mode"]
    if mode is None:
        return current
    try:
        return stat.S_IMODE(mode if isinstance(mode, int) else int(str(mode), 8))
    except ValueError:
        pass
    # Symbolic modes change the current mode.
    base = os.stat_result((stat.S_IFREG | current, *([0] * 9)))
    try:
        return int(module._symbolic_mode_to_octal(base, str(mode)))
    except ValueError as error:
        raise DcnError(f"mode: {mode!r} is neither an octal nor a symbolic mode.") from error
