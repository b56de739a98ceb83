#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rbd_clone_probe
short_description: Check that images can be cloned by copy-on-write
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Clones each image as Nova and Cinder do when they create an instance or a volume from it. The module clones the
    image into another pool under a unique name that starts with C(dcn-clone-), compares the data of the clone with
    the image, and removes the clone.
  - If this works with the client of Nova, instances start without a copy of the image. Otherwise Nova downloads the
    whole image and reports no error.
options:
  conf:
    description: Path of the conf of the cluster on this host.
    type: path
    default: /etc/ceph/ceph.conf
  client:
    description: Client that clones the images, with the prefix C(client.), such as the client of Nova.
    type: str
    required: true
  keyring:
    description: Path of the keyring of the client. By default Ceph uses the conf and its default paths.
    type: path
  user:
    description: System user that runs the check, such as C(nova). By default the user of the task.
    type: str
  parent_pool:
    description: Pool of the images.
    type: str
    required: true
  pool:
    description: Pool for the clones, such as the pool of the instances.
    type: str
    required: true
  images:
    description: Names of the images. Glance names an image by its id.
    type: list
    elements: str
    required: true
  snapshot:
    description: Snapshot of each image that is cloned. Glance calls it V(snap).
    type: str
    default: snap
  timeout:
    description: Seconds to wait for the cluster before it counts as unreachable.
    type: int
    default: 15
  fail:
    description: Whether the task fails if an image cannot be cloned. All images are checked first.
    type: bool
    default: true
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.python_exec
attributes:
  check_mode:
    description: Reads the images if the files exist, and clones nothing.
    support: full
  diff_mode:
    support: none
requirements:
  - The Python bindings of librados and librbd (python3-rados and python3-rbd) on the host, or in O(python_exec).
seealso:
  - module: dcn.glance.rbd_image_info
  - module: dcn.glance.ceph_store_probe
notes:
  - The task never reports a change.
"""

EXAMPLES = r"""
- name: Check that Nova at this site can clone the image
  dcn.glance.rbd_clone_probe:
    conf: /etc/ceph/dcn0.conf
    client: client.nova.dcn0
    user: nova
    parent_pool: images
    pool: vms
    images: ["{{ image_id }}"]
"""

RETURN = r"""
fsid:
  description: Id of the cluster. Null if the check was skipped in check mode.
  returned: success
  type: str
  sample: 5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10
clones:
  description: The result of each image, in the order of O(images). Also returned on failure.
  returned: when the cluster answered
  type: list
  elements: dict
  contains:
    image:
      description: Name of the image.
      type: str
    ok:
      description: Whether the image could be cloned. Null if it was skipped in check mode.
      type: bool
    status:
      description: >-
        V(ok), in check mode V(readable) or V(skipped), or the kind of failure, such as V(not_found), V(not_permitted),
        V(pool_missing), V(pool_full), V(timed_out) or V(failed).
      type: str
    error:
      description: Error message.
      type: str
    parent:
      description: Parent of the clone as the cluster reports it.
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
    leftover:
      description: Clone that may be left over.
      type: str
    seconds:
      description: Duration in seconds.
      type: float
  sample:
    - image: 7d3b2b0a-5a5d-4a3c-8a55-0b6f6a1f9a11
      ok: true
      status: ok
      error: null
      parent: {pool: images, image: 7d3b2b0a-5a5d-4a3c-8a55-0b6f6a1f9a11, snapshot: snap}
      leftover: null
      seconds: 0.092
reason:
  description: Kind of failure of the connection.
  returned: failure
  type: str
  sample: mon_unreachable
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_module import CONNECTION, work_on_images
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_work import probe_clones
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **CONNECTION,
            "client": {"type": "str", "required": True},
            "user": {"type": "str"},
            "parent_pool": {"type": "str", "required": True},
            "pool": {"type": "str", "required": True},
            "images": {"type": "list", "elements": "str", "required": True},
            "snapshot": {"type": "str", "default": "snap"},
            "fail": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    limit = module.params["timeout"] * 2 + 5 + 2 * len(module.params["images"])
    try:
        result = work_on_images(module, limit, probe_clones)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    failures = [f"image {item['image']}: {item['error']}" for item in result["clones"] if item["ok"] is False]
    if failures and module.params["fail"]:
        module.fail_json(msg="\n".join(failures), **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
