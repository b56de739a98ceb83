# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owner, group and mode of a file that a module writes: known before the first byte, predicted in check mode."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState

# A configuration file holds passwords sooner or later.
NEW_FILE_MODE = 0o640


@dataclass(frozen=True)
class Wanted:
    """Attributes after the run; ``unknown`` are names that do not exist on this host."""

    mode: int
    uid: int | None
    gid: int | None
    unknown: tuple[str, ...] = ()


def wanted(module: Any, state: FileState) -> Wanted:
    """Work out the attributes. A name that does not exist yet is tolerated in check mode only.

    An earlier task of the same run, such as the installation of a package, may be what creates it.
    """
    uid, missing_user = _number(module.params["owner"], lambda name: pwd.getpwnam(name).pw_uid)
    gid, missing_group = _number(module.params["group"], lambda name: grp.getgrnam(name).gr_gid)
    unknown = tuple(
        f"{kind} {name}" for kind, name in (("user", missing_user), ("group", missing_group)) if name is not None
    )
    if unknown and not module.check_mode:
        raise DcnError(f"Cannot give {state.path} to {' and '.join(unknown)}: no such name on this host.")
    return Wanted(_mode(module, state), uid, gid, unknown)


def apply(module: Any, state: FileState, attributes: Wanted) -> tuple[bool, dict[str, Any]]:
    """Set what is left to set (SELinux, chattr, attributes of a file that was not written) or predict it."""
    params = dict(module.params)
    if attributes.unknown:
        module.warn(f"{', '.join(attributes.unknown)}: not on this host yet, taken to come with an earlier task.")
        params["owner"] = params["group"] = None
    file_args = module.load_file_common_arguments(params, path=state.real_path)
    diff: dict[str, Any] = {}
    changed = module.set_fs_attributes_if_different(file_args, bool(attributes.unknown), diff, expand=False)
    return changed, {"before_header": state.path, "after_header": state.path, **diff} if diff else {}


def _number(name: str | None, look_up: Any) -> tuple[int | None, str | None]:
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
    # Symbolic modes are relative to what is there.
    base = os.stat_result((stat.S_IFREG | current, *([0] * 9)))
    try:
        return int(module._symbolic_mode_to_octal(base, str(mode)))
    except ValueError as error:
        raise DcnError(f"mode: {mode!r} is neither an octal nor a symbolic mode.") from error
