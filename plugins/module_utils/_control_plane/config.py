# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set the managed stores and options in the ``customServiceConfig`` of an API. All other bytes stay unchanged."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config_check import find_unreadable
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance import conf_model, conf_plan
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import Desired
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_plan import StoreAction
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import ABSENT, OptionEdit, SectionEdit
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import operator_backends

_BACKENDS = ("DEFAULT", "enabled_backends")
#: A line that is nothing but instructions to the operator's template, such as ``{{ if .Region }}``.
_BLOCK = re.compile(r"^{{[^\n]*}}[ \t]*\r?$", re.MULTILINE)
_REGION = re.compile(r"{{-?\s*\.Region\b")


class DefaultStoreDeferred(DcnError):
    """The default store of the API cannot be added yet, so the whole API is deferred."""


@dataclass(frozen=True)
class ConfigChange:
    """The text before and after, and what that means for each store."""

    before: str
    after: str
    actions: tuple[StoreAction, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def store_ids(self) -> tuple[str, ...]:
        """The stores of the topology that the text has afterwards."""
        return tuple(each.id for each in self.actions if each.action in ("added", "changed", "unchanged"))


def stores_of(text: str) -> tuple[tuple[str, ...], str]:
    """(ids of the stores that a text enables, id of its default store); empty where it names none."""
    try:
        document = Document.parse(text.encode("utf-8"), "oslo")
    except InputErrors:
        return tuple(entry.partition(":")[0] for entry in operator_backends(text)), ""
    stores, _broken = conf_plan.read_backends(document.get(*_BACKENDS) or "")
    return tuple(stores), (document.get("glance_store", "default_backend") or "").strip()


def edit_config(text: str, desired: Desired, removable: Collection[str], path: str) -> ConfigChange:
    """Set the desired stores and options in ``text``, and remove those of ``removable`` that are not desired.

    Raises ``InputErrors`` for a text that oslo.config or Glance could not load or stores that cannot be set, and
    ``DefaultStoreDeferred`` where the default store is deferred.
    """
    _refuse_blocks(text, path)
    data = text.encode("utf-8")
    document = Document.parse(data, "oslo", path)
    problems = conf_model.find_problems(desired)
    if problems:
        raise InputErrors(problems)
    plan = conf_plan.plan_stores(document, desired)
    conflicts = conf_plan.find_conflicts(plan, desired)
    if conflicts:
        raise DefaultStoreDeferred("; ".join(problem.message for problem in conflicts) + ".")
    ids = {store.id for store in desired.stores}
    removed = [store for store in plan.enabled_before if store in removable and store not in ids]
    options = [_for_operator(edit, document.get(*_BACKENDS), removed) for edit in plan.options]
    sections = [*(SectionEdit(store, ABSENT, path=f"store {store}") for store in removed), *plan.sections]
    result = apply_edits(data, options, sections, name=path)
    after = result.after.decode("utf-8")
    unreadable = find_unreadable(after, path)
    if unreadable:
        raise InputErrors(unreadable)
    plan = replace(plan, removed=tuple(removed), kept=tuple(store for store in plan.kept if store not in removed))
    return ConfigChange(
        text,
        after,
        tuple(conf_plan.store_actions(plan, desired, result.operations)),
        (*plan.warnings, *result.warnings, *conf_model.find_warnings(desired), *_operator_warnings(after, path)),
    )


def without_stores(text: str, stores: Collection[str], path: str) -> str:
    """The text without these stores, for an API that starts as a copy and does not have them yet."""
    enabled, default = stores_of(text)
    gone = [store for store in enabled if store in stores]
    if not gone:
        return text
    document = Document.parse(text.encode("utf-8"), "oslo", path)
    entries = [item.strip() for item in (document.get(*_BACKENDS) or "").split(",")]
    left = ",".join(item for item in entries if item.partition(":")[0].strip() not in gone)
    edits = [OptionEdit(*_BACKENDS, (left,) if left else None)]
    edits += [OptionEdit("glance_store", "default_backend", None)] if default in gone else []
    sections = [SectionEdit(store, ABSENT, path=f"store {store}") for store in gone]
    return apply_edits(text.encode("utf-8"), edits, sections, name=path).after.decode("utf-8")


def _refuse_blocks(text: str, path: str) -> None:
    block = _BLOCK.search(text)
    if block is not None:
        line = text.count("\n", 0, block.start()) + 1
        what = block.group().strip()
        why = f"{what!r} makes parts of the text depend on a condition, so the values that apply are unknown"
        advice = "Write values with placeholders only, or move this part into a Secret of customServiceConfigSecrets"
        raise InputErrors([Problem(f"{path}, line {line}", f"{why}. {advice}")])


def _for_operator(edit: OptionEdit, current: str | None, removed: Collection[str]) -> OptionEdit:
    """The list of stores as the operator can read it: one line, no blank inside an entry."""
    if (edit.section, edit.option) != _BACKENDS or not edit.values:
        return edit
    entries = [item.partition(":") for item in edit.values[0].split(",") if item.strip()]
    found = [f"{store.strip()}:{kind.strip()}" for store, _colon, kind in entries if store.strip() not in removed]
    separator = ", " if current is not None and ", " in current else ","
    return replace(edit, values=(separator.join(found),))


def _operator_warnings(text: str, path: str) -> list[str]:
    """Warnings about text that the operator accepts, but that does not work."""
    reading = Document.parse(text.encode("utf-8"), "oslo", path).reading()
    found = []
    if ("DEFAULT", "worker_self_reference_url") in reading:
        found.append(
            f"{path} sets worker_self_reference_url: all pods of the API get the same value, and an import that "
            "another pod staged fails. Remove it; the operator sets one for each pod."
        )
    listed = reading.get(_BACKENDS, ("",))[-1]
    if [item.strip() for item in listed.split(",")] != operator_backends(text):
        found.append(
            f"{path}: Glance reads the stores {listed.strip() or '(none)'}, and the operator reads "
            f"{','.join(operator_backends(text)) or '(none)'}, because it takes the first line enabled_backends = "
            "of any section. Keep one such line, in [DEFAULT]."
        )
    return found


def region_warning(text: str, path: str, registered: bool) -> str:
    """A warning about placeholders that are not replaced: only the API in Keystone's catalog has a region."""
    if registered or not _REGION.search(text):
        return ""
    return (
        f"{path} uses {{{{ .Region }}}}, but the operator sets it only for the API that keystoneEndpoint names: "
        "for this API it does not replace any placeholder of the text. Write the name of the region instead."
    )


def with_deferred_stores(desired: Desired, confs: Mapping[str, str], missing: Collection[str]) -> Desired:
    """Defer the stores of the clusters ``missing``. ``confs`` maps the path of a conf to its cluster."""
    deferred = {
        store.id: f"the Secret has no conf and keyring of the cluster {confs[store.ceph_conf]} yet"
        for store in desired.stores
        if store.ceph_conf is not None and confs.get(store.ceph_conf) in missing
    }
    return replace(desired, deferred=deferred)
