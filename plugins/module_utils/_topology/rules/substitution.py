# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about dollar signs: oslo.config replaces ``$name`` by the value of the option ``name``."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import (
    COMMONLY_SUBSTITUTED,
    substituted_names,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import IniValue
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.glance import user_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.stores import all_stores
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import is_secret


def _names(value: IniValue) -> tuple[str, ...]:
    texts = (value,) if isinstance(value, str) else value or ()
    return tuple(name for text in texts for name in substituted_names(text))


def _hit(path: str, names: tuple[str, ...], secret: bool) -> Hit:
    what = "a dollar sign with a name" if secret else f"${names[0]}"
    return Hit(
        path,
        f"contains {what}, which oslo.config replaces by the value of an option, and without that option the service "
        "does not start. Write $$ for a dollar sign",
    )


def store_substitution(context: Context) -> Hits:
    for path, name, value in _store_values(context):
        if _names(value):
            yield _hit(path, _names(value), is_secret(name))
    for path, name, stated in _service_values(context):
        if is_secret(name) and _names(stated):
            yield _hit(path, _names(stated), True)


def option_substitution(context: Context) -> Hits:
    for path, name, value in _service_values(context):
        names = tuple(each for each in _names(value) if each not in COMMONLY_SUBSTITUTED)
        if names and not is_secret(name):
            yield _hit(path, names, False)


def _service_values(context: Context) -> Iterator[tuple[str, str, IniValue]]:
    """(path, option, value) of every option that the user sets for a service."""
    for site in context.topology.sites:
        stated = {"glance": site.glance.options, "nova": site.nova_options, "cinder": site.cinder_options}
        for service, sections in stated.items():
            for _section, name, path, value in user_options(site, sections, service):
                yield path, name, value


def _store_values(context: Context) -> Iterator[tuple[str, str, str]]:
    """(path, option, value) of every option of a store, and of every import plugin."""
    for _site, store, path in all_stores(context.topology):
        yield f"{path}.description", "description", store.description
        yield from ((f"{path}.options.{name}", name, value) for name, value in store.options.items())
    for site in context.topology.sites:
        for plugin, values in (site.glance.plugins or {}).items():
            path = f"sites.{site.name}.glance.import.plugins.{plugin}"
            yield from ((f"{path}.{name}", name, value) for name, value in values.items())


RULES = (
    Rule("dollar-sign", ERROR, "oslo.config replaces a part of a store's option or of a secret", store_substitution),
    Rule("dollar-sign-option", WARNING, "oslo.config replaces a part of another option", option_substitution),
)
