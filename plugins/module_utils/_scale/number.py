# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The number of replicas where it is owned, and the owners, as they are at this moment."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import STATEFULSETS, KubeClient, Object
from ansible_collections.dcn.glance.plugins.module_utils._scale import owners as scale_owner
from ansible_collections.dcn.glance.plugins.module_utils._scale.owners import Owner, Place


def look(client: KubeClient, place: Place) -> Object | None:
    """The object with the number as it is now. A set is listed, because accounts that scale need not have ``get``."""
    if place.resource == STATEFULSETS:
        items = client.list(STATEFULSETS, place.namespace, fields=f"metadata.name={place.name}")[0]
        return next((item for item in items if item["metadata"]["name"] == place.name), None)
    if place.path:
        return client.get(place.resource, place.namespace, place.name)
    return client.get(place.resource, place.namespace, place.name, subresource="scale")


def number_in(place: Place, body: Object) -> int | None:
    """The number in what ``look`` gave. A scale leaves out one that is 0."""
    found = scale_owner.inside(body, place.location)
    if found is None and not place.path:
        return 1 if place.resource == STATEFULSETS else 0
    return None if found is None else int(found)


def number_now(client: KubeClient, place: Place) -> int | None:
    body = look(client, place)
    return None if body is None else number_in(place, body)


def reread(client: KubeClient, owners: Sequence[Owner]) -> list[Owner]:
    """The owners as they are now, for a diagnosis."""
    found = []
    for owner in owners:
        meta = owner.body["metadata"]
        body = client.get(owner.resource, meta.get("namespace", ""), meta["name"])
        if body is not None:
            found.append(Owner(owner.resource, body))
    return found
