# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: the APIs themselves: names, types, the registered one, Services and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, Deployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node, Place, join
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
#: What follows the key in the name of the StatefulSet.
_SUFFIX = {"split": "-external-api", "edge": "-edge-api", "single": "-single"}
#: A pod's label controller-revision-hash holds the StatefulSet's name and 11 characters, in at most 63.
_STATEFUL_SET = 52
#: The name of a CronJob, in which the pod's name is followed by -cleaner.
_CRON_JOB = 52
LOCATION_API = "glance.openstack.org/location-api"


def _apis(workspace: Workspace, kinds: tuple[str, ...] = ()) -> Iterator[tuple[Deployment, Api]]:
    for deployment in workspace.deployments:
        if deployment.kind != "GlanceAPI" and (not kinds or deployment.kind in kinds):
            for api in deployment.apis:
                yield deployment, api


def _hit(deployment: Deployment, api: Api, message: str, *path: str, severity: str = "") -> Hit:
    at = api.path
    for part in path:
        at = join(at, part)
    place = api.node.spot(*path) if path and api.node.entry(path[0]) else api.place
    return Hit(place, at, message, api.key, severity, deployment.label)


def no_api(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        if deployment.apis or deployment.partial:
            continue
        message = (
            "names no API: the webhook makes one called 'default' with no replica and no store, so there is no image "
            "service. Add an API"
        )
        place = deployment.template.spot("glanceAPIs")
        yield Hit(place, f"{deployment.base}.glanceAPIs", message, object=deployment.label)


def name_label(workspace: Workspace) -> Hits:
    for deployment, api in _apis(workspace):
        if not _LABEL.fullmatch(api.key) and "{{" not in api.key:
            message = (
                f"'{api.key}' cannot be part of the names of Services: only a-z, 0-9 and -, with a letter or digit at "
                "both ends. Give the API another name"
            )
            yield _hit(deployment, api, message)


def name_long(workspace: Workspace) -> Hits:
    for deployment, api in _apis(workspace):
        suffix = _SUFFIX.get(api.type)
        if suffix is None:
            continue
        around = len(deployment.glance_name) + 1 + len(suffix)
        digits = len(str(max((api.replicas or 1) - 1, 0)))
        cached = api.node.string("imageCache", "size") or deployment.template.string("imageCache", "size")
        limits = [(_STATEFUL_SET - around, "pods are refused for their label controller-revision-hash")]
        if cached:
            limits.append(
                (_CRON_JOB - around - 1 - digits - len("-cleaner"), "CronJobs of the image cache are refused")
            )
        limit, why = min(limits)
        if len(api.key) > limit:
            named = f"{deployment.glance_name}-{api.key}{suffix}"
            message = (
                f"'{api.key}' is {len(api.key)} characters long and at most {limit} work here: with StatefulSet "
                f"{named} {why}, though the webhook may let it pass. Give the API a shorter name"
            )
            yield _hit(deployment, api, message)


def endpoint(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        if deployment.kind == "GlanceAPI" or not deployment.apis:
            continue
        stated = deployment.template.string("keystoneEndpoint")
        path = f"{deployment.base}.keystoneEndpoint"
        keys = [api.key for api in deployment.apis]
        usable = [api.key for api in deployment.apis if api.type != "edge"]
        advice = f"Name one of {names.one_of(usable)}" if usable else "Add an API of type split or single, and name it"
        complete = not deployment.partial or deployment.kind == "values"
        message = ""
        place = deployment.template.spot("keystoneEndpoint")
        if not stated:
            place = deployment.template.spot("glanceAPIs")
            if not deployment.partial and len(keys) > 1:
                message = f"is missing, and the webhook cannot choose one of {names.one_of(keys)}. {advice}"
            elif not deployment.partial and not usable:
                message = f"would be '{keys[0]}', an edge API, which is never registered. {advice}"
        elif stated in keys and stated not in usable:
            message = f"is '{stated}', an edge API, which is never registered: the webhook refuses it. {advice}"
        elif stated not in keys and complete:
            hint = names.suggest(stated, keys)
            message = f"is '{stated}', which is none of {names.one_of(keys)}: the webhook refuses it. {advice}{hint}"
        if message:
            yield Hit(place, path, message, object=deployment.label)


def split_file(workspace: Workspace) -> Hits:
    for deployment, api in _apis(workspace):
        if api.type != "split" or api.replicas in (0, None):
            continue
        config = deployment.config(api)
        if config is None and deployment.partial:
            continue
        kinds = {entry.type for entry in config.backends} if config is not None else set()
        if not kinds or kinds == {"file"}:
            what = "has no store but a file store" if kinds else "enables no store, so it has the operator's file store"
            message = (
                f"{what}, and its external and internal pods would each have files of their own: the webhook refuses "
                "type split. Enable another store, or set type single"
            )
            yield _hit(deployment, api, message, "type")


def single_store(workspace: Workspace) -> Hits:
    for deployment, api in _apis(workspace):
        config = deployment.config(api)
        kinds = {entry.type for entry in config.backends} if config is not None else set()
        if api.type != "single" or kinds <= {"file"}:
            continue
        if deployment.root.string("metadata", "annotations", LOCATION_API) == "true":
            continue
        message = (
            f"is single with a store of type {', '.join(sorted(kinds - {'file'}))}: older operators refuse it, and "
            f"newer ones stop at it unless {LOCATION_API} is 'true' (from the OpenStackVersion). Check that, or set "
            "type split"
        )
        yield _hit(deployment, api, message, "type")


def override_key(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        for api in deployment.apis:
            for key, entry in api.node.children("override", "service").items():
                path = join(f"{api.path}.override.service", key)
                if key not in ("public", "internal"):
                    hint = names.suggest(key, ("public", "internal"))
                    message = f"is no endpoint: the webhook knows public and internal only{hint}"
                    yield Hit(entry.place, path, message, api.key, object=deployment.label)
                elif key == "public" and api.type == "edge":
                    message = "has no effect: an edge API has no public Service. Remove it, or write internal"
                    yield Hit(entry.place, path, message, api.key, WARNING, deployment.label)


def address_shared(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        seen: dict[str, str] = {}
        for api, key, address, path, place in _addresses(deployment):
            owner = f"{api.key} ({key})"
            other = seen.setdefault(address, owner)
            if other != owner:
                message = (
                    f"is {address}, which {other} asks for too, and both listen on port 9292: one of them gets no "
                    "address. Give each its own"
                )
                yield Hit(place, path, message, api.key, object=deployment.label)


def _addresses(deployment: Deployment) -> Iterator[tuple[Api, str, str, str, Place]]:
    """(API, endpoint, address, field path, place) of every fixed address."""
    for api in deployment.apis:
        for key, entry in api.node.children("override", "service").items():
            base = join(f"{api.path}.override.service", key)
            for name, value, path in _fixed(entry.node, base):
                for address in filter(None, (part.strip() for part in value.string().split(","))):
                    yield api, key, address, path, name


def _fixed(node: Node, base: str) -> Iterator[tuple[Place, Node, str]]:
    for name, found in node.children("metadata", "annotations").items():
        if name.lower().endswith("/loadbalancerips"):
            yield found.place, found.node, join(f"{base}.metadata.annotations", name)
    single = node.entry("spec", "loadBalancerIP")
    if single is not None:
        yield single.place, single.node, f"{base}.spec.loadBalancerIP"


RULES = (
    Rule("api-name-label", ERROR, "the name of an API is no DNS label", name_label),
    Rule("api-name-long", ERROR, "the name of an API is too long for its pods or CronJobs", name_long),
    Rule("keystone-endpoint", ERROR, "keystoneEndpoint is missing, unknown or an edge API", endpoint),
    Rule("split-file", ERROR, "an API of type split has no store that its pods can share", split_file),
    Rule("override-service", ERROR, "override.service has a key that is no endpoint", override_key),
    Rule("address-shared", ERROR, "two APIs ask for one address", address_shared),
    Rule("api-none", WARNING, "no API is named", no_api),
    Rule("single-store", WARNING, "an API of type single needs the location API", single_store),
)
