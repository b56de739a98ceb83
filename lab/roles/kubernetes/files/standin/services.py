# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Services of an API: a headless one for the names of its pods, and one per endpoint for clients."""

from __future__ import annotations

from .names import ENDPOINTS, KEYSTONE_ENDPOINT, PORT, Object, api_key, domain, labels, made, set_name

INGRESS = "core.openstack.org/ingress_create"


def _spec(name: str, api: Object, **more: object) -> Object:
    port = {"name": name, "port": PORT, "protocol": "TCP", "targetPort": PORT}
    return {"ports": [port], "selector": labels(api), **more}


def headless(api: Object) -> Object:
    name = set_name(api)
    notes = {"endpoint": "headless", INGRESS: "false"}
    spec = _spec(name, api, clusterIP="None", type="ClusterIP")
    return made(api, "v1", "Service", name, labels=labels(api), annotations=notes, spec=spec)


def clients(api: Object) -> list[Object]:
    return [_client(api, endpoint) for endpoint in ENDPOINTS[api["spec"]["apiType"]]]


def _client(api: Object, endpoint: str) -> Object:
    name = f"glance-{api_key(api)}-{endpoint}"
    override = (api["spec"].get("override", {}).get("service") or {}).get(endpoint, {})
    metadata = override.get("metadata", {})
    wanted = override.get("spec", {})
    kind = wanted.get("type") or "ClusterIP"
    registered = api["metadata"].get("annotations", {}).get(KEYSTONE_ENDPOINT) == "true"
    routed = registered and endpoint == "public" and kind == "ClusterIP"
    notes = {
        **metadata.get("annotations", {}),
        "endpoint": endpoint,
        "additionalSubjectNames": f"*.{domain(api)},*.{domain(api)}.cluster.local",
        INGRESS: "true" if routed else "false",
    }
    marks = {**metadata.get("labels", {}), **labels(api), "endpoint": endpoint}
    spec = _spec(name, api, **{**wanted, "type": kind})
    return made(api, "v1", "Service", name, labels=marks, annotations=notes, spec=spec)


def endpoints(api: Object) -> dict[str, str]:
    """The URL of each endpoint. An override can set another one."""
    namespace = api["metadata"]["namespace"]
    overrides = api["spec"].get("override", {}).get("service") or {}
    return {
        endpoint: overrides.get(endpoint, {}).get("endpointURL")
        or f"http://glance-{api_key(api)}-{endpoint}.{namespace}.svc:{PORT}"
        for endpoint in ENDPOINTS[api["spec"]["apiType"]]
    }
