# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows for Glance from the image cache of a site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._operators.quantities import parse_quantity
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import Option, option
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Api, Cache, Site, Topology

FLAVOR = ("paste_deploy", "flavor")
#: The part of the flavor without which Glance has neither the cache nor its API.
CACHE_FLAVOR = "cachemanagement"
#: The flavors with and without the cache.
_WITH, _WITHOUT = f"keystone+{CACHE_FLAVOR}", "keystone"

#: The options of the cache in glance-api.conf, by the key of the topology.
CACHE_OPTIONS: Mapping[str, str] = {
    "directory": "image_cache_dir",
    "max_size": "image_cache_max_size",
    "driver": "image_cache_driver",
    "stall_time": "image_cache_stall_time",
}


def size_in_bytes(cache: Cache) -> int:
    """The limit of the cache in bytes."""
    return int(parse_quantity(cache.max_size) or 0)


def cache_options(topology: Topology, site: Site) -> list[Option]:
    """The options of the cache in glance-api.conf. On operators only those that the operator does not set itself."""
    cache = site.glance.cache
    if cache is None:
        return []
    values = {
        "directory": cache.directory,
        "max_size": str(size_in_bytes(cache)),
        "driver": cache.driver,
        "stall_time": None if cache.stall_time is None else str(cache.stall_time),
    }
    operators = topology.platform == "operators"
    found = [
        option("DEFAULT", CACHE_OPTIONS[key], value)
        for key, value in values.items()
        if value is not None and not (operators and key in ("directory", "max_size"))
    ]
    return found if operators else [*found, option(*FLAVOR, _WITH)]


def glance_cache_settings(topology: Topology, site: Site) -> dict[str, object]:
    """What a role needs: ``enabled``, ``directory``, ``prefetch``, and ``removal``.

    ``removal`` are the options that switch off a cache which this collection has set up, where the site has none now.
    Options that the user sets are not among them.
    """
    cache = site.glance.cache
    if cache is not None:
        return {"enabled": True, "directory": cache.directory, "prefetch": list(cache.prefetch), "removal": []}
    stated = {(section, name) for section, values in site.glance.options.items() for name in values}
    removal = [option("DEFAULT", name, None) for name in CACHE_OPTIONS.values()] + [option(*FLAVOR, _WITHOUT)]
    removal = [item for item in removal if (item["section"], item["option"]) not in stated]
    return {"enabled": False, "directory": "", "prefetch": [], "removal": removal}


def cache_sites(topology: Topology) -> list[str]:
    """The sites whose Glance has an image cache."""
    return [site.name for site in topology.sites if site.glance.cache is not None]


def api_fields(site: Site, api: Api) -> Mapping[str, Any]:
    """The fields of an API of the operators, with the size of its cache."""
    cache = site.glance.cache
    if cache is None:
        return api.spec
    others = {name: value for name, value in (api.spec.get("imageCache") or {}).items() if name != "size"}
    return {**api.spec, "imageCache": {"size": cache.max_size, **others}}
