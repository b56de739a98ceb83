#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: libvirt_secret
short_description: Manage the libvirt secrets with which instances use Ceph
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Makes libvirt on a compute host hold the keys of cephx clients. QEMU uses them for disks and volumes of instances.
    Nova names a secret with C([libvirt] rbd_secret_uuid) of C(nova.conf), and Cinder with C(rbd_secret_uuid) of a
    backend in C(cinder.conf).
  - Takes each key from a keyring of the host, or decrypts the one that M(dcn.glance.ceph_client) has encrypted for the
    host. All keys are known before the first secret is changed.
  - Repairs secrets with another value, without a value, with another usage, or with the flags C(private) or
    C(ephemeral). A secret with another usage or the flag C(private) is removed and created again, because libvirt
    cannot change it. Running instances keep their disks meanwhile.
  - Does not touch other secrets.
options:
  secrets:
    description: The secrets.
    type: list
    elements: dict
    required: true
    suboptions:
      uuid:
        description: UUID of the secret, as nova.conf or cinder.conf names it.
        type: str
        required: true
      client:
        description: The cephx client with the prefix C(client.). Required unless O(secrets[].state=absent).
        type: str
      cluster:
        description: Name of the cluster. Required with O(secrets[].sealed).
        type: str
      usage:
        description:
          - Name under which libvirt knows the secret. libvirt allows each name once.
          - The default is the client and the UUID.
        type: str
      key_id:
        description:
          - Id of the key of the client, from RV(dcn.glance.ceph_client#module:clients[].key_id).
          - If not set, the key in the keyring counts.
        type: str
      sealed:
        description:
          - Encrypted key, from RV(dcn.glance.ceph_client#module:sealed).
          - Used if the keyring does not have the key with the id O(secrets[].key_id).
        type: str
      keyring:
        description:
          - A keyring on the host that may have the key. It does not have to exist.
          - The default is C(/etc/ceph/<cluster>.<client>.keyring) if O(secrets[].cluster) is set.
        type: path
      state:
        description: V(absent) removes the secret.
        type: str
        choices: [present, absent]
        default: present
  exec:
    description:
      - Command that enters the container of libvirt, such as V([podman, exec, -i, nova_virtsecretd]). It must pass on
        its standard input, and must not open a terminal.
      - If empty, C(virsh) runs on the host.
    type: list
    elements: str
    default: []
  uri:
    description: Connection URI of libvirt.
    type: str
    default: qemu:///system
  recipient_directory:
    description: Directory of the private key of this host, as in M(dcn.glance.key_recipient).
    type: path
    default: /run/dcn.glance
  required:
    description:
      - Whether libvirt must be installed. With V(false), the module only warns if O(exec) is empty and C(virsh) is not
        installed.
    type: bool
    default: true
  timeout:
    description: Seconds after which a call of C(virsh) is stopped.
    type: int
    default: 30
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  check_mode:
    description: >-
      If O(secrets[].key_id) is not known yet and the keyring does not exist yet, the module predicts that the value
      will be set.
    support: full
  diff_mode:
    description: Shows ids instead of keys.
    support: full
  idempotent:
    support: full
requirements:
  - The program C(virsh), on the host or in the container.
  - The program openssl on the host, to decrypt keys.
seealso:
  - module: dcn.glance.key_recipient
  - module: dcn.glance.ceph_client
  - module: dcn.glance.ceph_client_files
notes:
  - Keys pass through the standard input and output of C(virsh), never through an argument. libvirt keeps them in
    files below C(/etc/libvirt/secrets) that only root can read.
"""

EXAMPLES = r"""
- name: Let instances use the disks and volumes of the cluster dcn0
  dcn.glance.libvirt_secret:
    secrets:
      - uuid: 4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60
        client: client.nova.dcn0
        cluster: dcn0
      - uuid: 0d3c6a51-52cb-5a5b-8f14-9d6b0b1f3a77
        client: client.cinder.dcn0
        cluster: dcn0
        key_id: "{{ dcn0_clients.clients[1].key_id }}"
        sealed: "{{ dcn0_clients.sealed['compute-0']['client.cinder.dcn0'] | default(omit) }}"

- name: The same where libvirt runs in a container, from a keyring of any name
  dcn.glance.libvirt_secret:
    exec: [podman, exec, -i, nova_virtsecretd]
    secrets:
      - uuid: 4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60
        client: client.openstack
        keyring: /etc/ceph/ceph.client.openstack.keyring
        usage: client.openstack secret

- name: Remove a secret that is no longer used
  dcn.glance.libvirt_secret:
    secrets:
      - uuid: 4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60
        state: absent
"""

RETURN = r"""
secrets:
  description: The secrets, in the order of O(secrets). Empty if libvirt is not installed and not O(required).
  returned: success
  type: list
  elements: dict
  contains:
    uuid:
      description: UUID of the secret.
      type: str
    client:
      description: The cephx client.
      type: str
    action:
      description: One of V(none), V(create), V(replace), V(update) and V(remove).
      type: str
    changed:
      description: Whether the secret was changed.
      type: bool
    reason:
      description: Reason for the action.
      type: str
  sample:
    - uuid: 4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60
      client: client.nova.dcn0
      action: update
      changed: true
      reason: has another value (key 3f0c9d1e77ab)
reason:
  description: >-
    Kind of failure, such as V(input_invalid), V(sealing_failed), V(tool_missing), V(not_connected), V(timed_out) or
    V(failed).
  returned: failure
  type: str
  sample: not_connected
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._libvirt.model import desired_secrets
from ansible_collections.dcn.glance.plugins.module_utils._libvirt.virsh import Virsh
from ansible_collections.dcn.glance.plugins.module_utils._libvirt.write import Keys, manage

SECRET = {
    "uuid": {"type": "str", "required": True},
    "client": {"type": "str"},
    "cluster": {"type": "str"},
    "usage": {"type": "str"},
    "key_id": {"type": "str", "no_log": False},
    "sealed": {"type": "str", "no_log": False},
    "keyring": {"type": "path", "no_log": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def run(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    desired = desired_secrets(params["secrets"])
    if not (params["required"] or params["exec"] or module.get_bin_path("virsh")):
        module.warn(
            "libvirt is not installed on this host, so its secrets were not made. Without them no instance with a disk "
            "or volume on Ceph starts here. If libvirt runs in a container, set exec."
        )
        return {"changed": False, "secrets": []}
    keys = Keys(
        params["recipient_directory"], lambda: Openssl(module.get_bin_path("openssl")), module.no_log_values.add
    )
    virsh = Virsh(params["exec"], params["uri"], params["timeout"])
    secrets, diff = manage(desired, virsh, keys, module.no_log_values.add, module.check_mode)
    result: dict[str, Any] = {"changed": bool(diff), "secrets": secrets}
    return {**result, "diff": diff} if module._diff else result


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "secrets": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "no_log": False,
                "options": SECRET,
                "required_if": [("state", "present", ("client",))],
            },
            "exec": {"type": "list", "elements": "str", "default": []},
            "uri": {"type": "str", "default": "qemu:///system"},
            "recipient_directory": {"type": "path", "default": "/run/dcn.glance"},
            "required": {"type": "bool", "default": True},
            "timeout": {"type": "int", "default": 30},
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
