# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``site`` changes on the hosts that were read, from the adopted topology."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.inventory import roles
from ansible_collections.dcn.glance.plugins.module_utils._adopt.kept import same_value
from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import DEFAULT, Config, Place
from ansible_collections.dcn.glance.plugins.module_utils._adopt.sites import Sites
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import METHODS_OPTION, PLUGINS_OPTION
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_plan import OBSOLETE
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import backends, items
from ansible_collections.dcn.glance.plugins.module_utils._topology import clients
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived import cinder, glance, nova, policy
from ansible_collections.dcn.glance.plugins.module_utils._topology.derived.options import some_fsid
from ansible_collections.dcn.glance.plugins.module_utils._topology.inventory import (
    CINDER_VOLUME,
    GLANCE_API,
    NOVA_COMPUTE,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Site, Topology

_SERVICES = {GLANCE_API: "glance", NOVA_COMPUTE: "nova", CINDER_VOLUME: "cinder"}


@dataclass(frozen=True)
class Change:
    """One change. ``option`` is ``[section] option``, or what else of the file changes."""

    site: str
    host: str
    file: str
    option: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            what = f"add {self.option}" + (f" = {self.after}" if self.after else "")
        elif self.after is None:
            what = f"remove {self.option}"
        else:
            what = f"{self.option}: {self.before} -> {self.after}"
        return f"{self.host} {self.file}: {what}"


def forecast(topology: Topology, sites: Sites) -> list[Change]:
    """Every change of a file, in the order of sites and hosts."""
    found: list[Change] = []
    known = {site.name for site in topology.sites}
    for seen in sites.sites:
        for place in seen.places:
            if seen.name in known and place.kind == "host":
                found += _place(topology, topology.site(seen.name), place)
    for seen in sites.sites:
        if seen.name in known:
            found += _clients(topology, topology.site(seen.name), seen.places)
    return found


def _place(topology: Topology, site: Site, place: Place) -> Iterator[Change]:
    groups = roles(place)
    services = [service for group, service in _SERVICES.items() if group in groups]
    yield from _ceph_files(topology, site, place, services)
    fsid = some_fsid(site)
    if place.glance is not None and "glance" in services:
        wanted = _glance(topology, site, place)
        yield from _options(site, place, place.glance, wanted)
        yield from _policy(topology, site, place, place.glance)
    if place.nova is not None and "nova" in services:
        yield from _options(site, place, place.nova, _listed(nova.nova_options(topology, site, fsid)))
    if place.cinder is not None and "cinder" in services:
        yield from _options(site, place, place.cinder, _listed(cinder.cinder_options(topology, site, fsid)))


def _listed(options: list[dict[str, object]]) -> dict[tuple[str, str], str | None]:
    return {
        (str(option["section"]), str(option["option"])): None if "value" not in option else str(option["value"])
        for option in options
        if "values" not in option
    }


def _glance(topology: Topology, site: Site, place: Place) -> dict[tuple[str, str], str | None]:
    """The options of glance-api.conf. Lists that say the same have the text of the file."""
    config = place.glance
    found: dict[tuple[str, str], str | None] = {}
    if config is None:
        return found
    stores: list[dict[str, Any]] = glance.site_stores(topology, site)
    found[(DEFAULT, "enabled_backends")] = _backends(config, stores)
    default = next((str(store["id"]) for store in stores if store["default"]), None)
    found[("glance_store", "default_backend")] = default
    for store in stores:
        name = str(store["id"])
        found[(name, "store_description")] = str(store["description"])
        for option, value in store["options"].items():
            if isinstance(value, str) and "{{" not in value:
                found[(name, option)] = value
    settings: Mapping[str, Any] = glance.glance_import_settings(topology, site)
    found[METHODS_OPTION] = _same_list(config, METHODS_OPTION, settings["methods"], ordered=False)
    found[PLUGINS_OPTION] = _same_list(config, PLUGINS_OPTION, settings["plugins"], ordered=True)
    found.update(_listed(settings["options"]))
    found.update({place: None for place in OBSOLETE if config.get(*place) is not None})
    url = config.text(DEFAULT, "worker_self_reference_url")
    found[(DEFAULT, "worker_self_reference_url")] = url or f"http://{place.name}:9292"
    return found


def _backends(config: Config, stores: list[dict[str, Any]]) -> str:
    text = config.text(DEFAULT, "enabled_backends")
    present = {entry.id for entry in backends(text)}
    missing = [f"{store['id']}:{store['type']}" for store in stores if store["id"] not in present]
    return ", ".join([text, *missing] if text else missing) if missing else text


def _same_list(config: Config, place: tuple[str, str], wanted: Any, ordered: bool) -> str:
    text = config.text(*place)
    present = items(text)
    names = [str(name) for name in wanted]
    same = present == names if ordered else set(present) == set(names)
    return text if text.startswith("[") and same else f"[{','.join(names)}]"


def _options(
    site: Site, place: Place, config: Config, wanted: Mapping[tuple[str, str], str | None]
) -> Iterator[Change]:
    for (section, option), value in wanted.items():
        setting = config.get(section, option)
        before = None if setting is None else setting.value.strip()
        if setting is not None and setting.hidden:
            continue
        same = before == value if before is None or value is None else same_value(before, value)
        if not same:
            yield Change(site.name, place.name, config.file, f"[{section}] {option}", before, value)


def _policy(topology: Topology, site: Site, place: Place, config: Config) -> Iterator[Change]:
    wanted = policy.glance_policy(topology, site).get("copy_image")
    if wanted is not None and wanted != (config.policy or "").strip():
        yield Change(site.name, place.name, "policy", "copy_image", config.policy, wanted)


def _ceph_files(topology: Topology, site: Site, place: Place, services: list[str]) -> Iterator[Change]:
    """New options of confs, and keyrings that have another name or do not exist."""
    for entry in clients.consumer_clusters(topology, site, services):
        cluster = str(entry["cluster"])
        owner = topology.site(str(entry["site"]))
        path = owner.ceph.conf if owner.ceph is not None else ""
        conf = place.conf(path)
        options = entry["options"] if isinstance(entry["options"], dict) else {}
        users = entry["clients"] if isinstance(entry["clients"], list) else []
        for name, value in options.items():
            before = conf.options.get(name) if conf is not None else None
            if before != value:
                yield Change(site.name, place.name, path, f"[client] {name}", before, str(value))
        for user in users:
            client = str(user["name"])
            keyring = owner.ceph.keyring(client) if owner.ceph is not None else ""
            named = conf.keyrings.get(client) if conf is not None else None
            if named != keyring:
                yield Change(site.name, place.name, path, f"[{client}] keyring", named, keyring)
            held = next((item for item in place.keyrings if item.path == keyring), None)
            if held is None:
                yield Change(site.name, place.name, keyring, f"a keyring for {client}", None, "")
            elif held.mode not in ("", "0600") and not user.get("shared"):
                yield Change(site.name, place.name, keyring, "mode", held.mode, "0600")
        if conf is None:
            yield Change(site.name, place.name, path, f"a conf for the cluster {cluster}", None, "")


def _clients(topology: Topology, site: Site, places: list[Place]) -> Iterator[Change]:
    """Clients that the cluster of a site does not have."""
    admin = next((place for place in places if place.admin is not None), None)
    if admin is None or admin.admin is None or admin.admin.caps is None:
        return
    for client in clients.cluster_clients(topology, site):
        if client["name"] not in admin.admin.caps:
            yield Change(site.name, admin.name, "cephx", f"client {client['name']}", None, "")
