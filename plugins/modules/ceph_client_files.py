#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_client_files
short_description: Manage the Ceph confs and keyrings of a consumer host
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Writes the conf C(<cluster>.conf) and the keyrings C(<cluster>.<client>.keyring) of each cluster. librados finds
    keyrings with these names by itself.
  - M(dcn.glance.ceph_client) encrypts the keys, and this module decrypts them on the host. A keyring that already holds
    the key with the requested id needs no encrypted key.
  - The module reads and decrypts everything before it writes the first file. It replaces each file atomically, and no
    keyring is readable by others at any time.
options:
  directory:
    description: Directory of the files. It is created if it does not exist.
    type: path
    default: /etc/ceph
  directory_inside:
    description: The same directory as the services see it, if they run in containers. The confs name the keyrings with
      this path. By default O(directory).
    type: path
  recipient_directory:
    description: Directory of the private key of this host, as in M(dcn.glance.key_recipient).
    type: path
    default: /run/dcn.glance
  clusters:
    description: The clusters that this host uses.
    type: list
    elements: dict
    required: true
    suboptions:
      cluster:
        description: Name of the cluster on this host. It consists of letters and digits.
        type: str
        required: true
      fsid:
        description: Id of the cluster. It is required unless the conf exists and has it.
        type: str
      mon_host:
        description: Addresses of the monitors. They are required unless the conf exists and has them.
        type: str
      options:
        description:
          - Options of the section C([client]) of the conf. Other options are kept.
          - Set timeouts here. By default librados waits for minutes for a cluster that does not answer.
        type: dict
        default: {}
      clients:
        description: The clients of the cluster that this host uses.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: Name with the prefix C(client.).
            type: str
            required: true
          key_id:
            description: Id of the key of the client, from RV(dcn.glance.ceph_client#module:clients[].key_id).
            type: str
          sealed:
            description: Encrypted key, from RV(dcn.glance.ceph_client#module:sealed).
            type: str
          owner:
            description: Name or number of the owner of the keyring. By default it is kept, or is the user of the task.
            type: str
          group:
            description: Name or number of the group of the keyring. By default it is kept, or is the group of the user.
            type: str
          mode:
            description: Octal mode of the keyring. Others must not have access.
            type: str
            default: "0600"
          keep_attributes:
            description:
              - Whether a keyring that exists keeps its owner, group and mode. The others are for a new one.
              - Use it for keyrings that several services read.
            type: bool
            default: false
          state:
            description: V(absent) removes the client from the keyring and the conf, and a keyring without clients.
            type: str
            choices: [present, absent]
            default: present
      state:
        description: V(absent) removes the conf, and the listed clients from their keyrings.
        type: str
        choices: [present, absent]
        default: present
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  check_mode:
    description: >-
      If O(clusters[].clients[].key_id) or O(clusters[].clients[].sealed) is not known yet, the module predicts that
      the keyring will be written.
    support: full
  diff_mode:
    description: Shows ids instead of keys.
    support: full
  idempotent:
    support: full
requirements:
  - The program openssl on the host, to decrypt keys.
seealso:
  - module: dcn.glance.key_recipient
  - module: dcn.glance.ceph_client
  - module: dcn.glance.ceph_store_probe
notes:
  - A conf has the mode V(0644) and belongs to root, because it holds no secret and several services read it.
  - The module keeps options and sections of a conf and entities of a keyring that it does not manage.
  - The module holds the locks that crudini and M(dcn.glance.oslo_config) use while it reads and writes the files, so
    that no change of a parallel run is lost.
  - A run that is killed can leave a temporary file with a key in it. The next run removes the temporary files of the
    files that it manages, and reports them in RV(files).
"""

EXAMPLES = r"""
- name: Install the conf and the keyring of the central Glance for the cluster dcn0
  dcn.glance.ceph_client_files:
    clusters:
      - cluster: dcn0
        fsid: "{{ dcn0_clients.cluster_info.fsid }}"
        mon_host: "{{ dcn0_clients.cluster_info.mon_host }}"
        options:
          client_mount_timeout: 10
          rados_mon_op_timeout: 10
        clients:
          - name: client.glance.central
            key_id: "{{ dcn0_clients.clients[0].key_id }}"
            sealed: "{{ dcn0_clients.sealed['controller-0']['client.glance.central'] | default(omit) }}"
            owner: glance
            group: glance

- name: Remove the files of a cluster that is no longer used
  dcn.glance.ceph_client_files:
    clusters:
      - cluster: dcn0
        state: absent
        clients:
          - name: client.glance.central
"""

RETURN = r"""
files:
  description: >-
    The files, in the order of O(clusters). Keyrings precede the conf of their cluster. Temporary files of interrupted
    runs come first.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Path of the file.
      type: str
    action:
      description: One of V(none), V(create), V(update), V(attributes) and V(remove).
      type: str
    changed:
      description: Whether the file was changed.
      type: bool
    reason:
      description: Reason for the action.
      type: str
  sample:
    - path: /etc/ceph/dcn0.client.glance.central.keyring
      action: update
      changed: true
      reason: has another key (3f0c9d1e77ab)
    - path: /etc/ceph/dcn0.conf
      action: none
      changed: false
      reason: unchanged
reason:
  description: Kind of failure, such as V(input_invalid), V(sealing_failed), V(tool_missing) or V(failed).
  returned: failure
  type: str
  sample: sealing_failed
"""

import grp
import pwd
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_input import desired_clusters
from ansible_collections.dcn.glance.plugins.module_utils._ceph.files_write import manage
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

STATE = {"type": "str", "choices": ["present", "absent"], "default": "present"}
CLIENT = {
    "name": {"type": "str", "required": True},
    "key_id": {"type": "str", "no_log": False},
    "sealed": {"type": "str", "no_log": False},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "mode": {"type": "str", "default": "0600"},
    "keep_attributes": {"type": "bool", "default": False},
    "state": STATE,
}
CLUSTER = {
    "cluster": {"type": "str", "required": True},
    "fsid": {"type": "str"},
    "mon_host": {"type": "str"},
    "options": {"type": "dict", "default": {}},
    "clients": {"type": "list", "elements": "dict", "default": [], "options": CLIENT},
    "state": STATE,
}


def run(module: AnsibleModule) -> dict[str, Any]:
    def lookup(kind: str, name: str) -> int:
        try:
            return pwd.getpwnam(name).pw_uid if kind == "owner" else grp.getgrnam(name).gr_gid
        except KeyError:
            if not module.check_mode:
                raise
            # A package that check mode did not install may create it. No file has it yet.
            module.warn(f"The {kind} '{name}' does not exist on this host yet.")
            return -1

    result = manage(
        desired_clusters(module.params["clusters"], lookup),
        module.params["directory"],
        module.params["recipient_directory"],
        lambda: Openssl(module.get_bin_path("openssl")),
        module.no_log_values.add,
        module.check_mode,
        module.params["directory_inside"],
    )
    for warning in result.warnings:
        module.warn(warning)
    return {**result.values, "diff": result.diff} if module._diff else result.values


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "default": "/etc/ceph"},
            "directory_inside": {"type": "path"},
            "recipient_directory": {"type": "path", "default": "/run/dcn.glance"},
            "clusters": {"type": "list", "elements": "dict", "required": True, "options": CLUSTER},
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
