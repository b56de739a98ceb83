# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edits that give a glance-api.conf the desired stores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import METHODS_OPTION, PLUGINS_OPTION
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_model import Desired, DesiredStore
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import backends
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import (
    ABSENT,
    EXACT,
    KEEP,
    Operation,
    OptionEdit,
    SectionEdit,
)

STAGING = "os_glance_staging_store"
TASKS = "os_glance_tasks_store"
_SHOWN_IMAGES = 5
# Options from before Glance had several stores, options that no supported release reads, and options in sections
# where Glance does not read them.
OBSOLETE = (
    ("glance_store", "stores"),
    ("glance_store", "default_store"),
    ("glance_store", "enabled_backends"),
    ("DEFAULT", "stores"),
    ("DEFAULT", "default_store"),
    ("DEFAULT", "default_backend"),
    ("DEFAULT", "registry_host"),
    ("DEFAULT", "registry_port"),
    ("DEFAULT", "registry_client_protocol"),
)


@dataclass(frozen=True)
class StorePlan:
    """The edits, in the order in which new lines are written, and what they do to the stores.

    Attributes:
        options: The edits of options.
        sections: The edits of sections.
        enabled_before: The types of the enabled stores of the file, by id.
        default_before: The default store of the file.
        default: The default store after the edits.
        removed: Stores that are no longer in the file: the purged ones, and those that are listed in another case.
        purged: Stores that are no longer listed, and purged.
        kept: Stores that are no longer listed, and not purged.
        deferred: Listed stores that are left as they are.
        disabled: Listed stores that are taken out of the list of enabled stores, because they cannot be used now.
        restart_blocked: Why Glance cannot start with the file after the edits, '' if nothing is known against it.
        warnings: What the user must know.
    """

    options: tuple[OptionEdit, ...]
    sections: tuple[SectionEdit, ...]
    enabled_before: dict[str, str]
    default_before: str | None
    default: str
    removed: tuple[str, ...]
    purged: tuple[str, ...]
    kept: tuple[str, ...]
    deferred: tuple[str, ...]
    disabled: tuple[str, ...]
    restart_blocked: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class StoreAction:
    """What an edit does to a store.

    ``action`` is added, changed, unchanged, removed, deferred, disabled, or kept (enabled, not desired, not purged).
    """

    id: str
    action: str
    reason: str = ""


def plan_stores(document: Document, desired: Desired) -> StorePlan:
    """Plan the edits. Existing entries keep their order; new ones are appended in the desired order."""
    text = document.get("DEFAULT", "enabled_backends")
    before, broken = read_backends(text or "")
    ids = [store.id for store in desired.stores]
    renamed = [store for store in before if store not in ids and store.lower() in {each.lower() for each in ids}]
    unlisted = [store for store in before if store not in (*ids, *renamed)]
    purged = tuple(store for store in unlisted if _is_purged(store, desired))
    removed = (*renamed, *purged)
    default = _default(document, desired, [store for store in before if store not in removed])
    disabled = tuple(store for store in ids if store in desired.unusable and store in before and store != default)
    deferred = tuple(
        store for store in ids if store in {**desired.deferred, **desired.unusable} and store not in disabled
    )
    managed = [store for store in desired.stores if store.id not in (*deferred, *disabled)]
    types = {store.id: store.type for store in managed}
    after = {store: types.get(store, before[store]) for store in before if store not in (*removed, *disabled)}
    for store in managed:
        after.setdefault(store.id, store.type)
    options = [*_core(document, desired, default, text, before, after, broken), *_store_options(managed)]
    options += [*_reserved(desired), *_imports(document, desired), *desired.options, *_obsolete(document)]
    return StorePlan(
        options=tuple(options),
        sections=tuple(_sections(removed, managed, desired.stores)),
        enabled_before=before,
        default_before=document.get("glance_store", "default_backend"),
        default=default,
        removed=removed,
        purged=purged,
        kept=tuple(store for store in unlisted if store not in purged),
        deferred=deferred,
        disabled=disabled,
        restart_blocked=_restart_blocked(desired, default),
        warnings=tuple(_plan_warnings(desired, default, deferred, disabled, unlisted, broken)),
    )


def _default(document: Document, desired: Desired, enabled: Sequence[str]) -> str:
    """The default store after the edits: the desired one, or the one of the file while the desired one is unusable."""
    wanted = next(store.id for store in desired.stores if store.default)
    current = document.get("glance_store", "default_backend") or ""
    if wanted in desired.unusable and current in enabled and current not in desired.unusable:
        return current
    return wanted


def _restart_blocked(desired: Desired, default: str) -> str:
    reason = desired.unusable.get(default, "")
    return f"{reason}, and store {default} is the default store, so that Glance cannot be without it" if reason else ""


