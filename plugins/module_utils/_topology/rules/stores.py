# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about stores, their sites, and other stores."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import (
    DEFAULT_DATADIR,
    DERIVED_RBD,
    STORE_TYPES,
    options_of,
    other_type_of,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Api, Site, Store, Topology, Volume
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context

#: From this similarity on, an unknown option is reported as a misspelt one.
MISSPELT = 0.9

#: Directories that Glance uses itself.
RESERVED = (
    "/var/lib/glance/os_glance_staging_store",
    "/var/lib/glance/os_glance_tasks_store",
    "/var/lib/glance/image-cache",
)


def all_stores(topology: Topology) -> Iterator[tuple[Site, Store, str]]:
    """(site, store, path of the store) for every store."""
    for site in topology.sites:
        for store in site.stores:
            yield site, store, f"sites.{site.name}.stores.{store.id}"


def foreign_conf(context: Context) -> Hits:
    confs = {site.ceph.conf: site.name for site in context.topology.sites if site.ceph is not None}
    for site, store, path in all_stores(context.topology):
        owner = confs.get(normpath(store.options.get("rbd_store_ceph_conf", ".")), site.name)
        if store.type == "rbd" and owner != site.name:
            yield Hit(
                f"{path}.options.rbd_store_ceph_conf",
                f"is the conf of site {owner}: images for {site.name} would be written to the cluster of {owner}. "
                "Remove the option; its value follows from the site",
            )


def derived_option(context: Context) -> Hits:
    confs = {site.ceph.conf for site in context.topology.sites if site.ceph is not None}
    for site, store, path in all_stores(context.topology):
        if store.type != "rbd" or site.ceph is None:
            continue
        expected = {"rbd_store_pool": store.pool, "rbd_store_ceph_conf": site.ceph.conf}
        for name in DERIVED_RBD:
            value = store.options.get(name)
            if value is None or value == expected.get(name) or normpath(value) in confs:
                continue
            instead = {
                "rbd_store_pool": "set `pool` of the store, so that the key gets access to the pool",
                "rbd_store_user": "the name of the client follows from `client_names.glance`, or is in `ceph.clients`",
            }.get(name, "the path follows from `ceph.cluster`")
            yield Hit(f"{path}.options.{name}", f"has no effect: {instead}. Remove the option")


def shared_pool(context: Context) -> Hits:
    seen: dict[tuple[str, str], str] = {}
    for site, store, path in all_stores(context.topology):
        if store.pool is None or site.ceph is None:
            continue
        other = seen.setdefault((site.ceph.fsid or site.ceph.cluster, store.pool), path)
        if other != path:
            yield Hit(
                path,
                f"is in the same pool as {other}: '{store.pool}' of the same cluster. Glance cannot tell which of the "
                "two stores an image is in. Set another `pool`, or remove one of the stores",
            )


def default_read_only(context: Context) -> Hits:
    for _site, store, path in all_stores(context.topology):
        if store.default and STORE_TYPES[store.type].read_only:
            yield Hit(
                f"{path}.default",
                f"{store.type} stores are read-only, so every upload would fail. Make another store the default",
            )


def default_not_rbd(context: Context) -> Hits:
    for site, store, path in all_stores(context.topology):
        if store.default and site.ceph is not None and store.type != "rbd" and not STORE_TYPES[store.type].read_only:
            yield Hit(
                f"{path}.default",
                f"images go to a {store.type} store although the site has a Ceph cluster: servers cannot boot from "
                "them by copy-on-write until they are copied. Make the rbd store the default",
            )


def cluster_without_store(context: Context) -> Hits:
    for site in context.topology.sites:
        if site.ceph is not None and matrix.copy_target(site) is None and site.glance.cache is None:
            yield Hit(
                f"sites.{site.name}.stores",
                "has no rbd store although the site has a Ceph cluster: every boot at the site copies the whole image "
                "over the network. Add a store of type rbd",
            )


def http_several(context: Context) -> Hits:
    # The hub sees every store, so two are too many at any sites.
    https = [(store, path) for _site, store, path in all_stores(context.topology) if store.type == "http"]
    for _store, path in https[1:]:
        yield Hit(
            path, f"is an http store like '{https[0][0].id}', and Glance supports one at a time. Remove one of them"
        )


def unread_options(context: Context) -> Iterator[tuple[str, Store, str, str]]:
    """(path, store, name, the other driver that reads it) for options that the store's driver does not read."""
    for _site, store, path in all_stores(context.topology):
        for name in store.options:
            if name not in options_of(store.type):
                yield f"{path}.options.{name}", store, name, other_type_of(name, store.type)


def misspelt_option(context: Context) -> Hits:
    for path, store, name, other in unread_options(context):
        hint = f"; it is one of {other} stores." if other else words.suggest(name, options_of(store.type), MISSPELT)
        if hint:
            yield Hit(path, f"is not an option of {store.type} stores{hint} Glance ignores it and reports nothing")


