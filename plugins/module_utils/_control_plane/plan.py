# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a run would do to a control plane's Glance part and its Secrets: what is and what is wanted in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.leftover import Leftovers, find_leftovers
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.merge import (
    CREATED,
    Circumstances,
    Merge,
    Merger,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_names import is_ours
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secrets import Entries, SecretPlan, plan_secrets
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.wanted import Wanted
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators import part as objects
from ansible_collections.dcn.glance.plugins.module_utils._operators import rules
from ansible_collections.dcn.glance.plugins.module_utils._operators.backends import operator_backends
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import (
    Change,
    Forecast,
    Live,
    forecast,
    refusals,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import find_mount_problems
from ansible_collections.dcn.glance.plugins.module_utils._operators.part import Object

LOCATION_API = "glance.openstack.org/location-api"


@dataclass(frozen=True)
class Options:
    """The switches of the module."""

    allow_recreate: bool | Collection[str] = False
    replicas: str = "keep"
    purge: bool = False
    check: bool = False


@dataclass(frozen=True)
class View:
    """What was read: the object, what the operator made of it, and Secrets by name (None: there is none)."""

    item: Object
    live: Live
    secrets: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict, repr=False)
    #: Whether the operator deploys single APIs with other stores than files; None: it does not say.
    location_api: bool | None = None


@dataclass(frozen=True)
class Plan:
    """One run. ``removed`` are Secrets that have to go after everything else; ``emptied`` lose what is ours."""

    merge: Merge
    forecasts: tuple[Forecast, ...]
    secrets: tuple[SecretPlan, ...]
    removed: tuple[str, ...]
    warnings: tuple[str, ...]
    emptied: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        gone = bool(self.removed or self.emptied)
        return self.merge.changed or gone or any(each.action != "none" for each in self.secrets)


class RecreationRefused(DcnError):
    """The change would take serving APIs away, and nobody has allowed that."""

    reason = "recreation_refused"

    def __init__(self, texts: Collection[str], plan: Plan, done: Collection[str] = ()) -> None:
        head = f"Only {', '.join(done)} was written" if done else "Nothing was changed"
        super().__init__("\n".join([f"{head}, since APIs that serve now would go away:", *texts]))
        self.texts = texts
        self.plan = plan


def plan(wanted: Wanted, view: View, files: Mapping[str, Entries], options: Options) -> Plan:
    """Work out the run. Raises ``InputErrors`` with all problems, or ``RecreationRefused``."""
    problems: list[Problem] = []
    secrets: list[SecretPlan] = []
    around = _circumstances(wanted, view, options)
    try:
        secrets = plan_secrets(wanted.apis, view.secrets, files, wanted.namespace, options.check)
        around = replace(
            around,
            missing={each.api: each.missing for each in secrets},
            secrets=frozenset(each.api for each in secrets if each.exists_after),
        )
    except InputErrors as error:
        problems += error.problems
    try:
        merge = Merger(view.item, wanted, around).merge()
    except InputErrors as error:
        raise InputErrors([*problems, *error.problems]) from error
    problems += _problems(wanted, view, merge)
    if problems:
        raise InputErrors(problems)
    result = _result(wanted, view, merge, secrets, options)
    path = objects.prefix(wanted.control_plane)
    refused = refusals(result.forecasts, options.allow_recreate, path) if merge.changed else []
    if refused:
        raise RecreationRefused(refused, result)
    return result


def _circumstances(wanted: Wanted, view: View, options: Options) -> Circumstances:
    """What is known without the plan for the Secrets: that all of them will be complete."""
    apis = objects.template(view.item, wanted.control_plane).get("glanceAPIs") or {}
    return Circumstances(
        {key: view.live.ready(key, objects.api_type(api)) for key, api in apis.items()},
        {},
        frozenset(api.key for api in wanted.apis if api.secret),
        frozenset(name for name, secret in view.secrets.items() if is_ours(secret)),
        options.replicas,
        options.purge,
    )


def _problems(wanted: Wanted, view: View, merge: Merge) -> list[Problem]:
    path = objects.prefix(wanted.control_plane)
    before, after = (objects.template(item, wanted.control_plane) for item in (merge.before, merge.after))
    outer = merge.after.get("spec") or {} if wanted.control_plane else {}
    keys = [api.key for api in wanted.apis if api.key in (after.get("glanceAPIs") or {})]
    return [
        *rules.find_problems(before, after, path, view.live.glance, wanted.namespace, keys),
        *find_mount_problems(after, outer, keys, path),
        *_single_problems(wanted, view, before, after, path),
    ]


def _single_problems(
    wanted: Wanted, view: View, before: Mapping[str, Any], after: Mapping[str, Any], path: str
) -> list[Problem]:
    """The operator stops at a single API with other stores than files, unless the location API is on."""
    if view.location_api is not False:
        return []
    found = []
    for key, api in (after.get("glanceAPIs") or {}).items():
        live = (before.get("glanceAPIs") or {}).get(key)
        backends = operator_backends(objects.effective_config(after, api))
        same = live is not None and backends == operator_backends(objects.effective_config(before, live))
        if wanted.api(key) is None or objects.api_type(api) != "single" or same:
            continue
        if {entry.partition(":")[2] for entry in backends} - {"file"}:
            why = (
                f"is single with {','.join(backends)}, which this operator does not deploy: {LOCATION_API} is not true"
            )
            found.append(Problem(f"{path}.glanceAPIs.{key}.type", f"{why}. Take split"))
    return found


def _result(wanted: Wanted, view: View, merge: Merge, secrets: Collection[SecretPlan], options: Options) -> Plan:
    before, after = (objects.template(item, wanted.control_plane) for item in (merge.before, merge.after))
    outer = merge.after.get("spec") or {} if wanted.control_plane else {}
    change = Change(before, after, outer, objects.prefix(wanted.control_plane))
    plans = [_purged(each) if options.purge else each for each in secrets]
    left = find_leftovers(wanted, merge.before, merge.after, view.secrets) if options.purge else Leftovers()
    warnings = [*merge.warnings, *(text for each in plans for text in each.warnings), *left.warnings]
    created = {each.key for each in merge.apis if each.action == CREATED}
    if view.location_api is None and any(api.type == "single" and api.key in created for api in wanted.apis):
        warnings.append(f"A single API with other stores than files needs {LOCATION_API}: true on the Glance.")
    return Plan(
        merge,
        tuple(forecast(change, view.live)),
        tuple(plans),
        left.removed,
        tuple(dict.fromkeys(warnings)),
        left.emptied,
    )


def _purged(secret: SecretPlan) -> SecretPlan:
    """With stale keys to drop, which is a change of the Secret."""
    return replace(secret, action="update") if secret.stale and secret.action == "none" else secret
