# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the stores of one site."""

from __future__ import annotations

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._topology.drivers import OPTIONS, STORE_TYPES
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Ceph, Store
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import Reader
from ansible_collections.dcn.glance.plugins.module_utils._topology.values import ValueProblem, option_name, store_value

_OTHER_TYPES = {
    "ceph": "; did you mean 'rbd'?",
    "filesystem": "; did you mean 'file'?",
    "nfs": "; did you mean 'file' (on a mounted directory)?",
    "vmware": "; Glance cannot use it next to other stores",
}


def parse_stores(site: str, reader: Reader, ceph: Ceph | None, ceph_written: bool) -> tuple[Store, ...]:
    """The stores of a site; a site with a cluster and no `stores` key has one rbd store of its own name."""
    if not reader.has("stores"):
        return (_implied(site, reader, ceph),) if ceph is not None else ()
    stores = reader.mapping(
        "stores",
        empty="is empty; write {} for a site without a store of its own, or remove the key to get an rbd store",
    )
    if stores is None:
        return ()
    found: list[Store] = []
    stated: list[bool | None] = []
    broken = 0
    for name, _value in stores.items():
        content = stores.mapping(name, empty="is empty; at least its `type` is needed")
        if content is None:
            broken += 1
            continue
        check_id(name, stores)
        default = content.flag("default")
        stated.append(default)
        found.append(parse_store(name, content, ceph, ceph_written, bool(default)))
    if not broken:
        found = _with_default(found, stated, reader)
    return tuple(found)


def _implied(site: str, reader: Reader, ceph: Ceph | None) -> Store:
    problem = id_problem(site)
    if problem:
        reader.problem(
            reader.at("stores"),
            f"is not set, and the site's name cannot serve as the id of its store: {names.show(site)} {problem}",
        )
    return Store(site, "rbd", True, f"{site} rbd store", ceph.pools.images if ceph is not None else None)


def _with_default(found: list[Store], stated: list[bool | None], reader: Reader) -> list[Store]:
    defaults = [store.id for store in found if store.default]
    if len(found) == 1 and stated == [None]:
        only = found[0]
        return [Store(only.id, only.type, True, only.description, only.pool, only.options)]
    if found and len(defaults) != 1:
        said = f"{len(defaults)} stores ({names.one_of(defaults)}) say" if defaults else "no store says"
        reader.problem(reader.at("stores"), f"{said} `default: true`; exactly one store of a site must")
    return found


def id_problem(name: str) -> str:
    """What is wrong with a store id; empty if nothing."""
    if not names.STORE.fullmatch(name):
        return "is not a store id: letters, digits, _ and - only, and a letter or digit first"
    if names.NOT_TEXT.fullmatch(name):
        return "is read by YAML as a number, a boolean or nothing"
    if name.lower().startswith(names.RESERVED_PREFIX):
        return f"starts with {names.RESERVED_PREFIX}, which Glance keeps for itself"
    if name.lower() in names.GLANCE_GROUPS:
        return "is the name of a section of glance-api.conf, and the store would share that section"
    return ""


def check_id(name: str, reader: Reader) -> None:
    """Note a store id that Glance cannot use."""
    problem = id_problem(name)
    if problem:
        reader.problem(reader.at(name), f"{names.show(name)} {problem}; choose another id")


def parse_store(name: str, reader: Reader, ceph: Ceph | None, ceph_written: bool, default: bool) -> Store:
    """One store."""
    store_type = _type(reader)
    description = reader.raw("description")
    if description is not None and (not isinstance(description, str) or names.CONTROL.search(description)):
        reader.problem(reader.at("description"), f"must be one line of text, not {names.show(description)}")
        description = None
    pool = reader.text("pool", names.POOL, "the name of a pool is made of letters, digits and _ . -")
    if store_type == "rbd":
        if ceph is not None:
            pool = pool or ceph.pools.images
        elif not ceph_written:
            reader.problem(reader.at("type"), "is rbd, but the site has no `ceph`: there is no cluster to store in")
    elif reader.raw("pool") is not None:
        reader.problem(reader.at("pool"), "belongs to rbd stores only; remove it")
        pool = None
    options = parse_options(store_type, reader)
    reader.finish()
    text = str(description).strip() if description else f"{name} {store_type or ''} store"
    return Store(name, store_type or "", default, text, pool, options)


def _type(reader: Reader) -> str | None:
    value = reader.raw("type")
    if isinstance(value, str) and value in STORE_TYPES:
        return str(value)
    if value is None:
        reader.problem(reader.at("type"), f"is missing; it is one of {names.one_of(STORE_TYPES)}")
    else:
        text = value.lower() if isinstance(value, str) else ""
        hint = _OTHER_TYPES.get(text) or (names.suggest(text, STORE_TYPES) if text else "")
        reader.problem(reader.at("type"), f"{names.show(value)} is not one of {names.one_of(STORE_TYPES)}{hint}")
    return None


def parse_options(store_type: str | None, reader: Reader) -> dict[str, str]:
    """The user's options of a store, as text; known ones are checked against their type."""
    found: dict[str, str] = {}
    options = reader.optional("options")
    known = OPTIONS.get(store_type or "", {})
    for key, value in options.items():
        if value is None:
            continue
        try:
            found[option_name(key)] = store_value(known.get(key), key, value)
        except ValueProblem as problem:
            options.problem(options.at(key), str(problem))
    return found
