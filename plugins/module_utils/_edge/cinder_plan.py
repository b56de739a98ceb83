# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the cinder-volumes of a control plane: only what is managed changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.mounts import (
    DesiredMounts,
    api_volume,
    merge_extra_mounts,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import SecretPlan, plan_secrets
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._edge import managed, secrets
from ansible_collections.dcn.glance.plugins.module_utils._edge.config import volume_text, without_backend
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import (
    DesiredCinder,
    DesiredVolume,
    EdgePlan,
    Files,
    Forecast,
    ObjectChange,
    RunOptions,
    Secrets,
)
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import CONTROL_PLANES, Object
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import (
    VOLUME_WORDS,
    find_mount_problems,
    volumes_reaching,
)

PATH = "spec.cinder.template"
CREATED, ROLLING, REMOVED, UNTOUCHED = "created", "rolling", "removed", "none"


@dataclass(frozen=True)
class ObservedCinder:
    """The control plane, the StatefulSets of Cinder by name, and Secrets by name."""

    item: Object
    statefulsets: Mapping[str, Object] = field(default_factory=dict)
    secrets: Secrets = field(default_factory=dict, repr=False)


def recorded_secrets(item: Mapping[str, Any]) -> dict[str, str]:
    """The managed Secrets of the object, each with its volume."""
    return managed.texts(managed.read_record(item, managed.CINDER_ANNOTATION), "secrets")


def plan_cinder(desired: DesiredCinder, observed: ObservedCinder, files: Files, options: RunOptions) -> EdgePlan:
    """Plan the run. Raises ``InputErrors`` with all problems."""
    if not desired.volumes and not managed.read_record(observed.item, managed.CINDER_ANNOTATION):
        return EdgePlan(())
    problem = _not_editable(observed.item, desired)
    if problem is not None:
        raise InputErrors([problem])
    plans = secrets.with_purge(
        plan_secrets(desired.holders, observed.secrets, files, desired.namespace, options.check), options.purge
    )
    return _Merger(desired, observed, plans, options).plan()


def _not_editable(item: Mapping[str, Any], desired: DesiredCinder) -> Problem | None:
    where = f"{CONTROL_PLANES.kind} {desired.namespace}/{desired.control_plane}"
    if (item.get("metadata") or {}).get("deletionTimestamp"):
        return Problem(where, "is being deleted; wait until it no longer exists, then create it again")
    cinder = (item.get("spec") or {}).get("cinder") or {}
    if cinder.get("enabled") is False:
        return Problem(f"{where}: spec.cinder.enabled", "is false, so the operator deploys no Cinder: set it to true")
    if not cinder.get("template"):
        why = "is missing: deploy Cinder first, with at least its databaseInstance and secret"
        return Problem(f"{where}: {PATH}", why)
    return None


