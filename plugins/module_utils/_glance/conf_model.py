# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired stores of a glance-api.conf, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.glance_options import glance_option
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import IMPORT_METHODS, IMPORT_PLUGINS
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import Option, type_problem
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import DEFAULT_POOL, STORE_TYPES, options_of
from ansible_collections.dcn.glance.plugins.module_utils._core.words import GLANCE_GROUPS
from ansible_collections.dcn.glance.plugins.module_utils._ini.dialects import DIALECTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit


@dataclass(frozen=True)
class DesiredStore:
    """One store; ``options`` in the order in which they are written, each with its values as text."""

    id: str
    type: str
    default: bool = False
    description: str | None = None
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def option(self, name: str) -> str | None:
        return next((values[-1] for option, values in self.options if option == name and values), None)

    @property
    def ceph_conf(self) -> str | None:
        return self.option("rbd_store_ceph_conf") if self.type == "rbd" else None


@dataclass(frozen=True)
class Desired:
    """The desired content of one glance-api.conf. None means that the option stays as it is."""

    stores: tuple[DesiredStore, ...]
    staging: str | None = None
    tasks: str | None = None
    import_methods: tuple[str, ...] | None = None
    import_plugins: tuple[str, ...] | None = None
    worker_url: str | None = None
    options: tuple[OptionEdit, ...] = ()
    purge: bool = False
    #: The only stores that ``purge`` removes. None: all that are not in ``stores``.
    purge_stores: tuple[str, ...] | None = None
    #: Images by store that have no copy in a store of ``stores``. None: nobody looked.
    only_copies: dict[str, tuple[str, ...]] | None = None
    #: Stores that this run does not change, with the reason.
    deferred: dict[str, str] = field(default_factory=dict)
    #: Stores whose conf or keyring does not exist on this host, with the reason: they must not be enabled there.
    unusable: dict[str, str] = field(default_factory=dict)


def find_problems(desired: Desired) -> list[Problem]:
    """What must be corrected before anything is written."""
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for index, store in enumerate(desired.stores):
        where = f"stores[{index}]"
        problems += [Problem(where, text) for text in _store_problems(store)]
        problems += _value_problems(store, where)
        first = seen.setdefault(store.id.lower(), where)
        if first != where:
            problems.append(Problem(where, f"store {store.id!r} has the same id as {first} (Glance ignores case)"))
    problems += _default_problems(desired.stores)
    problems += [
        Problem(edit.path, f"[{edit.section}] {edit.option} {problem}")
        for edit in desired.options
        for value in edit.values or ()
        if (problem := _type_problem(glance_option(edit.section, edit.option), value))
    ]
    problems += [
        Problem("import_methods", f"{name!r} is not one of {', '.join(IMPORT_METHODS)}")
        for name in desired.import_methods or ()
        if name not in IMPORT_METHODS
    ]
    for name, value in (("reserved.staging", desired.staging), ("reserved.tasks", desired.tasks)):
        if value is not None and not value.startswith("/"):
            problems.append(Problem(name, f"{value!r} is not an absolute path"))
    if desired.staging is not None and desired.staging == desired.tasks:
        problems.append(Problem("reserved", "staging and tasks are the same directory"))
    if desired.worker_url is not None and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", desired.worker_url):
        problems.append(Problem("worker_self_reference_url", f"{desired.worker_url!r} is not an http or https URL"))
    return problems


def _store_problems(store: DesiredStore) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", store.id):
        yield f"store id {store.id!r} can have letters, digits, _ and - only"
    elif store.id.lower().startswith("os_glance_"):
        yield f"store id {store.id!r}: names that begin with os_glance_ are reserved for Glance"
    elif store.id.lower() in GLANCE_GROUPS:
        yield f"store id {store.id!r} is the name of a section that Glance uses for other options"
    if store.type not in STORE_TYPES:
        yield f"store {store.id!r}: type {store.type!r} is not one of {', '.join(STORE_TYPES)}"
        return
    store_type = STORE_TYPES[store.type]
    if store.type == "rbd" and not store.option("rbd_store_user"):
        yield f"store {store.id!r}: rbd_store_user is missing. Without it the driver connects as client.None"
    if store.default and store_type.read_only:
        yield f"store {store.id!r} is the default, but {store.type} stores are read-only"


def _value_problems(store: DesiredStore, where: str) -> Iterator[Problem]:
    """Values of options of the driver that oslo.config cannot convert: Glance fails when it reads them."""
    for name, values in store.options:
        for value in values:
            problem = _type_problem(options_of(store.type).get(name), value)
            if problem:
                yield Problem(f"{where}.options.{name}", f"store {store.id!r}: {name} {problem}")


def _type_problem(option: Option | None, value: str) -> str:
    """Why the text of the file cannot be converted, without the quotes around it that oslo.config strips."""
    return type_problem(option, DIALECTS["oslo"].read(value.split("\n"))) if option is not None else ""


def _default_problems(stores: Collection[DesiredStore]) -> list[Problem]:
    defaults = [store.id for store in stores if store.default]
    if len(defaults) == 1:
        return []
    found = "none has it" if not defaults else f"{', '.join(defaults)} have it"
    return [Problem("stores", f"exactly one store must have default: true; {found}")]


def find_warnings(desired: Desired) -> list[str]:
    """What Glance accepts and what is probably a mistake."""
    found: list[str] = []
    targets: dict[tuple[str, str], str] = {}
    for store in desired.stores:
        if store.type != "rbd":
            continue
        target = (store.ceph_conf or "", store.option("rbd_store_pool") or DEFAULT_POOL)
        first = targets.setdefault(target, store.id)
        if first != store.id:
            pool = f"pool {target[1]} of the cluster in {target[0] or 'the default ceph.conf'}"
            found.append(
                f"Stores {first} and {store.id} both write to {pool}. Give each store its own pool or cluster."
            )
    found += [
        f"import_plugins: {name!r} is not a plugin of Glance itself ({', '.join(IMPORT_PLUGINS)}). Check the name: "
        "Glance imports images without a plugin that it does not know, and does not report it."
        for name in desired.import_plugins or ()
        if name not in IMPORT_PLUGINS
    ]
    return found
