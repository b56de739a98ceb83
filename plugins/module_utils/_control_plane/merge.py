# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merge what a topology describes into the Glance spec of a live object: only what is managed changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.catalog import (
    Catalog,
    MergeContext,
    written_config,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config import (
    ConfigChange,
    DefaultStoreDeferred,
    edit_config,
    region_warning,
    with_deferred_stores,
    without_stores,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.fields import merge_fields, top_storage
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.like import like
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import (
    Managed,
    read_managed,
    with_managed,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import (
    DesiredApi,
    DesiredGlance,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.mounts import (
    DesiredMounts,
    api_volume,
    merge_extra_mounts,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.volumes import ManagedVolumes, merge_volumes
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import conf_path
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import (
    api_replicas,
    api_type,
    glance_spec,
    glance_spec_path,
    operator_backends,
    with_glance_spec,
)

CREATED, UPDATED, UNCHANGED = "created", "updated", "unchanged"
REMOVED, KEPT, DEFERRED = "removed", "kept", "deferred"


@dataclass(frozen=True)
class ApiChange:
    """What happens to one API, field by field."""

    key: str
    action: str
    fields: tuple[str, ...] = ()
    config: ConfigChange | None = None
    reason: str = ""


@dataclass(frozen=True)
class MergeResult:
    """The object before and after. The endpoints are the APIs in Keystone's catalog."""

    before: Object
    after: Object
    managed: Managed
    apis: tuple[ApiChange, ...]
    endpoint_before: str
    endpoint_after: str
    endpoint_reason: str = ""
    warnings: tuple[str, ...] = ()
    #: What remains of a move with a second worker: TO_MOVE or TO_SCALE_BACK of the catalog.
    next_step: str = ""

    @property
    def changed(self) -> bool:
        return self.before != self.after


class Merger:
    """Merges one object. Problems are collected, so that all are raised at once."""

    def __init__(self, live: Object, desired: DesiredGlance, context: MergeContext) -> None:
        self._live = live
        self._desired = desired
        self._context = context
        self._before = glance_spec(live, desired.control_plane)
        self._managed = read_managed(live)
        self._path = glance_spec_path(desired.control_plane)
        self._problems: list[Problem] = []
        self._warnings: list[str] = []
        self._stores: dict[str, tuple[str, ...]] = {}
        self._catalog = Catalog(self._before, self._managed, desired, context, self._path)

    def merge(self) -> MergeResult:
        apis: dict[str, Object] = dict(self._before.get("glanceAPIs") or {})
        changes = []
        for api in self._desired.apis:
            change, merged = self._api(api, apis.get(api.key))
            changes.append(change)
            if merged is not None:
                apis[api.key] = merged
        after = {**merge_fields(self._before, self._desired.fields), "glanceAPIs": apis}
        endpoint, why = self._catalog.endpoint(apis)
        hub = next((change for change in changes if change.key == endpoint), None)
        if hub is not None and hub.reason and endpoint not in apis:
            message = f"no API can be in Keystone's catalog yet, because {endpoint} is deferred: {hub.reason}"
            self._problems.append(Problem(f"{self._path}.keystoneEndpoint", message))
        after["keystoneEndpoint"] = endpoint
        changes += self._not_in_topology(apis)
        after = self._storage(after)
        after = self._mounts(after, {change.key: change.action for change in changes})
        if self._problems:
            raise InputErrors(self._problems)
        return self._result(after, changes, endpoint, why)

    def _result(self, after: Object, changes: list[ApiChange], endpoint: str, why: str) -> MergeResult:
        managed = Managed(self._stores, self._secrets(), self._desired.mount, self._catalog.spare)
        item = self._live
        if after != self._before:
            item = with_glance_spec(item, self._desired.control_plane, after)
        if managed != self._managed:
            item = with_managed(item, managed)
        before, texts = str(self._before.get("keystoneEndpoint") or ""), (*self._warnings, *self._catalog.warnings)
        step = self._catalog.next_step
        return MergeResult(self._live, item, managed, tuple(changes), before, endpoint, why, tuple(texts), step)

    # APIs

    def _api(self, api: DesiredApi, existing: Object | None) -> tuple[ApiChange, Object | None]:
        old = self._model(api) if existing is None else existing
        path = f"{self._path}.glanceAPIs.{api.key}.customServiceConfig"
        text = written_config(old)
        inherited = "" if text else written_config(self._before)
        top = f"{self._path}.customServiceConfig"
        if inherited:
            # Its own text replaces the one at the top, so without a copy the API would lose that.
            self._warnings.append(f"{path} starts as a copy of {top}, which it replaces.")
        try:
            config = self._config(api, text or inherited, path)
        except DefaultStoreDeferred as error:
            if api.key in self._managed.stores:
                self._stores[api.key] = self._managed.stores[api.key]
            self._warnings.append(f"{self._path}.glanceAPIs.{api.key} is left unchanged: {error}")
            return ApiChange(api.key, DEFERRED, reason=str(error)), None
        except InputErrors as error:
            copied = f". This text is a copy of {top}: correct it there" if inherited else ""
            self._problems += [Problem(problem.path, f"{problem.message}{copied}") for problem in error.problems]
            return ApiChange(api.key, DEFERRED), None
        new = self._merged(api, old, existing is None, config.after)
        before = existing or {}
        fields = tuple(name for name in {**new, **before} if new.get(name) != before.get(name))
        action = CREATED if existing is None else UPDATED if fields else UNCHANGED
        return ApiChange(api.key, action, fields, config), new if fields else None

    def _model(self, api: DesiredApi) -> Object:
        """What a new API for Keystone's catalog takes over from the one that is there now."""
        live = str(self._before.get("keystoneEndpoint") or "")
        found = (self._before.get("glanceAPIs") or {}).get(live)
        if found is None or api.key != self._desired.endpoint or live not in self._managed.stores:
            return {}
        outer = self._live.get("spec") or {} if self._desired.control_plane else {}
        taken, warnings = like(self._before, outer, live, self._desired.mount, self._path)
        self._warnings += warnings
        return taken

    def _config(self, api: DesiredApi, text: str, path: str) -> ConfigChange:
        managed = self._managed.stores.get(api.key, ())
        confs = {conf_path(cluster): cluster for cluster in api.clusters}
        desired = with_deferred_stores(api.config, confs, self._context.missing.get(api.key, frozenset()))
        if api.key == self._desired.endpoint and api.key not in (self._before.get("glanceAPIs") or {}):
            wanted = {store.id for store in desired.stores} - set(desired.deferred)
            live = self._managed.stores.get(str(self._before.get("keystoneEndpoint") or ""), ())
            text = without_stores(text, [store for store in live if store not in wanted], path)
        config = edit_config(text, desired, managed if self._context.purge else (), path)
        self._warnings += config.warnings
        warning = region_warning(config.after, path, api.key == self._desired.endpoint)
        self._warnings += [warning] if warning else []
        enabled = {entry.partition(":")[0] for entry in operator_backends(config.after)}
        left = tuple(store for store in managed if store not in config.store_ids and store in enabled)
        self._stores[api.key] = (*config.store_ids, *left)
        return config

    def _merged(self, api: DesiredApi, old: Object, is_new: bool, text: str) -> Object:
        new = dict(old)
        if is_new or api_type(old) != api.type:
            new["type"] = api.type
        keep = self._context.replicas != "topology" or api.key in self._managed.spare
        if is_new or (not keep and api_replicas(old) != api.replicas):
            new["replicas"] = max(api.replicas, api_replicas(old)) if is_new and old else api.replicas
        storage = {**(old.get("storage") or {}), "storageRequest": api.storage_request}
        if api.storage_class:
            storage["storageClass"] = api.storage_class
        if storage.get("external"):
            storage["external"] = False
        new["storage"] = storage
        if text != str(old.get("customServiceConfig") or ""):
            new["customServiceConfig"] = text
        new = merge_fields(new, api.fields)
        return self._with_config_secret(api, old, new)

    def _with_config_secret(self, api: DesiredApi, old: Object, new: Object) -> Object:
        """The API with the Secret of its secret options, after those of others, which the operator reads first."""
        field_name = "customServiceConfigSecrets"
        above = list(self._before.get(field_name) or [])
        name = self._context.config_secrets.get(api.key, "")
        stale = [each for each in self._managed.secrets if each != name]
        # A list of its own replaces the one at the top, so it starts as a copy of that.
        stated = api.fields.get(field_name) or old.get(field_name) or above
        found = [each for each in stated if each not in stale]
        if name and name not in found:
            found.append(name)
        if found == list(new.get(field_name) or []) or (not name and field_name not in new):
            return new
        without = {key: value for key, value in new.items() if key != field_name}
        return without if found in ([], above) else {**new, field_name: found}

    def _not_in_topology(self, apis: dict[str, Object]) -> list[ApiChange]:
        """Managed APIs that the topology no longer has: removed from ``apis``, or kept."""
        found = []
        for key in self._managed.stores:
            if key not in apis or self._desired.api(key) is not None:
                continue
            why = self._catalog.kept_because(key, apis)
            if not why:
                del apis[key]
                found.append(ApiChange(key, REMOVED, reason="no longer in the topology"))
                continue
            self._stores[key] = self._managed.stores[key]
            skipped = key in self._desired.skipped
            found.append(ApiChange(key, KEPT, reason=why if skipped else f"no longer in the topology; {why}"))
        return found

    def _secrets(self) -> dict[str, str]:
        """Every managed Secret that exists or will exist: one to remove stays recorded until it is gone."""
        kept = {name: key for name, key in self._managed.secrets.items() if name in self._context.existing}
        desired = {api.secret: api.key for api in self._desired.apis if api.key in self._context.secrets}
        return {**kept, **desired, **{name: key for key, name in self._context.config_secrets.items()}}

    # The rest of the Glance spec

    def _storage(self, after: Object) -> Object:
        storage, problem = top_storage(after, self._before, self._desired, f"{self._path}.storage")
        if problem is not None:
            self._problems.append(problem)
        return after if storage == after.get("storage") else {**after, "storage": storage}

    def _mounts(self, after: Object, actions: Mapping[str, str]) -> Object:
        entries = list(after.get("extraMounts") or [])
        mount, done = self._desired.mount, (CREATED, UPDATED, UNCHANGED)
        with_secret = [api for api in self._desired.apis if api.secret and actions.get(api.key) in done]
        ready = [api for api in with_secret if api.key in self._context.secrets]
        mounts = DesiredMounts(
            mount,
            {api.key: api_volume(mount, api) for api in ready},
            frozenset(filter(None, (mount, self._managed.mount))),
            {**self._managed.secrets, **{api.secret: api.key for api in self._desired.apis if api.secret}},
            {key for key, action in actions.items() if action in (KEPT, DEFERRED)}
            | {api.key for api in with_secret if api not in ready},
            frozenset(after["glanceAPIs"]),
        )
        merged = merge_extra_mounts(entries, mounts)
        unchanged = [key for key, action in actions.items() if action in (KEPT, DEFERRED)]
        removed = [key for key, action in actions.items() if action == REMOVED]
        managed = ManagedVolumes(mount, self._managed.mount, unchanged, removed, self._context.purge)
        change = merge_volumes(merged, self._desired.apis, managed)
        self._warnings += [
            f"The volume {name} of {key} is no longer in the topology. It is kept, because purge is none."
            for key, names in change.kept.items()
            for name in names
        ]
        return after if change.entries == entries else {**after, "extraMounts": change.entries}
