# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the APIs: names, types, the registered API, Services and addresses."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import (
    ERROR,
    WARNING,
    Hit,
    Hits,
    Rule,
    SourceLocation,
)
from ansible_collections.dcn.glance.plugins.module_utils._manifests.deployment import Api, GlanceDeployment
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import Node, join
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import operator_backends
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    API_TYPES,
    DNS_LABEL,
    DNS_LABEL_RULE,
    LOCATION_API_ANNOTATION,
    SERVICE_ENDPOINTS,
    working_key_limit,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.webhook import (
    lacks_shared_store,
    needs_location_api,
)


def _apis(workspace: Workspace) -> Iterator[tuple[GlanceDeployment, Api]]:
    for deployment in workspace.deployments:
        if deployment.kind != "GlanceAPI":
            for api in deployment.apis:
                yield deployment, api


def _api_hit(deployment: GlanceDeployment, api: Api, message: str, field: str = "") -> Hit:
    """A hit at an API, or at one of its fields."""
    entry = api.node.entry(field) if field else None
    location = entry.location if entry is not None else api.location
    return deployment.hit(join(api.path, field) if field else api.path, message, location, api.key)


def no_api(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        if deployment.apis or deployment.partial:
            continue
        message = (
            "has no API. The webhook adds one called 'default' without replicas and stores, so there is no image "
            "service. Add an API"
        )
        location = deployment.template.location_of("glanceAPIs")
        yield deployment.hit(f"{deployment.base}.glanceAPIs", message, location)


def name_label(workspace: Workspace) -> Hits:
    for deployment, api in _apis(workspace):
        if not DNS_LABEL.fullmatch(api.key) and "{{" not in api.key:
            message = (
                f"'{api.key}' is not a DNS label, so it cannot be part of the names of Services. Use {DNS_LABEL_RULE}"
            )
            yield _api_hit(deployment, api, message)


def name_long(workspace: Workspace) -> Hits:
    for deployment, api in _apis(workspace):
        if api.type not in API_TYPES:
            continue
        cached = api.node.string("imageCache", "size") or deployment.template.string("imageCache", "size")
        limit = working_key_limit(api.type, deployment.glance_name, api.replicas or 1, bool(cached))
        if len(api.key) > limit.length:
            message = (
                f"'{api.key}' has {len(api.key)} characters and at most {limit.length} are possible: "
                f"{limit.consequence}. Use a shorter name"
            )
            yield _api_hit(deployment, api, message)


def endpoint(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        if deployment.kind == "GlanceAPI" or not deployment.apis:
            continue
        stated = deployment.template.string("keystoneEndpoint")
        path = f"{deployment.base}.keystoneEndpoint"
        keys = [api.key for api in deployment.apis]
        usable = [api.key for api in deployment.apis if api.type != "edge"]
        advice = (
            f"Use one of {words.one_of(usable)}" if usable else "Add an API of type split or single, and use its key"
        )
        complete = not deployment.partial or deployment.kind == "values"
        message = ""
        location = deployment.template.location_of("keystoneEndpoint")
        if not stated:
            location = deployment.template.location_of("glanceAPIs")
            if not deployment.partial and len(keys) > 1:
                message = f"is missing, and the webhook cannot choose one of {words.one_of(keys)}. {advice}"
            elif not deployment.partial and not usable:
                message = f"defaults to '{keys[0]}', an edge API, which cannot be registered in Keystone. {advice}"
        elif stated in keys and stated not in usable:
            message = (
                f"is '{stated}', an edge API, which cannot be registered in Keystone. The webhook rejects it. {advice}"
            )
        elif stated not in keys and complete:
            hint = words.suggest(stated, keys)
            message = (
                f"is '{stated}', which is not an API ({words.one_of(keys)}). The webhook rejects it. {advice}{hint}"
            )
        if message:
            yield deployment.hit(path, message, location)


def _store_types(deployment: GlanceDeployment, api: Api) -> set[str]:
    """The types of the stores that the operator reads in the configuration of an API."""
    text = deployment.text_of(api)
    entries = operator_backends(text.node.string()) if text is not None else []
    return {entry.partition(":")[2].strip() for entry in entries}


def split_file(workspace: Workspace) -> Hits:
    for deployment, api in _apis(workspace):
        unknown = deployment.text_of(api) is None and deployment.partial
        types = _store_types(deployment, api)
        if unknown or api.replicas is None or not lacks_shared_store(api.type, api.replicas, types):
            continue
        stores = "has only a file store" if types else "enables no store and so uses the operator's file store"
        message = (
            f"is split, but the API {stores}, and its external and internal pods cannot share files. The webhook "
            "rejects it. Enable another store, or set type: single"
        )
        yield _api_hit(deployment, api, message, "type")


def single_store(workspace: Workspace) -> Hits:
    for deployment, api in _apis(workspace):
        types = _store_types(deployment, api)
        if not needs_location_api(api.type, types):
            continue
        if deployment.root.string("metadata", "annotations", LOCATION_API_ANNOTATION) == "true":
            continue
        message = (
            f"is single with a store of type {', '.join(sorted(types - {'file'}))}. Older operators reject it, and "
            f"newer ones do not create the API unless the annotation {LOCATION_API_ANNOTATION} is 'true', which the "
            "OpenStackVersion sets. Check the annotation, or set type: split"
        )
        yield _api_hit(deployment, api, message, "type")


def override_key(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        for api in deployment.apis:
            for key, entry in api.node.children("override", "service").items():
                path = join(f"{api.path}.override.service", key)
                if key not in SERVICE_ENDPOINTS:
                    hint = words.suggest(key, SERVICE_ENDPOINTS)
                    message = f"is not an endpoint; the webhook accepts only {words.one_of(SERVICE_ENDPOINTS)}{hint}"
                    yield deployment.hit(path, message, entry.location, api.key)
                elif key == "public" and api.type == "edge":
                    message = "has no effect, because an edge API has no public Service. Remove it, or use internal"
                    yield deployment.hit(path, message, entry.location, api.key, WARNING)


def address_shared(workspace: Workspace) -> Hits:
    for deployment in workspace.deployments:
        seen: dict[str, str] = {}
        for api, key, address, path, location in _addresses(deployment):
            owner = f"{api.key} ({key})"
            other = seen.setdefault(address, owner)
            if other != owner:
                message = (
                    f"is {address}, which {other} also requests. Both Services use port 9292, so one of them gets no "
                    "address. Use an address for each"
                )
                yield deployment.hit(path, message, location, api.key)


def _addresses(deployment: GlanceDeployment) -> Iterator[tuple[Api, str, str, str, SourceLocation]]:
    """(API, endpoint, address, field path, location) of every requested address."""
    for api in deployment.apis:
        for key, entry in api.node.children("override", "service").items():
            base = join(f"{api.path}.override.service", key)
            for location, value, path in _fixed_addresses(entry.node, base):
                for address in filter(None, (part.strip() for part in value.string().split(","))):
                    yield api, key, address, path, location


def _fixed_addresses(node: Node, base: str) -> Iterator[tuple[SourceLocation, Node, str]]:
    for name, found in node.children("metadata", "annotations").items():
        if name.lower().endswith("/loadbalancerips"):
            yield found.location, found.node, join(f"{base}.metadata.annotations", name)
    single = node.entry("spec", "loadBalancerIP")
    if single is not None:
        yield single.location, single.node, f"{base}.spec.loadBalancerIP"


RULES = (
    Rule("api-name-label", ERROR, "the key of an API is not a DNS label", name_label),
    Rule("api-name-long", ERROR, "the key of an API is too long for its pods or CronJobs", name_long),
    Rule("keystone-endpoint", ERROR, "keystoneEndpoint is missing, unknown or an edge API", endpoint),
    Rule("split-file", ERROR, "an API of type split has no store that its pods can share", split_file),
    Rule("override-service", ERROR, "override.service has a key that is not an endpoint", override_key),
    Rule("address-shared", ERROR, "two APIs request the same address", address_shared),
    Rule("api-none", WARNING, "there is no API", no_api),
    Rule("single-store", WARNING, "an API of type single needs the location API", single_store),
)
