# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings that the pods of an API depend on, and the effect of a difference on their StatefulSet.

A state is a mapping of the names in ``_RECREATING``, ``_ROLLING`` and ``replicas``. None is a value that is not known:
it never counts as a difference. Source: the controllers of the Glance and of the GlanceAPI in the glance-operator.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import (
    api_replicas,
    effective_cache,
    effective_config,
    effective_storage,
    operator_backends,
    stated_storage,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.mounts import volumes_reaching
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import WSGI_ANNOTATION
from ansible_collections.dcn.glance.plugins.module_utils._operators.quantities import parse_quantity

NONE, SCALED, ROLLING, RECREATED = "none", "scaled", "rolling", "recreated"
#: What happens to the pods of an existing StatefulSet, the least severe first.
SEVERITY = (NONE, SCALED, ROLLING, RECREATED)

#: What the operator hashes into ``status.hash.backendHash``: a difference recreates the StatefulSet.
_RECREATING = ("backends", "storage", "cache")
#: What is part of the configuration or of the pod template: a difference restarts the pods one by one.
_ROLLING = {
    "config": "customServiceConfig changes",
    "config_secrets": "customServiceConfigSecrets change",
    "mounts": "extraMounts change",
    "node_selector": "nodeSelector changes",
    "topology": "topologyRef changes",
    "networks": "networkAttachments change",
    "resources": "resources change",
    "probes": "override.probes change",
    "timeout": "apiTimeout changes",
    "quota": "quotas are switched on or off",
    "tls": "tls changes",
    "credential": "auth.applicationCredentialSecret changes",
    "image": "containerImage changes",
    "wsgi": f"the annotation {WSGI_ANNOTATION} changes",
    "memcached": "memcachedInstance changes",
    "secret": "secret changes",
    "account": "databaseAccount changes",
    "user": "serviceUser changes",
}
#: Plain fields of the Glance spec that each GlanceAPI gets as they are.
_COPIED = {
    "memcached": "memcachedInstance",
    "secret": "secret",
    "account": "databaseAccount",
    "user": "serviceUser",
}
#: The annotation of a GlanceAPI that Keystone's catalog names.
_REGISTERED = "keystoneEndpoint"
#: The environment variable of the containers with the hash of their configuration.
_CONFIG_HASH = "CONFIG_HASH"

Spec = Mapping[str, Any]
State = dict[str, Any]


@dataclass(frozen=True)
class SpecChange:
    """The Glance spec at ``path`` before and after; ``outer`` is the spec of the control plane, empty without one."""

    before: Spec
    after: Spec
    outer: Spec
    path: str


def api_state(change: SpecChange, glance: Spec, api: Spec, key: str) -> State:
    """The state that the Glance spec ``glance`` (before or after the change) specifies."""
    endpoint = glance.get("keystoneEndpoint")
    return {
        **_own_state(api, volumes_of(glance, change.outer, key, change.path)),
        **{name: glance.get(field) or None for name, field in _COPIED.items()},
        **_config_state(effective_config(glance, api)),
        "config_secrets": list(api.get("customServiceConfigSecrets") or glance.get("customServiceConfigSecrets") or []),
        "storage": effective_storage(glance, api, str(change.outer.get("storageClass") or "")),
        "cache": effective_cache(glance, api),
        "node_selector": without_empty(_first_stated("nodeSelector", api, glance, change.outer) or {}),
        "topology": _topology(_first_stated("topologyRef", api, glance, change.outer)),
        "timeout": api.get("apiTimeout") or glance.get("apiTimeout"),
        "quota": any((glance.get("quotas") or {}).values()),
        # With one API the webhook chooses it.
        "registered": endpoint == key if endpoint else None,
        "replicas": api_replicas(api),
    }


def glance_state(glance: Spec, key: str) -> State:
    """The part of the state of an API that the control plane's operator writes into the Glance object."""
    spec, annotations = glance.get("spec") or {}, (glance.get("metadata") or {}).get("annotations") or {}
    api = (spec.get("glanceAPIs") or {}).get(key) or {}
    wsgi = annotations.get(WSGI_ANNOTATION)
    return {
        "image": api.get("containerImage") or spec.get("containerImage") or None,
        "wsgi": str(wsgi) if wsgi else None,
        **_set_by_control_plane(api),
        **{name: spec.get(field) or None for name, field in _COPIED.items()},
    }


def version_state(version: Spec, glance: Spec, key: str) -> State:
    """The part of the state that the control plane's operator takes from its OpenStackVersion.

    Older releases have an image for each API, which takes precedence.
    """
    status, api = version.get("status") or {}, ((glance.get("spec") or {}).get("glanceAPIs") or {}).get(key) or {}
    wsgi = (status.get("serviceDefaults") or {}).get("glanceWsgi")
    image = (status.get("containerImages") or {}).get("glanceAPIImage")
    return {
        "image": None if api.get("containerImage") else image or None,
        "wsgi": str(wsgi) if wsgi else None,
    }


def glance_api_state(glance_api: Spec, key: str) -> State:
    """The state that a GlanceAPI specifies."""
    spec, annotations = glance_api.get("spec") or {}, (glance_api.get("metadata") or {}).get("annotations") or {}
    replicas, wsgi = spec.get("replicas"), annotations.get(WSGI_ANNOTATION)
    return {
        **_own_state(spec, volumes_of(spec, {}, key, "spec")),
        **_set_by_control_plane(spec),
        **{name: spec.get(field) or None for name, field in _COPIED.items()},
        **_config_state(str(spec.get("customServiceConfig") or "")),
        "config_secrets": list(spec.get("customServiceConfigSecrets") or []),
        "storage": stated_storage(spec),
        "cache": effective_cache({}, spec),
        "node_selector": without_empty(spec.get("nodeSelector") or {}),
        "topology": _topology(spec.get("topologyRef")),
        "timeout": spec.get("apiTimeout"),
        "quota": spec.get("quota"),
        "image": spec.get("containerImage") or None,
        "wsgi": str(wsgi) if wsgi else None,
        "registered": annotations.get(_REGISTERED) == "true",
        "replicas": None if replicas is None else int(replicas),
    }


def volumes_of(glance: Spec, outer: Spec, key: str, path: str) -> list[Any]:
    """The volumes and mounts that reach the pods of an API, without what programs add or leave out."""
    return [
        {name: without_empty(found.content.get(name) or []) for name in ("volumes", "mounts")}
        for found in volumes_reaching(glance, outer, key, path)
    ]


def without_empty(value: Any, empty: Collection[Any] = (None, "", False, 0, [])) -> Any:
    """The value without fields that mean the same when they are missing.

    An empty mapping stays by default, because ``emptyDir: {}`` has a meaning.
    """
    if isinstance(value, Mapping):
        inner = {key: without_empty(each, empty) for key, each in value.items()}
        return {key: each for key, each in inner.items() if each not in empty}
    return [without_empty(each, empty) for each in value] if isinstance(value, list) else value


def _without_empty_mappings(value: Any) -> Any:
    return without_empty(value or {}, (None, "", False, 0, [], {}))


def _own_state(api: Spec, volumes: list[Any]) -> State:
    """What an API never inherits. ``networkAttachments`` keep their order."""
    return {
        "mounts": volumes,
        "networks": list(api.get("networkAttachments") or []),
        "resources": _resources(api.get("resources") or {}),
        "probes": _without_empty_mappings((api.get("override") or {}).get("probes")),
    }


def _resources(resources: Spec) -> dict[Any, Any]:
    """Requests and limits as numbers: the API server writes quantities in another form than the user."""
    amounts = {
        (kind, name): parse_quantity(str(amount))
        for kind in ("limits", "requests")
        for name, amount in (resources.get(kind) or {}).items()
    }
    return {**amounts, "claims": resources["claims"]} if resources.get("claims") else amounts


def _topology(reference: Spec | None) -> str:
    """The name of a topology: its namespace can only be that of the object."""
    return str((reference or {}).get("name") or "")


def _config_state(config: str) -> State:
    return {"config": config, "backends": operator_backends(config)}


def _set_by_control_plane(api: Spec) -> State:
    """Fields that the control plane's operator sets, so that a Glance spec does not state them; None: not stated."""
    tls = _without_empty_mappings(api.get("tls"))
    return {"tls": tls or None, "credential": (api.get("auth") or {}).get("applicationCredentialSecret") or None}


def _first_stated(name: str, *specs: Spec) -> Any:
    return next((spec[name] for spec in specs if spec.get(name) is not None), None)


def effect(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The most severe thing that happens between two states, and every reason for it."""
    recreating = {name: _differs(old, new, name) for name in _RECREATING}
    reasons = []
    if recreating["backends"]:
        reasons.append(f"enabled_backends {_listed(old['backends'])} becomes {_listed(new['backends'])}")
    if recreating["storage"]:
        names = [name for name in new["storage"] if old["storage"][name] != new["storage"][name]]
        reasons.append("storage: " + ", ".join(f"{name} becomes {_shown(new['storage'][name])}" for name in names))
    if recreating["cache"]:
        reasons.append(f"the size of the image cache becomes {_shown(new['cache'])}")
    if reasons:
        return RECREATED, tuple(reasons)
    reasons = [text for name, text in _ROLLING.items() if _differs(old, new, name)]
    if _differs(old, new, "registered"):
        reasons.append("Keystone's catalog " + ("names it" if new["registered"] else "no longer names it"))
    if reasons:
        return ROLLING, tuple(reasons)
    if _differs(old, new, "replicas"):
        return SCALED, (f"replicas {old['replicas']} becomes {new['replicas']}",)
    return NONE, ()


def _differs(old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> bool:
    one, two = old.get(name), new.get(name)
    return one is not None and two is not None and bool(one != two)


def not_rolled_out(glance_api: Spec, statefulset: Spec) -> list[str]:
    """Why a StatefulSet does not yet match its GlanceAPI."""
    late = not_observed(glance_api)
    old = ["the StatefulSet does not have the current configuration"] if has_old_config(glance_api, statefulset) else []
    return [late, *old] if late else old


def not_observed(body: Spec, required: bool = False) -> str:
    """Which generation the operator has not observed yet. Some kinds do not report it, unless it is ``required``."""
    generation = int(body["metadata"].get("generation") or 0)
    observed = (body.get("status") or {}).get("observedGeneration")
    if observed is None and not required or int(observed or 0) >= generation:
        return ""
    title = f"{body.get('kind', '')} {body['metadata']['name']}".strip()
    return f"{title}: its operator has observed generation {int(observed or 0)} of {generation}"


def has_old_config(glance_api: Spec, statefulset: Spec) -> bool:
    """Whether the containers of a StatefulSet have another hash of the configuration than the GlanceAPI reports."""
    current = str(((glance_api.get("status") or {}).get("hash") or {}).get("input") or "")
    template = ((statefulset.get("spec") or {}).get("template") or {}).get("spec") or {}
    hashes = {
        str(variable.get("value") or "")
        for container in template.get("containers") or []
        for variable in container.get("env") or []
        if variable.get("name") == _CONFIG_HASH
    }
    return bool(current and hashes and hashes != {current})


def _listed(backends: Collection[str]) -> str:
    return ",".join(backends) or "(none)"


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) or "(none)"
