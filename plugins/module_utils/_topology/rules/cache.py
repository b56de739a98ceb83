# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about the image cache of a site."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.cache import (
    CACHE_FLAVOR,
    FLAVOR,
    size_in_bytes,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import GLANCE_API
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import (
    CACHE_DIRECTORY,
    CENTRALIZED_DB,
    SQLITE,
    Cache,
    Site,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.glance import user_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.stores import RESERVED, datadirs, overlap

_GIB = 2**30


def caches(context: Context) -> Iterator[tuple[Site, Cache, str]]:
    """(site, its cache, path of the cache) for the sites that have one."""
    for site in context.topology.sites:
        if site.glance.cache is not None:
            yield site, site.glance.cache, f"sites.{site.name}.glance.cache"


def worker_url_missing(context: Context) -> Hits:
    for site, cache, _path in caches(context):
        for section, option, path, value in user_options(site, site.glance.options, "glance"):
            removed = (section, option) == ("DEFAULT", "worker_self_reference_url") and not value
            if removed and cache.driver in (None, CENTRALIZED_DB):
                yield Hit(
                    path,
                    "is removed, but with the driver centralized_db, the default from 2024.1 on, Glance does not start "
                    "without it: the database knows the cache of a worker by this URL. Remove this key; the role "
                    "sets a URL for each host",
                )


def flavor_without_cache(context: Context) -> Hits:
    for site, _cache, _path in caches(context):
        for section, option, path, value in user_options(site, site.glance.options, "glance"):
            if (section, option) == FLAVOR and CACHE_FLAVOR not in str(value):
                yield Hit(
                    path,
                    f"is without {CACHE_FLAVOR}, so Glance has neither the cache nor its API. Remove it, or use a "
                    f"flavor with {CACHE_FLAVOR}",
                )


def directory_used(context: Context) -> Hits:
    for site, cache, path in caches(context):
        stores = [
            (directory, f"store '{store.id}'")
            for _owner, store in matrix.visible_stores(context.topology, site)
            if store.type == "file"
            for directory in datadirs(store)
        ]
        staging = [(name, "Glance itself") for name in RESERVED if name != CACHE_DIRECTORY]
        used = next(((name, who) for name, who in (*stores, *staging) if overlap(cache.directory, name)), None)
        if used is not None:
            yield Hit(
                f"{path}.directory",
                f"'{cache.directory}' overlaps with '{used[0]}' of {used[1]}, and the pruner deletes what is in the "
                "directory of the cache. Choose another directory",
            )
        elif context.topology.platform == "operators" and cache.directory != CACHE_DIRECTORY:
            yield Hit(
                f"{path}.directory",
                f"cannot be set on operators, which mount the volume of the cache at {CACHE_DIRECTORY}. Remove it",
            )


def size_twice(context: Context) -> Hits:
    for site, _cache, path in caches(context):
        api = site.glance.api
        if api is not None and (api.spec.get("imageCache") or {}).get("size"):
            yield Hit(
                f"sites.{site.name}.glance.api.spec.imageCache.size",
                f"is the same as {path}.max_size. Remove one of the two",
            )


def cache_missing(context: Context) -> Hits:
    for site in context.topology.spokes:
        own = site.glance.endpoint is not None or site.glance.api is not None
        own = own or bool(context.hosts(site.name, GLANCE_API))
        if own and site.glance.enabled and not site.stores and site.glance.cache is None:
            yield Hit(
                f"sites.{site.name}.glance.cache",
                "is missing, and the site has no store: its Glance reads every image from the hub over the network at "
                "each boot. Add `cache: {}`, or stores",
            )


def cache_small(context: Context) -> Hits:
    for _site, cache, path in caches(context):
        if size_in_bytes(cache) < _GIB:
            yield Hit(
                f"{path}.max_size",
                f"'{cache.max_size}' is {size_in_bytes(cache)} bytes: most images are larger, and the pruner would "
                "remove each of them. Set a size that holds the images which the site uses, such as 50G",
            )


def driver_deprecated(context: Context) -> Hits:
    for _site, cache, path in caches(context):
        if cache.driver == SQLITE:
            yield Hit(
                f"{path}.driver",
                "is sqlite, which is deprecated from 2024.1 on. Use it before 2024.1 only, where centralized_db does "
                "not exist; else remove it",
            )


def prefetch_on_pods(context: Context) -> Hits:
    for site, cache, path in caches(context):
        if cache.prefetch and context.topology.platform == "operators":
            yield Hit(
                f"{path}.prefetch",
                f"has no effect on operators: the playbook cache_images asks each worker of {site.name} directly, and "
                "pods are not reached from outside. Remove it, and use the API of the cache in each pod",
            )


RULES = (
    Rule("cache-worker-url", ERROR, "Glance does not start without a URL for each worker", worker_url_missing),
    Rule("cache-flavor", ERROR, "the flavor of Glance is without the cache", flavor_without_cache),
    Rule("cache-directory", ERROR, "the directory of the cache is used by something else", directory_used),
    Rule("cache-size-twice", ERROR, "the size of the cache is stated twice", size_twice),
    Rule("cache-missing", WARNING, "a site with its own Glance has neither a store nor a cache", cache_missing),
    Rule("cache-small", WARNING, "the cache is smaller than most images", cache_small),
    Rule("cache-driver", WARNING, "the driver of the cache is deprecated", driver_deprecated),
    Rule("cache-prefetch", WARNING, "images to prefetch are listed where nothing caches them", prefetch_on_pods),
)