def _plan_warnings(
    desired: Desired,
    default: str,
    deferred: Sequence[str],
    disabled: Sequence[str],
    unlisted: Sequence[str],
    broken: str,
) -> list[str]:
    reasons = {**desired.deferred, **desired.unusable}
    found = [f"[DEFAULT] enabled_backends of the file cannot be read by Glance ({broken})."] if broken else []
    found += [f"Store {store} is left as it is: {reasons[store]}." for store in deferred]
    found += [
        f"Store {store} is disabled in this Glance until its files exist: {reasons[store]}. The run that finds them "
        "enables it again."
        for store in disabled
    ]
    found += [_removed_text(store) if _is_purged(store, desired) else _kept_text(store) for store in unlisted]
    wanted = next(store.id for store in desired.stores if store.default)
    if default != wanted:
        found.append(f"The default store stays {default}, because {wanted} cannot be used: {reasons[wanted]}.")
    return found


def _is_purged(store: str, desired: Desired) -> bool:
    """Whether a store of the file that is not listed is removed."""
    return desired.purge and (desired.purge_stores is None or store in desired.purge_stores)


def _removed_text(store: str) -> str:
    return f"Store {store} is removed, because it is not listed. To keep it, list it, or use purge: none."


def _kept_text(store: str) -> str:
    return (
        f"Store {store} is enabled in the file, but not listed. It stays: Glance reads its images, users can write new "
        "ones to it, and nothing here manages or checks it. List it, or remove it with purge: managed, which refuses "
        "as long as the only copy of an image is in it."
    )


def find_conflicts(plan: StorePlan, desired: Desired) -> list[Problem]:
    """What forbids the plan: a default store that is deferred, and the removal of the only copy of an image."""
    return [*_default_conflicts(plan, desired), *_removal_conflicts(plan, desired)]


def _removal_conflicts(plan: StorePlan, desired: Desired) -> Iterator[Problem]:
    for store in plan.purged:
        if desired.only_copies is None:
            text = "nobody looked whether it has the only copy of an image. Set only_copies, or use purge: none"
        elif desired.only_copies.get(store):
            text = (
                f"it has the only copy of {_some(desired.only_copies[store])}, which Glance could not read any more. "
                "Copy them to another store (dcn.glance.place_images), delete them, list the store, or use purge: none"
            )
        else:
            continue
        yield Problem("purge", f"store {store!r} cannot be removed: {text}")


def _some(images: Sequence[str]) -> str:
    """The first images of a list, which can be long."""
    more = len(images) - _SHOWN_IMAGES
    shown = ", ".join(images[:_SHOWN_IMAGES]) + (f" and {more} more" if more > 0 else "")
    return f"{len(images)} image{'s' if len(images) > 1 else ''}: {shown}"


def _default_conflicts(plan: StorePlan, desired: Desired) -> list[Problem]:
    """A deferred store cannot be the default of an API that does not have it yet."""
    reasons = {**desired.deferred, **desired.unusable}
    return [
        Problem(f"stores[{index}]", f"store {store.id!r} is the default and cannot be deferred: {reasons[store.id]}")
        for index, store in enumerate(desired.stores)
        if store.id == plan.default and store.id in plan.deferred and store.id not in plan.enabled_before
    ]


def store_actions(plan: StorePlan, desired: Desired, operations: Sequence[Operation]) -> list[StoreAction]:
    """What the operations do to each store: the desired stores in their order, then the others."""
    touched = {each.section.lower() for each in operations if each.changed}
    result: list[StoreAction] = []
    for store in desired.stores:
        if store.id in plan.disabled:
            result.append(StoreAction(store.id, "disabled", desired.unusable[store.id]))
        elif store.id in plan.deferred:
            reason = {**desired.deferred, **desired.unusable}[store.id]
            result.append(StoreAction(store.id, "deferred", reason))
        elif store.id not in plan.enabled_before:
            result.append(StoreAction(store.id, "added"))
        else:
            same = (
                plan.enabled_before[store.id] == store.type
                and (plan.default_before == store.id) == (plan.default == store.id)
                and store.id.lower() not in touched
            )
            result.append(StoreAction(store.id, "unchanged" if same else "changed"))
    result += [StoreAction(store, "removed") for store in plan.removed]
    return result + [StoreAction(store, "kept") for store in plan.kept]


def read_backends(value: str) -> tuple[dict[str, str], str]:
    """The stores of ``enabled_backends`` with their types, and why Glance refuses the value, '' if it does not."""
    found: dict[str, str] = {}
    broken = ""
    for entry in backends(value):
        if ":" not in entry.raw or not entry.id:
            broken = broken or f"{entry.raw.strip()!r} is not id:type"
        elif entry.id in found:
            broken = broken or f"{entry.id} is listed twice"
        elif any(char.isspace() for char in entry.type) or not entry.type:
            broken = broken or f"{entry.type!r} is not a type of store"
        if entry.id:
            found.setdefault(entry.id, entry.type.split()[0] if entry.type else "")
    return found, broken


def read_list(value: str) -> list[str] | None:
    """The items of a list in brackets, with or without quotes, as Glance reads import options; None for other texts."""
    text = value.strip().rstrip(",")
    if not (text.startswith("[") and text.endswith("]") and len(text) > 1):
        return None
    items = [item.strip() for item in text[1:-1].split(",")] if text[1:-1].strip() else []
    quoted = [len(item) > 1 and item[0] in "\"'" and item[-1] == item[0] for item in items]
    return [item[1:-1] if bare else item for item, bare in zip(items, quoted)]


