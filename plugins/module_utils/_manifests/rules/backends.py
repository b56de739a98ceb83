# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for enabled_backends, the sections of stores and the default store, for each API on its own."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, INFO, WARNING, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import (
    SECTION_DEFAULTS,
    SECTION_OPTIONAL,
    SECTION_REQUIRED,
    STORE_TYPES,
    TYPE_HINTS,
    TYPE_NAMES,
    UNMANAGED_TYPES,
    looks_like_a_store,
    options_of,
    other_type_of,
)
from ansible_collections.dcn.glance.plugins.module_utils._ini import located
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import DEFAULT, IniOption
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import OPERATOR_STORE
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import EffectiveConfig
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace

BACKENDS = "enabled_backends"


def _enabled_backends(workspace: Workspace) -> Iterator[tuple[EffectiveConfig, IniOption]]:
    for config in workspace.configs:
        option = config.text.ini.find(DEFAULT, BACKENDS)
        if option is not None:
            yield config, option


def entry_broken(workspace: Workspace) -> Hits:
    for config, option in _enabled_backends(workspace):
        entries = located.backends(option.value)
        for number, entry in enumerate(entries):
            if not entry.raw.strip():
                fault = "ends with a comma" if number == len(entries) - 1 else "has two commas in a row"
                message = f"{fault}: neither Glance nor the operator accepts it. Remove the comma"
            elif ":" not in entry.raw:
                message = (
                    f"has '{entry.raw.strip()}' without a type: neither Glance nor the operator accepts it. Use "
                    "ID:TYPE, such as az0:rbd"
                )
            elif not entry.id or not entry.type:
                message = f"has '{entry.raw.strip()}' without an id or a type. Use ID:TYPE, such as az0:rbd"
            else:
                continue
            yield config.hit(DEFAULT, BACKENDS, option.line, message)


def entry_unread(workspace: Workspace) -> Hits:
    """Values that oslo.config accepts and the operator, which splits one line of text, misunderstands."""
    for config, option in _enabled_backends(workspace):
        if option.raw[:1] in "\"'" and option.raw:
            message = "is quoted, and the operator reads the quotes as parts of ids and types. Remove the quotes"
            yield config.hit(DEFAULT, BACKENDS, option.line, message)
        elif "\n" in option.value:
            message = "continues on the next line, which the operator does not read. Write all stores on one line"
            yield config.hit(DEFAULT, BACKENDS, option.line, message)
        for entry in located.backends(option.value):
            after = entry.raw.partition(":")[2]
            if entry.type and after[:1] == " ":
                message = (
                    f"has a space after the colon of '{entry.raw.strip()}', so the operator does not recognize the "
                    f"type {entry.type} and does not apply its settings for {entry.type}. Remove the space"
                )
                severity = ERROR if entry.type == "cinder" else ""
                yield config.hit(DEFAULT, BACKENDS, option.line, message, severity)
        yield from _operator_reads_other_line(config, option)


def _operator_reads_other_line(config: EffectiveConfig, effective: IniOption) -> Hits:
    found = [option for option in config.text.ini.options if option.name == BACKENDS]
    if found and found[0] != effective:
        message = (
            f"is also set in line {found[0].line} of the text, in [{found[0].section}]. The operator reads the first "
            "line, Glance the last line in [DEFAULT]. Keep one line, in [DEFAULT]"
        )
        yield config.hit(DEFAULT, BACKENDS, effective.line, message)


def entry_twice(workspace: Workspace) -> Hits:
    for config, option in _enabled_backends(workspace):
        ids = [entry.id for entry in config.text.backends]
        for name in dict.fromkeys(name for name in ids if ids.count(name) > 1):
            message = f"has '{name}' more than once, so Glance does not start. Keep one"
            yield config.hit(DEFAULT, BACKENDS, option.line, message)


def entry_type(workspace: Workspace) -> Hits:
    for config, option in _enabled_backends(workspace):
        for entry in config.text.backends:
            if entry.type not in (*TYPE_NAMES, *UNMANAGED_TYPES) and "{{" not in entry.type:
                hint = TYPE_HINTS.get(entry.type) or words.suggest(entry.type, TYPE_NAMES)
                message = (
                    f"has store '{entry.id}' of type '{entry.type}', for which Glance has no driver{hint or '.'} "
                    f"Use one of {words.one_of(TYPE_NAMES)}"
                )
                yield config.hit(DEFAULT, BACKENDS, option.line, message)


def store_id(workspace: Workspace) -> Hits:
    for config, option in _enabled_backends(workspace):
        for entry in config.text.backends:
            if entry.id.lower().startswith(words.RESERVED_PREFIX) or entry.id.lower() in words.GLANCE_GROUPS:
                message = f"has '{entry.id}', which is the name of a section that Glance itself uses. Rename the store"
                yield config.hit(DEFAULT, BACKENDS, option.line, message)


