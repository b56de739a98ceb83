#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_client_info
short_description: List the cephx clients of a Ceph cluster
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Lists the cephx clients of one cluster with their capabilities, the type and the age of their keys, and whether a
    new key is pending. One command to the monitors reads all of them.
  - The answer of the monitors contains every key of the cluster. They stay in memory.
options:
  names:
    description:
      - Patterns of names with the prefix C(client.), such as V(client.glance.*), in which C(*) stands for any text and
        C(?) for one character. A client is listed if one of them matches.
    type: list
    elements: str
    default: [client.*]
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.ceph_admin
attributes:
  check_mode: {support: full}
  diff_mode: {support: none}
  idempotent: {support: full}
seealso:
  - module: dcn.glance.ceph_client
  - module: dcn.glance.ceph_cluster_info
"""

EXAMPLES = r"""
- name: List the clients of Glance
  dcn.glance.ceph_client_info:
    cluster: dcn0
    names: [client.glance.*]
  register: ceph

- name: Show those whose key was made before 2026
  ansible.builtin.debug:
    msg: "{{ ceph.clients | selectattr('key_created') | selectattr('key_created', 'lt', '2026') }}"
"""

RETURN = r"""
clients:
  description: The clients that a pattern matches, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the client.
      type: str
    caps:
      description: Its capabilities by kind of daemon.
      type: dict
    key_type:
      description: V(aes) or V(aes256k); V(none) for an empty key, V(invalid) for text that is not a key.
      type: str
    key_id:
      description: Beginning of a hash of the key, as M(dcn.glance.ceph_client) returns it.
      type: str
    key_created:
      description: >-
        When the key was made, in UTC, by the clock of the monitor that made it. Null if the key does not say it.
      type: str
    pending:
      description: Whether the cluster holds a new key that will replace this one.
      type: bool
  sample:
    - name: client.glance.dcn0
      caps: {mon: profile rbd, mgr: profile rbd pool=images, osd: profile rbd pool=images}
      key_type: aes
      key_id: 3f0c9d1e77ab
      key_created: "2026-11-29T10:00:00Z"
      pending: false
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

from ansible_collections.dcn.glance.plugins.module_utils._ceph import clients_input, clients_list
from ansible_collections.dcn.glance.plugins.module_utils._ceph.connect import ADMIN, connect, respawn_with_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.monitors import CephAuth
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


def run(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    clients_input.check_exec(params["exec"])
    clients_list.check_patterns(params["names"])
    if params["transport"] != "cli" and not params["exec"]:
        respawn_with_rados()
    transport = connect(params, module.get_bin_path)
    try:
        found = CephAuth(transport, params["cluster"]).listed()
    finally:
        transport.close()
    module.no_log_values.update(key for client in found for key in (client.key, client.pending) if key)
    return {"clients": clients_list.describe(found, params["names"]), "transport": transport.name}


def main() -> None:
    module = AnsibleModule(
        argument_spec={**ADMIN, "names": {"type": "list", "elements": "str", "default": ["client.*"]}},
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