def unknown_option(context: Context) -> Hits:
    for path, store, name, other in unread_options(context):
        if not other and not words.suggest(name, options_of(store.type), MISSPELT):
            hint = words.suggest(name, options_of(store.type))
            yield Hit(
                path,
                f"is not a known option of {store.type} stores{hint or '.'} Glance ignores options that it does not "
                "know, and reports nothing",
            )


def deprecated_option(context: Context) -> Hits:
    for _site, store, path in all_stores(context.topology):
        for name in (*store.options, *store.repeated):
            option = options_of(store.type).get(name)
            if option is not None and option.deprecated:
                yield Hit(f"{path}.options.{name}", f"is deprecated in Glance: {option.deprecated} instead")


def datadirs(store: Store) -> tuple[str, ...]:
    """The directories of a file store, without a slash at the end."""
    several = store.repeated.get("filesystem_store_datadirs")
    if several:
        return tuple(normpath(value.partition(":")[0]) for value in several)
    return (normpath(store.options.get("filesystem_store_datadir") or DEFAULT_DATADIR),)


def datadir_path(store: Store, path: str) -> str:
    """The path of the option that names the directories of a file store."""
    return f"{path}.options.filesystem_store_datadir{'s' if store.repeated else ''}"


def volume_at(api: Api, directory: str) -> Volume | None:
    """The volume of the pods that holds a directory."""
    holding = [each for each in api.volumes if each.mount_path and f"{directory}/".startswith(f"{each.mount_path}/")]
    return max(holding, key=lambda volume: len(volume.mount_path), default=None)


def datadir_shared(context: Context) -> Hits:
    # The hub sees every store.
    files = [(store, path) for _site, store, path in all_stores(context.topology) if store.type == "file"]
    stores = [(directory, store, path) for store, path in files for directory in datadirs(store)]
    for index, (directory, store, path) in enumerate(stores):
        for other_directory, other, _path in stores[:index]:
            first, second = sorted((directory, other_directory), key=len)
            if second.startswith(first) and other is not store:
                yield Hit(
                    datadir_path(store, path),
                    f"'{directory}' and '{other_directory}' of store '{other.id}' start with the same path, and "
                    "Glance finds the store of an image by the start of its path. Use directories that do not start "
                    "alike",
                )
                break


def datadir_reserved(context: Context) -> Hits:
    for _site, store, path in all_stores(context.topology):
        for directory in datadirs(store) if store.type == "file" else ():
            inside = [name for name in RESERVED if overlap(directory, name)]
            if inside:
                yield Hit(
                    datadir_path(store, path),
                    f"'{directory}' overlaps with '{inside[0]}', which Glance uses itself. Choose another directory",
                )


def overlap(first: str, second: str) -> bool:
    """Whether one of two directories is in the other."""
    return f"{first}/".startswith(f"{second}/") or f"{second}/".startswith(f"{first}/")


def file_store_remote(context: Context) -> Hits:
    if len(context.topology.sites) < 2:
        return
    for site, store, path in all_stores(context.topology):
        if store.type == "file" and not _mounted_everywhere(context.topology, site, store):
            viewers = "every spoke" if site.name == context.topology.hub_name else "the hub"
            yield Hit(
                path,
                f"is a directory, and Glance of {viewers} uses the same path on its own disk. Mount the same file "
                "system there, or use a type that works over the network",
            )


def _mounted_everywhere(topology: Topology, owner: Site, store: Store) -> bool:
    """Whether the pods of every Glance that uses the store mount the same volumes at its directories."""
    apis = [
        site.glance.api
        for site in topology.sites
        if site.glance.enabled and any(store is each for _owner, each in matrix.visible_stores(topology, site))
    ]
    for directory in datadirs(store):
        found = [volume_at(api, directory) if api is not None else None for api in apis]
        same = {(each.mount_path, str(each.source), each.sub_path) if each is not None else None for each in found}
        if None in same or len(same) > 1:
            return False
    return True


RULES = (
    Rule("store-foreign-conf", ERROR, "a store points at another site's cluster", foreign_conf),
    Rule("store-derived-option", ERROR, "an option contradicts what follows from the topology", derived_option),
    Rule("store-shared-pool", ERROR, "two stores are in one pool of one cluster", shared_pool),
    Rule("default-read-only", ERROR, "the default store is read-only", default_read_only),
    Rule("http-several", ERROR, "a Glance has more than one http store", http_several),
    Rule("misspelt-option", ERROR, "an option is misspelt or belongs to another driver", misspelt_option),
    Rule("file-datadir-shared", ERROR, "directories of file stores start with the same path", datadir_shared),
    Rule(
        "file-datadir-reserved",
        ERROR,
        "a file store overlaps with a directory that Glance uses itself",
        datadir_reserved,
    ),
    Rule("file-store-remote", WARNING, "a file store is visible at another site", file_store_remote),
    Rule("default-not-rbd", WARNING, "the default store of a site with a cluster is not an rbd store", default_not_rbd),
    Rule(
        "cluster-without-store", WARNING, "a site with a cluster has no rbd store and no cache", cluster_without_store
    ),
    Rule("unknown-option", WARNING, "an option is not known", unknown_option),
    Rule("deprecated-option", WARNING, "an option is deprecated in Glance", deprecated_option),
)