def _core(
    document: Document,
    desired: Desired,
    default: str,
    text: str | None,
    before: dict[str, str],
    after: dict[str, str],
    broken: str,
) -> list[OptionEdit]:
    backends = ", ".join(f"{store}:{kind}" for store, kind in after.items())
    if text is not None and before == after and not broken:
        backends = _same_text(document, text, backends)
    elif text is not None and not broken and "\n" not in text:
        backends = _restyled(text, before, after)
    edits = [OptionEdit("DEFAULT", "enabled_backends", (backends,), path="stores")]
    if desired.worker_url is not None:
        url = OptionEdit(
            "DEFAULT", "worker_self_reference_url", (desired.worker_url,), path="worker_self_reference_url"
        )
        edits.append(url)
    return [*edits, OptionEdit("glance_store", "default_backend", (default,), path="stores")]


def _same_text(document: Document, text: str, otherwise: str) -> str:
    """The text in the file, where it can be written again."""
    return otherwise if document.dialect.value_problem(text) else text


def _restyled(text: str, before: dict[str, str], after: dict[str, str]) -> str:
    """Change the list as little as possible: entries that stay keep their text, new ones its style of commas."""
    pieces = {piece.partition(":")[0].strip(): piece.strip() for piece in text.split(",")}
    entries = [
        pieces[store] if before.get(store) == kind and store in pieces else f"{store}:{kind}"
        for store, kind in after.items()
    ]
    tight = "," in text and ", " not in text
    return ("," if tight else ", ").join(entries)


def _store_options(stores: Sequence[DesiredStore]) -> list[OptionEdit]:
    edits: list[OptionEdit] = []
    for store in stores:
        where = f"store {store.id}"
        names = [name for name, _values in store.options]
        if store.description and "store_description" not in names:
            edits.append(OptionEdit(store.id, "store_description", (store.description,), path=where))
        edits += [OptionEdit(store.id, name, values, path=where) for name, values in store.options]
        if "filesystem_store_datadirs" in names and "filesystem_store_datadir" not in names:
            # The driver refuses both, and the single directory has a default.
            edits.append(OptionEdit(store.id, "filesystem_store_datadir", ("",), path=where))
    return edits


def _sections(
    removed: Sequence[str], managed: Sequence[DesiredStore], desired: Sequence[DesiredStore]
) -> list[SectionEdit]:
    # The section of a desired store can be written in another case.
    names = {store.id.lower() for store in desired}
    gone = [SectionEdit(store, ABSENT, path=f"store {store}") for store in removed if store.lower() not in names]
    return gone + [SectionEdit(store.id, EXACT, KEEP, f"store {store.id}") for store in managed]


def _reserved(desired: Desired) -> list[OptionEdit]:
    given = ((STAGING, desired.staging, "reserved.staging"), (TASKS, desired.tasks, "reserved.tasks"))
    return [
        OptionEdit(section, "filesystem_store_datadir", (value,), path=path)
        for section, value, path in given
        if value is not None
    ]


def _imports(document: Document, desired: Desired) -> list[OptionEdit]:
    edits: list[OptionEdit] = []
    methods, plugins = desired.import_methods, desired.import_plugins
    if methods is not None:
        # The order of methods has no meaning: those in the file keep their position.
        text = document.get(*METHODS_OPTION)
        present = read_list(text or "") or []
        kept = [method for method in dict.fromkeys(present) if method in methods]
        items = [*kept, *(method for method in methods if method not in kept)]
        edits.append(OptionEdit(*METHODS_OPTION, (_list_text(document, text, items, ""),), path="import_methods"))
    if plugins is not None:
        # Plugins run in the order of the list.
        text = document.get(*PLUGINS_OPTION)
        value = _list_text(document, text, plugins, "'")
        edits.append(OptionEdit(*PLUGINS_OPTION, (value,), path="import_plugins"))
    return edits


def _list_text(document: Document, text: str | None, items: Sequence[str], quote: str) -> str:
    """The text of a list in brackets. Items of the file keep their quotes, new ones get those of the first item."""
    present = read_list(text) if text is not None else None
    if text is not None and present == [*items]:
        return _same_text(document, text, _bracketed(items, {}, quote, ","))
    if text is None or present is None or "\n" in text:
        return _bracketed(items, {}, quote, ",")
    pieces = [piece.strip() for piece in text.strip().rstrip(",")[1:-1].split(",")] if present else []
    written = dict(zip(reversed(present), reversed(pieces)))
    if pieces:
        quote = pieces[0][0] if pieces[0][:1] in ("'", '"') else ""
    return _bracketed(items, written, quote, ", " if ", " in text else ",")


def _bracketed(items: Sequence[str], written: Mapping[str, str], quote: str, separator: str) -> str:
    return "[" + separator.join(written.get(item, f"{quote}{item}{quote}") for item in items) + "]"


def _obsolete(document: Document) -> list[OptionEdit]:
    return [
        OptionEdit(section, option, None, path="obsolete")
        for section, option in OBSOLETE
        if document.get_all(section, option)
    ]
