# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the stores of one site."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import MULTI
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import TYPE_HINTS, TYPE_NAMES, options_of
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Ceph, Store
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader
from ansible_collections.dcn.glance.plugins.module_utils._topology.values import (
    InvalidValue,
    option_name,
    option_value,
    repeated_values,
    scalar,
)


def parse_stores(site: str, reader: MappingReader, ceph: Ceph | None, ceph_written: bool) -> tuple[Store, ...]:
    """The stores of a site. A site with a cluster and without ``stores`` has one rbd store with the site's name."""
    if not reader.has("stores"):
        return (_implied(site, reader, ceph),) if ceph is not None else ()
    stores = reader.mapping(
        "stores",
        empty="is empty; set it to {} for a site without stores, or remove the key to get an rbd store",
    )
    if stores is None:
        return ()
    found: list[Store] = []
    stated: list[bool | None] = []
    broken = 0
    for name, _value in stores.items():
        content = stores.mapping(name, empty="is empty; set at least its `type`")
        if content is None:
            broken += 1
            continue
        check_id(name, stores)
        default = content.flag("default")
        stated.append(default)
        found.append(parse_store(name, content, ceph, ceph_written, bool(default)))
    return tuple(found if broken else _with_default(found, stated, reader))


def _implied(site: str, reader: MappingReader, ceph: Ceph | None) -> Store:
    problem = id_problem(site)
    if problem:
        reader.problem(
            reader.at("stores"),
            f"is not set, and the name of the site cannot be the id of its store: {words.show(site)} {problem}",
        )
    return Store(site, "rbd", True, f"{site} rbd store", ceph.pools.images if ceph is not None else None)


def _with_default(found: list[Store], stated: list[bool | None], reader: MappingReader) -> list[Store]:
    defaults = [store.id for store in found if store.default]
    if len(found) == 1 and stated == [None]:
        return [replace(found[0], default=True)]
    if found and len(defaults) != 1:
        stated_by = f"{len(defaults)} stores ({words.one_of(defaults)}) have" if defaults else "no store has"
        reader.problem(reader.at("stores"), f"{stated_by} `default: true`; exactly one store of a site must have it")
    return found


def id_problem(name: str) -> str:
    """Why a name cannot be a store id, '' if it can."""
    if not words.STORE.fullmatch(name):
        return "is not a store id: use letters, digits, _ and - only, and start with a letter or digit"
    if words.NOT_TEXT.fullmatch(name):
        return "is read by YAML as a number, a boolean or nothing"
    if name.lower().startswith(words.RESERVED_PREFIX):
        return f"starts with {words.RESERVED_PREFIX}, which is reserved for Glance"
    if name.lower() in words.GLANCE_GROUPS:
        return "is the name of a section of glance-api.conf, and the store would use the same section"
    return ""


def check_id(name: str, reader: MappingReader) -> None:
    """Add a problem if Glance cannot use the store id."""
    problem = id_problem(name)
    if problem:
        reader.problem(reader.at(name), f"{words.show(name)} {problem}; choose another id")


def parse_store(name: str, reader: MappingReader, ceph: Ceph | None, ceph_written: bool, default: bool) -> Store:
    """One store."""
    store_type = _type(reader)
    description = reader.raw("description")
    if description is not None and (not isinstance(description, str) or words.CONTROL.search(description)):
        reader.problem(reader.at("description"), f"must be one line of text, not {words.show(description)}")
        description = None
    elif description is not None:
        try:
            scalar(description)
        except InvalidValue as problem:
            reader.problem(reader.at("description"), str(problem))
    pool = reader.text("pool", words.POOL, words.POOL_RULE)
    if store_type == "rbd":
        if ceph is not None:
            pool = pool or ceph.pools.images
        elif not ceph_written:
            reader.problem(reader.at("type"), "is rbd, but the site has no `ceph` and so no cluster for the store")
    elif reader.raw("pool") is not None:
        reader.problem(reader.at("pool"), "is for rbd stores only; remove it")
        pool = None
    options, repeated = parse_options(store_type, reader)
    reader.finish()
    text = str(description).strip() if description else f"{name} {store_type or ''} store"
    return Store(name, store_type or "", default, text, pool, options, repeated)


def _type(reader: MappingReader) -> str | None:
    value = reader.raw("type")
    if isinstance(value, str) and value in TYPE_NAMES:
        return str(value)
    if value is None:
        reader.problem(reader.at("type"), f"is missing; it must be one of {words.one_of(TYPE_NAMES)}")
    else:
        text = value.lower() if isinstance(value, str) else ""
        hint = TYPE_HINTS.get(text) or (words.suggest(text, TYPE_NAMES) if text else "")
        reader.problem(reader.at("type"), f"{words.show(value)} is not one of {words.one_of(TYPE_NAMES)}{hint}")
    return None


def parse_options(store_type: str | None, reader: MappingReader) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The user's options of a store as text, checked against the types of the driver; and those that repeat."""
    found: dict[str, str] = {}
    repeated: dict[str, tuple[str, ...]] = {}
    options = reader.optional("options")
    known = options_of(store_type or "")
    for key, value in options.items():
        if value is None:
            continue
        option = known.get(key)
        try:
            if option is not None and option.type == MULTI:
                repeated[option_name(key)] = repeated_values(value)
            else:
                found[option_name(key)] = option_value(option, key, value)
        except InvalidValue as problem:
            options.problem(options.at(key), str(problem))
    return found, repeated
