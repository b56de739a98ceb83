# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the modules that edit a configuration file: one edit under the lock of the file, and hidden secrets."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState
from ansible_collections.dcn.glance.plugins.module_utils._core.files import (
    ATTEMPTS,
    ChangedMeanwhile,
    leftovers,
    locked,
    read_file,
    remove_leftovers,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.previous import keep_previous
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact, result
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import read_lines
from ansible_collections.dcn.glance.plugins.module_utils._ini.drop_ins import shadowed
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import EditResult
from ansible_collections.dcn.glance.plugins.module_utils._ini.write import (
    desired_attributes,
    set_attributes,
    write_content,
)

# Short secrets of a file, such as "glance", would also be hidden in paths and names.
SHORTEST_FILE_SECRET = 8

#: One entry of the option ``options`` of a module.
OPTION_SPEC: dict[str, dict[str, Any]] = {
    "section": {"type": "str", "required": True},
    "option": {"type": "str", "required": True},
    "value": {"type": "raw"},
    "values": {"type": "list", "elements": "raw"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}

#: Plans an edit: the new content, and what the module returns beside it. It may run more than once.
Plan = Callable[[FileState], tuple[EditResult, dict[str, Any]]]


def file_secrets(path: str) -> set[str]:
    """The secrets in a configuration file, for messages of programs that read it; none if it cannot be read."""
    try:
        return _secrets(read_file(path).data or b"", path, ())
    except DcnError:
        return set()


def _secrets(data: bytes, path: str, names: Collection[str]) -> set[str]:
    with contextlib.suppress(DcnError):
        values = redact.secret_values(read_lines(data, DIALECTS["oslo"], path), names)
        return {value for value in values if len(value) >= SHORTEST_FILE_SECRET}
    return set()


class ConfigModule(AnsibleModule):  # type: ignore[misc]
    """A module whose arguments hold values of any configuration option, secrets included.

    Whether a value is secret depends on the name of its option, so ``no_log`` of an argument specification cannot
    express it.
    """

    def fail_json(self, msg: str, **kwargs: Any) -> NoReturn:
        self._hide(kwargs)
        super().fail_json(msg, **kwargs)
        raise AssertionError("fail_json returned")

    def exit_json(self, **kwargs: Any) -> NoReturn:
        self._hide(kwargs)
        super().exit_json(**kwargs)
        raise AssertionError("exit_json returned")

    def fail(self, error: DcnError) -> NoReturn:
        """Fail with the message of an expected error, and list the problems of an input one by one."""
        problems = error.problems if isinstance(error, InputErrors) else ()
        self.fail_json(str(error), problems=[{"path": each.path, "message": each.message} for each in problems])

    def hide_file(self, data: bytes, path: str) -> None:
        """Register the secrets in a file, so that no message can repeat one."""
        self.no_log_values.update(_secrets(data, path, self.extra_secrets))

    @property
    def extra_secrets(self) -> Collection[str]:
        names = (getattr(self, "params", None) or {}).get("secret_options")
        return [str(name) for name in names] if isinstance(names, list) else []

    def _log_invocation(self) -> None:
        # Called by the constructor, which writes the arguments to the system log.
        self._hide({})
        super()._log_invocation()

    def _hide(self, kwargs: dict[str, Any]) -> None:
        params = dict(getattr(self, "params", None) or {})
        for name in ("options", "stores"):
            # Still a string, because the arguments were refused before they were parsed.
            if isinstance(params.get(name), str) or any(isinstance(each, str) for each in params.get(name) or ()):
                params[name] = redact.MASK
        self.no_log_values.update(redact.secret_params(params, self.extra_secrets))
        kwargs.setdefault("invocation", {"module_args": redact.mask_params(params, self.extra_secrets)})


def config_file_spec() -> dict[str, dict[str, Any]]:
    """The options of the documentation fragment ``dcn.glance.config_file``."""
    return {
        "path": {"type": "path", "required": True},
        "create": {"type": "bool", "default": False},
        "backup": {"type": "bool", "default": False},
        "keep_previous": {"type": "bool", "default": False},
        "secret_options": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "coming_files": {"type": "list", "elements": "path", "default": []},
    }


def present_files(module: ConfigModule) -> Callable[[str], bool]:
    """A test whether a file is on this host, or in check mode would be after an earlier task of the run."""
    coming = set(module.params["coming_files"]) if module.check_mode else set()
    return lambda path: path in coming or os.path.isfile(path)


def edit_file(module: ConfigModule, plan: Plan, may_be_missing: bool = False) -> dict[str, Any]:
    """Read, plan and write the file of ``path``, and return the result of the module.

    Holds the lock of the file meanwhile. When a program that takes no lock changes the file between reading and
    writing, everything is repeated.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with locked(module.params["path"], shared=module.check_mode):
                return _edit_once(module, plan, may_be_missing)
        except ChangedMeanwhile:
            if attempt == ATTEMPTS:
                raise
            time.sleep(0.05 * attempt)
    raise AssertionError("not reached")


def _edit_once(module: ConfigModule, plan: Plan, may_be_missing: bool) -> dict[str, Any]:
    state = _read(module, may_be_missing)
    edited, extra = plan(state)
    saved = _save(module, state, edited)
    _warn(module, state, edited, saved["removed_leftovers"])
    names = module.extra_secrets
    return {
        **saved,
        "path": state.path,
        "operations": result.operations_shown(edited.operations, names),
        "effective": result.effective(edited.operations, names),
        **extra,
    }


def _read(module: ConfigModule, may_be_missing: bool) -> FileState:
    """Read the file, and register the secrets in it."""
    path = module.params["path"]
    state = read_file(path)
    coming = module.check_mode and path in module.params["coming_files"]
    if not state.exists and not (module.params["create"] or may_be_missing or coming):
        raise DcnError(f"{path} does not exist. Install the service first, or set create to true.")
    module.hide_file(state.data or b"", path)
    return state


def _save(module: ConfigModule, state: FileState, edited: EditResult) -> dict[str, Any]:
    """Write what was planned, outside check mode, and return the part of the result that is about the file."""
    path = state.path
    saved: dict[str, Any] = {
        "diff": [],
        "removed_leftovers": leftovers(path) if module.check_mode else remove_leftovers(path),
    }
    saved["written"] = edited.changed
    saved["changed"] = saved["written"] or bool(saved["removed_leftovers"])
    if not state.exists and not edited.after:
        return saved
    attributes = desired_attributes(module, state)
    if edited.changed and module._diff:
        saved["diff"].append(result.content_diff(path, edited, module.extra_secrets))
    if saved["written"] and not module.check_mode:
        if state.exists and module.params["backup"]:
            saved["backup_file"] = module.backup_local(state.real_path)
        if module.params["keep_previous"]:
            keep_previous(state)
        write_content(module, state, edited.after, attributes)
    changed, diff = set_attributes(module, state, attributes)
    if diff:
        saved["diff"].append(diff)
    saved["changed"] = saved["changed"] or changed
    return saved


def _warn(module: ConfigModule, state: FileState, edited: EditResult, removed: Collection[str]) -> None:
    present = {(each.section, each.option) for each in edited.operations if each.option and each.after}
    keys = {("DEFAULT" if section == "DEFAULT" else section.lower(), option) for section, option in present}
    for warning in (*edited.warnings, *shadowed(state.path, keys, edited.reading)):
        module.warn(redact.mask_urls(warning))
    if state.links > 1 and edited.changed:
        module.warn(f"{state.path} has {state.links} hard links: the others keep the old content.")
    for leftover in removed:
        done = "would be removed" if module.check_mode else "was removed"
        module.warn(f"{leftover} {done}: it is the unfinished copy of {state.path} that a killed run left behind.")
