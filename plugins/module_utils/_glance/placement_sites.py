# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Placement by site: the stores that must have an image so that instances at given sites can be cloned from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import unique
from ansible_collections.dcn.glance.plugins.module_utils._topology import matrix
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology

ALL = "all"
_KEYS = ("image", "stores", "sites")


def placement_images(images: object, topology: Topology | None) -> list[dict[str, Any]]:
    """``[{image, stores}]`` for glance_image_placement, from ``[{image, stores, sites}]``; raises InputErrors."""
    problems: list[Problem] = []
    if not isinstance(images, Sequence) or isinstance(images, (str, bytes)):
        raise InputErrors([Problem("images", "must be a list of images")])
    placed = [_image(item, topology, f"images[{index}]", problems) for index, item in enumerate(images)]
    if problems:
        raise InputErrors(problems)
    return placed


def _image(item: object, topology: Topology | None, path: str, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(item, Mapping) or not item.get("image"):
        problems.append(Problem(path, "must be a mapping with image (a name or id) and with stores or sites"))
        return {}
    problems += [Problem(f"{path}.{key}", f"is not one of {', '.join(_KEYS)}") for key in item if key not in _KEYS]
    stores = _names(item, "stores", path, problems)
    sites = _names(item, "sites", path, problems)
    if not stores and not sites:
        problems.append(Problem(f"{path} ({item['image']})", "stores or sites must name at least one, or be all"))
    if sites and topology is None:
        problems.append(Problem(f"{path}.sites", "sites can only be named together with a topology"))
    elif sites and topology is not None:
        stores = (*stores, *_of_sites(sites, topology, f"{path}.sites", problems))
    return {"image": str(item["image"]), "stores": [ALL] if ALL in stores else list(unique(stores))}


def _names(item: Mapping[str, Any], key: str, path: str, problems: list[Problem]) -> tuple[str, ...]:
    value = item.get(key)
    if value is None or value == ALL:
        return (ALL,) if value else ()
    if isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value):
        return unique(value)
    problems.append(Problem(f"{path}.{key}", "is neither a list of names nor the word all"))
    return ()


def _of_sites(sites: Sequence[str], topology: Topology, path: str, problems: list[Problem]) -> tuple[str, ...]:
    found = []
    for name in [site.name for site in topology.sites] if tuple(sites) == (ALL,) else sites:
        try:
            found.append(store_of_site(topology, matrix.find_site(topology, name, path)))
        except InputErrors as error:
            problems += error.problems
    return unique(store for store in found if store)


def store_of_site(topology: Topology, site: Site) -> str:
    """The store that must have an image so that the site's Nova can clone it; a site without storage uses the hub's."""
    store = matrix.copy_target(site) or matrix.default_store(topology, site)
    return store.id if store else ""
