# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for enabled_backends, the sections of stores and the default store, for each API on its own."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, INFO, WARNING, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.glance_options import DEFAULT_BACKEND, ENABLED_BACKENDS
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import (
    SECTION_DEFAULTS,
    SECTION_OPTIONAL,
    SECTION_REQUIRED,
    STORE_TYPES,
    TYPE_HINTS,
    TYPE_NAMES,
    looks_like_a_store,
)
from ansible_collections.dcn.glance.plugins.module_utils._ini import located
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import DEFAULT, IniOption
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import OPERATOR_STORE
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import EffectiveConfig
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import operator_backends

BACKENDS = ENABLED_BACKENDS[1]


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


def read_differently(workspace: Workspace) -> Hits:
    """Values that oslo.config accepts, and that the operator, which splits the first such line, reads differently."""
    for config in workspace.configs:
        effective = config.text.ini.find(*ENABLED_BACKENDS)
        found = [option for option in config.text.ini.options if option.name == BACKENDS]
        if effective is not None:
            messages = list(_differences(effective)) or list(_other_line(found[0], effective))
            messages = messages or list(_other_result(config, effective))
            yield from (config.hit(DEFAULT, BACKENDS, effective.line, *message) for message in messages)
        elif found and operator_backends(config.text.node.string()):
            section = found[0].section
            message = f"is in [{section}], where the operator reads it and Glance does not. Move it to [DEFAULT]"
            yield config.hit(section, BACKENDS, found[0].line, message, ERROR)


def _differences(option: IniOption) -> Iterator[tuple[str, str]]:
    """(message, severity) of each form that the operator does not understand."""
    if option.raw[:1] in "\"'" and option.raw:
        yield "is quoted, and the operator reads the quotes as parts of ids and types. Remove the quotes", ""
    elif "\n" in option.value:
        yield "continues on the next line, which the operator does not read. Write all stores on one line", ""
    for entry in located.backends(option.value):
        if entry.type and entry.raw.partition(":")[2][:1] == " ":
            message = (
                f"has a space after the colon of '{entry.raw.strip()}', so the operator does not recognize the type "
                f"{entry.type} and does not apply its settings for {entry.type}. Remove the space"
            )
            yield message, ERROR if entry.type == "cinder" else ""


def _other_line(first: IniOption, effective: IniOption) -> Iterator[tuple[str, str]]:
    if first != effective:
        yield (
            f"is also set in line {first.line} of the text, in [{first.section}]. The operator reads the first line, "
            "Glance the last line in [DEFAULT]. Keep one line, in [DEFAULT]",
            "",
        )


def _other_result(config: EffectiveConfig, effective: IniOption) -> Iterator[tuple[str, str]]:
    entries = located.backends(effective.value)
    glance = [f"{entry.id}:{entry.type}" for entry in entries]
    operator = [entry.replace(" :", ":") for entry in operator_backends(config.text.node.string())]
    if operator != glance and all(entry.id and entry.type for entry in entries):
        yield (
            f"is {words.one_of(operator) or 'not found'} for the operator and {words.one_of(glance)} for Glance. Write "
            f"`{BACKENDS} = ID:TYPE,ID:TYPE` on one line",
            "",
        )


def entry_twice(workspace: Workspace) -> Hits:
    for config, option in _enabled_backends(workspace):
        ids = [entry.id for entry in config.text.backends]
        for name in dict.fromkeys(name for name in ids if ids.count(name) > 1):
            message = f"has '{name}' more than once, so Glance does not start. Keep one"
            yield config.hit(DEFAULT, BACKENDS, option.line, message)


def entry_type(workspace: Workspace) -> Hits:
    for config, option in _enabled_backends(workspace):
        for entry in config.text.backends:
            if entry.type not in TYPE_NAMES and "{{" not in entry.type:
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
    known = STORE_TYPES.get(store_type)
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


def default_wrong(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        enabled = _enabled_ids(config)
        stated = config.value(*DEFAULT_BACKEND)
        if not enabled or (config.secrets_unknown and not stated) or "{{" in stated:
            continue
        if not stated and config.is_set(*DEFAULT_BACKEND):
            message = f"is empty, so Glance does not start. Set it to one of {words.one_of(enabled)}"
            yield config.option_hit(*DEFAULT_BACKEND, message)
        elif not stated and OPERATOR_STORE not in enabled:
            message = (
                f"is not set, so it is '{OPERATOR_STORE}' as the operator sets it, which is not enabled, and Glance "
                f"does not start. Set it to one of {words.one_of(enabled)}"
            )
            option = config.text.ini.find(*ENABLED_BACKENDS)
            line = config.text.ini.header(DEFAULT_BACKEND[0]) or (option.line if option is not None else None)
            yield config.hit(*DEFAULT_BACKEND, line, message)
        elif stated and stated not in enabled and not config.is_set(*ENABLED_BACKENDS):
            message = (
                f"is '{stated}', but enabled_backends is not set in [DEFAULT], so only the operator's store "
                f"'{OPERATOR_STORE}' is enabled, and Glance does not start. Set enabled_backends"
            )
            yield config.option_hit(*DEFAULT_BACKEND, message)
        elif stated and stated not in enabled:
            hint = words.suggest(stated, enabled)
            message = (
                f"is '{stated}', which is not enabled ({words.one_of(enabled)}){hint or '.'} Glance does not start. "
                "Use an enabled store"
            )
            yield config.option_hit(*DEFAULT_BACKEND, message)


def _enabled_ids(config: EffectiveConfig) -> list[str]:
    """The ids of the stores that Glance enables; empty if they are unknown."""
    if config.is_set(*ENABLED_BACKENDS):
        return [entry.id for entry in located.backends(config.value(*ENABLED_BACKENDS)) if entry.id and entry.type]
    return [] if config.secrets_unknown else [OPERATOR_STORE]


RULES = (
    Rule("backends-broken", ERROR, "enabled_backends cannot be read", entry_broken),
    Rule("backends-duplicate", ERROR, "a store is enabled twice", entry_twice),
    Rule("backends-type", ERROR, "a store has a type that Glance does not support", entry_type),
    Rule("backends-reserved", ERROR, "a store has the name of a section that Glance itself uses", store_id),
    Rule("backends-in-secret", ERROR, "enabled_backends is only in a Secret", backends_in_secret),
    Rule("backends-unread", WARNING, "the operator and Glance read enabled_backends differently", read_differently),
    Rule("store-without-section", ERROR, "an enabled store has no section", section_missing),
    Rule("store-not-enabled", WARNING, "a section of a store is not enabled", not_enabled),
    Rule("default-not-enabled", ERROR, "default_backend is missing or not enabled", default_wrong),
)
