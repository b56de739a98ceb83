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
attributes:
  check_mode:
    description: Reads the images if the files exist, and clones nothing.
    support: full
  diff_mode:
    support: none
requirements:
  - The Python bindings of librados and librbd (python3-rados and python3-rbd) on the host.
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

import os
import platform

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph.connect import respawn_with_binding
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import ImageRef
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd import LibRbd, require_bindings
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_images import CloneProbe, probe_clones, run_in_child
from ansible_collections.dcn.glance.plugins.module_utils._ceph.store_probe import unique_name
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


def run(module: AnsibleModule) -> dict:
    params = module.params
    cluster = os.path.splitext(os.path.basename(params["conf"]))[0]
    probes = [
        CloneProbe(
            ImageRef(params["parent_pool"], image, params["snapshot"]),
            ImageRef(params["pool"], unique_name(platform.node(), "clone")),
        )
        for image in params["images"]
    ]

    def connect() -> LibRbd:
        return LibRbd(params["conf"], params["client"], params["keyring"], params["timeout"], cluster)

    respawn_with_binding("rbd")
    require_bindings()
    return run_in_child(
        lambda report: probe_clones(connect, probes, report, writes=not module.check_mode),
        params["user"],
        params["timeout"] * 2 + 5 + 2 * len(probes),
        f"The cluster {cluster}",
    )


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "conf": {"type": "path", "default": "/etc/ceph/ceph.conf"},
            "client": {"type": "str", "required": True},
            "keyring": {"type": "path", "no_log": False},
            "user": {"type": "str"},
            "parent_pool": {"type": "str", "required": True},
            "pool": {"type": "str", "required": True},
            "images": {"type": "list", "elements": "str", "required": True},
            "snapshot": {"type": "str", "default": "snap"},
            "timeout": {"type": "int", "default": 15},
            "fail": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    failures = [f"image {item['image']}: {item['error']}" for item in result["clones"] if item["ok"] is False]
    if failures and module.params["fail"]:
        module.fail_json(msg="\n".join(failures), **result)
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
