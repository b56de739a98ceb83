# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a Glance spec for everything that the operator's webhook or Kubernetes would refuse."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import (
    api_replicas,
    api_type,
    effective_cache,
    effective_config,
    operator_backends,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    DNS_LABEL,
    DNS_LABEL_RULE,
    MAX_REPLICAS,
    SERVICE_ENDPOINTS,
    webhook_key_limit,
    working_key_limit,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.quantities import SIZE, SIZE_RULE

#: The whole text that the webhook sets for a Glance without APIs.
_INVENTED = re.compile(r"\s*(\[DEFAULT\]\s*)?enabled_backends\s*=\s*[^\n]*#\s*CHANGE_ME\s*")
_PROBES = ("livenessProbes", "readinessProbes", "startupProbes")

Spec = Mapping[str, Any]


def is_invented_config(text: str) -> bool:
    """Whether the webhook has set this customServiceConfig: what it enables is no store."""
    return _INVENTED.fullmatch(text) is not None


def lacks_shared_store(kind: str, replicas: int, store_types: Collection[str]) -> bool:
    """Whether the webhook refuses a split API because its external and internal pods share no store."""
    return kind == "split" and replicas != 0 and set(store_types) <= {"file"}


def needs_location_api(kind: str, store_types: Collection[str]) -> bool:
    """Whether the operator deploys an API only if the annotation ``location-api`` of the Glance is true."""
    return kind == "single" and not set(store_types) <= {"file"}


def find_problems(
    before: Spec, after: Spec, path: str, glance_name: str, namespace: str, managed: Collection[str] | None = None
) -> list[Problem]:
    """All problems of the Glance spec ``after`` at ``path``; ``before`` is the one on the server.

    An API that is not in ``managed`` (None: all are) counts only where the webhook would refuse the object for it.
    """
    found = [*_endpoint(after, path)]
    for key, api in _apis(after):
        where = f"{path}.glanceAPIs.{key}"
        own = managed is None or key in managed
        found += _api(key, api, before, after, where)
        found += _name(key, api, after, where, glance_name, own)
        found += _accepted_but_broken(api, after, where) if own else ()
    return [*found, *_topology(after, path, namespace), *_notifications(before, after, path)]


def _apis(glance: Spec) -> list[tuple[str, Spec]]:
    return list((glance.get("glanceAPIs") or {}).items())


def _endpoint(glance: Spec, path: str) -> Iterator[Problem]:
    name = str(glance.get("keystoneEndpoint") or "")
    api = (glance.get("glanceAPIs") or {}).get(name)
    where = f"{path}.keystoneEndpoint"
    if not name:
        if len(_apis(glance)) != 1:
            yield Problem(where, "is empty, and with several APIs it must name the one in Keystone's catalog")
    elif api is None:
        listed = ", ".join(key for key, _api in _apis(glance)) or "none"
        yield Problem(where, f"names {name!r}, but the APIs are: {listed}")
    elif api_type(api) == "edge":
        yield Problem(where, f"names {name!r}, which is of type edge; only split and single can be in the catalog")


def _api(key: str, api: Spec, before: Spec, after: Spec, where: str) -> Iterator[Problem]:
    kind = api_type(api)
    live = (before.get("glanceAPIs") or {}).get(key)
    if live is not None and api_type(live) != kind:
        yield Problem(
            f"{where}.type",
            f"is {api_type(live)} and cannot become {kind}: the type of an API never changes. Give the API another "
            "name in the topology: the new API starts in parallel with the old one, which you can then remove",
        )
    types = {entry.partition(":")[2] for entry in operator_backends(effective_config(after, api))}
    replicas = api_replicas(api)
    if lacks_shared_store(kind, replicas, types):
        yield Problem(f"{where}.type", "is split, and its only store is of type file: the webhook refuses that")
    if not 0 <= replicas <= MAX_REPLICAS:
        yield Problem(f"{where}.replicas", f"is {replicas}; it can be 0 to {MAX_REPLICAS}")
    yield from _overrides(api, where)


def _accepted_but_broken(api: Spec, glance: Spec, where: str) -> Iterator[Problem]:
    """Values that the webhook accepts, but with which the API does not work."""
    for entry in operator_backends(effective_config(glance, api)):
        if not re.fullmatch(r"[^:\s]+:[^:\s]+", entry):
            yield Problem(
                f"{where}.customServiceConfig",
                f"enabled_backends has the entry {entry!r}, which is not id:type: the operator stops at it",
            )
    sizes = {
        "storage.storageRequest": (api.get("storage") or {}).get("storageRequest"),
        "imageCache.size": (api.get("imageCache") or {}).get("size"),
    }
    for name, size in sizes.items():
        if size and not SIZE.fullmatch(str(size)):
            yield Problem(f"{where}.{name}", f"is {size!r}, which is not {SIZE_RULE}")


def _name(key: str, api: Spec, glance: Spec, where: str, glance_name: str, own: bool) -> Iterator[Problem]:
    kind = api_type(api)
    if not DNS_LABEL.fullmatch(key):
        yield Problem(where, f"the name {key!r} cannot be used: {DNS_LABEL_RULE}")
        return
    limit = webhook_key_limit(kind, glance_name)
    if own:
        limit = working_key_limit(kind, glance_name, api_replicas(api), bool(effective_cache(glance, api)))
    if len(key) > limit.length:
        yield Problem(
            where,
            f"the name has {len(key)} characters, and the maximum is {limit.length} for a {kind} API of the Glance "
            f"{glance_name}: {limit.consequence}. Give the API a shorter name",
        )


def _overrides(api: Spec, where: str) -> Iterator[Problem]:
    override = api.get("override") or {}
    for name in override.get("service") or {}:
        if name not in SERVICE_ENDPOINTS:
            yield Problem(f"{where}.override.service.{name}", "is neither public nor internal")
    for kind in _PROBES:
        probe = (override.get("probes") or {}).get(kind) or {}
        yield from _probe(probe, f"{where}.override.probes.{kind}")


def _probe(probe: Spec, where: str) -> Iterator[Problem]:
    if probe.get("path") and not str(probe["path"]).startswith("/"):
        yield Problem(f"{where}.path", f"{probe['path']!r} does not start with /")
    if str(probe.get("type") or "") == "Exec" and not probe.get("command"):
        yield Problem(f"{where}.command", "is missing, and a probe of type Exec needs it")
    for name, value in probe.items():
        if isinstance(value, int) and not isinstance(value, bool) and value < 0:
            yield Problem(f"{where}.{name}", f"is {value}, and cannot be negative")


def _topology(glance: Spec, path: str, namespace: str) -> Iterator[Problem]:
    for where, holder in [(path, glance), *((f"{path}.glanceAPIs.{key}", api) for key, api in _apis(glance))]:
        named = str((holder.get("topologyRef") or {}).get("namespace") or "")
        if named and named != namespace:
            message = f"is {named!r}: the webhook accepts only the namespace of the object, {namespace!r}"
            yield Problem(f"{where}.topologyRef.namespace", message)


def _notifications(before: Spec, after: Spec, path: str) -> Iterator[Problem]:
    if before and before.get("notificationBusInstance") != after.get("notificationBusInstance"):
        yield Problem(f"{path}.notificationBusInstance", "cannot change; use notificationsBus.cluster")
