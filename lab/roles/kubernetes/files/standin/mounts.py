# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``extraMounts``: which volumes and mounts reach the pods of an API."""

from __future__ import annotations

from collections.abc import Sequence

from .names import Object


def propagated(extra_mounts: Sequence[Object], key: str) -> tuple[list[Object], list[Object]]:
    """Volumes and mounts for the pods of the API ``key``.

    No propagation means everywhere. Two words of one list that both match bring the volume twice, and then Kubernetes
    refuses the StatefulSet, as with the operator.
    """
    names = {"All", "Glance", "GlanceAPI", key}
    volumes: list[Object] = []
    mounts: list[Object] = []
    for entry in extra_mounts:
        for extra in entry.get("extraVol", []):
            propagation = extra.get("propagation") or ["All"]
            for _word in [word for word in propagation if word in names]:
                volumes += [_volume(volume) for volume in extra.get("volumes", [])]
                mounts += [dict(mount) for mount in extra.get("mounts", [])]
    return volumes, mounts


def _volume(volume: Object) -> Object:
    known = ("secret", "configMap", "projected", "emptyDir", "nfs", "csi", "persistentVolumeClaim")
    source: dict[str, object] = {kind: volume[kind] for kind in known if kind in volume}
    return {"name": volume["name"], **source}
