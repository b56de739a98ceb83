# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes an object if it differs from the desired one, as a whole."""

from __future__ import annotations

import copy
import hashlib
import json
import logging

from .cluster import GLANCE_APIS, SECRETS, SERVICES, STATEFUL_SETS, ApiError, Cluster, Kind
from .names import Object

LOG = logging.getLogger("standin")
# Fields of a StatefulSet that cannot be changed.
FIXED = ("selector", "serviceName", "podManagementPolicy", "volumeClaimTemplates")


def digest(content: object) -> str:
    """A short hash of any content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def _content(obj: Object, wanted: Object) -> Object:
    """The fields that are compared: all but the status, and of the metadata only those that this program sets."""
    metadata = obj["metadata"]
    found: Object = {
        key: value for key, value in obj.items() if key not in ("metadata", "status", "apiVersion", "kind")
    }
    found["ownerReferences"] = metadata.get("ownerReferences", [])
    found["finalizers"] = [
        name for name in wanted["metadata"].get("finalizers", []) if name in metadata.get("finalizers", [])
    ]
    for field in ("labels", "annotations"):
        own = wanted["metadata"].get(field, {})
        found[field] = {key: value for key, value in metadata.get(field, {}).items() if key in own}
    return found


def merged(kind: Kind, current: Object, wanted: Object) -> Object:
    """``current`` with the desired content: the whole specification, and the metadata that this program sets."""
    body = copy.deepcopy(current)
    metadata = body["metadata"]
    metadata["ownerReferences"] = wanted["metadata"]["ownerReferences"]
    # Kubernetes refuses another finalizer on an object that it is deleting.
    if not metadata.get("deletionTimestamp"):
        finalizers = {
            **dict.fromkeys(metadata.get("finalizers", [])),
            **dict.fromkeys(wanted["metadata"].get("finalizers", [])),
        }
        if finalizers:
            metadata["finalizers"] = list(finalizers)
    for field in ("labels", "annotations"):
        own = wanted["metadata"].get(field, {})
        kept = {} if (kind, field) == (GLANCE_APIS, "annotations") else metadata.get(field, {})
        if own or kept:
            metadata[field] = {**kept, **own}
        else:
            metadata.pop(field, None)
    if kind == SECRETS:
        body["data"] = wanted["data"]
    elif kind == SERVICES:
        body["spec"] = {**current["spec"], **wanted["spec"]}
    elif "spec" in wanted:
        body["spec"] = copy.deepcopy(wanted["spec"])
    if kind == STATEFUL_SETS:
        body["spec"].pop("volumeClaimTemplates", None)
        body["spec"].update({field: current["spec"][field] for field in FIXED if field in current["spec"]})
    return body


class Applier:
    """Stores what it wrote and the result, so that defaults of the server are not a difference."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    def ensure(self, kind: Kind, wanted: Object) -> Object:
        """Write the object if necessary. Returns the result."""
        name = wanted["metadata"]["name"]
        current = self._cluster.store.get(kind, name)
        if current is not None and self._is_known(kind, wanted, current):
            return current
        for attempt in range(4):
            try:
                if current is None:
                    found = self._cluster.create(kind, wanted)
                else:
                    found = self._cluster.replace(kind, merged(kind, current, wanted))
                    if found["metadata"]["resourceVersion"] != current["metadata"]["resourceVersion"]:
                        LOG.info("update %s %s", kind.kind, name)
                self._known[(kind.plural, name)] = (digest(wanted), digest(_content(found, wanted)))
                return found
            except ApiError as error:
                if error.status not in (404, 409) or attempt == 3:
                    raise
                current = self._cluster.get(kind, name)
        raise AssertionError("not reached")

    def _is_known(self, kind: Kind, wanted: Object, current: Object) -> bool:
        known = self._known.get((kind.plural, wanted["metadata"]["name"]))
        return known == (digest(wanted), digest(_content(current, wanted)))

    def status(self, kind: Kind, obj: Object, status: Object) -> None:
        """Write the status if it differs."""
        current = self._cluster.store.get(kind, obj["metadata"]["name"])
        for _attempt in range(4):
            if current is None or current["metadata"]["uid"] != obj["metadata"]["uid"]:
                return
            if current.get("status", {}) == status:
                return
            try:
                self._cluster.replace(kind, {**current, "status": status}, "/status")
                return
            except ApiError as error:
                if error.status not in (404, 409):
                    raise
                current = self._cluster.get(kind, obj["metadata"]["name"])
