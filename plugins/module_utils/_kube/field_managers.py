# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who set a field: what the API server keeps in managedFields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import FIELD_MANAGER

# Programs that set numbers back, by what their field managers are called.
_KEEPERS = {
    "argocd": "Argo CD",
    "kustomize-controller": "Flux",
    "helm": "Helm",
    "helm-controller": "Flux",
    "fluxcd": "Flux",
    "keda": "KEDA",
}


@dataclass(frozen=True)
class Author:
    """Somebody who set a field, and when."""

    manager: str
    operation: str
    time: str
    subresource: str = ""

    def __str__(self) -> str:
        return f"'{self.manager}'{f' at {self.time}' if self.time else ''}"


def authors(body: Mapping[str, Any], path: Sequence[str]) -> list[Author]:
    """Who owns the field at a path, the last one first."""
    found = []
    for entry in body.get("metadata", {}).get("managedFields") or []:
        fields: Any = entry.get("fieldsV1") or {}
        for part in path:
            fields = fields.get(f"f:{part}") if isinstance(fields, Mapping) else None
        if fields is not None:
            words = (entry.get("manager"), entry.get("operation"), entry.get("time"), entry.get("subresource"))
            found.append(Author(*(str(word or "") for word in words)))
    return sorted(found, key=lambda author: author.time, reverse=True)


def author(body: Mapping[str, Any], path: Sequence[str] = ("spec", "replicas")) -> Author | None:
    """Who set the field last."""
    found = authors(body, path)
    return found[0] if found else None


def keeper(body: Mapping[str, Any], path: Sequence[str] = ("spec", "replicas")) -> str:
    """A sentence about somebody who is known to set numbers back; empty when there is none."""
    for who in authors(body, path):
        name = ""
        if who.manager == "kube-controller-manager" and who.subresource == "scale":
            name = "A HorizontalPodAutoscaler"
        for word, title in _KEEPERS.items():
            if who.manager == word or who.manager.startswith((f"{word}-", f"{word}_")):
                name = title
        if name and who.manager != FIELD_MANAGER:
            return f"{name} (field manager {who}) has set this number before and may set it back: change it there, too."
    return ""
