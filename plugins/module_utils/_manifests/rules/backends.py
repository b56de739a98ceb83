# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: enabled_backends, the sections of stores, and the default, each API by itself."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._ini import located as ini_text
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import DEFAULT, IniOption
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import OPERATOR_STORE
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import ERROR, INFO, WARNING, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.setups import Setup, setups
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._topology.drivers import OPTIONS, STORE_TYPES

BACKENDS = "enabled_backends"
#: Options of these beginnings are a store's.
_DRIVERS = ("rbd_store_", "rbd_thin_", "swift_store_", "s3_store_", "cinder_store_", "cinder_volume_type")
_PREFIXES = (*_DRIVERS, "filesystem_store_")
_TYPES = (*STORE_TYPES, "filesystem", "vmware")
#: Drivers that can work with what Glance has by default.
_NEEDS_NOTHING = ("file", "filesystem", "cinder")


def _options(workspace: Workspace) -> Iterator[tuple[Setup, IniOption]]:
    for each in setups(workspace):
        option = each.config.ini.find(DEFAULT, BACKENDS)
        if option is not None:
            yield each, option


def entry_broken(workspace: Workspace) -> Hits:
    for each, option in _options(workspace):
        entries = ini_text.backends(option.value)
        for number, entry in enumerate(entries):
            if not entry.raw.strip():
                where = "ends with a comma" if number == len(entries) - 1 else "has two commas in a row"
                message = f"{where}: Glance does not start, and the operator stops at it. Remove the comma"
            elif ":" not in entry.raw:
                message = (
                    f"has '{entry.raw.strip()}' without a type: Glance does not start, and the operator stops at it. "
                    "Write ID:TYPE, such as az0:rbd"
                )
            elif not entry.id or not entry.type:
                message = f"has '{entry.raw.strip()}', which lacks its id or its type. Write ID:TYPE, such as az0:rbd"
            else:
                continue
            yield each.hit(DEFAULT, BACKENDS, option.line, message)


def entry_unread(workspace: Workspace) -> Hits:
    """The operator looks at the text of one line; oslo.config is not that strict."""
    for each, option in _options(workspace):
        if option.raw[:1] in "\"'" and option.raw:
            message = "is in quotes, which the operator takes for parts of ids and types. Remove them"
            yield each.hit(DEFAULT, BACKENDS, option.line, message)
        elif "\n" in option.value:
            message = "goes on in the next line, which the operator does not read. Write all stores on one line"
            yield each.hit(DEFAULT, BACKENDS, option.line, message)
        for entry in ini_text.backends(option.value):
            after = entry.raw.partition(":")[2]
            if entry.type and after[:1] == " ":
                message = (
                    f"has a blank after the colon of '{entry.raw.strip()}', so the operator does not see that it is "
                    f"{entry.type}: what it sets for that type is left out. Remove the blank"
                )
                severe = ERROR if entry.type == "cinder" else ""
                yield each.hit(DEFAULT, BACKENDS, option.line, message, severe)
        yield from _first_line(each, option)


def _first_line(each: Setup, counts: IniOption) -> Hits:
    found = [option for option in each.config.ini.options if option.name == BACKENDS]
    if found and found[0] != counts:
        message = (
            f"is also set in line {found[0].line} of the text, under [{found[0].section}]. The operator takes the "
            "first line, Glance the last one of [DEFAULT]. Keep one, in [DEFAULT]"
        )
        yield each.hit(DEFAULT, BACKENDS, counts.line, message)


def entry_twice(workspace: Workspace) -> Hits:
    for each, option in _options(workspace):
        ids = [entry.id for entry in each.config.backends]
        for name in dict.fromkeys(name for name in ids if ids.count(name) > 1):
            message = f"has '{name}' more than once, and Glance does not start. Keep it once"
            yield each.hit(DEFAULT, BACKENDS, option.line, message)


def entry_type(workspace: Workspace) -> Hits:
    for each, option in _options(workspace):
        for entry in each.config.backends:
            if entry.type not in _TYPES and "{{" not in entry.type:
                hint = names.suggest(entry.type, STORE_TYPES)
                message = (
                    f"has store '{entry.id}' of type '{entry.type}', which Glance has no driver for{hint or '.'} "
                    f"Use one of {names.one_of(STORE_TYPES)}"
                )
                yield each.hit(DEFAULT, BACKENDS, option.line, message)


def store_id(workspace: Workspace) -> Hits:
    for each, option in _options(workspace):
        for entry in each.config.backends:
            if entry.id.lower().startswith(names.RESERVED_PREFIX) or entry.id.lower() in names.GLANCE_GROUPS:
                message = f"has '{entry.id}', which is a section of Glance's own. Call the store something else"
                yield each.hit(DEFAULT, BACKENDS, option.line, message)


