# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._kube.field_managers import last_manager, reverting_manager
from ansible_collections.dcn.glance.tests.support.builders.kube_objects import a_statefulset


def managed(*entries: tuple[str, str, str]) -> Any:
    body = a_statefulset()
    fields = {"f:spec": {"f:replicas": {}}}
    body["metadata"]["managedFields"] = [
        {"manager": manager, "operation": "Update", "time": time, "subresource": sub, "fieldsV1": fields}
        for manager, time, sub in entries
    ]
    return body


def test_the_last_manager() -> None:
    body = managed(("kubectl", "2026-01-01T00:00:00Z", ""), ("operator", "2026-01-02T00:00:00Z", ""))
    found = last_manager(body)
    assert found is not None and found.manager == "operator"
    assert last_manager(body, ("spec", "template")) is None and last_manager(a_statefulset()) is None


@pytest.mark.parametrize(
    ("manager", "subresource", "word"),
    [
        ("kube-controller-manager", "scale", "HorizontalPodAutoscaler"),
        ("argocd-controller", "", "Argo CD"),
        ("kustomize-controller", "", "Flux"),
        ("helm", "", "Helm"),
        ("kube-controller-manager", "", ""),
        ("helmsman", "", ""),
        ("kubectl", "", ""),
    ],
)
def test_programs_that_revert_replicas(manager: str, subresource: str, word: str) -> None:
    found = reverting_manager(managed((manager, "2026-01-01T00:00:00Z", subresource)))
    assert (word in found) if word else found == ""
