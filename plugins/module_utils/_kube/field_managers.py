# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which field manager set a field, from ``metadata.managedFields``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FIELD_MANAGER

# Programs that revert changes of others, by the names of their field managers.
_REVERTING = {
    "argocd": "Argo CD",
    "kustomize-controller": "Flux",
    "helm": "Helm",
    "helm-controller": "Flux",
    "fluxcd": "Flux",
    "keda": "KEDA",
}


@dataclass(frozen=True)
class FieldManager:
    """A manager that set a field, and when."""

    manager: str
    time: str
    subresource: str = ""

    def __str__(self) -> str:
        return f"'{self.manager}'{f' at {self.time}' if self.time else ''}"


def field_managers(body: Mapping[str, Any], path: Sequence[str]) -> list[FieldManager]:
    """The managers that own the field at a path, the latest first."""
    found = []
    for entry in body.get("metadata", {}).get("managedFields") or []:
        fields: Any = entry.get("fieldsV1") or {}
        for part in path:
            fields = fields.get(f"f:{part}") if isinstance(fields, Mapping) else None
        if fields is not None:
            found.append(FieldManager(*(str(entry.get(key) or "") for key in ("manager", "time", "subresource"))))
    return sorted(found, key=lambda manager: manager.time, reverse=True)


def last_manager(body: Mapping[str, Any], path: Sequence[str] = ("spec", "replicas")) -> FieldManager | None:
    """The manager that set the field last."""
    found = field_managers(body, path)
    return found[0] if found else None


def reverting_manager(body: Mapping[str, Any], path: Sequence[str] = ("spec", "replicas")) -> str:
    """A warning about a program that set the replicas and may revert them; empty when there is none."""
    for found in field_managers(body, path):
        name = ""
        if found.manager == "kube-controller-manager" and found.subresource == "scale":
            name = "A HorizontalPodAutoscaler"
        for word, title in _REVERTING.items():
            if found.manager == word or found.manager.startswith((f"{word}-", f"{word}_")):
                name = title
        if name and found.manager != FIELD_MANAGER:
            return f"{name} (field manager {found}) has set the replicas and may revert them. Change them there, too."
    return ""
