#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rbd_image_info
short_description: Read RBD images of a Ceph cluster
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Returns the size of images, their snapshots, whether the snapshots are protected, the clones of the snapshots, and
    the image of which an image is a clone.
  - A disk whose parent is a Glance image was created by copy-on-write. A disk without a parent is a full copy.
options:
  pool:
    description: Pool of the images.
    type: str
    required: true
  images:
    description: Names of the images. Glance names an image by its id.
    type: list
    elements: str
    required: true
  usage:
    description: Whether to measure how much of its pool each image takes. This can take long for large images.
    type: bool
    default: false
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.python_exec
  - dcn.glance.rbd
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.rbd_clone_probe
  - module: dcn.glance.glance_image_info
"""

EXAMPLES = r"""
- name: Read the disk of an instance
  dcn.glance.rbd_image_info:
    pool: vms
    images: ["{{ server_id }}_disk"]
  register: disk

- name: Check that it is a clone of the image
  ansible.builtin.assert:
    that: disk.images[0].parent.image == image_id
"""

RETURN = r"""
fsid:
  description: Id of the cluster.
  returned: success
  type: str
  sample: 5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10
images:
  description: The images, in the order of O(images).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the image.
      type: str
    exists:
      description: Whether the pool has the image.
      type: bool
    size:
      description: Size in bytes.
      type: int
    used:
      description:
        - Bytes that the image takes itself, without those of its parent, in whole objects. Null without O(usage).
        - A clone that nothing was written to takes none.
      type: int
    snapshots:
      description: Snapshots of the image.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the snapshot.
          type: str
        protected:
          description: Whether the snapshot is protected from removal.
          type: bool
        children:
          description: Clones of the snapshot.
          type: list
          elements: dict
          contains:
            pool:
              description: Pool of the clone.
              type: str
            image:
              description: Name of the clone.
              type: str
    parent:
      description: Snapshot of which the image is a clone, or null.
      type: dict
      contains:
        pool:
          description: Pool of the parent.
          type: str
        image:
          description: Name of the parent.
          type: str
        snapshot:
          description: Snapshot of the parent.
          type: str
  sample:
    - name: 0b4e8a4e-6f0e-4a35-9dc5-2f1f2d0d7c55_disk
      exists: true
      size: 1073741824
      used: 4194304
      snapshots: []
      parent: {pool: images, image: 7d3b2b0a-5a5d-4a3c-8a55-0b6f6a1f9a11, snapshot: snap}
reason:
  description: Kind of failure, as in RV(dcn.glance.ceph_store_probe#module:probes[].status).
  returned: failure
  type: str
  sample: mon_unreachable
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_module import CONNECTION, work_on_images
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_work import read_images
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            "pool": {"type": "str", "required": True},
            "images": {"type": "list", "elements": "str", "required": True},
            "usage": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    limit = module.params["timeout"] * 2 + 5 + len(module.params["images"])
    try:
        result = work_on_images(module, limit, read_images)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
