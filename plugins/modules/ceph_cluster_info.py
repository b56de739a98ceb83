#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_cluster_info
short_description: List all RBD images of pools, and the cephx clients of a Ceph cluster
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Lists every image of the pools with its size, its snapshots, whether they are protected, their clones, and the
    disk format by its content. One call reads a whole cluster.
  - M(dcn.glance.rbd_image_info) describes images whose names are known.
options:
  pools:
    description: The pools to list.
    type: list
    elements: str
    required: true
  hash:
    description:
      - Read all data of every image, and return their hash with this algorithm, such as V(sha512), which is Glance's
        default. This takes as long as the cluster needs to send all images.
      - By default only the first bytes are read, which tell the disk format.
    type: str
    choices: [md5, sha1, sha256, sha512]
  clients:
    description: >-
      Whether to list the cephx clients, the age of their keys and their open connections. The client needs permission
      to do so.
    type: bool
    default: false
  time_limit:
    description: Seconds that everything may take. Increase it with O(hash).
    type: int
    default: 300
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.python_exec
  - dcn.glance.rbd
attributes:
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.rbd_image
  - module: dcn.glance.rbd_image_info
"""

EXAMPLES = r"""
- name: List the images of Glance in the cluster
  dcn.glance.ceph_cluster_info:
    pools: [images]
  register: cluster

- name: Show those whose snapshot is not protected
  ansible.builtin.debug:
    msg: "{{ cluster.pools[0].images | selectattr('snapshots', 'contains', {'name': 'snap', 'protected': false}) }}"
"""

RETURN = r"""
fsid:
  description: Id of the cluster.
  returned: success
  type: str
  sample: 5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10
pools:
  description: The pools, in the order of O(pools).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the pool.
      type: str
    exists:
      description: Whether the cluster has the pool.
      type: bool
    images:
      description: All images of the pool, by name.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the image.
          type: str
        size:
          description: Size in bytes; null if the image could not be read.
          type: int
        created:
          description: When it was created, in UTC.
          type: str
        watchers:
          description: How many clients have it open. One that writes does.
          type: int
        format:
          description: The disk format by its content; empty for raw and others without a signature.
          type: str
        digest:
          description: The hash of its data; empty without O(hash).
          type: str
        snapshots:
          description: Its snapshots, each with C(name), C(protected) and C(children), the names of its clones.
          type: list
          elements: dict
        error:
          description: Why the image could not be read; empty if it could.
          type: str
  sample:
    - name: images
      exists: true
      images:
        - name: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
          size: 117440512
          created: "2026-11-29T10:00:00Z"
          watchers: 0
          format: ""
          digest: ""
          snapshots: [{name: snap, protected: true, children: [vms/0b4e8a4e-6f0e-4a35-9dc5-2f1f2d0d7c55_disk]}]
          error: ""
clients:
  description: The names of the cephx clients; null without O(clients).
  returned: success
  type: list
  elements: str
  sample: [client.admin, client.glance.dcn0]
keys_created:
  description: When the key of each client was made, in UTC; empty text for a key that does not say it.
  returned: success
  type: dict
  sample: {client.admin: "2025-01-31T10:00:00Z", client.glance.dcn0: "2026-11-29T10:00:00Z"}
sessions:
  description: >-
    The addresses from which clients are connected to the monitors now, by name of the client; null if a monitor does
    not tell.
  returned: success
  type: dict
  sample: {client.glance.dcn0: ["192.0.2.20:0"]}
reason:
  description: Kind of failure, as in RV(dcn.glance.ceph_store_probe#module:probes[].status).
  returned: failure
  type: str
  sample: mon_unreachable
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_module import CONNECTION, work_on_images
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_work import read_cluster
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

SPEC: dict[str, Any] = {
    **CONNECTION,
    "pools": {"type": "list", "elements": "str", "required": True},
    "hash": {"type": "str", "choices": ["md5", "sha1", "sha256", "sha512"]},
    "clients": {"type": "bool", "default": False},
    "time_limit": {"type": "int", "default": 300},
}


def main() -> None:
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        result = work_on_images(module, module.params["time_limit"], read_cluster)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
