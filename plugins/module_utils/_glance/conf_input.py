# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the arguments of glance_store_config and the content of a file to its new content.

Pure: the caller answers which files exist on this host (``HostFiles``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import DICT, pairs_problem, pairs_text
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import options_of
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import (
    Desired,
    DesiredStore,
    find_problems,
    find_warnings,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_plan import (
    StoreAction,
    find_conflicts,
    plan_stores,
    store_actions,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_files import HostFiles, missing_file
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.input import option_edits, option_texts
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import EditResult
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits


@dataclass(frozen=True)
class ConfChange:
    """The edit of a glance-api.conf, and what it does to each store.

    ``deferred`` are the stores that were left as they are or disabled. ``restart_blocked`` says why Glance cannot start
    with the new file, '' if nothing is known against it.
    """

    edit: EditResult
    stores: tuple[StoreAction, ...]
    deferred: tuple[str, ...]
    restart_blocked: str
    warnings: tuple[str, ...]


def plan_conf(params: Mapping[str, Any], state: FileState, files: HostFiles) -> ConfChange:
    """Plan the edit and apply it in memory, or raise ``InputErrors`` with everything that is wrong."""
    problems: list[Problem] = []
    desired = _desired(params, files, problems)
    problems += find_problems(desired)
    data = state.data or b""
    try:
        document = Document.parse(data, "oslo", state.path)
    except InputErrors as error:
        raise InputErrors([*problems, *error.problems]) from error
    if problems:
        raise InputErrors(problems)
    plan = plan_stores(document, desired)
    edit = apply_edits(data, plan.options, plan.sections, name=state.path, problems=find_conflicts(plan, desired))
    return ConfChange(
        edit=edit,
        stores=tuple(store_actions(plan, desired, edit.operations)),
        deferred=tuple(store.id for store in desired.stores if store.id in (*plan.deferred, *plan.disabled)),
        restart_blocked=plan.restart_blocked,
        warnings=(*plan.warnings, *find_warnings(desired)),
    )


def _desired(params: Mapping[str, Any], files: HostFiles, problems: list[Problem]) -> Desired:
    stores = tuple(_store(item, f"stores[{index}]", problems) for index, item in enumerate(params["stores"]))
    reserved = params["reserved"] or {}
    methods, plugins = params["import_methods"], params["import_plugins"]
    return Desired(
        stores=stores,
        staging=reserved.get("staging"),
        tasks=reserved.get("tasks"),
        import_methods=None if methods is None else tuple(methods),
        import_plugins=None if plugins is None else tuple(plugins),
        worker_url=params["worker_self_reference_url"] or None,
        options=tuple(option_edits(params["options"], "options", problems)),
        purge=params["purge"] == "managed",
        purge_stores=None if params["purge_stores"] is None else tuple(params["purge_stores"]),
        only_copies=_only_copies(params["only_copies"], problems),
        deferred={store.id: "deferred_stores names it" for store in stores if store.id in params["deferred_stores"]},
        unusable=_unusable(params, stores, files, problems),
    )


def _only_copies(found: Mapping[str, Any] | None, problems: list[Problem]) -> dict[str, tuple[str, ...]] | None:
    if found is None:
        return None
    copies: dict[str, tuple[str, ...]] = {}
    for store, images in found.items():
        if isinstance(images, list):
            copies[str(store)] = tuple(str(image) for image in images)
        else:
            problems.append(Problem(f"only_copies.{store}", "must be a list of images"))
    return copies


def _store(item: Mapping[str, Any], path: str, problems: list[Problem]) -> DesiredStore:
    known = options_of(item["type"])
    options: list[tuple[str, tuple[str, ...]]] = []
    for name, value in item["options"].items():
        where = f"{path}.options.{name}"
        if isinstance(value, Mapping) and name in known and known[name].type == DICT:
            pairs = {str(key): str(text) for key, text in value.items()}
            problem = pairs_problem(pairs)
            problems += [Problem(where, problem)] if problem else []
            options.append((name, (pairs_text(pairs),)))
            continue
        texts = option_texts(value)
        if texts is None:
            problems.append(Problem(where, "must be text, a number, a boolean, or a list of those"))
        else:
            options.append((str(name), texts))
    return DesiredStore(item["id"], item["type"], item["default"], item["description"], tuple(options))


def _unusable(
    params: Mapping[str, Any], stores: tuple[DesiredStore, ...], files: HostFiles, problems: list[Problem]
) -> dict[str, str]:
    """The stores whose files are missing, with the reason; a problem for each where ``missing_files`` is fail."""
    unusable: dict[str, str] = {}
    for index, store in enumerate(stores if params["check_files"] else ()):
        path = missing_file(store, files)
        if not path:
            continue
        reason = f"{files.where(path)} does not exist on this host"
        unusable[store.id] = reason
        if params["missing_files"] == "fail" and store.id not in params["deferred_stores"]:
            effect = "Glance does not start" if path == store.ceph_conf else "Glance cannot connect to the cluster"
            text = f"store {store.id!r}: {reason}, and {effect} without it. Write the file first"
            problems.append(Problem(f"stores[{index}].options.rbd_store_ceph_conf", text))
    return unusable
