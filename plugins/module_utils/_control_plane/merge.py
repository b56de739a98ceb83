# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Glance part of a live object merged with what a topology wants: only ours changes, everything else stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.entry import Mounts, merged_entries
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.ini import (
    ConfigChange,
    DefaultDeferred,
    deferrable,
    edit_config,
    is_invented,
    region_warning,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.storage import top_storage
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.wanted import Wanted, WantedApi, extra_volume
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import conf_path
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators import part as objects
from ansible_collections.dcn.glance.plugins.module_utils._operators.backends import operator_backends
from ansible_collections.dcn.glance.plugins.module_utils._operators.part import Marks, Object

CREATED, UPDATED, UNCHANGED, REMOVED, KEPT, DEFERRED = (
    "created",
    "updated",
    "unchanged",
    "removed",
    "kept",
    "deferred",
)


@dataclass(frozen=True)
class Circumstances:
    """What the merge must know beside the object: ready pods by API, and the state of the Secrets by API."""

    ready: Mapping[str, int] = field(default_factory=dict)
    #: The clusters whose conf or keyring the Secret of the API will not have.
    missing: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: The APIs whose Secret there will be, and the names of the Secrets of ours that there are now.
    secrets: frozenset[str] = frozenset()
    standing: frozenset[str] = frozenset()
    replicas: str = "keep"
    purge: bool = False


@dataclass(frozen=True)
class ApiChange:
    """What becomes of one API, field by field."""

    key: str
    action: str
    fields: tuple[str, ...] = ()
    config: ConfigChange | None = None
    reason: str = ""


@dataclass(frozen=True)
class Merge:
    """The object before and after."""

    before: Object
    after: Object
    marks: Marks
    apis: tuple[ApiChange, ...]
    endpoint_before: str
    endpoint_after: str
    endpoint_reason: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return self.before != self.after


class Merger:
    """Merges one object. Problems are collected, so that all are raised at once."""

    def __init__(self, live: Object, wanted: Wanted, around: Circumstances) -> None:
        self._live = live
        self._wanted = wanted
        self._around = around
        self._before = objects.template(live, wanted.control_plane)
        self._marks = objects.read_marks(live)
        self._path = objects.prefix(wanted.control_plane)
        self._problems: list[Problem] = []
        self._warnings: list[str] = []
        self._stores: dict[str, tuple[str, ...]] = {}

    def merge(self) -> Merge:
        standing: dict[str, Object] = dict(self._before.get("glanceAPIs") or {})
        changes = []
        for api in self._wanted.apis:
            change, merged = self._api(api, standing.get(api.key))
            changes.append(change)
            if merged is not None:
                standing[api.key] = merged
        after = {**self._before, "glanceAPIs": standing}
        endpoint, why = self._endpoint(standing)
        hub = next((change for change in changes if change.key == endpoint), None)
        if hub is not None and hub.reason and endpoint not in standing:
            message = f"no API can be in Keystone's catalog yet, since {endpoint} has to wait: {hub.reason}"
            self._problems.append(Problem(f"{self._path}.keystoneEndpoint", message))
        after["keystoneEndpoint"] = endpoint
        changes += self._leftovers(standing)
        after = self._storage(after)
        after = self._mounts(after, {change.key: change.action for change in changes})
        if self._problems:
            raise InputErrors(self._problems)
        marks = Marks(self._stores, self._secrets(), self._wanted.mount)
        item = self._live
        if after != self._before:
            item = objects.with_template(item, self._wanted.control_plane, after)
        if marks != self._marks:
            item = objects.with_marks(item, marks)
        before = str(self._before.get("keystoneEndpoint") or "")
        return Merge(self._live, item, marks, tuple(changes), before, endpoint, why, tuple(self._warnings))

    # APIs

    def _api(self, api: WantedApi, existing: Object | None) -> tuple[ApiChange, Object | None]:
        old = existing or {}
        path = f"{self._path}.glanceAPIs.{api.key}.customServiceConfig"
        text = str(old.get("customServiceConfig") or "")
        text = "" if is_invented(text) else text
        inherited = str(self._before.get("customServiceConfig") or "")
        if not text and inherited:
            # An own text replaces the top's, so without a copy the API would lose what that says.
            self._warnings.append(f"{path} starts as a copy of {self._path}.customServiceConfig, which it replaces.")
        try:
            config = self._config(api, text or inherited, path)
        except DefaultDeferred as error:
            if api.key in self._marks.stores:
                self._stores[api.key] = self._marks.stores[api.key]
            self._warnings.append(f"{self._path}.glanceAPIs.{api.key} is left as it is: {error}")
            return ApiChange(api.key, DEFERRED, reason=str(error)), None
        except InputErrors as error:
            self._problems += error.problems
            return ApiChange(api.key, DEFERRED), None
        new = self._merged(api, old, existing is None, config.after)
        fields = tuple(name for name in new if new[name] != old.get(name))
        action = CREATED if existing is None else UPDATED if fields else UNCHANGED
        return ApiChange(api.key, action, fields, config), new if fields else None

    def _config(self, api: WantedApi, text: str, path: str) -> ConfigChange:
        marked = self._marks.stores.get(api.key, ())
        confs = {conf_path(cluster): cluster for cluster in api.clusters}
        desired = deferrable(api.config, confs, self._around.missing.get(api.key, frozenset()))
        config = edit_config(text, desired, marked if self._around.purge else (), path)
        self._warnings += config.warnings
        regret = region_warning(config.after, path, api.key == self._wanted.endpoint)
        self._warnings += [regret] if regret else []
        enabled = {entry.partition(":")[0] for entry in operator_backends(config.after)}
        left = tuple(store for store in marked if store not in config.store_ids and store in enabled)
        self._stores[api.key] = (*config.store_ids, *left)
        return config

    def _merged(self, api: WantedApi, old: Object, is_new: bool, text: str) -> Object:
        new = dict(old)
        if is_new or objects.api_type(old) != api.type:
            new["type"] = api.type
        asked = self._around.replicas == "topology" and objects.api_replicas(old) != api.replicas
        if is_new or asked:
            new["replicas"] = api.replicas
        storage = {**(old.get("storage") or {}), "storageRequest": api.storage_request}
        if api.storage_class:
            storage["storageClass"] = api.storage_class
        if storage.get("external"):
            storage["external"] = False
        new["storage"] = storage
        if text != str(old.get("customServiceConfig") or ""):
            new["customServiceConfig"] = text
        return new

    # Keystone's catalog

    def _endpoint(self, standing: Mapping[str, Any]) -> tuple[str, str]:
        """(the API in the catalog afterwards, why it is not the topology's yet)."""
        live, target = str(self._before.get("keystoneEndpoint") or ""), self._wanted.endpoint
        if live == target or target not in standing:
            return live or target, ""
        serving, ready = self._around.ready.get(live, 0), self._around.ready.get(target, 0)
        valid = live in standing and objects.api_type(standing[live]) != "edge"
        if valid and serving and not ready:
            why = (
                f"{live} stays in Keystone's catalog: it has {serving} ready pod{'s' if serving > 1 else ''} and "
                f"{target} has none yet. Run this again when {target} is ready."
            )
            self._warnings.append(f"{self._path}.keystoneEndpoint: {why}")
            return live, why
        return target, ""

    def _leftovers(self, standing: dict[str, Object]) -> list[ApiChange]:
        """APIs that are ours by the marks and no longer in the topology."""
        live = str(self._before.get("keystoneEndpoint") or "")
        found = []
        for key in self._marks.stores:
            if key not in standing or self._wanted.api(key) is not None:
                continue
            if self._around.purge and key != live:
                del standing[key]
                found.append(ApiChange(key, REMOVED, reason="no longer in the topology"))
                continue
            self._stores[key] = self._marks.stores[key]
            why = "purge is none" if not self._around.purge else "it was in Keystone's catalog when this run began"
            found.append(ApiChange(key, KEPT, reason=f"no longer in the topology; {why}"))
        return found

    def _secrets(self) -> dict[str, str]:
        """Every Secret of ours that there is or will be: one that has to go stays marked until it is gone."""
        kept = {name: key for name, key in self._marks.secrets.items() if name in self._around.standing}
        wanted = {api.secret: api.key for api in self._wanted.apis if api.key in self._around.secrets}
        return {**kept, **wanted}

    # The rest of the part

    def _storage(self, after: Object) -> Object:
        storage, problem = top_storage(after, self._before, self._wanted, f"{self._path}.storage")
        if problem is not None:
            self._problems.append(problem)
        return after if storage == after.get("storage") else {**after, "storage": storage}

    def _mounts(self, after: Object, actions: Mapping[str, str]) -> Object:
        entries = list(after.get("extraMounts") or [])
        mount, ready = self._wanted.mount, (CREATED, UPDATED, UNCHANGED)
        asked = [api for api in self._wanted.apis if api.secret and actions.get(api.key) in ready]
        here = [api for api in asked if api.key in self._around.secrets]
        mounts = Mounts(
            mount,
            {api.key: extra_volume(mount, api) for api in here},
            frozenset(filter(None, (mount, self._marks.mount))),
            {**self._marks.secrets, **{api.secret: api.key for api in self._wanted.apis if api.secret}},
            {key for key, action in actions.items() if action in (KEPT, DEFERRED)}
            | {api.key for api in asked if api not in here},
            frozenset(after["glanceAPIs"]),
        )
        merged = merged_entries(entries, mounts)
        return after if merged == entries else {**after, "extraMounts": merged}
