#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_client
short_description: Manage the cephx clients of a Ceph cluster
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Creates, changes and removes cephx clients of one Ceph cluster, so that each has exactly the given capabilities.
  - Grants such as C(profile rbd pool=images) and C(allow rwx pool=images) are compared by meaning. C(pool=images),
    C(pool="images") and another order of the grants are no change. Grants with object classes, tags, commands and
    services, and capabilities for metadata servers, are compared as text.
  - Capabilities are checked before anything is changed, because the cluster accepts misspelt profiles.
  - The cluster creates the keys, and the module does not return them. It encrypts them for the hosts that need them,
    see O(recipients).
options:
  cluster:
    description: Name of the cluster on its consumers, such as the name of its site. Encrypted keys are bound to it.
    type: str
    required: true
  conf:
    description: Path of the conf of the cluster, on this host or, with O(exec), where the command runs.
    type: path
    default: /etc/ceph/ceph.conf
  fsid:
    description: The fsid that the cluster must have. Another cluster is refused before anything is changed.
    type: str
  admin:
    description: Name of the client that manages the clients. It needs permission to do so.
    type: str
    default: client.admin
  admin_keyring:
    description: Path of the keyring of O(admin). By default Ceph searches its default paths.
    type: path
  exec:
    description:
      - Command, as a list, that runs the ceph program, for example in a container. The module appends C(ceph) and its
        arguments. The command must pass its standard input to the ceph program, and give it no terminal. For example,
        use C(podman exec -i) and neither C(podman exec) nor C(podman exec -it).
      - With this option the module uses the ceph program and not librados.
    type: list
    elements: str
    default: []
  transport:
    description:
      - How to connect to the cluster. V(rados) uses librados through its Python binding, which is much faster.
        V(cli) uses the ceph program.
      - V(auto) uses librados if the binding is installed and O(exec) is not set, and otherwise the ceph program.
    type: str
    choices: [auto, rados, cli]
    default: auto
  timeout:
    description: Seconds to wait for the cluster before it counts as unreachable.
    type: int
    default: 10
  clients:
    description: The clients.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name with the prefix C(client.).
        type: str
        required: true
      caps:
        description: Capabilities, required when O(clients[].state=present). Omitted or empty kinds are removed.
        type: dict
        suboptions:
          mon:
            description: Capabilities for monitors.
            type: str
          mgr:
            description: Capabilities for managers.
            type: str
          osd:
            description: Capabilities for OSDs.
            type: str
          mds:
            description: Capabilities for metadata servers.
            type: str
      keep_caps:
        description:
          - Whether a client that exists keeps its capabilities. Then O(clients[].caps) are for a client that does not.
          - Use it for clients that other tools manage too.
        type: bool
        default: false
      state:
        description: Whether the client must exist.
        type: str
        choices: [present, absent]
        default: present
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.recipients
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
  idempotent: {support: full}
requirements:
  - The Python binding of librados (python3-rados), or the ceph program (ceph-common), on the host or behind O(exec).
  - The program openssl on the host when keys are to be encrypted.
seealso:
  - module: dcn.glance.key_recipient
  - module: dcn.glance.ceph_client_files
  - module: dcn.glance.ceph_store_probe
notes:
  - Clients that belong to the cluster itself, such as C(client.admin), are refused.
"""

EXAMPLES = r"""
- name: Manage the client of the central Glance on this cluster
  dcn.glance.ceph_client:
    cluster: dcn0
    clients:
      - name: client.glance.central
        caps: {mon: profile rbd, mgr: profile rbd pool=images, osd: profile rbd pool=images}

- name: Manage it through the container of a monitor, and encrypt the key for a host
  dcn.glance.ceph_client:
    cluster: dcn0
    exec: [podman, exec, -i, ceph-mon-dcn0]
    clients:
      - name: client.glance.central
        caps: {mon: profile rbd, osd: profile rbd pool=images}
    recipients:
      - host: controller-0
        public_key: "{{ hostvars['controller-0'].recipient.public_key }}"
        clients: [client.glance.central]
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
      description: One of V(none), V(create), V(caps) and V(remove).
      type: str
    changed:
      description: Whether the client was changed.
      type: bool
    error:
      description: Error message if the change failed, otherwise null.
      type: str
    caps_before:
      description: Capabilities before, null if the client did not exist.
      type: dict
    caps_after:
      description: Capabilities after, null if the client does not exist.
      type: dict
    key_type:
      description: V(aes) or V(aes256k). Null if there is no key yet.
      type: str
    key_id:
      description: Beginning of a hash of the key. Null if there is no key yet.
      type: str
    key_created:
      description: When the key was made, in UTC. Null if there is no key yet.
      type: str
  sample:
    - name: client.glance.central
      action: caps
      changed: true
      error: null
      caps_before: {mon: profile rbd, osd: profile rbd}
      caps_after: {mon: profile rbd, osd: profile rbd pool=images}
      key_type: aes
      key_id: 3f0c9d1e77ab
      key_created: "2026-05-02T09:14:31Z"
cluster_info:
  description: The data with which hosts connect to the cluster.
  returned: success
  type: dict
  contains:
    fsid:
      description: Id of the cluster.
      type: str
    mon_host:
      description: Addresses of the monitors in the form of the C(mon_host) option.
      type: str
  sample:
    fsid: 5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10
    mon_host: "[v2:192.0.2.10:3300/0,v1:192.0.2.10:6789/0]"
sealed:
  description: Encrypted keys by host and client, except those that the host holds by O(recipients[].key_ids).
  returned: success
  type: dict
  sample:
    controller-0:
      client.glance.central: aGVyZSBpcyBub3QgYSBrZXk=
transport:
  description: The transport that was used, V(rados) or V(cli).
  returned: success
  type: str
  sample: rados
calls:
  description: Number of started processes and of sent commands.
  returned: success
  type: dict
  sample: {processes: 0, mon_commands: 4}
reason:
  description: >-
    Kind of failure, such as V(conf_missing), V(keyring_missing), V(keyring_unreadable), V(auth_failed),
    V(mon_unreachable), V(timed_out), V(not_permitted), V(caps_invalid), V(tool_missing), V(sealing_failed) or
    V(failed).
  returned: failure
  type: str
  sample: mon_unreachable
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph import clients_input
from ansible_collections.dcn.glance.plugins.module_utils._ceph.clients_write import manage
from ansible_collections.dcn.glance.plugins.module_utils._ceph.connect import ADMIN, connect, respawn_with_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.monitors import CephAuth
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

CLIENT = {
    "name": {"type": "str", "required": True},
    "caps": {"type": "dict", "options": {kind: {"type": "str"} for kind in ("mon", "mgr", "osd", "mds")}},
    "keep_caps": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def run(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    clients_input.check_exec(params["exec"])
    desired = clients_input.desired_clients(params["clients"], params["admin"])
    recipients = clients_input.recipients(params["recipients"], desired)
    if params["transport"] != "cli" and not params["exec"]:
        respawn_with_rados()
    transport = connect(params, module.get_bin_path)
    try:
        result = manage(
            CephAuth(transport, params["cluster"], params["fsid"]),
            params["cluster"],
            desired,
            recipients,
            lambda: Openssl(module.get_bin_path("openssl")),
            module.no_log_values.add,
            module.check_mode,
        )
    finally:
        transport.close()
    for warning in result.warnings:
        module.warn(warning)
    extra: dict[str, Any] = {"transport": transport.name, "calls": dict(transport.calls)}
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
