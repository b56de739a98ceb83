# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that have other values in the files than the topology gives them: they stay, in the keys ``options``."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import DECIDE, DEFAULT, Config, Note
from ansible_collections.dcn.glance.plugins.module_utils._adopt.sites import FoundSite, Sites
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import FALSE_TEXTS, TRUE_TEXTS
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cache, cinder, glance, nova
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import Option, some_fsid
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse_partially

#: The endpoint, which the topology says itself. The other options for it are removed where they say the same.
_ENDPOINTS = (("glance", "endpoint_override"), (DEFAULT, "glance_api_servers"))


def derived_options(topology: Topology, site: Site, service: str) -> list[Option]:
    """The options of a service, without those that have a key of their own."""
    fsid = some_fsid(site)
    if service == "nova":
        return nova.nova_options(topology, site, fsid)
    if service == "cinder":
        return cinder.cinder_options(topology, site, fsid)
    settings = glance.glance_import_settings(topology, site)["options"]
    own = {(option["section"], option["option"]) for option in cache.cache_options(topology, site)}
    found = settings if isinstance(settings, list) else []
    return [option for option in found if (option["section"], option["option"]) not in own]


def same_value(one: str, other: str) -> bool:
    """Whether two texts are the same value of an option."""
    pairs = (one.lower() in texts and other.lower() in texts for texts in (TRUE_TEXTS, FALSE_TEXTS))
    return one == other or any(pairs)


def with_kept_options(topology: dict[str, Any], sites: Sites, notes: list[Note]) -> dict[str, Any]:
    """The topology, with the values of the files where they differ from the derived ones."""
    found = copy.deepcopy(topology)
    model = parse_partially(found).topology
    if model is None or not model.hub_name:
        return found
    for site in sites.sites:
        if site.name not in {each.name for each in model.sites}:
            continue
        for service in ("glance", "nova", "cinder"):
            kept = _kept(model, model.site(site.name), site, service, notes)
            if kept:
                part = found["sites"][site.name].setdefault(service, {})
                part["options"] = kept
    return found


def _kept(model: Topology, site: Site, seen: FoundSite, service: str, notes: list[Note]) -> dict[str, dict[str, Any]]:
    config = next((item for item in (getattr(place, service) for place in seen.places) if item is not None), None)
    if config is None or (service == "glance" and not site.glance.enabled):
        return {}
    found: dict[str, dict[str, Any]] = {}
    for option in derived_options(model, site, service):
        section, name = str(option["section"]), str(option["option"])
        setting = config.get(section, name)
        if setting is None or (section, name) in _ENDPOINTS or "value" not in option:
            continue
        if _unknown(site, option) or same_value(setting.value.strip(), str(option["value"])):
            continue
        found.setdefault(section, {})[name] = setting.value.strip()
    if service == "nova":
        _old_endpoint(config, site, found, notes)
    return found


def _unknown(site: Site, option: Option) -> bool:
    """Whether the derived value is made up, because the fsid of the cluster is not known."""
    return str(option["option"]) == "rbd_secret_uuid" and site.ceph is not None and site.ceph.fsid is None


def _old_endpoint(config: Config, site: Site, found: dict[str, dict[str, Any]], notes: list[Note]) -> None:
    """``api_servers`` takes precedence in Nova: it goes, so that the topology's endpoint counts."""
    old = config.get("glance", "api_servers")
    if old is not None and site.glance.endpoint is not None:
        found.setdefault("glance", {})["api_servers"] = None
        text = "api_servers takes precedence over endpoint_override, so site removes it and sets the endpoint"
        notes.append(Note(DECIDE, f"site {site.name}", f"{text} {site.glance.endpoint}"))
