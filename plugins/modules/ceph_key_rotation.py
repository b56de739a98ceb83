#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_key_rotation
short_description: Rotate the keys of cephx clients of a Ceph cluster
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Gives cephx clients of one Ceph cluster a pending key beside their key, makes it the only key, or removes it.
  - The cluster accepts the key and the pending key. Within seconds after the first use of the pending key, a monitor
    makes it the only key. So all hosts must have the pending key before one of them uses it, and then change to it at
    the same time; see M(dcn.glance.ceph_keyring_switch) and the playbook C(dcn.glance.rotate_keys).
  - The module does not return keys. It encrypts them for the hosts that need them, see O(recipients).
options:
  cluster:
    description: Name of the cluster on its consumers, such as the name of its site. Encrypted keys are bound to it.
    type: str
    required: true
  fsid:
    description: The fsid that the cluster must have. Another cluster is refused before anything is changed.
    type: str
  clients:
    description: The clients. They must exist.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name with the prefix C(client.).
        type: str
        required: true
      key_id:
        description: Id of the key that is to be the only one. Required with O(state=committed).
        type: str
  state:
    description:
      - V(pending) gives each client a pending key. A client that has one already keeps it.
      - V(committed) makes the pending key the only one, unless it already is.
      - V(cleared) removes the pending key. The key stays.
    type: str
    choices: [pending, committed, cleared]
    default: pending
  older_than_days:
    description:
      - With O(state=pending), keys that are younger are not rotated. V(0) means that every key is rotated.
      - The age of a key is a part of the key.
    type: float
    default: 0
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.recipients
  - dcn.glance.ceph_admin
attributes:
  check_mode: {support: full}
  diff_mode:
    description: Shows ids instead of keys.
    support: full
  idempotent:
    description: With O(state=pending), a run after O(state=committed) rotates again. Set O(older_than_days).
    support: partial
requirements:
  - Ceph 17 (Quincy) or later on all monitors.
  - The program openssl on the host when keys are to be encrypted.
seealso:
  - module: dcn.glance.ceph_keyring_switch
  - module: dcn.glance.ceph_client
  - module: dcn.glance.key_recipient
"""

EXAMPLES = r"""
- name: Give the client a pending key, and encrypt it for a host
  dcn.glance.ceph_key_rotation:
    cluster: dcn0
    clients:
      - name: client.glance.central
    older_than_days: 90
    recipients:
      - host: controller-0
        public_key: "{{ hostvars['controller-0'].recipient.public_key }}"
        clients: [client.glance.central]
  register: pending

- name: Make it the only key, after the host has changed to it
  dcn.glance.ceph_key_rotation:
    cluster: dcn0
    state: committed
    clients:
      - name: client.glance.central
        key_id: "{{ pending.clients[0].pending_key_id }}"

- name: Remove the pending key instead
  dcn.glance.ceph_key_rotation:
    cluster: dcn0
    state: cleared
    clients:
      - name: client.glance.central
"""

RETURN = r"""
clients:
  description: >-
    The change of each client, in the order of O(clients). In check mode it is the predicted change. If the change of a
    client fails, the others are still made, and the task fails at the end.
  returned: success, and if the change of a client fails
  type: list
  elements: dict
  contains:
    name:
      description: Name of the client.
      type: str
    action:
      description: >-
        One of V(none), V(create), V(resume), V(commit) and V(clear). V(resume) means that the client had a pending key.
      type: str
    changed:
      description: Whether the client was changed.
      type: bool
    error:
      description: Error message if the change failed, otherwise null.
      type: str
    key_id:
      description: Beginning of a hash of the key.
      type: str
    key_created:
      description: When the key was made, in UTC.
      type: str
    pending_key_id:
      description: Beginning of a hash of the pending key. Null without one.
      type: str
    pending_key_created:
      description: When the pending key was made, in UTC. Null without one.
      type: str
  sample:
    - name: client.glance.central
      action: create
      changed: true
      error: null
      key_id: 3f0c9d1e77ab
      key_created: "2026-05-02T09:14:31Z"
      pending_key_id: 90aa41c6be02
      pending_key_created: "2026-11-30T03:12:00Z"
cluster_info:
  description: The data with which hosts connect to the cluster.
  returned: success
  type: dict
  sample:
    fsid: 5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10
    mon_host: "[v2:192.0.2.10:3300/0,v1:192.0.2.10:6789/0]"
sealed:
  description: >-
    Encrypted keys by host, client and id of the key: the pending key unless the host holds it, and the key of a host
    that holds neither.
  returned: success
  type: dict
  sample:
    controller-0:
      client.glance.central: {90aa41c6be02: aGVyZSBpcyBub3QgYSBrZXk=}
transport:
  description: The transport that was used, V(rados) or V(cli).
  returned: success
  type: str
  sample: rados
reason:
  description: >-
    Kind of failure, such as V(conf_missing), V(keyring_missing), V(auth_failed), V(mon_unreachable),
    V(not_permitted), V(unsupported), V(input_invalid), V(tool_missing), V(sealing_failed) or V(failed).
  returned: failure
  type: str
  sample: mon_unreachable
"""

import time
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph import clients_input, rotation_plan
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_plan import DesiredClient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.connect import ADMIN, connect, respawn_with_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.monitors import CephAuth
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rotation_write import RotationRun, rotate
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

CLIENT = {"name": {"type": "str", "required": True}, "key_id": {"type": "str", "no_log": False}}


def run(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    clients_input.check_exec(params["exec"])
    wanted = rotation_plan.rotated_clients(params["clients"], params["state"])
    recipients = clients_input.recipients(params["recipients"], [DesiredClient(client.name, True) for client in wanted])
    if params["transport"] != "cli" and not params["exec"]:
        respawn_with_rados()
    transport = connect(params, module.get_bin_path)
    try:
        result = rotate(
            CephAuth(transport, params["cluster"], params["fsid"]),
            RotationRun(params["cluster"], params["state"], params["older_than_days"], time.time(), module.check_mode),
            wanted,
            recipients,
            lambda: Openssl(module.get_bin_path("openssl")),
            module.no_log_values.add,
        )
    finally:
        transport.close()
    extra: dict[str, Any] = {"transport": transport.name}
    if module._diff:
        extra["diff"] = result.diff
    if result.error is not None:
        module.fail_json(msg=str(result.error), reason=result.error.reason, **result.values, **extra)
    return {**result.values, **extra}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **ADMIN,
            "fsid": {"type": "str"},
            "clients": {"type": "list", "elements": "dict", "required": True, "options": CLIENT},
            "state": {"type": "str", "choices": ["pending", "committed", "cleared"], "default": "pending"},
            "older_than_days": {"type": "float", "default": 0},
            **clients_input.RECIPIENTS,
        },
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
