# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator's webhook or Kubernetes would refuse in the object as it is to be, with paths, all at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators import part as objects
from ansible_collections.dcn.glance.plugins.module_utils._operators.backends import operator_backends
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    DNS_LABEL,
    DNS_LABEL_RULE,
    MAX_REPLICAS,
    SERVICE_ENDPOINTS,
    webhook_key_limit,
    working_key_limit,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.quantities import SIZE, SIZE_RULE

_PROBES = ("livenessProbes", "readinessProbes", "startupProbes")

Part = Mapping[str, Any]


def find_problems(
    before: Part, after: Part, path: str, glance: str, namespace: str, ours: Collection[str] | None = None
) -> list[Problem]:
    """All problems of the Glance part ``after``; ``before`` is the live one and ``glance`` the Glance's name.

    An API that is not of ``ours`` (None: all are) counts only where the webhook would refuse the whole object for it.
    """
    apis = [(key, api, ours is None or key in ours) for key, api in _apis(after)]
    return [
        *_endpoint(after, path),
        *(problem for key, api, own in apis for problem in _api(key, api, before, after, f"{path}.glanceAPIs.{key}")),
        *(
            problem
            for key, api, own in apis
            for problem in _names(key, api, after, f"{path}.glanceAPIs.{key}", glance, own)
        ),
        *(problem for key, api, own in apis if own for problem in _working(api, after, f"{path}.glanceAPIs.{key}")),
        *_topology(after, path, namespace),
        *_notifications(before, after, path),
    ]


def _apis(part: Part) -> list[tuple[str, Part]]:
    return list((part.get("glanceAPIs") or {}).items())


def _endpoint(part: Part, path: str) -> Iterator[Problem]:
    name = str(part.get("keystoneEndpoint") or "")
    api = (part.get("glanceAPIs") or {}).get(name)
    where = f"{path}.keystoneEndpoint"
    if not name:
        if len(_apis(part)) != 1:
            yield Problem(where, "is empty, and with several APIs it must name the one in Keystone's catalog")
    elif api is None:
        listed = ", ".join(key for key, _api in _apis(part)) or "none"
        yield Problem(where, f"names {name!r}, which is none of the APIs ({listed})")
    elif objects.api_type(api) == "edge":
        yield Problem(where, f"names {name!r}, which is of type edge; only split and single can be in the catalog")


def _api(key: str, api: Part, before: Part, after: Part, where: str) -> Iterator[Problem]:
    kind = objects.api_type(api)
    live = (before.get("glanceAPIs") or {}).get(key)
    if live is not None and objects.api_type(live) != kind:
        yield Problem(
            f"{where}.type",
            f"is {objects.api_type(live)} and cannot become {kind}: a type never changes. Give the API another name in "
            "the topology: the new one comes up beside the old, which can then go",
        )
    backends = operator_backends(objects.effective_config(after, api))
    replicas = objects.api_replicas(api)
    if kind == "split" and replicas and {entry.partition(":")[2] for entry in backends} <= {"file"}:
        yield Problem(f"{where}.type", "is split, and its only store is of type file; the operator refuses that")
    if not 0 <= replicas <= MAX_REPLICAS:
        yield Problem(f"{where}.replicas", f"is {replicas}; it can be 0 to {MAX_REPLICAS}")
    yield from _overrides(api, where)


def _working(api: Part, part: Part, where: str) -> Iterator[Problem]:
    """What the webhook lets pass, and what then keeps the API from working."""
    yield from _backends(operator_backends(objects.effective_config(part, api)), where)
    sizes = {
        "storage.storageRequest": (api.get("storage") or {}).get("storageRequest"),
        "imageCache.size": (api.get("imageCache") or {}).get("size"),
    }
    for name, size in sizes.items():
        if size and not SIZE.fullmatch(str(size)):
            yield Problem(f"{where}.{name}", f"is {size!r}, which is not {SIZE_RULE}")


def _names(key: str, api: Part, part: Part, where: str, glance: str, own: bool) -> Iterator[Problem]:
    kind = objects.api_type(api)
    if not DNS_LABEL.fullmatch(key):
        yield Problem(where, f"the name {key!r} cannot be used: {DNS_LABEL_RULE}")
        return
    limit = webhook_key_limit(kind, glance)
    if own:
        limit = working_key_limit(kind, glance, objects.api_replicas(api), bool(objects.effective_cache(part, api)))
    if len(key) > limit.length:
        yield Problem(
            where,
            f"the name has {len(key)} characters, and {limit.length} is the most for a {kind} API of the Glance "
            f"{glance}: {limit.consequence}. Give the API a shorter name",
        )


def _backends(backends: list[str], where: str) -> Iterator[Problem]:
    for entry in backends:
        if not re.fullmatch(r"[^:\s]+:[^:\s]+", entry):
            yield Problem(
                f"{where}.customServiceConfig",
                f"enabled_backends has the entry {entry!r}, which is not id:type; the operator stops at it",
            )


def _overrides(api: Part, where: str) -> Iterator[Problem]:
    override = api.get("override") or {}
    for name in override.get("service") or {}:
        if name not in SERVICE_ENDPOINTS:
            yield Problem(f"{where}.override.service.{name}", "is neither public nor internal")
    for kind in _PROBES:
        probe = (override.get("probes") or {}).get(kind) or {}
        yield from _probe(probe, f"{where}.override.probes.{kind}")


def _probe(probe: Part, where: str) -> Iterator[Problem]:
    if probe.get("path") and not str(probe["path"]).startswith("/"):
        yield Problem(f"{where}.path", f"{probe['path']!r} does not begin with /")
    if str(probe.get("type") or "") == "Exec" and not probe.get("command"):
        yield Problem(f"{where}.command", "is missing, and a probe of type Exec needs it")
    for name, value in probe.items():
        if isinstance(value, int) and not isinstance(value, bool) and value < 0:
            yield Problem(f"{where}.{name}", f"is {value}, and cannot be negative")


def _topology(part: Part, path: str, namespace: str) -> Iterator[Problem]:
    for where, holder in [(path, part), *((f"{path}.glanceAPIs.{key}", api) for key, api in _apis(part))]:
        named = str((holder.get("topologyRef") or {}).get("namespace") or "")
        if named and named != namespace:
            message = f"is {named!r}, and a topology of another namespace than {namespace!r} is refused"
            yield Problem(f"{where}.topologyRef.namespace", message)


def _notifications(before: Part, after: Part, path: str) -> Iterator[Problem]:
    if before and before.get("notificationBusInstance") != after.get("notificationBusInstance"):
        yield Problem(f"{path}.notificationBusInstance", "cannot change; use notificationsBus.cluster")
