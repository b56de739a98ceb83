# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reconciles a Glance and a control plane: the objects one level below, and their own status."""

from __future__ import annotations

import copy
from dataclasses import replace

from .backends import enabled_backends
from .cluster import CONTROL_PLANES, CRON_JOBS, GLANCE_APIS, GLANCES, SERVICE_ACCOUNTS, VERSIONS, ApiError, Kind
from .conditions import (
    OF_GLANCE,
    OF_PLANE,
    Problem,
    conditions,
    first_conditions,
    is_true,
    problem_of,
    worst,
)
from .context import Context, Stop
from .database import DB_SYNC_HASH, synchronize, write_secrets
from .jobs import db_purge
from .names import (
    CORE,
    LOCATION_API,
    MANAGER,
    Object,
    api_names,
    api_type,
    controller,
    finalizer,
    glance_name,
    made,
    service_account,
)
from .passwords import passwords
from .services import endpoints
from .specs import apis_of, glance_of
from .webhook import defaulted, refusals

SINGLE = "The GlanceAPI layout type: single can only be used in combination with File and NFS backend"


def plane(context: Context, obj: Object) -> None:
    """Reconcile a control plane: its version, its Glance, its conditions."""
    section = obj["spec"].get("glance", {})
    if _was_completed(context, CONTROL_PLANES, obj, section.get("template")):
        return
    name = glance_name(obj)
    enabled = bool(section.get("enabled", True)) and "template" in section
    for other in context.owned(GLANCES, obj):
        if not enabled or other["metadata"]["name"] != name:
            context.cluster.delete(GLANCES, other)
    problems: list[Problem] = []
    if enabled:
        try:
            found = _make_glance(context, obj, section["template"], name)
            problems += _problems_of_glance(found)
        except Stop as stop:
            problems.append(stop.problem)
        except ApiError as error:
            message = f"OpenStackControlPlane Glance error occurred {error}"
            problems.append(Problem.error("OpenStackControlPlaneGlanceReady", message))
            context.requeue(2.0)
    before = obj.get("status", {}).get("conditions", [])
    status = copy.deepcopy(obj.get("status", {}))
    status["conditions"] = conditions(OF_PLANE if enabled else (), problems, before, context.now())
    status["observedGeneration"] = obj["metadata"]["generation"]
    context.applier.status(CONTROL_PLANES, obj, status)


def _was_completed(context: Context, kind: Kind, obj: Object, part: Object | None) -> bool:
    """Write the defaults of the webhook into ``part`` of an object. Returns whether that changed the object."""
    switches = context.switches
    if part is None or not (switches.webhooks and switches.write_defaults) or defaulted(part) == part:
        return False
    changed = copy.deepcopy(obj)
    spec = changed["spec"]
    (spec if kind == GLANCES else spec["glance"]["template"]).update(defaulted(part))
    # As with a webhook, they belong to the one who wrote the object.
    context.cluster.replace(kind, changed, manager=_last_writer(obj))
    return True


def _last_writer(obj: Object) -> str:
    """The field manager that wrote the specification of an object last."""
    entries = [entry for entry in obj["metadata"].get("managedFields", []) if not entry.get("subresource")]
    last: Object = max(entries, key=lambda entry: str(entry.get("time", "")), default={})
    return str(last.get("manager") or MANAGER)


def _make_glance(context: Context, obj: Object, template: Object, name: str) -> Object:
    current = context.cluster.store.get(GLANCES, name)
    if context.switches.webhooks:
        template = defaulted(template)
        refused = refusals(template, name, "spec.glance.template", (current or {}).get("spec"))
        if refused:
            whole = (
                f'OpenStackControlPlane.core.openstack.org "{obj["metadata"]["name"]}" is invalid: {"; ".join(refused)}'
            )
            raise Stop(Problem.error("OpenStackControlPlaneGlanceReady", whole))
    return context.applier.ensure(GLANCES, glance_of(obj, template, _version(context, obj)))


