# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a run needs to know: the object, its Glance, StatefulSets, volumes and Secrets."""

from __future__ import annotations

import os.path
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import keyring
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import LOCATION_API, View
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_names import decoded
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.wanted import Wanted
from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import keyring_path
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import (
    CONTROL_PLANES,
    GLANCE_APIS,
    GLANCES,
    PVCS,
    SECRETS,
    STATEFULSETS,
    KubeClient,
    Object,
    Resource,
)
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import Live
from ansible_collections.dcn.glance.plugins.module_utils._operators.part import read_marks

_LABELS = "service=glance"
#: Stands for the letters that the operator chooses when it makes the Glance.
_UNKNOWN = "glance-xxxxx"


def target(wanted: Wanted) -> Resource:
    """The kind of object that is edited."""
    return CONTROL_PLANES if wanted.control_plane else GLANCES


def read_item(client: KubeClient, wanted: Wanted) -> Object | None:
    """The object to edit; a cluster that does not know the kind is told apart from one without the object."""
    resource = target(wanted)
    found = client.get(resource, wanted.namespace, wanted.name)
    if found is None and client.resource(resource.api_version, resource.kind) is None:
        raise DcnError(
            f"This cluster ({client.host}) knows no {resource.kind}.{resource.group}: install the OpenStack operators "
            "first, or look whether this is the right cluster."
        )
    return found


def read_view(client: KubeClient, wanted: Wanted, item: Object) -> View:
    """Everything around the object."""
    glance = _glance(client, wanted, item)
    live = Live(
        glance["metadata"]["name"] if glance else _future_name(wanted, item),
        _by_name(client.list(GLANCE_APIS, wanted.namespace)[0]),
        _by_name(client.list(STATEFULSETS, wanted.namespace, _LABELS)[0]),
        _by_name(client.list(PVCS, wanted.namespace, _LABELS)[0]),
    )
    names = dict.fromkeys([*(api.secret for api in wanted.apis if api.secret), *read_marks(item).secrets])
    secrets = {name: client.get(SECRETS, wanted.namespace, name) for name in names}
    return View(item, live, secrets, _location_api(glance))


def read_key_ids(client: KubeClient, wanted: Wanted) -> tuple[dict[str, dict[str, str]], dict[str, bool]]:
    """(ids of the keys in the Secrets, by the path of the keyring in the pods; which Secrets there are)."""
    key_ids: dict[str, dict[str, str]] = {}
    there: dict[str, bool] = {}
    for api in wanted.apis:
        if not api.secret:
            continue
        found = client.get(SECRETS, wanted.namespace, api.secret)
        there[api.secret] = found is not None
        data = decoded(found)
        for cluster in api.clusters:
            path = keyring_path(cluster, api.client)
            content = data.get(os.path.basename(path))
            if content is not None:
                key_ids[path] = keyring.key_ids(content.decode("utf-8", "replace"))
    return key_ids, there


def _glance(client: KubeClient, wanted: Wanted, item: Object) -> Object | None:
    """The Glance itself, or the one that the control plane owns."""
    if not wanted.control_plane:
        return item
    uid = (item.get("metadata") or {}).get("uid")
    for found in client.list(GLANCES, wanted.namespace)[0] if uid else ():
        owners = (found.get("metadata") or {}).get("ownerReferences") or []
        if any(owner.get("uid") == uid for owner in owners):
            return found
    return None


def _future_name(wanted: Wanted, item: Mapping[str, Any]) -> str:
    """How the control plane will call its Glance."""
    part = (item.get("spec") or {}).get("glance") or {}
    return str(part.get("serviceName") or (_UNKNOWN if part.get("uniquePodNames") else "glance"))


def _by_name(items: list[Object]) -> dict[str, Object]:
    return {str(item["metadata"]["name"]): item for item in items}


def _location_api(glance: Mapping[str, Any] | None) -> bool | None:
    if glance is None:
        return None
    annotations = (glance.get("metadata") or {}).get("annotations") or {}
    return str(annotations.get(LOCATION_API, "")).lower() == "true"
