# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan a run: everything that changes in a control plane's Glance spec and its Secrets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.catalog import (
    TO_MOVE,
    TO_SCALE_BACK,
    MergeContext,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config_secret import KEY, plan_config_secrets
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.merge import (
    CREATED,
    REMOVED,
    Merger,
    MergeResult,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import DesiredGlance, Observed, RunOptions
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import is_managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_plan import (
    Entries,
    SecretPlan,
    UnneededSecrets,
    find_unneeded,
    plan_secrets,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators import cinder, webhook
from ansible_collections.dcn.glance.plugins.module_utils._operators.api_state import (
    NONE,
    RECREATED,
    ROLLING,
    SCALED,
    SpecChange,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import (
    Forecast,
    forecast,
    recreation_problems,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import (
    api_type,
    effective_config,
    glance_spec,
    glance_spec_path,
    operator_backends,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import find_mount_problems
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import LOCATION_API_ANNOTATION


@dataclass(frozen=True)
class ControlPlanePlan:
    """One run. ``removed`` are Secrets to remove after everything else; ``emptied`` lose the managed keys."""

    merge: MergeResult
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
    """The change would make APIs unavailable, and the user has not allowed that."""

    reason = "recreation_refused"

    def __init__(self, texts: Collection[str], plan: ControlPlanePlan, done: Collection[str] = ()) -> None:
        head = f"Only {', '.join(done)} was written" if done else "Nothing was changed"
        super().__init__("\n".join([f"{head}, because APIs with ready pods would become unavailable:", *texts]))
        self.texts = texts
        self.plan = plan


def plan_run(
    desired: DesiredGlance, observed: Observed, files: Mapping[str, Entries], options: RunOptions
) -> ControlPlanePlan:
    """Plan the run. Raises ``InputErrors`` with all problems, or ``RecreationRefused``."""
    plan = _plan(desired, observed, files, options)
    refused = _refused(desired, plan, options)
    if not refused:
        return plan
    if not options.skip_recreations or desired.endpoint in refused:
        raise RecreationRefused(list(refused.values()), plan)
    plan = _plan(desired.without(refused), observed, files, options)
    return replace(plan, warnings=(*plan.warnings, *(f"Left unchanged: {text}" for text in refused.values())))


def _refused(desired: DesiredGlance, plan: ControlPlanePlan, options: RunOptions) -> dict[str, str]:
    if not plan.merge.changed:
        return {}
    return recreation_problems(plan.forecasts, options.allow_recreate, glance_spec_path(desired.control_plane))


def recreation_reasons(desired: DesiredGlance, observed: Observed, options: RunOptions) -> tuple[str, ...]:
    """Why the operator would recreate ready pods of the API of the hub, if all Secrets were complete."""
    merge = Merger(observed.item, desired, _merge_context(desired, observed, options)).merge()
    found = [each for each in forecast(_specs(desired, merge), observed.objects) if each.api == desired.endpoint]
    recreated = [each for each in found if each.action == RECREATED and each.own and each.ready]
    return tuple(dict.fromkeys(reason for each in recreated for reason in each.reasons))


def _plan(
    desired: DesiredGlance, observed: Observed, files: Mapping[str, Entries], options: RunOptions
) -> ControlPlanePlan:
    problems: list[Problem] = []
    secrets: list[SecretPlan] = []
    context = _merge_context(desired, observed, options)
    config_secrets: list[SecretPlan] = []
    try:
        config_secrets = plan_config_secrets(desired.apis, observed.secrets, desired.namespace, options.purge)
    except InputErrors as error:
        problems += error.problems
    context = replace(context, config_secrets={each.api: each.name for each in config_secrets})
    files = {site: entries for site, entries in files.items() if site not in desired.skipped_sites}
    try:
        secrets = plan_secrets(desired.apis, observed.secrets, files, desired.namespace, options.check)
        context = replace(
            context,
            missing={each.api: each.missing for each in secrets},
            secrets=frozenset(each.api for each in secrets if each.exists_after),
        )
    except InputErrors as error:
        problems += error.problems
    try:
        merge = Merger(observed.item, desired, context).merge()
    except InputErrors as error:
        raise InputErrors([*problems, *error.problems]) from error
    problems += _problems(desired, observed, merge)
    if problems:
        raise InputErrors(problems)
    return _result(desired, observed, merge, [*secrets, *config_secrets], options)


def _merge_context(desired: DesiredGlance, observed: Observed, options: RunOptions) -> MergeContext:
    """The context before the Secrets are planned. It assumes that all of them will be complete."""
    glance = glance_spec(observed.item, desired.control_plane)
    outer = observed.item.get("spec") or {} if desired.control_plane else {}
    unchanged = SpecChange(glance, glance, outer, glance_spec_path(desired.control_plane))
    pending = forecast(unchanged, observed.objects)
    types = {key: api_type(api) for key, api in (glance.get("glanceAPIs") or {}).items()}
    return MergeContext(
        ready={key: observed.objects.ready(key, kind) for key, kind in types.items()},
        complete={key: observed.objects.complete(key, kind) for key, kind in types.items()},
        secrets=frozenset(api.key for api in desired.apis if api.secret),
        existing=frozenset(name for name, secret in observed.secrets.items() if is_managed(secret)),
        outdated=frozenset(each.api for each in pending if each.action in (ROLLING, RECREATED)),
        answers=observed.answers,
        replicas=options.replicas,
        purge=options.purge,
        endpoint=options.endpoint,
        remove=options.remove,
        spare_worker=options.spare_worker,
    )


def _specs(desired: DesiredGlance, merge: MergeResult) -> SpecChange:
    before, after = (glance_spec(item, desired.control_plane) for item in (merge.before, merge.after))
    outer = merge.after.get("spec") or {} if desired.control_plane else {}
    return SpecChange(before, after, outer, glance_spec_path(desired.control_plane))


def _problems(desired: DesiredGlance, observed: Observed, merge: MergeResult) -> list[Problem]:
    change = _specs(desired, merge)
    keys = [api.key for api in desired.apis if api.key in (change.after.get("glanceAPIs") or {})]
    name, namespace = observed.objects.glance, desired.namespace
    return [
        *webhook.find_problems(change.before, change.after, change.path, name, namespace, keys),
        *find_mount_problems(change.after, change.outer, keys, change.path),
        *_single_problems(desired, observed, change),
        *([Problem("spec.cinder.enabled", cinder.OFF)] if _has_cinder(desired) and cinder.is_off(change.outer) else ()),
    ]


def _has_cinder(desired: DesiredGlance) -> bool:
    """Whether an API of a control plane has a store of type cinder. A Glance alone does not tell where Cinder is."""
    types = {store.type for api in desired.apis for store in api.config.stores}
    return desired.control_plane and "cinder" in types


def _single_problems(desired: DesiredGlance, observed: Observed, change: SpecChange) -> list[Problem]:
    """The operator stops at a single API with other stores than files, unless the location API is on."""
    if observed.location_api is not False:
        return []
    found = []
    for key, api in (change.after.get("glanceAPIs") or {}).items():
        live = (change.before.get("glanceAPIs") or {}).get(key)
        backends = operator_backends(effective_config(change.after, api))
        same = live is not None and backends == operator_backends(effective_config(change.before, live))
        types = [entry.partition(":")[2] for entry in backends]
        if desired.api(key) is not None and not same and webhook.needs_location_api(api_type(api), types):
            why = f"is single with {','.join(backends)}, which this operator does not deploy"
            advice = f"its annotation {LOCATION_API_ANNOTATION} is not true. Use split"
            found.append(Problem(f"{change.path}.glanceAPIs.{key}.type", f"{why}: {advice}"))
    return found


def _result(
    desired: DesiredGlance,
    observed: Observed,
    merge: MergeResult,
    secrets: Collection[SecretPlan],
    options: RunOptions,
) -> ControlPlanePlan:
    plans = [_with_purge(each) if options.purge else each for each in secrets]
    unneeded = UnneededSecrets()
    if options.purge or options.remove:
        only = None if options.purge else options.remove
        needed = {*(api.secret for api in desired.apis), *(each.name for each in secrets)}
        unneeded = find_unneeded(desired, merge.before, merge.after, observed.secrets, needed, only)
    warnings = [*merge.warnings, *(text for each in plans for text in each.warnings), *unneeded.warnings]
    created = {each.key for each in merge.apis if each.action == CREATED}
    if observed.location_api is None and any(
        api.key in created and webhook.needs_location_api(api.type, [store.type for store in api.config.stores])
        for api in desired.apis
    ):
        warnings.append(
            f"A single API with other stores than files needs {LOCATION_API_ANNOTATION}: true on the Glance."
        )
    forecasts = [_with_config_secret(each, plans) for each in forecast(_specs(desired, merge), observed.objects)]
    removed = [each.key for each in merge.apis if each.action == REMOVED]
    warnings += [text for key in removed for text in _pvc_warnings(key, forecasts, desired.namespace)]
    warnings += [*_move_warnings(desired, observed, merge), *_spare_warnings(merge)]
    if _has_cinder(desired) and not cinder.backends(merge.after.get("spec") or {}):
        warnings.append(f"spec.cinder.template.cinderVolumes {cinder.NO_BACKEND}.")
    return ControlPlanePlan(
        merge,
        tuple(forecasts),
        tuple(plans),
        unneeded.removed,
        tuple(dict.fromkeys(warnings)),
        unneeded.emptied,
    )


def _with_config_secret(found: Forecast, secrets: Collection[SecretPlan]) -> Forecast:
    """The operator restarts the pods of an API, too, when a Secret of customServiceConfigSecrets changes."""
    changed = [
        each.name
        for each in secrets
        if each.api == found.api
        and KEY in each.keys
        and each.live
        and any(item.action != "none" for item in each.files)
    ]
    if not changed or found.action not in (NONE, SCALED, ROLLING):
        return found
    return replace(found, action=ROLLING, reasons=(*found.reasons, f"the Secret {changed[0]} changes"), own=True)


def _pvc_warnings(key: str, forecasts: Collection[Forecast], namespace: str) -> list[str]:
    """The PVCs of a removed API: the operator never deletes them."""
    names = sorted(claim.name for each in forecasts if each.api == key for claim in each.claims)
    if not names:
        return []
    pvcs, stay = ("PVC", "stays") if len(names) == 1 else ("PVCs", "stay")
    return [
        f"The {pvcs} {', '.join(names)} of the removed API {key} {stay}, with the staged files. To delete them: "
        f"kubectl -n {namespace} delete pvc {' '.join(names)}"
    ]


def _move_warnings(desired: DesiredGlance, observed: Observed, merge: MergeResult) -> list[str]:
    """When the endpoint moves, the operator restarts the pods of both APIs, also an only pod."""
    old, new = merge.endpoint_before, merge.endpoint_after
    apis = glance_spec(merge.before, desired.control_plane).get("glanceAPIs") or {}
    if old == new:
        return []
    found = [key for key in (old, new) if key in apis and observed.objects.ready(key, api_type(apis[key])) == 1]
    if not found:
        return []
    path, have = glance_spec_path(desired.control_plane), "has" if len(found) == 1 else "have"
    return [
        f"{path}.keystoneEndpoint moves from {old} to {new}, and {' and '.join(found)} {have} one ready pod, which "
        "the operator restarts. The API is unavailable during the restart. To avoid that, set spare_worker: true: both "
        "APIs then have two workers during the move."
    ]


def _spare_warnings(merge: MergeResult) -> list[str]:
    """What remains to do for a move of the endpoint with a second worker."""
    counts = " and ".join(f"{key} to {count}" for key, count in merge.managed.spare.items())
    if merge.next_step == TO_MOVE and counts:
        return [f"The next run moves keystoneEndpoint to the new API; after that, scale {counts} again."]
    if merge.next_step == TO_SCALE_BACK:
        return [f"keystoneEndpoint has moved. Scale {counts} again with dcn.glance.statefulset_scale."]
    return []


def _with_purge(secret: SecretPlan) -> SecretPlan:
    """The plan with the removal of stale keys as an update."""
    return replace(secret, action="update") if secret.stale_keys and secret.action == "none" else secret
