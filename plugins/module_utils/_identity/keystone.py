# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and changes a service in Keystone, through the SDK."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import keystone_session
from ansible_collections.dcn.glance.plugins.module_utils._identity.model import Account, Desired, Entry, Found, Step
from ansible_collections.dcn.glance.plugins.module_utils._identity.plan import (
    CREATE,
    ENDPOINT,
    GRANT,
    ROLE,
    SERVICE,
    USER,
)


class Keystone:
    """The identity API version 3 for an administrator."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        import openstack.connection

        region, self._session = keystone_session(options)
        self._identity = openstack.connection.Connection(config=region).identity
        self._auth_url = str(region.get_auth_args().get("auth_url") or "")
        self._verify = self._session.verify

    def read(self, desired: Desired) -> Found:
        """What is in Keystone of the desired service."""
        found: Found = _explained(lambda: self._read(desired))
        return found

    def _read(self, desired: Desired) -> Found:
        services = [
            Entry(str(each.id), str(each.name or ""), str(each.description or ""))
            for each in self._identity.services(type=desired.type)
        ]
        endpoints = {}
        if len(services) == 1:
            for each in self._identity.endpoints(service_id=services[0].id):
                if each.region_id == desired.region:
                    endpoints[str(each.interface)] = Entry(str(each.id), str(each.interface), str(each.url))
        roles = {str(each.name).lower(): each for each in self._identity.roles()}
        found = Found(tuple(services), endpoints, frozenset(roles))
        return found if desired.account is None else self._with_account(found, desired.account, roles)

    def _with_account(self, found: Found, account: Account, roles: Mapping[str, Any]) -> Found:
        user, project = self._user(account), self._project(account)
        granted = set()
        if user is not None:
            names = {str(role.id): name for name, role in roles.items()}
            assigned = self._identity.role_assignments(user_id=user.id, scope_project_id=project.id)
            granted = {names.get(str(each.role["id"]), "") for each in assigned}
        return Found(
            found.services,
            found.endpoints,
            found.roles,
            user is not None,
            user is not None and account.password is not None and self._password_works(user, account.password),
            frozenset(granted),
        )

    def _domain(self, account: Account) -> Any:
        domain = self._identity.find_domain(account.domain)
        if domain is None:
            raise DcnError(f"Keystone has no domain {account.domain}. Create it, or name another one for the account.")
        return domain

    def _user(self, account: Account) -> Any:
        return self._identity.find_user(account.name, domain_id=self._domain(account).id)

    def _project(self, account: Account) -> Any:
        project = self._identity.find_project(account.project, domain_id=self._domain(account).id)
        if project is None:
            raise DcnError(
                f"Keystone has no project {account.project} in domain {account.domain}. Create it, or name another "
                "project for the account."
            )
        return project

    def _password_works(self, user: Any, password: str) -> bool:
        from keystoneauth1 import exceptions, session
        from keystoneauth1.identity import v3

        auth = v3.Password(auth_url=self._auth_url, user_id=user.id, password=password, unscoped=True)
        try:
            session.Session(auth=auth, verify=self._verify).get_token()
        except exceptions.Unauthorized:
            return False
        return True

    def apply(self, desired: Desired, steps: Sequence[Step]) -> None:
        """Make the changes in order; each can be made again after an interrupted run."""
        for step in steps:
            _explained(lambda step=step: self._apply(desired, step))  # type: ignore[misc]

    def _apply(self, desired: Desired, step: Step) -> None:
        if step.kind == SERVICE:
            self._identity.create_service(name=desired.name, type=desired.type, description=desired.description)
        elif step.kind == ENDPOINT:
            self._set_endpoint(desired, step)
        elif step.kind == ROLE:
            self._identity.create_role(name=step.name)
        elif desired.account is not None:
            self._change_account(desired.account, step)

    def _set_endpoint(self, desired: Desired, step: Step) -> None:
        service = next(iter(self._identity.services(type=desired.type)))
        if step.action == CREATE:
            where = {"service_id": service.id, "region_id": desired.region, "interface": step.name}
            self._identity.create_endpoint(url=step.after, **where)
            return
        for each in self._identity.endpoints(service_id=service.id, interface=step.name):
            if each.region_id == desired.region:
                self._identity.update_endpoint(each, url=step.after)

    def _change_account(self, account: Account, step: Step) -> None:
        given = {} if account.password is None else {"password": account.password}
        if step.kind == USER and step.action == CREATE:
            project = self._project(account)
            where = {"domain_id": self._domain(account).id, "default_project_id": project.id}
            self._identity.create_user(name=account.name, **where, **given)
        elif step.kind == USER:
            self._identity.update_user(self._user(account), **given)
        elif step.kind == GRANT:
            role = self._identity.find_role(step.name)
            self._identity.assign_project_role_to_user(self._project(account), self._user(account), role)


def _explained(call: Callable[[], Any]) -> Any:
    """Call a function that asks Keystone; an error becomes one sentence with advice."""
    from keystoneauth1 import exceptions
    from openstack.exceptions import SDKException

    try:
        return call()
    except (exceptions.ClientException, SDKException) as error:
        text = " ".join(str(error).split()).rstrip(".")
        raise DcnError(f"Keystone refused a request: {text}. The account needs the role admin.") from error
