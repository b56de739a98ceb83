#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rbd_image
short_description: Protect the snapshots of RBD images, and remove images
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Repairs the images of Glance in a Ceph cluster. The playbook C(dcn.glance.audit) uses it.
  - An image with clones, or one that a client has open, is never removed.
  - The module does not ask Glance whether it knows the image.
options:
  fsid:
    description: The fsid that the cluster must have. Another cluster is refused before anything is changed.
    type: str
  images:
    description: The images.
    type: list
    elements: dict
    required: true
    suboptions:
      pool:
        description: Pool of the image.
        type: str
        required: true
      name:
        description: Name of the image. Glance names an image by its id.
        type: str
        required: true
      state:
        description:
          - V(protected) protects the snapshot, and creates it first if it does not exist.
          - V(absent) removes the image with its snapshots.
        type: str
        choices: [protected, absent]
        default: protected
      snapshot:
        description: Name of the snapshot to protect. Glance uses the default.
        type: str
        default: snap
      partial:
        description: Remove the image only if it has no snapshot, as after an upload that was cut off.
        type: bool
        default: false
  time_limit:
    description: Seconds that everything may take. The removal of large images takes long.
    type: int
    default: 600
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.python_exec
  - dcn.glance.rbd
attributes:
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.ceph_cluster_info
"""

EXAMPLES = r"""
- name: Make an image ready for clones
  dcn.glance.rbd_image:
    images:
      - pool: images
        name: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e

- name: Remove what a killed upload has left
  dcn.glance.rbd_image:
    images:
      - pool: images
        name: c1f8a2de-94b1-4f0a-a6f7-3f3e52b7f0aa
        state: absent
        partial: true
"""

RETURN = r"""
fsid:
  description: Id of the cluster.
  returned: success
  type: str
  sample: 5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10
images:
  description: The images, in the order of O(images).
  returned: always, if the cluster answered
  type: list
  elements: dict
  contains:
    pool:
      description: Pool of the image.
      type: str
    name:
      description: Name of the image.
      type: str
    state:
      description: The state that was asked for.
      type: str
    actions:
      description: What was done, or would be done in check mode.
      type: list
      elements: str
    changed:
      description: Whether anything was done.
      type: bool
    error:
      description: Why the state was not reached; empty if it was.
      type: str
  sample:
    - pool: images
      name: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
      state: protected
      actions: [protected the snapshot images/2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e@snap]
      changed: true
      error: ""
reason:
  description: Kind of failure, as in RV(dcn.glance.ceph_store_probe#module:probes[].status).
  returned: failure
  type: str
  sample: mon_unreachable
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_module import CONNECTION, work_on_images
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_pool import PROTECTED, STATES
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_work import change_images
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

SPEC: dict[str, Any] = {
    **CONNECTION,
    "fsid": {"type": "str"},
    "images": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "pool": {"type": "str", "required": True},
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": list(STATES), "default": PROTECTED},
            "snapshot": {"type": "str", "default": "snap"},
            "partial": {"type": "bool", "default": False},
        },
    },
    "time_limit": {"type": "int", "default": 600},
}


def main() -> None:
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        result = work_on_images(module, module.params["time_limit"], change_images)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    changed = any(image["changed"] for image in result["images"])
    problems = [image["error"] for image in result["images"] if image["error"]]
    if problems:
        module.fail_json(msg="\n".join(problems), changed=changed, **result)
    module.exit_json(changed=changed, **result)


if __name__ == "__main__":
    main()
