# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to change in Keystone, in the order of the changes."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._identity.model import Account, Desired, Found, Step

SERVICE, ENDPOINT, ROLE, USER, GRANT = "service", "endpoint", "role", "user", "grant"
CREATE, UPDATE = "create", "update"
INTERFACES = ("public", "internal", "admin")


def plan(desired: Desired, found: Found) -> tuple[Step, ...]:
    """All changes. Raises DcnError where the catalog has several services that could be meant."""
    return (*_catalog(desired, found), *_roles(desired, found), *_account(desired.account, found))


def _catalog(desired: Desired, found: Found) -> Iterator[Step]:
    if len(found.services) > 1:
        ids = ", ".join(f"{each.name} ({each.id})" for each in found.services)
        raise DcnError(
            f"The catalog of Keystone has several services of type {desired.type}: {ids}. Clients use any of them. "
            "Delete those that are not used, or set the type of the service that is meant."
        )
    if not found.services:
        yield Step(SERVICE, desired.name, CREATE, "", desired.type)
    for interface in (each for each in INTERFACES if each in desired.endpoints):
        url, old = desired.endpoints[interface], found.endpoints.get(interface)
        if old is None:
            yield Step(ENDPOINT, interface, CREATE, "", url)
        elif old.text != url:
            yield Step(ENDPOINT, interface, UPDATE, old.text, url)


def _roles(desired: Desired, found: Found) -> Iterator[Step]:
    needed = (*desired.roles, *(desired.account.roles if desired.account else ()))
    for role in dict.fromkeys(needed):
        if role.lower() not in found.roles:
            yield Step(ROLE, role, CREATE, "", role)


def _account(account: Account | None, found: Found) -> Iterator[Step]:
    if account is None:
        return
    if not found.account:
        yield Step(USER, account.name, CREATE, "", f"in domain {account.domain}")
    elif account.password is not None and not found.password_works:
        yield Step(USER, account.name, UPDATE, "another password", "the password of this call")
    for role in account.roles:
        if role.lower() not in found.granted:
            yield Step(GRANT, role, CREATE, "", f"to {account.name} in project {account.project}")