def _version(context: Context, obj: Object) -> Object:
    """Write the OpenStackVersion of the namespace, with the status that its controller would set."""
    found = next(iter(context.alive(VERSIONS)), None)
    if found is None:
        wanted = made(obj, CORE, "OpenStackVersion", obj["metadata"]["name"], spec={"targetVersion": "standin"})
        found = context.applier.ensure(VERSIONS, wanted)
    status = copy.deepcopy(found.get("status", {}))
    images = status.setdefault("containerImages", {})
    custom = found["spec"].get("customContainerImages", {}).get("glanceAPIImage")
    images["glanceAPIImage"] = custom or context.settings.image
    defaults = status.setdefault("serviceDefaults", {})
    defaults.setdefault("glanceWsgi", str(context.settings.wsgi).lower())
    defaults.setdefault("glanceLocationAPI", str(context.settings.location_api).lower())
    status.update(availableVersion="standin", deployedVersion="standin")
    status["observedGeneration"] = found["metadata"]["generation"]
    context.applier.status(VERSIONS, found, status)
    return {**found, "status": status}


def _problems_of_glance(found: Object) -> list[Problem]:
    """Why the Glance is not ready."""
    observed = found.get("status", {}).get("observedGeneration") == found["metadata"]["generation"]
    if observed and is_true(found, "Ready"):
        return []
    waiting = Problem("OpenStackControlPlaneGlanceReady", "OpenStackControlPlane Glance in progress")
    return [problem_of(found, "Ready", "OpenStackControlPlaneGlanceReady") or waiting]


def glance(context: Context, obj: Object) -> None:
    """Reconcile a Glance: its GlanceAPIs and its status."""
    if not controller(obj) and _was_completed(context, GLANCES, obj, obj["spec"]):
        return
    marks = obj["metadata"].get("finalizers", [])
    if finalizer(obj) not in marks:
        # Somebody else made it.
        context.cluster.replace(
            GLANCES, {**obj, "metadata": {**obj["metadata"], "finalizers": [*marks, finalizer(obj)]}}
        )
        return
    if not obj.get("status", {}).get("conditions"):
        status = {**obj.get("status", {}), "conditions": first_conditions(OF_GLANCE, context.now())}
        context.applier.status(GLANCES, obj, status)
        return
    problems: list[Problem] = []
    apis: list[Object] = []
    hashes: dict[str, str] = dict(obj.get("status", {}).get("hash", {}))
    try:
        spec = _input(context, obj)
        _synchronize(context, obj, spec, hashes)
        apis = _make_apis(context, obj, spec)
        _purge(context, obj, spec)
    except Stop as stop:
        problems.append(stop.problem)
    except ApiError as error:
        problems.append(replace(Problem.error("GlanceAPIReady", f"GlanceAPI error occurred {error}"), stops=True))
        context.requeue(2.0)
    below = _problem_below(obj, apis)
    if not problems and below is not None:
        problems.append(below)
    _write_status(context, obj, apis, problems, hashes)


def _input(context: Context, obj: Object) -> Object:
    """The specification with the defaults of the webhook. Stop if the webhook would have rejected it."""
    name, spec = obj["metadata"]["name"], dict(obj["spec"])
    if context.switches.webhooks:
        spec = defaulted(spec)
        if controller(obj).get("kind") != "OpenStackControlPlane":
            refused = refusals(spec, name, "spec", _layout(context, obj))
            if refused:
                message = f'Glance.glance.openstack.org "{name}" is invalid: {"; ".join(refused)}'
                raise Stop(Problem.error("InputReady", f"Input data error occurred {message}"))
    return spec


def _synchronize(context: Context, obj: Object, spec: Object, hashes: dict[str, str]) -> None:
    """Synchronize the database. Stop until that is done."""
    _service, database_password = passwords(context, spec)
    context.applier.ensure(SERVICE_ACCOUNTS, made(obj, "v1", "ServiceAccount", service_account(obj)))
    write_secrets(context, obj, spec, database_password)
    hashes[DB_SYNC_HASH] = synchronize(context, obj, hashes.get(DB_SYNC_HASH, ""))


