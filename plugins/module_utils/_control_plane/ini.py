# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our part of an API's ``customServiceConfig``, set in the text that is there; every other byte of it stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance import conf_model as store_config
from ansible_collections.dcn.glance.plugins.module_utils._glance import conf_plan as stores
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import Desired
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_plan import StoreAction
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.edit import ABSENT, OptionEdit, SectionEdit, apply_edits
from ansible_collections.dcn.glance.plugins.module_utils._operators.backends import operator_backends

_BACKENDS = ("DEFAULT", "enabled_backends")
#: A line that is nothing but instructions to the operator's template, such as ``{{ if .Region }}``.
_BLOCK = re.compile(r"^{{[^\n]*}}[ \t]*\r?$", re.MULTILINE)
#: All of the text that the webhook invents for the API of a Glance without any.
_INVENTED = re.compile(r"\s*(\[DEFAULT\]\s*)?enabled_backends\s*=\s*[^\n]*#\s*CHANGE_ME\s*")
_REGION = re.compile(r"{{-?\s*\.Region\b")


class DefaultDeferred(DcnError):
    """The default store of the API cannot be had yet, so the API as a whole has to wait."""


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


def is_invented(text: str) -> bool:
    """Whether nobody wrote this text: what it enables is no store."""
    return _INVENTED.fullmatch(text) is not None


def edit_config(text: str, desired: Desired, removable: Collection[str], path: str) -> ConfigChange:
    """Set our stores and options in ``text``; of the other stores, those of ``removable`` go.

    Raises ``InputErrors`` for a text that oslo.config could not load, or stores that cannot be as wished, and
    ``DefaultDeferred`` where the default store is one that has to wait.
    """
    block = _BLOCK.search(text)
    if block is not None:
        line = text.count("\n", 0, block.start()) + 1
        what = block.group().strip()
        why = f"{what!r} lets parts of the text depend on a condition, so nobody can say here what is set"
        advice = "Write values with placeholders only, or move the part into a Secret of customServiceConfigSecrets"
        raise InputErrors([Problem(f"{path}, line {line}", f"{why}. {advice}")])
    data = text.encode("utf-8")
    document = Document.parse(data, "oslo", path)
    problems = store_config.find_problems(desired)
    if problems:
        raise InputErrors(problems)
    plan = stores.plan_stores(document, desired)
    conflicts = stores.find_conflicts(plan, desired)
    if conflicts:
        raise DefaultDeferred("; ".join(problem.message for problem in conflicts) + ".")
    wished = {store.id for store in desired.stores}
    gone = [store for store in plan.enabled_before if store in removable and store not in wished]
    options = [_readable(edit, document.get(*_BACKENDS), gone) for edit in plan.options]
    sections = [*(SectionEdit(store, ABSENT, path=f"store {store}") for store in gone), *plan.sections]
    result = apply_edits(data, options, sections, name=path)
    after = result.after.decode("utf-8")
    plan = replace(plan, removed=tuple(gone), kept=tuple(store for store in plan.kept if store not in gone))
    return ConfigChange(
        text,
        after,
        tuple(stores.actions(plan, desired, result.operations)),
        (*plan.warnings, *result.warnings, *store_config.find_warnings(desired), *_regrets(after, path)),
    )


def _readable(edit: OptionEdit, standing: str | None, gone: Collection[str]) -> OptionEdit:
    """The list of stores as the operator can read it: one line, no blank inside an entry."""
    if (edit.section, edit.option) != _BACKENDS or not edit.values:
        return edit
    entries = [item.partition(":") for item in edit.values[0].split(",") if item.strip()]
    found = [f"{store.strip()}:{kind.strip()}" for store, _colon, kind in entries if store.strip() not in gone]
    wide = standing is not None and ", " in standing
    return replace(edit, values=((", " if wide else ",").join(found),))


def _regrets(text: str, path: str) -> list[str]:
    """What the operator accepts in such a text and what then does not work."""
    reading = Document.parse(text.encode("utf-8"), "oslo", path).reading()
    found = []
    if ("DEFAULT", "worker_self_reference_url") in reading:
        found.append(
            f"{path} sets worker_self_reference_url: all pods of the API get the same one, and imports that were "
            "staged by another pod fail. Remove it; the operator sets one for each pod."
        )
    listed = reading.get(_BACKENDS, ("",))[-1]
    if [item.strip() for item in listed.split(",")] != operator_backends(text):
        found.append(
            f"{path}: Glance takes {listed.strip() or 'nothing'} for its stores, and the operator "
            f"{','.join(operator_backends(text)) or 'nothing'}, since it looks at the first line enabled_backends = "
            "in whatever section. Leave one such line, in [DEFAULT]."
        )
    return found


def region_warning(text: str, path: str, registered: bool) -> str:
    """Why placeholders stay as they are: the operator knows the region only for the API in Keystone's catalog."""
    if registered or not _REGION.search(text):
        return ""
    return (
        f"{path} uses {{{{ .Region }}}}, which the operator knows only for the API that keystoneEndpoint names: "
        "for this one it leaves every placeholder of the text unfilled. Write the region itself."
    )


def deferrable(desired: Desired, confs: Mapping[str, str], missing: Collection[str]) -> Desired:
    """The wish without the stores whose cluster's conf (``confs``: path to cluster) the pods would not have."""
    late = {
        store.id: f"the Secret has no conf and keyring of the cluster {confs[store.ceph_conf]} yet"
        for store in desired.stores
        if store.ceph_conf is not None and confs.get(store.ceph_conf) in missing
    }
    return replace(desired, deferred=late)


def changed_stores(actions: Sequence[StoreAction]) -> list[dict[str, str]]:
    """Stores as the module returns them."""
    return [{"id": each.id, "action": each.action, "reason": each.reason} for each in actions]