def backends_in_secret(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        if each.config.ini.find(DEFAULT, BACKENDS) is None and each.stated(DEFAULT, BACKENDS):
            message = (
                "is set only in a Secret of customServiceConfigSecrets, where the operator does not look: it takes the "
                "API for one with a file store. Set enabled_backends in customServiceConfig"
            )
            yield each.hit(DEFAULT, BACKENDS, None, message)


def section_missing(workspace: Workspace) -> Hits:
    for each, option in _options(workspace):
        for entry in each.config.backends:
            own = entry.id == OPERATOR_STORE and entry.type == "file"
            if own or entry.type == "http" or each.has_section(entry.id):
                continue
            if each.unknown:
                message = (
                    f"enables '{entry.id}', for which the text has no section [{entry.id}]. It may be in a Secret of "
                    f"{', '.join(each.config.secrets)} that was not read: check that it is"
                )
                yield each.hit(DEFAULT, BACKENDS, option.line, message, INFO)
                continue
            lenient = entry.type in _NEEDS_NOTHING
            means = "works with its driver's defaults only" if lenient else "fails when it is used"
            message = (
                f"enables '{entry.id}', but there is no section [{entry.id}]: the store {means}. Add the section, or "
                f"remove '{entry.id}:{entry.type}'"
            )
            yield each.hit(DEFAULT, BACKENDS, option.line, message, WARNING if lenient else "")


def not_enabled(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        enabled = [entry.id for entry in each.config.backends]
        if each.unknown and not enabled:
            continue
        for header, line in each.config.ini.headers:
            if any(ini_text.same(header, name) for name in (*enabled, "DEFAULT", "glance_store", "backend_defaults")):
                continue
            options = [option.name for option in each.config.ini.section(header)]
            if header.lower().startswith(names.RESERVED_PREFIX):
                continue
            if any(name.startswith(_PREFIXES) for name in options):
                listed = names.one_of(enabled) or "empty"
                message = (
                    f"looks like a store, but '{header}' is not in enabled_backends ({listed}): Glance does not have it"
                    f"{names.suggest(header, enabled)}. Enable it, or remove the section"
                )
                yield each.hit(header, "", line, message)


def option_misspelt(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        for store in each.config.backends:
            for option in each.config.ini.section(store.id) if store.type in OPTIONS else ():
                if option.name in OPTIONS[store.type]:
                    continue
                other = next((kind for kind, options in OPTIONS.items() if option.name in options), "")
                hint = (
                    f"; it belongs to {other} stores."
                    if other
                    else names.suggest(option.name, OPTIONS[store.type], 0.9)
                )
                if hint:
                    message = f"is no option of {store.type} stores{hint} Glance ignores it without a word"
                    yield each.hit(store.id, option.name, option.line, message)


def default_wrong(workspace: Workspace) -> Hits:
    for each, option in _options(workspace):
        enabled = [entry.id for entry in each.config.backends]
        stated = each.value("glance_store", "default_backend")
        if not enabled or (each.unknown and not stated) or "{{" in stated:
            continue
        if not stated and each.stated("glance_store", "default_backend"):
            message = f"is empty, and Glance does not start. Set it to one of {names.one_of(enabled)}"
            yield each.about("glance_store", "default_backend", message)
        elif not stated and OPERATOR_STORE not in enabled:
            message = (
                f"is not set, so the operator's '{OPERATOR_STORE}' counts, which is not enabled, and Glance does not "
                f"start. Set it to one of {names.one_of(enabled)}"
            )
            yield each.hit(
                "glance_store", "default_backend", each.config.ini.header("glance_store") or option.line, message
            )
        elif stated and stated not in enabled:
            hint = names.suggest(stated, enabled)
            message = (
                f"is '{stated}', which is not enabled ({names.one_of(enabled)}){hint or '.'} Glance does not start. "
                "Name an enabled store"
            )
            yield each.about("glance_store", "default_backend", message)


def default_elsewhere(workspace: Workspace) -> Hits:
    """default_backend in a section where nobody reads it."""
    for each in setups(workspace):
        for option in each.config.ini.options:
            if option.name == "default_backend" and not ini_text.same(option.section, "glance_store"):
                message = f"is read in [glance_store] only, not in [{option.section}]. Move it there"
                yield each.hit(option.section, option.name, option.line, message)


RULES = (
    Rule("backends-broken", ERROR, "enabled_backends cannot be read", entry_broken),
    Rule("backends-duplicate", ERROR, "a store is enabled twice", entry_twice),
    Rule("backends-type", ERROR, "a store is of a type that Glance does not have", entry_type),
    Rule("backends-reserved", ERROR, "a store has the name of a section of Glance's own", store_id),
    Rule("backends-in-secret", ERROR, "enabled_backends is only in a Secret", backends_in_secret),
    Rule("backends-unread", WARNING, "the operator reads enabled_backends otherwise than Glance", entry_unread),
    Rule("store-without-section", ERROR, "a store is enabled and has no section", section_missing),
    Rule("store-not-enabled", WARNING, "a section looks like a store's and is not enabled", not_enabled),
    Rule("default-not-enabled", ERROR, "default_backend is missing or not enabled", default_wrong),
    Rule("store-option-misspelt", WARNING, "an option is almost one of its driver, or another's", option_misspelt),
    Rule("default-misplaced", WARNING, "default_backend is set in a section that nobody reads", default_elsewhere),
)