class _Merger:
    """Merges one object. Problems are collected, so that all are raised at once."""

    def __init__(
        self, desired: DesiredCinder, observed: ObservedCinder, plans: Sequence[SecretPlan], options: RunOptions
    ) -> None:
        self._desired = desired
        self._observed = observed
        self._plans = plans
        self._options = options
        self._before: Object = observed.item["spec"]["cinder"]["template"]
        record = managed.read_record(observed.item, managed.CINDER_ANNOTATION)
        self._old_volumes = managed.texts(record, "volumes")
        self._old_mount = str(record.get("mount") or "")
        self._old_secrets = managed.texts(record, "secrets")
        self._problems: list[Problem] = []
        self._warnings: list[str] = []
        self._deferred: dict[str, str] = {}
        self._kept: set[str] = set()

    def plan(self) -> EdgePlan:
        volumes: dict[str, Object] = dict(self._before.get("cinderVolumes") or {})
        incomplete = secrets.incomplete(self._plans)
        for volume in self._desired.volumes:
            key = volume.holder.key
            reason = volume.waiting or incomplete.get(key, "")
            if reason:
                self._deferred[volume.holder.site] = reason
                self._warnings.append(f"{PATH}.cinderVolumes.{key} is left unchanged: {reason}.")
            else:
                volumes[key] = self._volume(volume, volumes.get(key))
        self._not_in_topology(volumes)
        after = self._with(volumes)
        self._check_mounts(after)
        if self._problems:
            raise InputErrors(self._problems)
        item = self._item(after)
        removed, warnings = self._unneeded(item)
        forecasts = tuple(self._forecasts(after))
        found = [*self._warnings, *(text for each in self._plans for text in each.warnings), *warnings]
        return EdgePlan(
            (self._change(item),),
            tuple(self._plans),
            removed,
            forecasts,
            self._deferred,
            tuple(dict.fromkeys(found)),
        )

    def _volume(self, volume: DesiredVolume, live: Object | None) -> Object:
        old = live or {}
        path = f"{PATH}.cinderVolumes.{volume.holder.key}.customServiceConfig"
        text = str(old.get("customServiceConfig") or "")
        try:
            after, warnings = volume_text(text, volume.edits, path)
        except InputErrors as error:
            self._problems += error.problems
            return old
        self._warnings += warnings
        new: Object = {"replicas": 1} if live is None else dict(old)
        if after != text:
            new["customServiceConfig"] = after
        networks = list(volume.network_attachments)
        if networks:
            new["networkAttachments"] = networks
        return new

    def _not_in_topology(self, volumes: dict[str, Object]) -> None:
        """Managed volumes that the topology no longer has: removed, or kept."""
        wanted = {volume.holder.key for volume in self._desired.volumes}
        for key, backend in self._old_volumes.items():
            if key in wanted or key not in volumes:
                continue
            path = f"{PATH}.cinderVolumes.{key}"
            if not self._options.purge:
                self._kept.add(key)
                self._warnings.append(f"{path} is no longer in the topology, and stays because purge is none.")
                continue
            text = str(volumes[key].get("customServiceConfig") or "")
            rest = without_backend(text, backend, f"{path}.customServiceConfig")
            if rest:
                volumes[key] = {**volumes[key], "customServiceConfig": rest}
            else:
                del volumes[key]
                self._warnings.append(f"{path} is removed. Cinder cannot manage the volumes of its backend any more.")

    def _with(self, volumes: Mapping[str, Object]) -> Object:
        after = dict(self._before)
        if volumes != (self._before.get("cinderVolumes") or {}):
            after["cinderVolumes"] = dict(volumes)
        mount, entries = self._desired.mount, list(self._before.get("extraMounts") or [])
        done = [each for each in self._desired.holders if each.site not in self._deferred]
        mounts = DesiredMounts(
            mount,
            {each.key: api_volume(mount, each) for each in done},
            frozenset(filter(None, (mount, self._old_mount))),
            {**self._old_secrets, **{each.secret: each.key for each in self._desired.holders}},
            self._kept | {each.key for each in self._desired.holders if each.site in self._deferred},
            frozenset({*volumes, *VOLUME_WORDS}),
        )
        merged = merge_extra_mounts(entries, mounts)
        return after if merged == entries else {**after, "extraMounts": merged}

    def _check_mounts(self, after: Object) -> None:
        outer = self._observed.item["spec"]
        keys = [each.key for each in self._desired.holders if each.key in (after.get("cinderVolumes") or {})]
        self._problems += find_mount_problems(after, outer, keys, PATH, VOLUME_WORDS)

    def _item(self, after: Object) -> Object:
        item = self._observed.item
        if after != self._before:
            spec = dict(item["spec"])
            spec["cinder"] = {**spec["cinder"], "template": after}
            item = {**item, "spec": spec}
        done = {
            each.holder.key: each.backend for each in self._desired.volumes if each.holder.site not in self._deferred
        }
        kept = {key: name for key, name in self._old_volumes.items() if key in (after.get("cinderVolumes") or {})}
        live = {name: key for name, key in self._old_secrets.items() if self._observed.secrets.get(name) is not None}
        written = {each.name: each.api for each in self._plans if each.exists_after}
        record: dict[str, Any] = {
            "mount": self._desired.mount,
            "secrets": {**live, **written},
            "volumes": {
                key: name for key, name in {**kept, **done}.items() if key in (after.get("cinderVolumes") or {})
            },
        }
        if not record["secrets"] and not record["volumes"]:
            record = {}
        return managed.with_record(item, managed.CINDER_ANNOTATION, record)

    def _unneeded(self, item: Object) -> tuple[tuple[str, ...], list[str]]:
        if not self._options.purge:
            return (), []
        kept = {each.secret for each in self._desired.holders}
        return secrets.unneeded(self._old_secrets, kept, self._observed.secrets, item["spec"])

    def _change(self, item: Object) -> ObjectChange:
        after: Object = item["spec"]["cinder"]["template"]
        fields = tuple(
            f"{PATH}.{name}" for name in ("cinderVolumes", "extraMounts") if after.get(name) != self._before.get(name)
        )
        parts = (("spec", "cinder", "template", "cinderVolumes"), ("spec", "cinder", "template", "extraMounts"))
        before = self._observed.item
        return ObjectChange(CONTROL_PLANES, self._desired.control_plane, before, item, fields=fields, parts=parts)

    def _secret_of(self, key: str) -> str:
        return next((each.secret for each in self._desired.holders if each.key == key), "")

    def _not_mounted(self, name: str, key: str) -> str:
        secret = self._secret_of(key)
        text = f"The pods of {name} do not mount the Secret {secret}, although {PATH}.extraMounts names {key}."
        if self._observed.item["spec"]["cinder"].get("uniquePodNames"):
            return f"{text} With uniquePodNames some releases of the operator ignore the names of volumes: update it."
        return f"{text} Run this again after the operator has applied it."

    def _forecasts(self, after: Object) -> list[Forecast]:
        """What happens to the pods of the managed volumes; those of others have no change."""
        keys = dict.fromkeys([*(each.key for each in self._desired.holders), *self._old_volumes])
        sites = {each.key: each.site for each in self._desired.holders}
        found = [self._forecast(key, sites.get(key, ""), after) for key in keys]
        return [each for each in found if each is not None]

    def _forecast(self, key: str, site: str, after: Object) -> Forecast | None:
        old, new = ((side.get("cinderVolumes") or {}).get(key) for side in (self._before, after))
        name, ready = _pods(key, self._observed.statefulsets)
        if old is None and new is None:
            return None
        if old is None:
            return Forecast("StatefulSet", name, site, CREATED, "a new cinder-volume", ready)
        if new is None:
            return Forecast("StatefulSet", name, site, REMOVED, "it is no longer in the topology", ready)
        reasons = [f"{each} changes" for each in sorted({*old, *new}) if old.get(each) != new.get(each)]
        outer = self._observed.item["spec"]
        mounts = [
            [each.content for each in volumes_reaching(side, outer, key, PATH, VOLUME_WORDS)]
            for side in (self._before, after)
        ]
        reasons += ["its mounts change"] if mounts[0] != mounts[1] else []
        item = self._observed.statefulsets.get(name)
        if not reasons and item is not None and not _mounts(item, self._secret_of(key)):
            reasons.append("the operator has not mounted its Secret yet")
            self._warnings.append(self._not_mounted(name, key))
        return Forecast("StatefulSet", name, site, ROLLING if reasons else UNTOUCHED, "; ".join(reasons), ready)


def _mounts(statefulset: Mapping[str, Any], secret: str) -> bool:
    """Whether pods of a StatefulSet have a volume with a Secret; also if the name is not known."""
    volumes = ((statefulset.get("spec") or {}).get("template") or {}).get("spec", {}).get("volumes") or []
    return not secret or any((volume.get("secret") or {}).get("secretName") == secret for volume in volumes)


def _pods(key: str, statefulsets: Mapping[str, Object]) -> tuple[str, int]:
    """(name, ready pods) of the StatefulSet of a volume. With uniquePodNames the operator adds five characters."""
    pattern = re.compile(rf"cinder(-[0-9a-f]{{5}})?-volume-{re.escape(key)}")
    for name, item in statefulsets.items():
        if pattern.fullmatch(name):
            return name, int((item.get("status") or {}).get("readyReplicas") or 0)
    return f"cinder-volume-{key}", 0
