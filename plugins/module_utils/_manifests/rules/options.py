# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the options in customServiceConfig: their section, their name and their value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.glance_options import (
    DEFAULT,
    DEFAULT_BACKEND,
    ENABLED_BACKENDS,
    GLANCE_OPTIONS,
    GLANCE_STORE,
    is_glance_section,
    section_of,
    store_types_with,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import METHODS_OPTION, PLUGINS_OPTION
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import DICT, LIST, Option, type_problem
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import (
    looks_like_a_store,
    options_of,
    other_type_of,
)
from ansible_collections.dcn.glance.plugins.module_utils._ini import located
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import IniOption
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import EffectiveConfig
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace

#: Options whose values have rules of their own.
_CHECKED_ELSEWHERE = (ENABLED_BACKENDS, DEFAULT_BACKEND, METHODS_OPTION, PLUGINS_OPTION)
_QUOTED_ITEM = re.compile(r"""\A\s*["']|["']\s*\Z""")


def _store_type(config: EffectiveConfig, section: str) -> str | None:
    """The type of the store whose section this is, or None."""
    return next((store.type for store in config.text.backends if located.same(store.id, section)), None)


def _known_options(config: EffectiveConfig, section: str) -> Mapping[str, Option]:
    """The options that Glance reads in a section, as far as they are known."""
    store_type = _store_type(config, section)
    return options_of(store_type) if store_type else GLANCE_OPTIONS.get(_key(section), {})


def misplaced(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for option in config.text.ini.options:
            if option.name in _known_options(config, option.section):
                continue
            section = section_of(option.name)
            types = store_types_with(option.name) if option.section.lower() in ("default", GLANCE_STORE) else []
            if section and (section, option.name) != ENABLED_BACKENDS:
                message = f"is read only in [{section}], so Glance ignores it in [{option.section}]. Move it there"
                yield config.hit(option.section, option.name, option.line, message)
            elif types:
                message = (
                    f"is an option of {words.one_of(types)} stores, and Glance reads it only in the section of a "
                    "store. Move it to the section of the store"
                )
                yield config.hit(option.section, option.name, option.line, message)


def section_unknown(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        enabled = [entry.id for entry in config.text.backends]
        if config.secrets_unknown and not enabled:
            continue
        for header, line in config.text.ini.headers:
            names = [option.name for option in config.text.ini.section(header)]
            known = is_glance_section(header) or header.lower().startswith(words.RESERVED_PREFIX)
            # Other rules report [default] and the sections of stores that are not enabled.
            if known or header.lower() == "default" or not names or looks_like_a_store(names):
                continue
            if any(located.same(header, name) for name in enabled):
                continue
            hint = "; did you mean [DEFAULT]?" if header.lower() in ("global", "defaults") else ""
            hint = hint or words.suggest(header, [*enabled, *words.GLANCE_GROUPS], 0.8)
            message = f"is neither a section of Glance nor an enabled store, so Glance ignores its options{hint or '.'}"
            yield config.hit(header, "", line, f"{message} Correct the name, or remove the section")


def store_option_unknown(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for store in config.text.backends:
            known = options_of(store.type)
            for option in config.text.ini.section(store.id) if known else ():
                # Another rule reports names with spaces.
                if option.name in known or section_of(option.name) or " " in option.name:
                    continue
                message = f"is not an option of {store.type} stores, so Glance ignores it"
                yield config.hit(store.id, option.name, option.line, message + _hint(option.name, store.type))


def _hint(name: str, store_type: str) -> str:
    other = other_type_of(name, store_type)
    if other:
        return f"; it is an option of {other} stores"
    if name.endswith("description"):
        return "; did you mean 'store_description'?"
    return words.suggest(name, options_of(store_type), 0.8) or ". Correct the name, or remove it"


def _typed_options(workspace: Workspace) -> Iterator[tuple[EffectiveConfig, IniOption, Option]]:
    """(configuration, option in the text, its type) of every option whose type is known."""
    for config in workspace.configs:
        for option in config.text.ini.options:
            known = GLANCE_OPTIONS.get(_key(option.section)) or options_of(_store_type(config, option.section) or "")
            found = known.get(option.name)
            if (
                found is not None
                and "{{" not in option.value
                and (_key(option.section), option.name) not in (_CHECKED_ELSEWHERE)
            ):
                yield config, option, found


def _key(section: str) -> str:
    return section if section == DEFAULT else section.lower()


def value_invalid(workspace: Workspace) -> Hits:
    for config, option, known in _typed_options(workspace):
        problem = type_problem(known, option.value)
        if problem:
            message = (
                f"{problem}. oslo.config cannot convert the value, so Glance does not start, or fails with HTTP 500 "
                "when it uses the option"
            )
            yield config.hit(option.section, option.name, option.line, message)


def quotes_kept(workspace: Workspace) -> Hits:
    for config, option, known in _typed_options(workspace):
        if known.type not in (DICT, LIST):
            continue
        # oslo.config removes quotes only around the whole value.
        items = [part for item in option.value.split(",") for part in item.split(":", 1)]
        if any(_QUOTED_ITEM.search(item) for item in items):
            what = "names and values" if known.type == DICT else "items"
            message = f"has quotes, which become part of the {what}. Remove the quotes"
            yield config.hit(option.section, option.name, option.line, message)


RULES = (
    Rule("option-value", ERROR, "oslo.config cannot convert the value of an option", value_invalid),
    Rule("option-misplaced", WARNING, "an option is in a section where Glance does not read it", misplaced),
    Rule("option-quotes", WARNING, "quotes become part of the names and values of an option", quotes_kept),
    Rule("section-unknown", WARNING, "a section is neither one of Glance nor that of a store", section_unknown),
    Rule("store-option-unknown", WARNING, "an option is not one of the store type", store_option_unknown),
)
