#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_given_keys
short_description: Encrypt keys that the owner of a Ceph cluster has handed over
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Takes the place of M(dcn.glance.ceph_client) for a cluster of another owner, who creates the clients and hands over
    their keyrings. No access to the cluster is needed.
  - Finds the keys of O(clients) in the keyrings of a directory on this host, and encrypts them for the hosts that need
    them, see O(recipients). The module does not return the keys, and changes nothing.
  - If keys are missing, the error contains the commands that the owner has to run.
options:
  cluster:
    description: Name of the cluster on its consumers, such as the name of its site. Encrypted keys are bound to it.
    type: str
    required: true
  directory:
    description:
      - Directory with the keyrings of this cluster on this host. Files whose names end with C(.keyring) are read,
        whatever the beginnings of their names are. A file can contain several clients.
      - Keyrings that every user of the host can read are refused.
    type: path
    required: true
  fsid:
    description: The fsid of the cluster, which is returned in RV(cluster_info).
    type: str
    required: true
  mon_host:
    description: Addresses of the monitors, which are returned in RV(cluster_info).
    type: str
    required: true
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
        description: Capabilities that the client needs, for the command in the error.
        type: dict
        required: true
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
        description: Has no effect. It is an option of M(dcn.glance.ceph_client).
        type: bool
        default: false
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.recipients
attributes:
  check_mode: {support: full}
  diff_mode: {support: none}
  idempotent: {support: full}
requirements:
  - The program openssl on the host when keys are to be encrypted.
seealso:
  - module: dcn.glance.ceph_client
  - module: dcn.glance.ceph_client_files
  - module: dcn.glance.ceph_store_probe
notes:
  - The task never reports a change.
"""

EXAMPLES = r"""
- name: Encrypt the key of the central Glance on a cluster of another owner
  dcn.glance.ceph_given_keys:
    cluster: dcn1
    directory: /etc/dcn.glance/keyrings
    fsid: 5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10
    mon_host: 192.0.2.31,192.0.2.32
    clients:
      - name: client.glance.central
        caps: {mon: profile rbd, mgr: profile rbd pool=images, osd: profile rbd pool=images}
    recipients:
      - host: controller-0
        public_key: "{{ hostvars['controller-0'].recipient.public_key }}"
        clients: [client.glance.central]
"""

RETURN = r"""
clients:
  description: The clients, in the order of O(clients).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the client.
      type: str
    action:
      description: Always V(none), as in a result of M(dcn.glance.ceph_client).
      type: str
    changed:
      description: Always V(false).
      type: bool
    key_type:
      description: V(aes) or V(aes256k).
      type: str
    key_id:
      description: Beginning of a hash of the key.
      type: str
    key_created:
      description: When the key was made, in UTC.
      type: str
  sample:
    - name: client.glance.central
      action: none
      changed: false
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
    mon_host: 192.0.2.31,192.0.2.32
sealed:
  description: Encrypted keys by host and client, except those that the host holds by O(recipients[].key_ids).
  returned: success
  type: dict
  sample:
    controller-0:
      client.glance.central: aGVyZSBpcyBub3QgYSBrZXk=
reason:
  description: Kind of failure, such as V(keyring_missing), V(keyring_unreadable), V(input_invalid) or V(tool_missing).
  returned: failure
  type: str
  sample: keyring_missing
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph import clients_input
from ansible_collections.dcn.glance.plugins.module_utils._ceph.given_keys_read import deliver
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

CLIENT = {
    "name": {"type": "str", "required": True},
    "caps": {
        "type": "dict",
        "required": True,
        "options": {kind: {"type": "str"} for kind in ("mon", "mgr", "osd", "mds")},
    },
    "keep_caps": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "cluster": {"type": "str", "required": True},
            "directory": {"type": "path", "required": True},
            "fsid": {"type": "str", "required": True},
            "mon_host": {"type": "str", "required": True},
            "clients": {"type": "list", "elements": "dict", "required": True, "options": CLIENT},
            **clients_input.RECIPIENTS,
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        clients = clients_input.desired_clients(params["clients"], admin="")
        recipients = clients_input.recipients(params["recipients"], clients)
        result = deliver(
            params["directory"],
            params["cluster"],
            clients,
            recipients,
            lambda: Openssl(module.get_bin_path("openssl")),
            module.no_log_values.add,
        )
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    info = {"fsid": params["fsid"], "mon_host": params["mon_host"]}
    module.exit_json(changed=False, cluster_info=info, **result)


if __name__ == "__main__":
    main()
