# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which API is in Keystone's catalog, and which API may replace another: one that serves every store of it.

When the catalog moves, the operator restarts the pods of both APIs. With ``spare_worker`` an API with one worker gets a
second one before, and the record of that stays in the object until the second one is removed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config import stores_of
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import Managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import (
    KEEP,
    MOVE,
    MOVE_BACK,
    DesiredGlance,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import api_replicas, api_type
from ansible_collections.dcn.glance.plugins.module_utils._operators.webhook import is_invented_config
from ansible_collections.dcn.glance.plugins.module_utils._workers.store_answers import (
    StoreAnswer,
    not_asked_text,
    store_fault,
)

#: What remains of a move with a second worker: a later run moves the catalog, or the second workers must go again.
TO_MOVE, TO_SCALE_BACK = "move", "scale_back"
#: The workers of an API while the catalog moves.
_WORKERS = 2


@dataclass(frozen=True)
class MergeContext:
    """The input of a merge in addition to the object: ready pods by API, and the state of the Secrets.

    ``ready`` counts the pods that serve clients, ``complete`` those of the instance with the fewest ready pods.
    """

    ready: Mapping[str, int] = field(default_factory=dict)
    complete: Mapping[str, int] = field(default_factory=dict)
    #: By API, the clusters whose conf or keyring its Secret will not have.
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: The APIs whose Secret will exist, and the names of the managed Secrets that exist now.
    secrets: frozenset[str] = frozenset()
    existing: frozenset[str] = frozenset()
    #: The Secrets with secret options that will have any, by API.
    config_secrets: Mapping[str, str] = field(default_factory=dict)
    #: The APIs whose current configuration the operator has not applied yet.
    outdated: frozenset[str] = frozenset()
    #: By API, what the Glance in its pods answers when it is asked for its stores.
    answers: Mapping[str, tuple[StoreAnswer, ...]] = field(default_factory=dict)
    replicas: str = "keep"
    purge: bool = False
    endpoint: str = MOVE
    remove: frozenset[str] = frozenset()
    spare_worker: bool = False

    def complete_pods(self, key: str) -> int:
        """The ready pods of the instance of an API that has the fewest."""
        return self.complete.get(key, self.ready.get(key, 0))


def written_config(holder: Mapping[str, Any]) -> str:
    """The customServiceConfig that a user or tool wrote; empty for the placeholder of the webhook."""
    text = str(holder.get("customServiceConfig") or "")
    return "" if is_invented_config(text) else text


class Catalog:
    """Decides about ``keystoneEndpoint`` and about APIs that another one replaces.

    ``spare`` are the workers that an API had before it got a second one for the move.
    """

    def __init__(
        self,
        before: Mapping[str, Any],
        managed: Managed,
        desired: DesiredGlance,
        context: MergeContext,
        path: str,
    ) -> None:
        self._before = before
        self._managed = managed
        self._desired = desired
        self._context = context
        self._path = path
        self._live = str(before.get("keystoneEndpoint") or "")
        self.warnings: list[str] = []
        self.spare = dict(managed.spare)
        self.next_step = ""

    def endpoint(self, apis: dict[str, Any]) -> tuple[str, str]:
        """(the API in the catalog afterwards, why it is not the one of the topology yet). May add workers to APIs."""
        live, target = self._live, self._desired.endpoint
        self._forget_scaled_back(apis)
        if live == target or target not in apis:
            if self.spare:
                self.next_step = TO_SCALE_BACK
            return live or target, ""
        if live not in apis or api_type(apis[live]) == "edge":
            return target, ""
        if self._context.endpoint == KEEP:
            return live, "this run does not move it"
        cause = self._cannot_replace(live, target, apis) or self._second_workers(live, target, apis)
        if self._context.spare_worker and not self._context.complete_pods(target):
            self.next_step = TO_MOVE
        if not cause:
            self.next_step = TO_SCALE_BACK if self.spare else ""
            return target, ""
        why = f"{live} stays in Keystone's catalog: {cause}"
        self.warnings.append(f"{self._path}.keystoneEndpoint: {why}")
        return live, why

    def _forget_scaled_back(self, apis: Mapping[str, Any]) -> None:
        """Drop the record of APIs that are gone, or that do not have the second worker any more."""
        live = self._before.get("glanceAPIs") or {}
        self.spare = {
            key: count
            for key, count in self.spare.items()
            if key in apis and api_replicas(live.get(key) or {}) == _WORKERS
        }

    def _second_workers(self, old: str, new: str, apis: dict[str, Any]) -> str:
        """Add the workers that a move without an outage needs, or say that they are not ready yet."""
        if not self._context.spare_worker or not self._context.ready.get(old, 0):
            return ""
        self.next_step = TO_MOVE
        single = [key for key in (old, new) if api_replicas(apis[key]) < _WORKERS]
        for key in single:
            self.spare[key] = api_replicas(apis[key])
            apis[key] = {**apis[key], "replicas": _WORKERS}
        waiting = [key for key in (old, new) if self._context.complete_pods(key) < _WORKERS]
        again = "Run this again when both have two ready workers."
        if single:
            return f"{' and '.join(single)} {'get' if len(single) > 1 else 'gets'} a second worker. {again}"
        return f"the second worker of {' and '.join(waiting)} is not ready yet. {again}" if waiting else ""

    def _cannot_replace(self, old: str, new: str, apis: Mapping[str, Any]) -> str:
        """Why the API ``new`` cannot take over from ``old`` yet: its pods must serve every store of the old one."""
        serving, ready = self._context.ready.get(old, 0), self._context.complete_pods(new)
        if not serving and not api_replicas(apis[old]):
            return ""
        if serving and not ready:
            pods = f"{serving} ready pod{'s' if serving > 1 else ''}"
            return f"it has {pods} and {new} has no ready pod yet. Run this again when {new} is ready."
        back = self._context.endpoint == MOVE_BACK
        missing = [] if back else self._missing_stores(old, new, apis, bool(serving))
        if missing:
            listed = f"store{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
            return f"{new} does not have its {listed} yet. Run this again when {new} is ready with every store."
        if serving and new in self._context.outdated:
            return f"the operator has not applied the configuration of {new} yet. Run this again when {new} is ready."
        return self._unserved(old, new, apis) if serving and not back else ""

    def _unserved(self, old: str, new: str, apis: Mapping[str, Any]) -> str:
        """Why the pods of ``new`` do not serve what ``old`` serves, as the Glance in them answers."""
        needed = self._needed_stores(old, new, apis)
        for answer in self._context.answers.get(new, ()):
            if not answer.asked:
                self.warnings.append(not_asked_text(new, [answer.pod], answer.error))
                continue
            fault = store_fault(answer, needed)
            if fault:
                return f"{fault}. Correct that, then run this again."
        return ""

    def _missing_stores(self, old: str, new: str, apis: Mapping[str, Any], serving: bool) -> list[str]:
        """Stores of ``old`` that ``new`` lacks.

        While ``old`` serves, a store that this run adds to ``new`` does not count: its pods do not have it yet.
        """
        present = set(stores_of(self._effective_text(apis[new]))[0])
        live = (self._before.get("glanceAPIs") or {}).get(new)
        if serving:
            present &= set(stores_of(self._effective_text(live or {}))[0])
        return [store for store in self._needed_stores(old, new, apis) if store not in present]

    def _needed_stores(self, old: str, new: str, apis: Mapping[str, Any]) -> list[str]:
        """Stores that ``new`` needs to replace ``old``: not a managed store that the topology no longer has."""
        desired = self._desired.api(new)
        wanted = {store.id for store in desired.config.stores} if desired is not None else set()
        managed = self._managed.stores.get(old, ())
        gone = set(managed) - wanted if desired is not None else set()
        return [store for store in stores_of(self._effective_text(apis[old]))[0] if store not in gone]

    def _effective_text(self, api: Mapping[str, Any]) -> str:
        return written_config(api) or written_config(self._before)

    def kept_because(self, key: str, apis: Mapping[str, Any]) -> str:
        """Why an API that the topology no longer has is not removed."""
        if key in self._desired.skipped:
            return "this run leaves it unchanged"
        if not self._context.purge and key not in self._context.remove:
            return "purge is none"
        if key == self._live:
            return "it was in Keystone's catalog when this run began"
        new = self._replacement(apis[key])
        why = self._cannot_replace(key, new, apis) if new in apis else ""
        if why:
            self.warnings.append(f"{self._path}.glanceAPIs.{key}: it is not removed: {why}")
        return why

    def _replacement(self, api: Mapping[str, Any]) -> str:
        """The API of the topology with the same default store, which is the one of the same site; empty if none has."""
        default = stores_of(self._effective_text(api))[1]
        for each in self._desired.apis:
            if any(store.default and store.id == default for store in each.config.stores):
                return each.key
        return ""
