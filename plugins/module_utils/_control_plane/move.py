# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The move of the hub to a new API: how far it is, and what comes next. Everything follows from what exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane import hub_api
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config import stores_of
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import read_managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredGlance, Observed
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import (
    api_type,
    effective_config,
    glance_spec,
    glance_spec_path,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import INSTANCES, glance_api_name

#: What comes next.
CREATE, SWITCH, RETIRE, NOTHING = "create", "move", "retire", "nothing"
#: Later than every time stamp: an API whose GlanceAPI does not exist yet is the newest.
_NEWEST = "~"


@dataclass(frozen=True)
class Move:
    """``current`` is in Keystone's catalog, ``new`` is to be, and ``old`` is what it replaces (empty: nothing).

    ``back_to`` and ``drop`` are for the way back: the older API of the hub, and the newer one to remove.
    ``stale_stores`` are the managed stores of ``current`` that the topology no longer has.
    """

    current: str
    new: str
    old: str = ""
    reasons: tuple[str, ...] = ()
    step: str = NOTHING
    back_to: str = ""
    drop: str = ""
    ready: tuple[tuple[str, int], ...] = ()
    stale_stores: tuple[str, ...] = ()

    @property
    def single(self) -> list[str]:
        """The APIs with one ready pod: they are unavailable when ``keystoneEndpoint`` moves."""
        return [key for key, count in self.ready if count == 1]


def find_move(desired: DesiredGlance, observed: Observed, reasons_for: Callable[[str], tuple[str, ...]]) -> Move:
    """How far the move is. ``reasons_for`` tells why the pods of the hub's API of this name would be recreated."""
    spec = glance_spec(observed.item, desired.control_plane)
    apis = spec.get("glanceAPIs") or {}
    current = str(spec.get("keystoneEndpoint") or "")
    new, old = desired.endpoint, ""
    reasons: tuple[str, ...] = ()
    if current not in apis:
        return Move(current, new, step=NOTHING if new in apis else CREATE)
    peers = _peers(desired, observed, current)
    if current not in hub_api.names(new):
        old = current
        reasons = (f"the topology names the API {new}",)
    else:
        reasons = reasons_for(current)
        first, second = hub_api.names(new)
        new = (second if current == first else first) if reasons else current
        old = current if reasons else next(iter(peers), "")
    step = NOTHING
    if old:
        step = CREATE if new not in apis else SWITCH if current != new else RETIRE
    pair = sorted({current, *peers}, key=lambda key: _age(desired, observed, key))
    back_to, drop = (pair[0], pair[-1]) if peers else ("", "")
    keys = dict.fromkeys(key for key in (old, new, current) if key in apis)
    ready = tuple((key, observed.objects.ready(key, api_type(apis[key]))) for key in keys)
    return Move(current, new, old, reasons, step, back_to, drop, ready, _stale_stores(desired, observed, current))


def _stale_stores(desired: DesiredGlance, observed: Observed, current: str) -> tuple[str, ...]:
    """The managed stores of an API that no site of the topology has."""
    known = {store.id for api in desired.apis for store in api.config.stores}
    return tuple(store for store in read_managed(observed.item).stores.get(current, ()) if store not in known)


def _peers(desired: DesiredGlance, observed: Observed, current: str) -> list[str]:
    """The other managed APIs of the hub: they have its default store, and no site of the topology has them."""
    spec = glance_spec(observed.item, desired.control_plane)
    apis = spec.get("glanceAPIs") or {}
    hub = desired.api(desired.endpoint)
    defaults = {store.id for store in hub.config.stores if store.default} if hub else set()
    spokes = {api.key for api in desired.apis if api is not hub}
    return [
        key
        for key in read_managed(observed.item).stores
        if key in apis
        and key != current
        and key not in spokes
        and stores_of(effective_config(spec, apis[key]))[1] in defaults
    ]


def _age(desired: DesiredGlance, observed: Observed, key: str) -> tuple[str, bool]:
    """When the operator created an API. Its GlanceAPI stays when the StatefulSet is recreated."""
    api = (glance_spec(observed.item, desired.control_plane).get("glanceAPIs") or {}).get(key) or {}
    instance = INSTANCES[api_type(api)][0]
    found = observed.objects.apis.get(glance_api_name(observed.objects.glance, key, instance)) or {}
    stamp = str((found.get("metadata") or {}).get("creationTimestamp") or _NEWEST)
    return stamp, key.endswith(hub_api.SUFFIX)


@dataclass(frozen=True)
class ServiceUser:
    """A place that names a Service of an API."""

    where: str
    service: str


def service_users(content: Any, key: str, where: str) -> list[ServiceUser]:
    """The places in plain data that name a Service of the API ``key``, which does not exist without that API."""
    pattern = re.compile(rf"\bglance-{re.escape(key)}-(?:internal|public)(?![a-z0-9-])")
    found = [ServiceUser(path, name) for path, text in _texts(content, where) for name in pattern.findall(text)]
    return list(dict.fromkeys(found))


def control_plane_users(desired: DesiredGlance, observed: Observed, key: str) -> list[ServiceUser]:
    """The places in the control plane, other than the Glance spec, that name a Service of an API."""
    if not desired.control_plane:
        return []
    spec = {name: part for name, part in (observed.item.get("spec") or {}).items() if name != "glance"}
    return service_users(spec, key, f"{desired.kind} {desired.name}: spec")


def _texts(content: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from _texts(value, f"{where}.{name}")
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from _texts(value, f"{where}[{index}]")
    elif isinstance(content, str):
        yield where, content


def single_warning(move: Move, control_plane: bool) -> str:
    """What a move costs with one worker; empty for a move that costs nothing, and without one."""
    if move.step not in (CREATE, SWITCH) or not move.single:
        return ""
    keys, have = " and ".join(move.single), "has" if len(move.single) == 1 else "have"
    return (
        f"{glance_spec_path(control_plane)}.keystoneEndpoint will move from {move.current} to {move.new}, and {keys} "
        f"{have} one ready pod. The operator restarts the pods of both APIs when it moves, so requests fail during the "
        "restart. To avoid that, scale to two workers first, for example with the playbook dcn.glance.scale."
    )