def _purge(context: Context, obj: Object, spec: Object) -> None:
    """The CronJob that purges the database. Stop if Kubernetes refuses it."""
    try:
        context.applier.ensure(CRON_JOBS, db_purge(obj, spec.get("dbPurge", {}), context.settings))
    except ApiError as error:
        context.requeue(5.0)
        raise Stop(Problem.error("CronJobReady", f"CronJob error occurred {error}")) from error


def _make_apis(context: Context, obj: Object, spec: Object) -> list[Object]:
    wanted = apis_of(obj, spec, context.settings.database_host)
    for api in wanted:
        if _is_refused_single(obj, api):
            raise Stop(Problem.error("GlanceAPIReady", f"GlanceAPI error occurred {SINGLE}"))
        context.applier.ensure(GLANCE_APIS, api)
    names = {api["metadata"]["name"] for api in wanted}
    for api in context.owned(GLANCE_APIS, obj):
        if api["metadata"]["name"] not in names:
            context.cluster.delete(GLANCE_APIS, api)
    return context.owned(GLANCE_APIS, obj)


def _layout(context: Context, obj: Object) -> Object:
    """The current types of the keys, because the previous specification is not stored."""
    keys = {api["metadata"]["labels"]["api-name"]: api["spec"] for api in context.owned(GLANCE_APIS, obj)}
    return {"glanceAPIs": keys}


def _is_refused_single(obj: Object, api: Object) -> bool:
    """The rule of the operator for a single API with stores other than file that shows locations."""
    location_api = obj["metadata"].get("annotations", {}).get(LOCATION_API) == "true"
    stores = enabled_backends(api["spec"].get("customServiceConfig", ""))
    other = any(entry.partition(":")[2] != "file" for entry in stores)
    return api["spec"]["apiType"] == "single" and other and not location_api


def _problem_below(obj: Object, apis: list[Object]) -> Problem | None:
    """Errors of GlanceAPIs. Their progress is reported only until the Glance was ready once, as the operator does."""
    found = [problem_of(api, "Ready", "GlanceAPIReady") for api in apis]
    problems = [problem for problem in found if problem is not None]
    if not is_true(obj, "GlanceAPIReady"):
        fresh = [api for api in apis if not api.get("status", {}).get("conditions")]
        if fresh:
            problems.append(Problem.unknown("GlanceAPIReady"))
        return worst(problems)
    return worst([problem for problem in problems if problem.reason == "Error"])


def _write_status(
    context: Context, obj: Object, apis: list[Object], problems: list[Problem], hashes: dict[str, str]
) -> None:
    status = copy.deepcopy(obj.get("status", {}))
    before = status.get("conditions", [])
    status["conditions"] = conditions(OF_GLANCE, problems, before, context.now())
    status["observedGeneration"] = obj["metadata"]["generation"]
    if hashes:
        status["hash"] = hashes
    if apis:
        status["databaseHostname"] = context.settings.database_host
        status["glanceAPIReadyCounts"] = _counts(context, obj, apis)
        status["apiEndpoint"] = _endpoints(apis)
    context.applier.status(GLANCES, obj, status)


def _counts(context: Context, obj: Object, apis: list[Object]) -> dict[str, int]:
    """Ready pods for each key; for a split key those of the external API."""
    reported = obj.get("status", {}).get("glanceAPIReadyCounts", {})
    by_name = {api["metadata"]["name"]: api for api in apis}
    counts = {}
    for key in {api["metadata"]["labels"]["api-name"] for api in apis}:
        first = next(api for api in apis if api["metadata"]["labels"]["api-name"] == key)
        name = api_names(obj["metadata"]["name"], key, {"type": api_type(first["spec"])})[0][0]
        actual = by_name.get(name, first).get("status", {}).get("readyCount", 0)
        counts[key] = context.late_count(f"{obj['metadata']['name']}/{key}", reported.get(key, 0), actual)
    return counts


def _endpoints(apis: list[Object]) -> dict[str, str]:
    return {
        f"{api['metadata']['labels']['api-name']}-{endpoint}": url
        for api in apis
        for endpoint, url in endpoints(api).items()
    }
