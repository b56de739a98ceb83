# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids for names, and the objects of others."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.dcn.glance.plugins.filter.controller import controller_foreign, controller_ids

CREATED = {
    "results": [
        {"item": {"name": "Glance hosts"}, "id": 7, "changed": True},
        {"item": {"name": "Glance kubeconfig"}, "changed": True},
    ]
}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Glance hosts"], [7]),
        (["Glance kubeconfig"], ["Glance kubeconfig"]),
        (["Vault", "Glance hosts"], ["Vault", 7]),
        ([], []),
        ("Glance hosts", 7),
        ("Vault", "Vault"),
    ],
    ids=["created", "without an id in check mode", "not of the task", "none", "one name", "one name not of the task"],
)
def test_ids(names: t.Any, expected: t.Any) -> None:
    assert controller_ids(names, CREATED) == expected


def found(name: str, organization: str | None) -> dict[str, t.Any]:
    summary = {"organization": {"id": 1, "name": organization}} if organization else {}
    return {"id": 1, "name": name, "summary_fields": summary}


@pytest.mark.parametrize(
    ("one", "organization", "foreign"),
    [
        (found("Glance", "Sites"), "Sites", False),
        (found("Glance", "Others"), "Sites", True),
        (found("Glance", None), "Sites", True),
        (found("Glance", None), None, False),
        (found("Other", "Sites"), "Sites", True),
    ],
    ids=["own", "of another organization", "of no organization", "own without organization", "another name"],
)
def test_foreign(one: dict[str, t.Any], organization: str | None, foreign: bool) -> None:
    assert controller_foreign([one], [{"name": "Glance"}], organization) == ([one] if foreign else [])
