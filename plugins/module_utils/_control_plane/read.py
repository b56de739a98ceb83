# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the objects of a run: the object itself, its Glance, GlanceAPIs, StatefulSets, PVCs and Secrets."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._control_plane import hub_api
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.input import desired_glance
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.managed import read_managed
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import (
    MOVE,
    DesiredGlance,
    Observed,
    RunOptions,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import decoded
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import keyring_path
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    FORBIDDEN,
    GLANCE_APIS,
    GLANCES,
    PODS,
    PVCS,
    SECRETS,
    STATEFULSETS,
    VERSIONS,
    KubeError,
    Object,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import OperatorObjects, ready_pods
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import api_type, glance_spec
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import (
    INSTANCES,
    LOCATION_API_ANNOTATION,
    SERVICE_SELECTOR,
    statefulset_name,
)
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import workers
from ansible_collections.dcn.glance.plugins.module_utils._workers.store_answers import StoreAnswer
from ansible_collections.dcn.glance.plugins.module_utils._workers.stores import ask_workers

#: With uniquePodNames the operator chooses the five characters when it creates the Glance.
_UNKNOWN_NAME = "glance-xxxxx"


def read_desired(client: KubeClient, topology: Topology, hub_key: str = "") -> DesiredGlance:
    """The Glance spec of a topology. The API of the hub has the name ``hub_key``, or the one that it has now."""
    desired = desired_glance(topology, hub_key)
    if hub_key:
        return desired
    item = client.get(desired.resource, desired.namespace, desired.name)
    key = hub_api.current_key(desired.endpoint, item, desired.control_plane)
    return desired if key == desired.endpoint else desired_glance(topology, key)


def read_item(client: KubeClient, desired: DesiredGlance) -> Object | None:
    """The object to edit; None where it does not exist. Raises where the cluster does not know the kind."""
    resource = desired.resource
    found = client.get(resource, desired.namespace, desired.name)
    if found is None and client.resource(resource.api_version, resource.kind) is None:
        raise DcnError(
            f"This cluster ({client.host}) has no {resource.kind}.{resource.group}: install the OpenStack operators "
            "first, or check whether this is the right cluster."
        )
    return found


def read_observed(client: KubeClient, desired: DesiredGlance, item: Object, options: RunOptions) -> Observed:
    """The object and all related objects that the plan needs."""
    glance = _glance(client, desired, item)
    objects = OperatorObjects(
        glance["metadata"]["name"] if glance else _future_name(desired, item),
        _by_name(client.list(GLANCE_APIS, desired.namespace)[0]),
        _by_name(client.list(STATEFULSETS, desired.namespace, SERVICE_SELECTOR)[0]),
        _by_name(client.list(PVCS, desired.namespace, SERVICE_SELECTOR)[0]),
        glance or {},
        _version(client, desired),
    )
    stated = (name for api in desired.apis for name in (api.secret, api.config_secret if api.credentials else ""))
    names = dict.fromkeys([*filter(None, stated), *read_managed(item).secrets])
    secrets = {name: client.get(SECRETS, desired.namespace, name) for name in names}
    answers = _store_answers(client, desired, item, objects, options)
    return Observed(item, objects, secrets, _location_api(glance, objects.version), answers)


def _store_answers(
    client: KubeClient, desired: DesiredGlance, item: Object, objects: OperatorObjects, options: RunOptions
) -> dict[str, tuple[StoreAnswer, ...]]:
    """What the ready pods of each API answer that may replace another one, when they are asked for their stores."""
    glance = glance_spec(item, desired.control_plane)
    apis, live = glance.get("glanceAPIs") or {}, str(glance.get("keystoneEndpoint") or "")
    moves = live in apis and live != desired.endpoint and options.endpoint == MOVE
    removes = options.purge or bool(options.remove)
    keys = {desired.endpoint} if moves else set()
    if removes and any(key in apis and desired.api(key) is None for key in read_managed(item).stores):
        keys |= {api.key for api in desired.apis}
    owners = {
        statefulset_name(objects.glance, key, instance): key
        for key in keys & set(apis)
        for instance in INSTANCES.get(api_type(apis[key]), ())
    }
    if not any(ready_pods(objects.statefulsets.get(name)) for name in owners):
        return {}
    try:
        pods, _version = client.list(PODS, desired.namespace, SERVICE_SELECTOR)
    except KubeError as error:
        return {key: (StoreAnswer("its pods", False, str(error)),) for key in owners.values()}
    found = [worker for worker in workers(pods) if worker.stateful_set in owners and worker.ready]
    answers: dict[str, tuple[StoreAnswer, ...]] = {}
    for worker, answer in zip(found, ask_workers(client, found)):
        key = owners[worker.stateful_set]
        answers[key] = (*answers.get(key, ()), answer)
    return answers


def read_key_ids(client: KubeClient, desired: DesiredGlance) -> tuple[dict[str, dict[str, str]], dict[str, bool]]:
    """(ids of the keys in the Secrets, by the path of the keyring in the pods; which Secrets exist)."""
    key_ids: dict[str, dict[str, str]] = {}
    exists: dict[str, bool] = {}
    for api in desired.apis:
        if not api.secret:
            continue
        found = client.get(SECRETS, desired.namespace, api.secret)
        exists[api.secret] = found is not None
        data = decoded(found)
        for cluster in api.clusters:
            path = keyring_path(cluster, api.client)
            content = data.get(os.path.basename(path))
            if content is not None:
                key_ids[path] = keyring.key_ids(content.decode("utf-8", "replace"))
    return key_ids, exists


def _glance(client: KubeClient, desired: DesiredGlance, item: Object) -> Object | None:
    """The Glance itself, or the one that the control plane owns."""
    if not desired.control_plane:
        return item
    uid = (item.get("metadata") or {}).get("uid")
    for found in client.list(GLANCES, desired.namespace)[0] if uid else ():
        owners = (found.get("metadata") or {}).get("ownerReferences") or []
        if any(owner.get("uid") == uid for owner in owners):
            return found
    return None


def _future_name(desired: DesiredGlance, item: Mapping[str, Any]) -> str:
    """The name that the control plane will give to its Glance."""
    part = (item.get("spec") or {}).get("glance") or {}
    return str(part.get("serviceName") or (_UNKNOWN_NAME if part.get("uniquePodNames") else "glance"))


def _by_name(items: list[Object]) -> dict[str, Object]:
    return {str(item["metadata"]["name"]): item for item in items}


def _version(client: KubeClient, desired: DesiredGlance) -> Object:
    """The OpenStackVersion of the control plane; empty where there is none, or the account may not read it."""
    try:
        found = client.get(VERSIONS, desired.namespace, desired.name) if desired.control_plane else None
    except KubeError as error:
        if error.reason != FORBIDDEN:
            raise
        found = None
    return found or {}


def _location_api(glance: Mapping[str, Any] | None, version: Mapping[str, Any]) -> bool | None:
    """Whether the operator has the location API on: as the Glance says, before there is one as its release does."""
    if glance is None:
        stated = ((version.get("status") or {}).get("serviceDefaults") or {}).get("glanceLocationAPI")
        return None if stated is None else str(stated).lower() == "true"
    annotations = (glance.get("metadata") or {}).get("annotations") or {}
    return str(annotations.get(LOCATION_API_ANNOTATION, "")).lower() == "true"
