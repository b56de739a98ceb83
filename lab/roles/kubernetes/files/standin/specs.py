# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The specification of a Glance from its control plane, and of GlanceAPIs from their Glance."""

from __future__ import annotations

import copy

from .names import (
    API_NAME,
    GLANCE,
    KEYSTONE_ENDPOINT,
    LOCATION_API,
    WSGI,
    Object,
    api_names,
    api_type,
    glance_name,
    made,
    service_account,
)


def glance_of(plane: Object, template: Object, version: Object) -> Object:
    """The whole Glance of a control plane. Other changes to it are overwritten."""
    name = glance_name(plane)
    spec = copy.deepcopy(template)
    spec["containerImage"] = version["status"]["containerImages"]["glanceAPIImage"]
    spec["secret"] = spec.get("secret") or plane["spec"]["secret"]
    spec["databaseInstance"] = spec.get("databaseInstance") or "openstack"
    storage = spec.setdefault("storage", {})
    storage["storageClass"] = storage.get("storageClass") or plane["spec"]["storageClass"]
    for field in ("nodeSelector", "topologyRef", "notificationsBus"):
        if spec.get(field) is None and plane["spec"].get(field):
            spec[field] = copy.deepcopy(plane["spec"][field])
    extra_mounts = spec.get("extraMounts", []) + copy.deepcopy(plane["spec"].get("extraMounts", []))
    if extra_mounts:
        spec["extraMounts"] = extra_mounts
    for key, api in spec.get("glanceAPIs", {}).items():
        _mark_services(api, name, key)
    defaults = version["status"]["serviceDefaults"]
    annotations = {WSGI: defaults["glanceWsgi"], LOCATION_API: defaults["glanceLocationAPI"]}
    return made(plane, GLANCE, "Glance", name, annotations=annotations, spec=spec)


def _mark_services(api: Object, name: str, key: str) -> None:
    """The labels by which the control plane finds the Services of an API."""
    endpoints = ("internal",) if api_type(api) == "edge" else ("internal", "public")
    overrides = api.setdefault("override", {}).setdefault("service", {})
    for endpoint in endpoints:
        marks = overrides.setdefault(endpoint, {}).setdefault("metadata", {}).setdefault("labels", {})
        marks["osctlplane-service"] = name
        marks["tlGlanceAPI"] = f"{name}-{key}-{api_type(api)}"


def apis_of(glance: Object, spec: Object, database_host: str) -> list[Object]:
    """All GlanceAPIs of a Glance, by key; ``spec`` is its specification with the defaults of the webhook."""
    return [
        _api(glance, spec, key, template, names, database_host)
        for key, template in sorted(spec.get("glanceAPIs", {}).items())
        for names in api_names(glance["metadata"]["name"], key, template)
    ]


def _api(glance: Object, top: Object, key: str, template: Object, names: tuple[str, str], database_host: str) -> Object:
    name, kind = names
    spec: Object = copy.deepcopy(template)
    spec.update(
        apiType=kind,
        containerImage=top["containerImage"],
        databaseHostname=database_host,
        databaseAccount=top.get("databaseAccount", "glance"),
        secret=top["secret"],
        passwordSelectors=top.get("passwordSelectors", {"service": "GlancePassword"}),
        serviceUser=top.get("serviceUser", "glance"),
        serviceAccount=service_account(glance),
        memcachedInstance=top.get("memcachedInstance", "memcached"),
        quota=any(top.get("quotas", {}).values()),
        storage=_storage(template, top),
        imageCache=_image_cache(template, top),
    )
    for field in ("extraMounts", "customServiceConfig", "customServiceConfigSecrets", "nodeSelector", "topologyRef"):
        if not spec.get(field) and top.get(field):
            spec[field] = copy.deepcopy(top[field])
    spec.setdefault("apiTimeout", top.get("apiTimeout", 60))
    annotations: dict[str, str] = {WSGI: glance["metadata"].get("annotations", {}).get(WSGI, "true")}
    if top.get("keystoneEndpoint") == key:
        annotations[KEYSTONE_ENDPOINT] = "true"
    marks = {"service": "glance", API_NAME: key}
    return made(glance, GLANCE, "GlanceAPI", name, labels=marks, annotations=annotations, spec=spec)


def _storage(template: Object, top: Object) -> Object:
    """The storage of an API. As in the operator, its own request does not replace ``external`` of the Glance."""
    own, above = template.get("storage", {}), top.get("storage", {})
    storage: Object = {"external": True} if own.get("external") or above.get("external") else {}
    for field in ("storageClass", "storageRequest"):
        if own.get(field) or above.get(field):
            storage[field] = own.get(field) or above[field]
    return storage


def _image_cache(template: Object, top: Object) -> Object:
    own, above = template.get("imageCache", {}), top.get("imageCache", {})
    return {**above, **own, "size": own.get("size") or above.get("size", "")}
