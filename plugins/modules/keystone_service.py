#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keystone_service
short_description: Manage a service in Keystone with its endpoints, roles and account
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Makes a service known to Keystone in one step. Creates its entry in the catalog, its endpoints in one region, the
    roles of its users, and the account with which the service asks Keystone.
  - Asks Keystone whether the password of the account works, and sets it if it does not. So it also repairs a password
    that was changed by someone else.
  - Removes nothing. Other endpoints, roles and grants stay.
options:
  name:
    description: Name of a new entry in the catalog. An existing entry is found by its type.
    type: str
    required: true
  type:
    description: Type of the service, such as V(object-store).
    type: str
    required: true
  description:
    description: Description of a new entry.
    type: str
    default: ""
  endpoint_region:
    description: Region of the endpoints. It must exist.
    type: str
    required: true
  endpoints:
    description: URLs by interface, V(public), V(internal) and V(admin). Interfaces that are not named stay.
    type: dict
    default: {}
    suboptions:
      public:
        description: URL of the public endpoint.
        type: str
      internal:
        description: URL of the internal endpoint.
        type: str
      admin:
        description: URL of the admin endpoint.
        type: str
  roles:
    description: Roles that must exist, such as those that let users use the service.
    type: list
    elements: str
    default: []
  account:
    description: The account of the service.
    type: dict
    suboptions:
      name:
        description: Name of the user.
        type: str
        required: true
      domain:
        description: Domain of the user and of the project.
        type: str
        default: Default
      project:
        description: Project in which the user has roles. It must exist.
        type: str
        default: service
      roles:
        description: Roles of the user in the project. Missing roles are created.
        type: list
        elements: str
        default: [service]
      password:
        description: The password. Without it and O(account.sealed), the password is not managed.
        type: str
      sealed:
        description: The password as M(dcn.glance.secret_file) returns it for this host.
        type: str
      secret_name:
        description: The name of that secret. By default O(account.name).
        type: str
  recipient_directory:
    description: Directory of the private key, see M(dcn.glance.key_recipient).
    type: path
    default: /run/dcn.glance
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
  idempotent: {support: full}
seealso:
  - module: dcn.glance.secret_file
notes:
  - The account of this module needs the role C(admin).
"""

EXAMPLES = r"""
- name: Make the object gateway of a cluster the object store of Keystone
  dcn.glance.keystone_service:
    cloud: dcn
    name: swift
    type: object-store
    endpoint_region: RegionOne
    endpoints:
      public: https://objects.example.com/swift/v1/AUTH_%(project_id)s
      internal: http://192.0.2.10:7480/swift/v1/AUTH_%(project_id)s
    roles: [swiftoperator, ResellerAdmin]
    account:
      name: swift
      sealed: "{{ hostvars['gateway-0'].password.sealed[inventory_hostname] }}"
"""

RETURN = r"""
steps:
  description: The changes in Keystone, or in check mode those that would be made.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: One of V(service), V(endpoint), V(role), V(user) and V(grant).
      type: str
    name:
      description: Name of the service, user or role, or the interface of the endpoint.
      type: str
    action:
      description: One of V(create) and V(update).
      type: str
  sample:
    - {kind: endpoint, name: public, action: update}
"""

from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.dcn.glance.plugins.module_utils._ceph.recipient import private_path
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, unseal_secret
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.module import QuietModule
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import (
    HAS_SDK,
    SDK_TRACEBACK,
    account_argument_spec,
)
from ansible_collections.dcn.glance.plugins.module_utils._identity.keystone import Keystone
from ansible_collections.dcn.glance.plugins.module_utils._identity.model import Account, Desired
from ansible_collections.dcn.glance.plugins.module_utils._identity.plan import plan

ACCOUNT = {
    "name": {"type": "str", "required": True},
    "domain": {"type": "str", "default": "Default"},
    "project": {"type": "str", "default": "service"},
    "roles": {"type": "list", "elements": "str", "default": ["service"]},
    "password": {"type": "str", "no_log": True},
    "sealed": {"type": "str", "no_log": False},
    "secret_name": {"type": "str", "no_log": False},
}


def account(module: QuietModule) -> Account | None:
    given = module.params["account"]
    if given is None:
        return None
    password = given["password"]
    if given["sealed"]:
        openssl = Openssl(module.get_bin_path("openssl"))
        private = private_path(module.params["recipient_directory"])
        password = unseal_secret(openssl, private, given["sealed"], given["secret_name"] or given["name"])
        module.no_log_values.add(password)
    return Account(given["name"], given["domain"], given["project"], tuple(given["roles"]), password)


def run(module: QuietModule) -> dict[str, Any]:
    params = module.params
    endpoints = {interface: url for interface, url in (params["endpoints"] or {}).items() if url}
    desired = Desired(
        params["name"],
        params["type"],
        params["description"],
        params["endpoint_region"],
        endpoints,
        tuple(params["roles"]),
        account(module),
    )
    keystone = Keystone(params)
    steps = plan(desired, keystone.read(desired))
    if not module.check_mode:
        keystone.apply(desired, steps)
    found = [{"kind": step.kind, "name": step.name, "action": step.action} for step in steps]
    result: dict[str, Any] = {"changed": bool(steps), "steps": found}
    if module._diff:
        result["diff"] = {
            "before": "".join(f"{step.line}: {step.before}\n" for step in steps if step.before),
            "after": "".join(f"{step.line}: {step.after}\n" for step in steps),
        }
    return result


def main() -> None:
    module = QuietModule(
        argument_spec={
            **account_argument_spec(),
            "name": {"type": "str", "required": True},
            "type": {"type": "str", "required": True},
            "description": {"type": "str", "default": ""},
            "endpoint_region": {"type": "str", "required": True},
            "endpoints": {
                "type": "dict",
                "default": {},
                "options": {interface: {"type": "str"} for interface in ("public", "internal", "admin")},
            },
            "roles": {"type": "list", "elements": "str", "default": []},
            "account": {"type": "dict", "options": ACCOUNT, "mutually_exclusive": [["password", "sealed"]]},
            "recipient_directory": {"type": "path", "default": "/run/dcn.glance"},
        },
        supports_check_mode=True,
    )
    if not HAS_SDK:
        text = missing_required_lib("openstacksdk", reason="(package python3-openstacksdk) to talk to Keystone")
        module.fail_json(msg=text, exception=SDK_TRACEBACK)
    try:
        result = run(module)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
