# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stores and options of glance-api.conf that follow from the topology."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import (
    DEFAULT_METHODS,
    DEFAULT_PLUGINS,
    IMPORT_PLUGINS,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import DERIVED_RBD
from ansible_collections.dcn.glance.plugins.module_utils._operators.placeholders import service_account
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.cache import cache_options
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import option, overridden
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Store, Topology


def site_stores(topology: Topology, site: Site) -> list[dict[str, object]]:
    """The stores of the site's Glance, in the order of the matrix."""
    default = matrix.default_store(topology, site)
    return [
        {
            "id": store.id,
            "type": store.type,
            "description": store.description,
            "default": store is default,
            "options": {
                **store_options(topology, site, owner, store),
                **{name: list(values) for name, values in store.repeated.items()},
            },
        }
        for owner, store in matrix.visible_stores(topology, site)
    ]


def store_options(topology: Topology, site: Site, owner: Site, store: Store) -> dict[str, str]:
    """The single options of one store in glance-api.conf of ``site``: derived ones first, then the user's."""
    found: dict[str, str] = {}
    if store.type == "rbd" and owner.ceph is not None and store.pool is not None:
        found["rbd_store_pool"] = store.pool
        found["rbd_store_user"] = topology.user("glance", site, owner)
        found["rbd_store_ceph_conf"] = owner.ceph.conf
    if topology.platform == "operators":
        found.update(service_account(store.type, store.options))
    # Keys and files have the derived names, so another value here would break the store; lint reports it.
    found.update({name: value for name, value in store.options.items() if name not in DERIVED_RBD})
    weight = site.glance.weights.get(store.id)
    if weight is not None:
        found["weight"] = str(weight)
    return found


def sees_rbd(topology: Topology, site: Site) -> bool:
    """Whether the site's Glance has an rbd store."""
    return any(store.type == "rbd" for _owner, store in matrix.visible_stores(topology, site))


def import_methods(topology: Topology, site: Site) -> tuple[str, ...]:
    """The site's own methods, else the hub's, else the default."""
    for methods in (site.glance.methods, topology.hub.glance.methods):
        if methods is not None:
            return methods
    return DEFAULT_METHODS


def import_plugins(topology: Topology, site: Site) -> Mapping[str, Mapping[str, str]]:
    """The site's own plugins, else the hub's, else conversion to raw if the site has an rbd store."""
    for plugins in (site.glance.plugins, topology.hub.glance.plugins):
        if plugins is not None:
            return plugins
    return DEFAULT_PLUGINS if sees_rbd(topology, site) else {}


def glance_import_settings(topology: Topology, site: Site) -> dict[str, object]:
    """Import methods, import plugins, and every other option of glance-api.conf that the site needs."""
    plugins = import_plugins(topology, site)
    options: list[dict[str, object]] = []
    if sees_rbd(topology, site):
        # Nova and Cinder clone an image only if Glance shows them its location on their own cluster.
        options.append(option("DEFAULT", "show_multiple_locations", "True"))
        options.append(option("DEFAULT", "show_image_direct_url", "True"))
    options.extend(cache_options(topology, site))
    for plugin, values in plugins.items():
        section = IMPORT_PLUGINS[plugin].section
        options.extend(option(section, name, value) for name, value in values.items())
    return {
        "methods": list(import_methods(topology, site)),
        "plugins": {plugin: dict(values) for plugin, values in plugins.items()},
        "options": overridden(options, site.glance.options),
    }