def backends_in_secret(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        if config.text.ini.find(DEFAULT, BACKENDS) is None and config.is_set(DEFAULT, BACKENDS):
            message = (
                "is set only in a Secret of customServiceConfigSecrets, which the operator does not search: it assumes "
                "a file store. Set enabled_backends in customServiceConfig"
            )
            yield config.hit(DEFAULT, BACKENDS, None, message)


def section_missing(workspace: Workspace) -> Hits:
    for config, option in _enabled_backends(workspace):
        for entry in config.text.backends:
            is_operator_store = entry.id == OPERATOR_STORE and entry.type == "file"
            need = _section_need(entry.type)
            if is_operator_store or need == SECTION_OPTIONAL or config.has_section(entry.id):
                continue
            if config.secrets_unknown:
                message = (
                    f"enables '{entry.id}', and the text has no section [{entry.id}]. Check that one of the Secrets "
                    f"{', '.join(config.text.secrets)} has it; not all of them were read"
                )
                yield config.hit(DEFAULT, BACKENDS, option.line, message, INFO)
                continue
            lenient = need == SECTION_DEFAULTS
            effect = "uses only the defaults of its driver" if lenient else "fails when it is used"
            message = (
                f"enables '{entry.id}', but there is no section [{entry.id}]: the store {effect}. Add the section, or "
                f"remove '{entry.id}:{entry.type}'"
            )
            yield config.hit(DEFAULT, BACKENDS, option.line, message, WARNING if lenient else "")


def _section_need(store_type: str) -> str:
    """What a store of this type needs from its section."""
    known = STORE_TYPES.get("file" if store_type == "filesystem" else store_type)
    return known.section if known is not None else SECTION_REQUIRED


def not_enabled(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        enabled = [entry.id for entry in config.text.backends]
        if config.secrets_unknown and not enabled:
            continue
        for header, line in config.text.ini.headers:
            if any(located.same(header, name) for name in (*enabled, "DEFAULT", "glance_store", "backend_defaults")):
                continue
            options = [option.name for option in config.text.ini.section(header)]
            if header.lower().startswith(words.RESERVED_PREFIX):
                continue
            if looks_like_a_store(options):
                listed = words.one_of(enabled) or "empty"
                message = (
                    f"is the section of a store, but '{header}' is not in enabled_backends ({listed}), so Glance "
                    f"ignores it{words.suggest(header, enabled)}. Enable the store, or remove the section"
                )
                yield config.hit(header, "", line, message)


def option_misspelt(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for store in config.text.backends:
            known = options_of(store.type)
            for option in config.text.ini.section(store.id) if known else ():
                if option.name in known:
                    continue
                other = other_type_of(option.name, store.type)
                hint = f"; it is an option of {other} stores." if other else words.suggest(option.name, known, 0.9)
                if hint:
                    message = f"is not an option of {store.type} stores{hint} Glance ignores it without a message"
                    yield config.hit(store.id, option.name, option.line, message)


def default_wrong(workspace: Workspace) -> Hits:
    for config, option in _enabled_backends(workspace):
        enabled = [entry.id for entry in config.text.backends]
        stated = config.value("glance_store", "default_backend")
        if not enabled or (config.secrets_unknown and not stated) or "{{" in stated:
            continue
        if not stated and config.is_set("glance_store", "default_backend"):
            message = f"is empty, so Glance does not start. Set it to one of {words.one_of(enabled)}"
            yield config.option_hit("glance_store", "default_backend", message)
        elif not stated and OPERATOR_STORE not in enabled:
            message = (
                f"is not set, so it is '{OPERATOR_STORE}' as the operator sets it, which is not enabled, and Glance "
                f"does not start. Set it to one of {words.one_of(enabled)}"
            )
            yield config.hit(
                "glance_store", "default_backend", config.text.ini.header("glance_store") or option.line, message
            )
        elif stated and stated not in enabled:
            hint = words.suggest(stated, enabled)
            message = (
                f"is '{stated}', which is not enabled ({words.one_of(enabled)}){hint or '.'} Glance does not start. "
                "Use an enabled store"
            )
            yield config.option_hit("glance_store", "default_backend", message)


def default_elsewhere(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for option in config.text.ini.options:
            if option.name == "default_backend" and not located.same(option.section, "glance_store"):
                message = f"is read only in [glance_store], not in [{option.section}]. Move it there"
                yield config.hit(option.section, option.name, option.line, message)


RULES = (
    Rule("backends-broken", ERROR, "enabled_backends cannot be read", entry_broken),
    Rule("backends-duplicate", ERROR, "a store is enabled twice", entry_twice),
    Rule("backends-type", ERROR, "a store has a type that Glance does not support", entry_type),
    Rule("backends-reserved", ERROR, "a store has the name of a section that Glance itself uses", store_id),
    Rule("backends-in-secret", ERROR, "enabled_backends is only in a Secret", backends_in_secret),
    Rule("backends-unread", WARNING, "the operator and Glance read enabled_backends differently", entry_unread),
    Rule("store-without-section", ERROR, "an enabled store has no section", section_missing),
    Rule("store-not-enabled", WARNING, "a section of a store is not enabled", not_enabled),
    Rule("default-not-enabled", ERROR, "default_backend is missing or not enabled", default_wrong),
    Rule(
        "store-option-misspelt", WARNING, "an option is misspelled, or belongs to another store type", option_misspelt
    ),
    Rule(
        "default-misplaced",
        WARNING,
        "default_backend is set in a section where Glance does not read it",
        default_elsewhere,
    ),
)
