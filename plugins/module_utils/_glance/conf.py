# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of glance_stores and the content of a file worked out to the new content. Pure but for one question:
whether a file is on this host, which the caller answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState
from ansible_collections.dcn.glance.plugins.module_utils._glance import conf_model as store_config
from ansible_collections.dcn.glance.plugins.module_utils._glance import conf_plan as stores
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import Desired, Store
from ansible_collections.dcn.glance.plugins.module_utils._ini import wishes
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.edit import EditResult, apply_edits


@dataclass(frozen=True)
class Outcome:
    result: EditResult
    actions: tuple[stores.StoreAction, ...]
    deferred: tuple[str, ...]
    warnings: tuple[str, ...]


def work_out(params: Mapping[str, Any], state: FileState, present: Callable[[str], bool]) -> Outcome:
    """Plan and apply in memory, or raise ``InputErrors`` with everything that is wrong."""
    problems: list[Problem] = []
    desired = _desired(params, present, problems)
    problems += store_config.find_problems(desired)
    data = state.data or b""
    try:
        document = Document.parse(data, "oslo", state.path)
    except InputErrors as error:
        raise InputErrors([*problems, *error.problems]) from error
    if problems:
        raise InputErrors(problems)
    plan = stores.plan_stores(document, desired)
    conflicts = stores.find_conflicts(plan, desired)
    result = apply_edits(data, plan.options, plan.sections, name=state.path, problems=conflicts)
    return Outcome(
        result=result,
        actions=tuple(stores.actions(plan, desired, result.operations)),
        deferred=plan.deferred,
        warnings=(*plan.warnings, *store_config.find_warnings(desired)),
    )


def _desired(params: Mapping[str, Any], present: Callable[[str], bool], problems: list[Problem]) -> Desired:
    listed = tuple(_store(item, f"stores[{index}]", problems) for index, item in enumerate(params["stores"]))
    reserved = params["reserved"] or {}
    methods, plugins = params["import_methods"], params["import_plugins"]
    return Desired(
        stores=listed,
        staging=reserved.get("staging"),
        tasks=reserved.get("tasks"),
        import_methods=None if methods is None else tuple(methods),
        import_plugins=None if plugins is None else tuple(plugins),
        worker_url=params["worker_self_reference_url"] or None,
        options=tuple(wishes.option_edits(params["options"], "options", problems)),
        purge=params["purge"] == "managed",
        deferred=_deferred(params, listed, present, problems),
    )


def _store(item: Mapping[str, Any], path: str, problems: list[Problem]) -> Store:
    options: list[tuple[str, tuple[str, ...]]] = []
    for name, value in item["options"].items():
        texts = wishes.as_texts(value)
        if texts is None:
            problems.append(Problem(f"{path}.options.{name}", "not a text, number, truth value, or list of those"))
        else:
            options.append((str(name), texts))
    return Store(item["id"], item["type"], item["default"], item["description"], tuple(options))


def _deferred(
    params: Mapping[str, Any], listed: tuple[Store, ...], present: Callable[[str], bool], problems: list[Problem]
) -> dict[str, str]:
    deferred: dict[str, str] = {}
    for index, store in enumerate(listed):
        if store.id in params["deferred_stores"]:
            deferred[store.id] = "it is among deferred_stores"
            continue
        if not params["check_files"] or not store.ceph_conf or present(store.ceph_conf):
            continue
        missing = f"{store.ceph_conf} is not on this host"
        if params["missing_files"] == "defer":
            deferred[store.id] = missing
        else:
            text = f"store {store.id!r}: {missing}, and Glance does not start without it: place it first"
            problems.append(Problem(f"stores[{index}].options.rbd_store_ceph_conf", text))
    return deferred
