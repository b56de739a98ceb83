# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the objects of a run."""

from __future__ import annotations

import os.path
from collections.abc import Iterable

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import decoded
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import keyring_path
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._edge.cinder_plan import ObservedCinder, recorded_secrets
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import (
    CONFIG_MAPS,
    DATA_PLANE_SERVICES,
    DEPLOYMENTS,
    NODE_SETS,
    DesiredCinder,
    DesiredDataPlane,
    SecretHolder,
    Secrets,
)
from ansible_collections.dcn.glance.plugins.module_utils._edge.nova_plan import ObservedDataPlane, records
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    SECRETS,
    STATEFULSETS,
    Object,
    Resource,
)

_CINDER_SELECTOR = "service=cinder"


def read_cinder(client: KubeClient, desired: DesiredCinder) -> ObservedCinder:
    """The control plane and all related objects that the plan needs."""
    namespace, name = desired.namespace, desired.control_plane
    item = client.get(CONTROL_PLANES, namespace, name)
    if item is None:
        raise _not_found(client, CONTROL_PLANES, namespace, name)
    statefulsets = _by_name(client.list(STATEFULSETS, namespace, _CINDER_SELECTOR)[0])
    names = [*(holder.secret for holder in desired.holders), *recorded_secrets(item)]
    return ObservedCinder(item, statefulsets, _secrets(client, namespace, names))


def read_data_plane(client: KubeClient, desired: DesiredDataPlane) -> ObservedDataPlane:
    """All objects of the data plane in the namespace, and the ConfigMaps and Secrets of the run by name."""
    namespace = desired.namespace
    node_sets = _by_name(client.list(NODE_SETS, namespace)[0])
    found = records(node_sets)
    config_maps = [site.config_map for site in desired.sites] + [each.get("config_map", "") for each in found.values()]
    names = [holder.secret for holder in desired.holders] + [each.get("secret", "") for each in found.values()]
    return ObservedDataPlane(
        node_sets,
        _by_name(client.list(DATA_PLANE_SERVICES, namespace)[0]),
        {name: client.get(CONFIG_MAPS, namespace, name) for name in dict.fromkeys(config_maps) if name},
        _secrets(client, namespace, names),
        client.list(DEPLOYMENTS, namespace)[0],
    )


def is_data_plane_there(client: KubeClient) -> bool:
    """Whether the cluster has the kinds of the data plane."""
    return client.resource(NODE_SETS.api_version, NODE_SETS.kind) is not None


def require_data_plane(client: KubeClient) -> None:
    """Raise ``InputErrors`` if the cluster does not have the kinds of the data plane."""
    if not is_data_plane_there(client):
        what = f"{NODE_SETS.kind}.{NODE_SETS.group}"
        message = f"the cluster {client.host} has no {what}: install the OpenStack operators, or check the cluster"
        raise InputErrors([Problem("sites.*.nova.data_plane", message)])


def read_key_ids(
    client: KubeClient, namespace: str, holders: Iterable[SecretHolder]
) -> tuple[dict[str, dict[str, str]], dict[str, bool]]:
    """(ids of the keys in the Secrets, by the path of the keyring; which Secrets exist).

    Several Secrets can need the same key. It is reported only if all of them have it, so that none is forgotten.
    """
    found: dict[str, list[dict[str, str]]] = {}
    exists: dict[str, bool] = {}
    for holder in holders:
        secret = client.get(SECRETS, namespace, holder.secret)
        exists[holder.secret] = secret is not None
        data = decoded(secret)
        for cluster in holder.clusters:
            path = keyring_path(cluster, holder.client)
            content = data.get(os.path.basename(path))
            ids = keyring.key_ids(content.decode("utf-8", "replace")) if content is not None else {}
            found.setdefault(path, []).append(ids)
    same = {path: ids[0] for path, ids in found.items() if ids[0] and all(each == ids[0] for each in ids)}
    return same, exists


def _secrets(client: KubeClient, namespace: str, names: Iterable[str]) -> Secrets:
    return {name: client.get(SECRETS, namespace, name) for name in dict.fromkeys(names) if name}


def _by_name(items: list[Object]) -> dict[str, Object]:
    return {str(item["metadata"]["name"]): item for item in items}


def _not_found(client: KubeClient, resource: Resource, namespace: str, name: str) -> DcnError:
    if client.resource(resource.api_version, resource.kind) is None:
        return DcnError(
            f"This cluster ({client.host}) has no {resource.kind}.{resource.group}: install the OpenStack operators "
            "first, or check whether this is the right cluster."
        )
    return DcnError(f"There is no {resource.kind} {namespace}/{name}: deploy the control plane first.")
