# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules that edit configuration files share: secrets kept out of everything, and the writing itself."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState
from ansible_collections.dcn.glance.plugins.module_utils._core.files import (
    MountPoint,
    read_file,
    replace_atomic,
    write_atomic,
    write_in_place,
)
from ansible_collections.dcn.glance.plugins.module_utils._ini import attributes, redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.edit import EditResult, Operation
from ansible_collections.dcn.glance.plugins.module_utils._ini.overrides import shadowed
from ansible_collections.dcn.glance.plugins.module_utils._ini.reader import read_lines

# Short values of a file that happen to be secrets (such as "glance") would be hidden in paths and names as well.
SHORTEST_FILE_SECRET = 8


class ConfigModule(AnsibleModule):  # type: ignore[misc]
    """A module whose options carry values of any configuration option, secret ones among them.

    Which ones are secret depends on the name beside them, so an argument specification cannot say it.
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
        """Fail with the sentence of an expected error, and each problem of an input on its own."""
        problems = error.problems if isinstance(error, InputErrors) else ()
        self.fail_json(str(error), problems=[{"path": each.path, "message": each.message} for each in problems])

    def hide_file(self, data: bytes, path: str) -> None:
        """Register the secrets that a file holds, so that no message can repeat one."""
        with contextlib.suppress(DcnError):
            values = redact.secret_values(read_lines(data, DIALECTS["oslo"], path), self.extra_secrets)
            self.no_log_values.update(value for value in values if len(value) >= SHORTEST_FILE_SECRET)

    @property
    def extra_secrets(self) -> Collection[str]:
        names = (getattr(self, "params", None) or {}).get("secret_options")
        return [str(name) for name in names] if isinstance(names, list) else []

    def _log_invocation(self) -> None:
        # Runs inside the constructor, before any code of ours, and writes the arguments to the system log.
        self._hide({})
        super()._log_invocation()

    def _hide(self, kwargs: dict[str, Any]) -> None:
        params = dict(getattr(self, "params", None) or {})
        for name in ("options", "stores"):
            # Not yet taken apart, because the arguments were refused before that.
            if isinstance(params.get(name), str) or any(isinstance(each, str) for each in params.get(name) or ()):
                params[name] = redact.MASK
        self.no_log_values.update(redact.secret_params(params, self.extra_secrets))
        kwargs.setdefault("invocation", {"module_args": redact.mask_params(params, self.extra_secrets)})


def config_file_spec() -> dict[str, dict[str, Any]]:
    """Options of a module that edits one file; documented by the fragment ``dcn.glance.config_file``."""
    return {
        "path": {"type": "path", "required": True},
        "create": {"type": "bool", "default": False},
        "backup": {"type": "bool", "default": False},
        "secret_options": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "coming_files": {"type": "list", "elements": "path", "default": []},
    }


def present_files(module: ConfigModule) -> Callable[[str], bool]:
    """Whether a file is on this host, or in check mode would be after an earlier task of the run."""
    coming = set(module.params["coming_files"]) if module.check_mode else set()
    return lambda path: path in coming or os.path.isfile(path)


def load(module: ConfigModule, may_be_missing: bool = False) -> FileState:
    """Read the file to edit, and see to it that nothing that it holds is ever shown."""
    path = module.params["path"]
    state = read_file(path)
    coming = module.check_mode and path in module.params["coming_files"]
    if not state.exists and not (module.params["create"] or may_be_missing or coming):
        raise DcnError(f"{path} does not exist: install the service first, or set create to true.")
    module.hide_file(state.data or b"", path)
    return state


def finish(module: ConfigModule, state: FileState, result: EditResult) -> dict[str, Any]:
    """Write, warn, and return what every such module returns."""
    extra = module.extra_secrets
    wanted = {(each.section.lower(), each.option) for each in result.operations if each.option and each.after}
    keys = {("DEFAULT" if section == "default" else section, option) for section, option in wanted}
    for warning in (*result.warnings, *shadowed(state.path, keys, result.reading)):
        module.warn(redact.mask_urls(warning))
    if state.links > 1 and result.changed:
        module.warn(f"{state.path} has {state.links} hard links: the others keep the old content.")
    missing = not state.exists and not result.after
    saved = {"changed": False, "diff": []} if missing else save(module, state, result)
    return {
        **saved,
        "path": state.path,
        "operations": operations_shown(result.operations, extra),
        "effective": effective(result.operations, extra),
    }


def operations_shown(operations: Collection[Operation], extra: Collection[str]) -> list[dict[str, Any]]:
    """Operations as a module returns them."""
    return [
        {
            "section": each.section,
            "option": each.option,
            "action": each.action,
            "changed": each.changed,
            "line": each.line,
            "before": [redact.mask_value(each.option or "", value, extra) for value in each.before],
            "after": [redact.mask_value(each.option or "", value, extra) for value in each.after],
        }
        for each in operations
    ]


def effective(operations: Collection[Operation], extra: Collection[str]) -> dict[str, dict[str, list[str]]]:
    """What oslo.config reads afterwards for the options of this call that are present."""
    shown: dict[str, dict[str, list[str]]] = {}
    for each in operations:
        if each.option is not None and each.after:
            values = [redact.mask_value(each.option, value, extra) for value in each.after]
            shown.setdefault(each.section, {})[each.option] = values
    return shown


def content_diff(path: str, result: EditResult, extra: Collection[str]) -> dict[str, str]:
    """The change without secrets; a hidden value that changes is marked, so that its line shows up.

    Only the changed places: such files are large, and results are kept in logs and databases.
    """
    changed = [
        (each.section.lower(), each.option.lower()) for each in result.operations if each.option and each.changed
    ]
    before = _shown(result.before, path, extra, dict.fromkeys(changed, "(old)"))
    after = _shown(result.after, path, extra, dict.fromkeys(changed, "(new)"))
    lines = difflib.unified_diff(before, after, f"before: {path}", f"after: {path}", lineterm="")
    return {"prepared": "".join(f"{line}\n" for line in lines)}


def _shown(data: bytes, path: str, extra: Collection[str], marks: Mapping[tuple[str, str], str]) -> list[str]:
    return redact.mask_lines(read_lines(data, DIALECTS["oslo"], path), extra, marks)


def save(module: ConfigModule, state: FileState, result: EditResult) -> dict[str, Any]:
    """Write what was planned (not in check mode) and return ``changed``, ``diff`` and ``backup_file``."""
    extra = module.extra_secrets
    wanted = attributes.wanted(module, state)
    show = result.changed and module._diff
    returned: dict[str, Any] = {"diff": [content_diff(state.path, result, extra)] if show else []}
    write = result.changed or not state.exists
    if write and state.exists and module.params["backup"] and not module.check_mode:
        returned["backup_file"] = module.backup_local(state.real_path)
    if write and not module.check_mode:
        _write(module, state, result.after, wanted)
    changed, diff = attributes.apply(module, state, wanted)
    if diff:
        returned["diff"].append(diff)
    returned["changed"] = write or changed
    return returned


def _write(module: ConfigModule, state: FileState, data: bytes, wanted: attributes.Wanted) -> None:
    if not state.exists:
        write_atomic(state.path, data, wanted.mode, wanted.uid, wanted.gid)
        return
    try:
        replace_atomic(state.path, data, mode=wanted.mode, uid=wanted.uid, gid=wanted.gid, read=state)
    except MountPoint:
        if not module.params["unsafe_writes"]:
            raise
        write_in_place(state.path, data)
