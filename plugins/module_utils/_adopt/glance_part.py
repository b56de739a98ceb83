# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a topology says about Glance of a site, except its stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import DEFAULT, UNSAID, WRONG, Config, Note
from ansible_collections.dcn.glance.plugins.module_utils._adopt.sites import FoundSite
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import (
    IMPORT_METHODS,
    IMPORT_PLUGINS,
    METHODS_OPTION,
    NO_OP,
    PLUGINS_OPTION,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import DICT, LIST, Option
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import bracketed, items
from ansible_collections.dcn.glance.plugins.module_utils._topology import addresses
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.cache import (
    CACHE_FLAVOR,
    CACHE_OPTIONS,
    FLAVOR,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.policy import COPY_RULES
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Cache


def first_config(site: FoundSite) -> Config | None:
    """glance-api.conf of the first place that has one."""
    return next((place.glance for place in site.places if place.glance is not None), None)


def glance_part(site: FoundSite, notes: list[Note]) -> dict[str, Any]:
    """The key ``glance`` of a site."""
    found = first_config(site)
    part: dict[str, Any] = {}
    endpoint = _endpoint(site, notes)
    if endpoint:
        part["endpoint"] = endpoint
    if found is None:
        return part
    is_file = any(place.kind == "host" and place.glance is found for place in site.places)
    imports = {**_methods(found, notes), **_plugins(found, is_file, notes)}
    if imports:
        part["import"] = imports
    if found.policy is not None:
        words = {rule: word for word, rule in COPY_RULES.items()}
        part["copy_policy"] = words.get(found.policy.strip(), found.policy.strip())
    cache = _cache(found)
    if cache is not None:
        part["cache"] = cache
    return part


def _listed(found: Config, place: tuple[str, str], notes: list[Note]) -> list[str] | None:
    setting = found.get(*place)
    if setting is None:
        return None
    if not bracketed(setting.value.strip()):
        text = f"{place[1]} is not in brackets, so oslo.config refuses it. The topology has its items"
        notes.append(Note(WRONG, setting.where, text))
    return items(setting.value)


def _methods(found: Config, notes: list[Note]) -> dict[str, Any]:
    listed = _listed(found, METHODS_OPTION, notes)
    if listed is None:
        return {}
    setting = found.get(*METHODS_OPTION)
    where = setting.where if setting is not None else found.file
    for name in listed:
        if name not in IMPORT_METHODS:
            notes.append(Note(UNSAID, where, f"the import method {name} is not one that a topology knows"))
    if "copy-image" not in listed:
        notes.append(Note(WRONG, where, "copy-image is not enabled, so no image can be copied between the stores"))
    return {"methods": [name for name in dict.fromkeys(listed) if name in IMPORT_METHODS]}


def _plugins(found: Config, is_file: bool, notes: list[Note]) -> dict[str, Any]:
    """The import plugins. A file without them means Glance's default; a deployment tool can have one of its own."""
    listed = _listed(found, PLUGINS_OPTION, notes)
    if listed is None and not is_file:
        return {}
    setting = found.get(*PLUGINS_OPTION)
    result: dict[str, Any] = {}
    for name in [NO_OP] if listed is None else listed:
        plugin = IMPORT_PLUGINS.get(name)
        if plugin is None:
            where = setting.where if setting is not None else found.file
            notes.append(Note(UNSAID, where, f"the import plugin {name} is not one that a topology knows"))
            continue
        values = {option: found.get(plugin.section, option) for option in plugin.options}
        result[name] = {
            option: _plugin_value(plugin.options[option], value.value)
            for option, value in values.items()
            if value is not None and value.value.strip()
        }
    return {"plugins": result}


def _plugin_value(option: Option, text: str) -> Any:
    if option.type == LIST:
        return items(text)
    if option.type == DICT:
        pairs = (pair.partition(":") for pair in text.split(","))
        return {name.strip(): value.strip() for name, _colon, value in pairs}
    return text.strip()


def _cache(found: Config) -> dict[str, Any] | None:
    if CACHE_FLAVOR not in found.text(*FLAVOR):
        return None
    defaults = Cache()
    result: dict[str, Any] = {}
    for key, option in CACHE_OPTIONS.items():
        text = found.text(DEFAULT, option)
        if text and not (key == "directory" and text == defaults.directory):
            result[key] = int(text) if key == "stall_time" and text.isdigit() else text
    if result.get("max_size") == str(10 * 2**30):
        del result["max_size"]
    return result


def _endpoint(site: FoundSite, notes: list[Note]) -> str:
    """The URL that Nova and Cinder of the site ask."""
    for place, options, option in _urls(site):
        setting = options.get(*option)
        urls = [url.strip() for url in setting.value.split(",") if url.strip()] if setting is not None else []
        if setting is None or not urls:
            continue
        if len(urls) > 1:
            text = f"{option[1]} lists {len(urls)} URLs, and a site has one endpoint. The topology has the first"
            notes.append(Note(UNSAID, f"{place} {setting.where}", text))
        problem = addresses.endpoint_problem(urls[0])
        if not problem:
            return urls[0].rstrip("/")
        notes.append(Note(WRONG, f"{place} {setting.where}", f"{option[1]} {urls[0]}: {problem}"))
    return ""


def _urls(site: FoundSite) -> Iterator[tuple[str, Config, tuple[str, str]]]:
    """Where a URL can be, the best first."""
    wanted: Iterable[tuple[str, tuple[str, str]]] = (
        ("nova", ("glance", "endpoint_override")),
        ("nova", ("glance", "api_servers")),
        ("cinder", (DEFAULT, "glance_api_servers")),
        ("glance", (DEFAULT, "public_endpoint")),
    )
    for service, option in wanted:
        for place in site.places:
            found = getattr(place, service)
            if found is not None:
                yield place.name, found, option
