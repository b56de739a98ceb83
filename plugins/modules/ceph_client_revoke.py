#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_client_revoke
short_description: Revoke cephx clients of a Ceph cluster, and fence the hosts that used them
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Removes the cephx clients of a host that was lost, and puts its addresses on the blocklist of the cluster.
  - Proves the result. The cluster is asked for each client again, and each old key is tried with a new connection. The
    keys stay in memory.
  - The removal of a client refuses new connections only. A client that is connected keeps its access to the OSDs until
    its ticket expires (C(auth_service_ticket_ttl)). The blocklist ends it. The open connections of the clients that the
    monitors know are fenced as well, each by itself.
options:
  fsid:
    description: The fsid that the cluster must have. Another cluster is refused before anything is changed.
    type: str
  clients:
    description: Names of clients that must not exist, with the prefix C(client.).
    type: list
    elements: str
    default: []
  addresses:
    description:
      - Addresses of the hosts in the network of the cluster. All clients with such an address are fenced.
      - With Ceph 17 or later they can be ranges, such as V(192.0.2.0/28).
      - The address of a monitor is never fenced.
    type: list
    elements: str
    default: []
  addresses_state:
    description: Whether O(addresses) are on the blocklist. An entry that exists is not changed.
    type: str
    choices: [present, absent]
    default: present
  expire:
    description: Seconds that a new entry stays on the blocklist. It must be longer than a ticket is valid.
    type: int
    default: 86400
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.ceph_admin
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
  idempotent: {support: full}
seealso:
  - module: dcn.glance.ceph_client
  - module: dcn.glance.ceph_client_info
notes:
  - Clients that belong to the cluster itself, such as C(client.admin), are refused.
"""

EXAMPLES = r"""
- name: Revoke the access of a host that was stolen
  dcn.glance.ceph_client_revoke:
    cluster: central
    clients: [client.glance.dcn1]
    addresses: [192.0.2.31]

- name: Lift the fence when the host is back
  dcn.glance.ceph_client_revoke:
    cluster: central
    addresses: [192.0.2.31]
    addresses_state: absent
"""

RETURN = r"""
clients:
  description: What was done about each client. In check mode it is the predicted change.
  returned: success, and if the revocation of a client fails
  type: list
  elements: dict
  contains:
    name:
      description: Name of the client.
      type: str
    action:
      description: V(none) or V(remove).
      type: str
    changed:
      description: Whether the client was removed.
      type: bool
    gone:
      description: Whether the cluster does not have the client. Null in check mode if it is to be removed.
      type: bool
    refused:
      description: >-
        Whether the cluster refuses the old key, which it accepted before. Null if that was not tried, in check mode, or
        because the client did not exist or its key was not accepted before either.
      type: bool
    error:
      description: Error message if the removal or its proof failed, otherwise null.
      type: str
  sample:
    - {name: client.glance.dcn1, action: remove, changed: true, gone: true, refused: true, error: null}
addresses:
  description: What was done about each address, C(address), C(changed) and C(action).
  returned: success, and if the revocation of a client fails
  type: list
  elements: dict
  contains:
    address:
      description: The address or range, or the open connection as C(ADDRESS:PORT/NONCE).
      type: str
    action:
      description: One of V(none), V(add), V(remove), and V(monitor) for that of a monitor, which stays as it is.
      type: str
    changed:
      description: Whether the blocklist was changed.
      type: bool
  sample:
    - {address: 192.0.2.31, action: add, changed: true}
transport:
  description: The transport that was used, V(rados) or V(cli).
  returned: success
  type: str
  sample: rados
reason:
  description: Kind of failure, as in RV(dcn.glance.ceph_client#module:reason).
  returned: failure
  type: str
  sample: mon_unreachable
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph import blocklist, clients_input, revoke
from ansible_collections.dcn.glance.plugins.module_utils._ceph.connect import ADMIN, connect, respawn_with_rados
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

SPEC: dict[str, Any] = {
    **ADMIN,
    "fsid": {"type": "str"},
    "clients": {"type": "list", "elements": "str", "default": []},
    "addresses": {"type": "list", "elements": "str", "default": []},
    "addresses_state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "expire": {"type": "int", "default": 86400},
}


def run(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    clients_input.check_exec(params["exec"])
    wanted = revoke.Wanted(
        revoke.check_clients(params["clients"], params["admin"]),
        tuple(blocklist.fences(params["addresses"], "addresses")),
        params["addresses_state"] == "absent",
        revoke.check_expire(params["expire"]),
    )
    if params["transport"] != "cli" and not params["exec"]:
        respawn_with_rados()
    transport = connect(params, module.get_bin_path)
    try:
        revocation = revoke.Revocation(transport, params["cluster"], params["fsid"], module.no_log_values.add)
        outcome = revocation.revoke(wanted, module.check_mode)
    finally:
        transport.close()
    result: dict[str, Any] = {**revoke.values(outcome), "transport": transport.name}
    if module._diff:
        result["diff"] = revoke.diff(outcome, params["cluster"])
    if outcome.errors:
        text = "\n".join(dict.fromkeys(str(error) for error in outcome.errors))
        module.fail_json(msg=text, reason=outcome.errors[0].reason, **result)
    return result


def main() -> None:
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        result = run(module)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
