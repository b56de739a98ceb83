# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the Ceph files of the places."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import DEFAULT, WRONG, Note, Place
from ansible_collections.dcn.glance.plugins.module_utils._adopt.sites import Sites
from ansible_collections.dcn.glance.plugins.module_utils._adopt.stores import seen_stores
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import backends


def file_notes(sites: Sites) -> list[Note]:
    """All of it, place by place."""
    return [note for site in sites.sites for place in site.places for note in (*_keyrings(place), *_stores(place))]


def _keyrings(place: Place) -> Iterator[Note]:
    for keyring in place.keyrings:
        where = f"{place.name} {keyring.path}"
        if keyring.fault:
            yield Note(WRONG, where, f"Ceph refuses the file: {keyring.fault}")
        if keyring.mode and keyring.mode[-1:] != "0":
            yield Note(WRONG, where, f"has the mode {keyring.mode}, so every user of the host can read the key")
        if "client.admin" in keyring.clients and place.glance is not None and place.admin is None:
            yield Note(WRONG, where, "has the key of the administrator on a host that only uses the cluster")


def _stores(place: Place) -> Iterator[Note]:
    """Entries of enabled_backends without a section, twice, or without a conf."""
    found = place.glance
    if found is None:
        return
    setting = found.get(DEFAULT, "enabled_backends")
    if setting is None:
        text = "enabled_backends is not set, so this Glance has one store without a name. Set up several"
        yield Note(WRONG, found.file, text)
        return
    names: set[str] = set()
    for entry in backends(setting.value):
        if entry.id in names:
            yield Note(WRONG, setting.where, f"store {entry.id} is listed twice")
        names.add(entry.id)
        if not entry.type:
            yield Note(WRONG, setting.where, f"{entry.raw.strip()} is not id:type")
        elif not found.section(entry.id) and entry.type not in ("http", "cinder"):
            yield Note(WRONG, setting.where, f"store {entry.id} is enabled, but has no section")
    default = found.get("glance_store", "default_backend")
    if default is None or default.value.strip() not in names:
        shown = default.value.strip() if default is not None else "not set"
        where = default.where if default is not None else found.file
        yield Note(WRONG, where, f"default_backend is {shown}, which is not an enabled store")
    for store in seen_stores(place) if place.confs else ():
        if store.type == "rbd" and place.conf(store.conf) is None:
            yield Note(WRONG, store.where, f"store {store.id} has the conf {store.conf}, which does not exist there")
