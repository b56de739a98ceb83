# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cephx clients of each service: the names of the collection where they fit, else given ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import UNSAID, WRONG, Note, unique
from ansible_collections.dcn.glance.plugins.module_utils._adopt.owners import OwnedStore
from ansible_collections.dcn.glance.plugins.module_utils._adopt.sites import FoundSite, Sites
from ansible_collections.dcn.glance.plugins.module_utils._adopt.stores import cinder_backends
from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import REMOTE_GLANCE, SERVICES

#: (service, consumer, owner of the cluster, user)
Use = tuple[str, FoundSite, FoundSite, str]


def users(sites: Sites, stores: Iterable[OwnedStore]) -> list[Use]:
    """Every client that a service uses, each once."""
    found: list[Use] = []
    for store in stores:
        for site, view in store.views:
            if store.type == "rbd" and view.user:
                found.append(("glance", site, store.owner, view.user))
    for site in sites.sites:
        for place in site.places:
            if place.nova is not None and place.nova.text("libvirt", "rbd_user"):
                found.append(("nova", site, site, place.nova.text("libvirt", "rbd_user")))
            for backend in cinder_backends(place):
                if backend.cluster == site.cluster and backend.text("rbd_user"):
                    found.append(("cinder", site, site, backend.text("rbd_user")))
    result: list[Use] = []
    for use in found:
        if not any(use[0] == old[0] and use[1] is old[1] and use[2] is old[2] and use[3] == old[3] for old in result):
            result.append(use)
    return result


def base_names(uses: Iterable[Use]) -> dict[str, str]:
    """{service: base}, for services whose clients are all called BASE.SITE."""
    found: dict[str, set[str]] = {}
    for service, consumer, _owner, user in uses:
        suffix = f".{consumer.name}"
        base = user[: -len(suffix)] if user.endswith(suffix) else ""
        found.setdefault(service, set()).add(base if words.CLIENT.fullmatch(base) else "")
    bases = {service: next(iter(names)) for service, names in found.items() if len(names) == 1 and "" not in names}
    return {service: base for service, base in bases.items() if list(bases.values()).count(base) == 1}


def client_names(bases: dict[str, str]) -> dict[str, str]:
    """The key ``client_names``: names that are not the defaults."""
    return {service: bases[service] for service in SERVICES if bases.get(service, service) != service}


def given_clients(site: FoundSite, uses: Iterable[Use], bases: dict[str, str]) -> tuple[dict[str, str], list[Note]]:
    """The key ``ceph.clients`` of a site, and what it cannot say."""
    names: dict[str, list[str]] = {}
    seen = set()
    for service, consumer, owner, user in uses:
        if owner is site and consumer is site:
            seen.add(service)
        if owner is site and service not in bases:
            names.setdefault(service if consumer is site else REMOTE_GLANCE, []).append(user)
    found: dict[str, str] = {}
    notes = []
    for use in (*SERVICES, REMOTE_GLANCE):
        given = unique(names.get(use, ()))
        if given:
            found[use] = given[0]
        if len(given) > 1:
            text = f"several clients are used as {use} on the cluster of {site.name}: {', '.join(given)}"
            notes.append(Note(UNSAID, f"site {site.name}", f"{text}. The topology names {given[0]}"))
    own = [found[service] for service in SERVICES if service in found]
    if len(own) == 2 and own[0] == own[1]:
        # One client for two services is also that of a service of which nothing is known.
        known = {service: found.get(service, own[0]) for service in SERVICES if service in found or service not in seen}
        found = {**known, **found}
    return found, notes


def missing_users(stores: Iterable[OwnedStore]) -> list[Note]:
    """Stores without a client."""
    return [
        Note(WRONG, view.where, f"store {view.id} has no rbd_store_user, so Glance is client.admin there")
        for store in stores
        for _site, view in store.views
        if store.type == "rbd" and not view.user
    ]


def clients_key(found: dict[str, str]) -> dict[str, Any]:
    """The key, if there is something to say."""
    return {"clients": found} if found else {}
