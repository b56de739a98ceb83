# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merge one OpenStackDataPlaneNodeSet: the volume with the Ceph files, and two entries of its services."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import CONF_DIRECTORY
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import Problem
from ansible_collections.dcn.glance.plugins.module_utils._edge.model import NODE_SETS
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object

NOVA, CEPH_CLIENT, LIBVIRT = "nova", "ceph-client", "libvirt"


def services_of(item: Mapping[str, Any]) -> list[str]:
    """The services of a NodeSet, in the order in which they are deployed."""
    return [str(name) for name in (item.get("spec") or {}).get("services") or []]


def mounts_of(item: Mapping[str, Any]) -> list[Object]:
    """The extra mounts of the pods that configure the hosts of a NodeSet."""
    return list(((item.get("spec") or {}).get("nodeTemplate") or {}).get("extraMounts") or [])


def merged_services(services: Sequence[str], wanted: str, replaced: Collection[str]) -> list[str]:
    """The services with ``wanted`` in the place of Nova, and the one that distributes the Ceph files before libvirt."""
    found = [name for name in services if name not in replaced or name == wanted]
    if wanted not in found:
        place = next(index for index, name in enumerate(services) if name in replaced)
        before = [name for name in services[:place] if name in found]
        found.insert(len(before), wanted)
    if CEPH_CLIENT not in found:
        # libvirt makes its secrets from the files that this service distributes.
        first = min(found.index(name) for name in (LIBVIRT, wanted) if name in found)
        found.insert(first, CEPH_CLIENT)
    return found


def restored_services(services: Sequence[str], service: str, added: Collection[str]) -> list[str]:
    """The services without the managed ones, and with ``nova`` in their place."""
    found = [NOVA if name == service else name for name in services if name not in added]
    return list(dict.fromkeys(found))


def merged_mounts(entries: Sequence[Object], volume: str, secret: str, managed: Collection[str]) -> list[Object]:
    """The mounts with the one of ``secret``. ``managed`` are the Secrets that earlier runs mounted."""
    desired: Object = {
        "extraVolType": "Ceph",
        "volumes": [{"name": volume, "secret": {"secretName": secret}}],
        "mounts": [{"name": volume, "mountPath": CONF_DIRECTORY, "readOnly": True}],
    }
    found = [entry for entry in entries if _secret_names(entry) & {secret, *managed}]
    if not found:
        return [*entries, desired]
    first = found[0]
    if _secret_names(first) == {secret} and _mounts_files(first):
        return [entry for entry in entries if entry is first or entry not in found]
    return [
        {**first, **desired} if entry is first else entry for entry in entries if entry is first or entry not in found
    ]


def without_mounts(entries: Sequence[Object], managed: Collection[str]) -> list[Object]:
    """The mounts without those of managed Secrets."""
    return [entry for entry in entries if not _secret_names(entry) & set(managed)]


def with_parts(item: Object, services: Sequence[str], mounts: Sequence[Object]) -> Object:
    """The NodeSet with other services and mounts; nothing else of it is copied or changed."""
    if list(services) == services_of(item) and list(mounts) == mounts_of(item):
        return item
    spec = dict(item["spec"])
    if list(services) != services_of(item):
        spec["services"] = list(services)
    if list(mounts) != mounts_of(item):
        template = dict(spec.get("nodeTemplate") or {})
        template["extraMounts"] = list(mounts)
        if not mounts:
            del template["extraMounts"]
        spec["nodeTemplate"] = template
    return {**item, "spec": spec}


def mount_problems(name: str, namespace: str, entries: Sequence[Object]) -> list[Problem]:
    """Two mounts of one directory, or two volumes of one name: Kubernetes refuses such pods."""
    seen: dict[str, int] = {}
    problems = []
    for index, entry in enumerate(entries):
        mounts = [f"the mount {str(each.get('mountPath')).rstrip('/')}" for each in entry.get("mounts") or []]
        for what in [*mounts, *(f"the volume {each.get('name')}" for each in entry.get("volumes") or [])]:
            first = seen.setdefault(what, index)
            if first != index:
                path = f"{NODE_SETS.kind} {namespace}/{name}: spec.nodeTemplate.extraMounts"
                why = f"adds {what} twice, in [{first}] and [{index}]: Kubernetes refuses such pods. Remove [{first}]"
                problems.append(Problem(path, why))
    return problems


def _secret_names(entry: Mapping[str, Any]) -> set[str]:
    volumes = entry.get("volumes") or []
    return {str((volume.get("secret") or {}).get("secretName") or "") for volume in volumes} - {""}


def _mounts_files(entry: Mapping[str, Any]) -> bool:
    volumes = {volume.get("name") for volume in entry.get("volumes") or []}
    return any(
        str(mount.get("mountPath") or "").rstrip("/") == CONF_DIRECTORY and mount.get("name") in volumes
        for mount in entry.get("mounts") or []
    )
