#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_file
short_description: Manage a file with one secret, and encrypt the secret for other hosts
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Generates a secret, such as the password of a service account, in a file on the host that needs it, and encrypts it
    for other hosts that need it. The secret never passes through the controller, a log or a fact cache in clear text.
  - On the other hosts, writes the file from the encrypted secret.
  - A secret that is in the file stays, unless O(value) or O(sealed) says another one.
options:
  path:
    description: The file. Its directory must exist.
    type: path
    required: true
  name:
    description: What the secret is for. An encrypted secret is bound to this name.
    type: str
    required: true
  value:
    description: The secret, if it is given and not generated. It then passes through the controller.
    type: str
  sealed:
    description: The secret as RV(sealed) of another host returns it for this host.
    type: str
  recipient_directory:
    description: Directory of the private key, see M(dcn.glance.key_recipient).
    type: path
    default: /run/dcn.glance
  recipients:
    description: Hosts that need the secret, with the results of M(dcn.glance.key_recipient).
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: Name of the host, under which the secret is returned in RV(sealed).
        type: str
        required: true
      public_key:
        description: Public key of the host. Without one the secret is not encrypted for the host.
        type: str
  owner:
    description: Owner of the file.
    type: str
    default: root
  group:
    description: Group of the file.
    type: str
    default: root
  mode:
    description: Mode of the file. Others than owner and group cannot get any right.
    type: str
    default: "0600"
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  check_mode:
    description: Generates no secret, so RV(sealed) is empty if the file does not exist.
    support: full
  diff_mode:
    support: none
  idempotent: {support: full}
requirements:
  - The program openssl on the host when the secret is encrypted or decrypted.
seealso:
  - module: dcn.glance.key_recipient
  - module: dcn.glance.keystone_service
"""

EXAMPLES = r"""
- name: Generate the password of the object gateway, and encrypt it for the host that tells Keystone
  dcn.glance.secret_file:
    path: /var/lib/ceph/radosgw/keystone-password
    name: swift
    owner: ceph
    group: ceph
    recipients:
      - host: controller-0
        public_key: "{{ hostvars['controller-0'].recipient.public_key }}"
  register: password

- name: Write the same password on another gateway
  dcn.glance.secret_file:
    path: /var/lib/ceph/radosgw/keystone-password
    name: swift
    owner: ceph
    group: ceph
    sealed: "{{ hostvars['gateway-0'].password.sealed['gateway-1'] }}"
"""

RETURN = r"""
action:
  description: One of V(none), V(create), V(update) and V(attributes).
  returned: success
  type: str
  sample: create
sealed:
  description: The encrypted secret by host.
  returned: success
  type: dict
  sample:
    controller-0: aGVyZSBpcyBub3QgYSBzZWNyZXQ=
reason:
  description: Kind of failure, such as V(sealing_failed), V(tool_missing) or V(failed).
  returned: failure
  type: str
  sample: sealing_failed
"""

import grp
import pwd
import re
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import secret_file
from ansible_collections.dcn.glance.plugins.module_utils._ceph.recipient import private_path
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, unseal_secret
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.module import QuietModule

RECIPIENT = {"host": {"type": "str", "required": True}, "public_key": {"type": "str", "no_log": False}}


def rights(params: dict[str, Any]) -> secret_file.FileRights:
    problems = []
    if not re.fullmatch(r"0?[0-7][0-7]0", params["mode"]):
        problems.append(Problem("mode", f"'{params['mode']}' must be octal and end with 0, such as 0600 or 0640"))
    ids = []
    for kind, find in (("owner", pwd.getpwnam), ("group", grp.getgrnam)):
        try:
            ids.append(find(params[kind])[2])
        except KeyError:
            problems.append(Problem(kind, f"'{params[kind]}' does not exist on this host"))
    if problems:
        raise InputErrors(problems)
    return secret_file.FileRights(int(params["mode"], 8), *ids)


def run(module: QuietModule) -> dict[str, Any]:
    params = module.params

    def openssl() -> Openssl:
        return Openssl(module.get_bin_path("openssl"))

    given = params["value"]
    if params["sealed"]:
        private = private_path(params["recipient_directory"])
        given = unseal_secret(openssl(), private, params["sealed"], params["name"])
    found = secret_file.manage(params["path"], rights(params), given, module.no_log_values.add, module.check_mode)
    sealed = secret_file.sealed_for(params["recipients"], params["name"], found.secret, openssl)
    return {"changed": found.changed, "action": found.action, "sealed": sealed}


def main() -> None:
    module = QuietModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "name": {"type": "str", "required": True},
            "value": {"type": "str", "no_log": True},
            "sealed": {"type": "str", "no_log": False},
            "recipient_directory": {"type": "path", "default": "/run/dcn.glance"},
            "recipients": {"type": "list", "elements": "dict", "default": [], "options": RECIPIENT},
            "owner": {"type": "str", "default": "root"},
            "group": {"type": "str", "default": "root"},
            "mode": {"type": "str", "default": "0600"},
        },
        mutually_exclusive=[["value", "sealed"]],
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
