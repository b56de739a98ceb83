# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to change in Keystone for a service."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._identity.model import Account, Desired, Entry, Found
from ansible_collections.dcn.glance.plugins.module_utils._identity.plan import plan

ACCOUNT = Account("swift", "Default", "service", ("service",), "secret")
DESIRED = Desired(
    "swift",
    "object-store",
    "",
    "RegionOne",
    {"internal": "http://i", "public": "http://p"},
    ("swiftoperator",),
    ACCOUNT,
)
COMPLETE = Found(
    (Entry("1", "swift", ""),),
    {"public": Entry("2", "public", "http://p"), "internal": Entry("3", "internal", "http://i")},
    frozenset({"swiftoperator", "service"}),
    account=True,
    password_works=True,
    granted=frozenset({"service"}),
)


def lines(found: Found, desired: Desired = DESIRED) -> list[str]:
    return [f"{step.action} {step.line}" for step in plan(desired, found)]


def test_everything_is_created_in_the_order_of_its_use() -> None:
    assert lines(Found()) == [
        "create service swift",
        "create endpoint public",
        "create endpoint internal",
        "create role swiftoperator",
        "create role service",
        "create user swift",
        "create grant service",
    ]


def test_nothing_is_changed_that_is_right() -> None:
    assert lines(COMPLETE) == []


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (replace(COMPLETE, password_works=False), "update user swift"),
        (replace(COMPLETE, granted=frozenset()), "create grant service"),
        (
            replace(COMPLETE, endpoints={**COMPLETE.endpoints, "public": Entry("2", "public", "http://old")}),
            "update endpoint public",
        ),
        (replace(COMPLETE, roles=frozenset({"service"})), "create role swiftoperator"),
    ],
)
def test_what_differs_is_repaired(found: Found, expected: str) -> None:
    assert lines(found) == [expected]


def test_a_password_that_is_not_given_is_not_managed() -> None:
    desired = replace(DESIRED, account=replace(ACCOUNT, password=None))
    assert lines(replace(COMPLETE, password_works=False), desired) == []


def test_the_name_of_a_role_has_no_case() -> None:
    desired = replace(DESIRED, roles=("SwiftOperator",))
    assert lines(COMPLETE, desired) == []


def test_two_services_of_a_type_are_not_guessed() -> None:
    found = replace(COMPLETE, services=(*COMPLETE.services, Entry("9", "ceph", "")))
    with pytest.raises(DcnError, match=r"several services of type object-store: swift \(1\), ceph \(9\)"):
        plan(DESIRED, found)


def test_no_step_shows_the_password() -> None:
    assert "secret" not in repr(plan(DESIRED, Found())) + repr(DESIRED)
