# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: stores in relation to sites and to each other."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.drivers import DERIVED_RBD, OPTIONS
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Store, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context

DEFAULT_DATADIR = "/var/lib/glance/images"

#: How alike two names of options must be for one to be the other, misspelt.
MISSPELT = 0.9

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
                f"is the conf of site {owner}: images for {site.name} would be written to {owner}'s cluster. "
                "Remove the option; it follows from the site",
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
                "rbd_store_pool": "say it as `pool` of the store, so that the key gets access to it",
                "rbd_store_user": "it is a client of each Glance's own site; its first part is `client_names.glance`",
            }.get(name, "it follows from `ceph.cluster`")
            yield Hit(f"{path}.options.{name}", f"has no effect, {instead}. Remove the option")


def shared_pool(context: Context) -> Hits:
    seen: dict[tuple[str, str], str] = {}
    for site, store, path in all_stores(context.topology):
        if store.pool is None or site.ceph is None:
            continue
        other = seen.setdefault((site.ceph.fsid or site.ceph.cluster, store.pool), path)
        if other != path:
            yield Hit(
                path,
                f"is the same place as {other}: pool '{store.pool}' of the same cluster. Glance could not tell which "
                "store an image is in. Give it another `pool`, or remove it",
            )


def default_read_only(context: Context) -> Hits:
    for _site, store, path in all_stores(context.topology):
        if store.default and store.type == "http":
            yield Hit(
                f"{path}.default",
                "an http store is read-only, so every upload would fail. Make another store default",
            )


def default_not_rbd(context: Context) -> Hits:
    for site, store, path in all_stores(context.topology):
        if store.default and store.type not in ("rbd", "http") and site.ceph is not None:
            yield Hit(
                f"{path}.default",
                f"images go to a {store.type} store although the site has a Ceph cluster: no server boots from them by "
                "copy-on-write until they are copied. Make the rbd store default",
            )


def cluster_without_store(context: Context) -> Hits:
    for site in context.topology.sites:
        if site.ceph is not None and matrix.copy_target(site) is None:
            yield Hit(
                f"sites.{site.name}.stores",
                "has no rbd store although the site has a Ceph cluster: every boot at the site copies the whole image "
                "over the network. Add a store of type rbd",
            )


def http_several(context: Context) -> Hits:
    # The hub sees every store, so two are too many wherever they are.
    https = [(store, path) for _site, store, path in all_stores(context.topology) if store.type == "http"]
    for _store, path in https[1:]:
        yield Hit(
            path, f"is an http store like '{https[0][0].id}', and Glance supports one at a time. Remove one of them"
        )


def unread_options(context: Context) -> Iterator[tuple[str, Store, str, str]]:
    """(path, store, name, the other driver that reads it) for options that the store's driver does not read."""
    for _site, store, path in all_stores(context.topology):
        for name in store.options:
            if name not in OPTIONS[store.type]:
                other = next((kind for kind, options in OPTIONS.items() if name in options), "")
                yield f"{path}.options.{name}", store, name, other


def misspelt_option(context: Context) -> Hits:
    for path, store, name, other in unread_options(context):
        hint = f"; it belongs to {other} stores." if other else names.suggest(name, OPTIONS[store.type], MISSPELT)
        if hint:
            yield Hit(path, f"is not an option of {store.type} stores{hint} Glance would ignore it without a word")


def unknown_option(context: Context) -> Hits:
    for path, store, name, other in unread_options(context):
        if not other and not names.suggest(name, OPTIONS[store.type], MISSPELT):
            hint = names.suggest(name, OPTIONS[store.type])
            yield Hit(
                path,
                f"is not an option of {store.type} stores that this collection knows{hint or '.'} If Glance does not "
                "know it either, it ignores it without a word",
            )


def deprecated_option(context: Context) -> Hits:
    for _site, store, path in all_stores(context.topology):
        for name in store.options:
            option = OPTIONS[store.type].get(name)
            if option is not None and option.deprecated:
                yield Hit(f"{path}.options.{name}", f"is deprecated in Glance: {option.deprecated}")


def datadir(store: Store) -> str:
    """Where a file store keeps its images, without a slash at the end."""
    return normpath(store.options.get("filesystem_store_datadir") or DEFAULT_DATADIR)


def datadir_shared(context: Context) -> Hits:
    # As above: the hub has them all.
    stores = [(store, path) for _site, store, path in all_stores(context.topology) if store.type == "file"]
    for index, (store, path) in enumerate(stores):
        for other, _path in stores[:index]:
            first, second = sorted((datadir(store), datadir(other)), key=len)
            if second.startswith(first):
                yield Hit(
                    f"{path}.options.filesystem_store_datadir",
                    f"'{datadir(store)}' and '{datadir(other)}' of store '{other.id}' start alike, and Glance finds "
                    "the store of an image by the start of its path. Let none begin with the other",
                )
                break


def datadir_reserved(context: Context) -> Hits:
    for _site, store, path in all_stores(context.topology):
        mine = f"{datadir(store)}/"
        inside = [name for name in RESERVED if mine.startswith(f"{name}/") or f"{name}/".startswith(mine)]
        if store.type == "file" and inside:
            yield Hit(
                f"{path}.options.filesystem_store_datadir",
                f"'{datadir(store)}' and Glance's own '{inside[0]}' are inside each other. Choose another directory",
            )


def file_store_remote(context: Context) -> Hits:
    if len(context.topology.sites) < 2:
        return
    for site, store, path in all_stores(context.topology):
        if store.type == "file":
            viewers = "every spoke" if site.name == context.topology.hub_name else "the hub"
            yield Hit(
                path,
                f"is a directory, and Glance of {viewers} will look for it on its own disk. Mount the same file system "
                "there, or use a type that works over the network",
            )


RULES = (
    Rule("store-foreign-conf", ERROR, "a store points at another site's cluster", foreign_conf),
    Rule("store-derived-option", ERROR, "an option states what the topology decides, differently", derived_option),
    Rule("store-shared-pool", ERROR, "two stores are in one pool of one cluster", shared_pool),
    Rule("default-read-only", ERROR, "the default store cannot be written", default_read_only),
    Rule("http-several", ERROR, "a Glance has more than one http store", http_several),
    Rule("misspelt-option", ERROR, "an option is almost one of its driver, or one of another driver", misspelt_option),
    Rule("file-datadir-shared", ERROR, "directories of file stores begin alike", datadir_shared),
    Rule("file-datadir-reserved", ERROR, "a file store is in a directory that Glance works in", datadir_reserved),
    Rule("file-store-remote", WARNING, "a file store is seen from another site", file_store_remote),
    Rule("default-not-rbd", WARNING, "a site with a cluster has a default store elsewhere", default_not_rbd),
    Rule("cluster-without-store", WARNING, "a site with a cluster has no rbd store", cluster_without_store),
    Rule("unknown-option", WARNING, "an option is not known for its driver", unknown_option),
    Rule("deprecated-option", WARNING, "an option is on its way out of Glance", deprecated_option),
)
