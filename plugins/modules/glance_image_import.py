#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_image_import
short_description: Import images into one, some or all stores, or delete them
version_added: 1.0.0
description:
  - Creates images and imports their data with Glance's import API, from a file on the host where the module runs
    (C(glance-direct)) or from an address that Glance downloads itself (C(web-download)).
  - The import API is what converts qcow2 to raw (import plugin C(image_conversion)) and writes to several stores;
    a plain upload does neither.
  - An image is known by its name within the project of the account. An active image is not imported again, even when
    stores lack it. These are returned as RV(images[].missing_stores) for M(dcn.glance.glance_image_placement).
  - Imports that Glance has given up without saying so are recognised at once instead of at the end of the timeout.
  - An image in trouble does not stop the others; the module fails at the end and names them all. An image that this
    run has created and that holds nothing after a failure is removed again.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
options:
  images:
    description: The images.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name. The project may have no more than one image of it.
          - With O(images[].state=absent) it may be an id.
        type: str
        required: true
      state:
        description: Whether the image must exist.
        type: str
        choices: [present, absent]
        default: present
      src:
        description:
          - The path of a file on the host where the module runs. It is sent in blocks, never held in memory.
          - Either this or O(images[].uri) is needed for an image that must be present.
        type: path
      uri:
        description: The address that Glance downloads the data from.
        type: str
      disk_format:
        description:
          - The format of the data as they are, not as they shall be stored. It is compared with the file's content,
            because Glance leaves a qcow2 file that is declared raw unconverted.
          - Needed for an image that must be present.
        type: str
        choices: [ami, ari, aki, vhd, vhdx, vmdk, raw, qcow2, vdi, ploop, iso]
      container_format:
        description: The format around the data.
        type: str
        choices: [ami, ari, aki, bare, ovf, ova, docker, compressed]
        default: bare
      visibility:
        description: Who sees the image. Without it, Glance decides for a new image, and an existing one stays.
        type: str
        choices: [community, private, public, shared]
      protected:
        description: Whether the image cannot be deleted.
        type: bool
      min_disk:
        description: The smallest disk in GiB that it needs.
        type: int
      min_ram:
        description: The smallest memory in MiB that it needs.
        type: int
      properties:
        description: Properties to set; V(null) removes one. Others are left as they are.
        type: dict
      stores:
        description:
          - The ids of the stores to import into, or V(all) for every store of this API that takes images.
          - Without it, the API's default store.
        type: list
        elements: str
      all_stores:
        description: The same as V(all) in O(images[].stores).
        type: bool
        default: false
  replace_failed:
    description:
      - Delete an image that an earlier import has left unusable, and import it again.
      - Without it, such an image is an error.
    type: bool
    default: false
  wait:
    description: Wait until Glance is done with every store.
    type: bool
    default: true
  timeout:
    description:
      - How many seconds one image may take, with the sending of its data. What Glance has begun goes on afterwards,
        and the next run waits on.
    type: int
    default: 1800
  interval:
    description: How many seconds lie between two looks at the images. The first looks come sooner.
    type: float
    default: 5.0
  concurrency:
    description: How many imports Glance works on at once. The staging directory must hold that many.
    type: int
    default: 2
  allow_orphans:
    description:
      - Delete an image even where Glance cannot reach the cluster of one of its stores.
      - Glance then forgets the image, and its data stay in that cluster.
    type: bool
    default: false
seealso:
  - module: dcn.glance.glance_image_placement
  - module: dcn.glance.glance_image_info
"""

EXAMPLES = r"""
- name: Import a file into the hub and one site
  dcn.glance.glance_image_import:
    cloud: dcn
    images:
      - name: cirros
        src: /srv/images/cirros-0.6.2-x86_64-disk.img
        disk_format: qcow2
        visibility: public
        properties:
          hw_disk_bus: virtio
        stores: [central, dcn0]

- name: Let the API of one site download an image into its default store
  dcn.glance.glance_image_import:
    cloud: dcn
    endpoint: http://dcn0.example.com:9292
    images:
      - name: debian-12
        uri: https://mirror.example.com/debian-12-generic-amd64.raw
        disk_format: raw

- name: Delete an image with all its copies
  dcn.glance.glance_image_import:
    cloud: dcn
    images:
      - name: cirros
        state: absent
"""

RETURN = r"""
images:
  description: What became of each image, in the order of O(images).
  returned: when the input is valid
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
    id:
      description: The id, also of an image that was deleted; null when there is none.
      type: str
    action:
      description:
        - What was needed. One of V(import), V(replace), V(wait) (somebody else's import was running), V(update)
          (metadata), V(delete), V(none).
      type: str
    changed:
      description: Whether something was changed.
      type: bool
    status:
      description: The status by Glance.
      type: str
    disk_format:
      description: The format as it is stored.
      type: str
    size:
      description: The bytes of one copy.
      type: int
    stores:
      description: The stores that hold it.
      type: list
      elements: str
    failed_stores:
      description: The stores that this run's import failed for.
      type: list
      elements: str
    missing_stores:
      description: The listed stores that lack it; M(dcn.glance.glance_image_placement) copies it there.
      type: list
      elements: str
    seconds:
      description: How long it took.
      type: float
    error:
      description: Why it failed.
      type: str
  sample:
    - name: cirros
      id: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
      action: import
      changed: true
      status: active
      disk_format: raw
      size: 117440512
      stores: [central, dcn0]
      failed_stores: []
      missing_stores: []
      seconds: 9.3
      error: ""
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import SystemClock
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.images import (
    apply_images,
    format_warning,
    make_plan,
    predict,
    report,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import glance_module, run

DISK_FORMATS = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "ploop", "iso"]
CONTAINER_FORMATS = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]
SPEC: dict[str, Any] = {
    "images": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "src": {"type": "path"},
            "uri": {"type": "str"},
            "disk_format": {"type": "str", "choices": DISK_FORMATS},
            "container_format": {"type": "str", "choices": CONTAINER_FORMATS, "default": "bare"},
            "visibility": {"type": "str", "choices": ["community", "private", "public", "shared"]},
            "protected": {"type": "bool"},
            "min_disk": {"type": "int"},
            "min_ram": {"type": "int"},
            "properties": {"type": "dict"},
            "stores": {"type": "list", "elements": "str"},
            "all_stores": {"type": "bool", "default": False},
        },
    },
    "replace_failed": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "int", "default": 1800},
    "interval": {"type": "float", "default": 5.0},
    "concurrency": {"type": "int", "default": 2},
    "allow_orphans": {"type": "bool", "default": False},
}


def work(module: AnsibleModule, client: GlanceClient) -> None:
    params = module.params
    plans = make_plan(client, params["images"], params["replace_failed"])
    if module.check_mode:
        outcomes = predict(plans)
    else:
        names = ("wait", "timeout", "interval", "concurrency", "allow_orphans")
        outcomes = apply_images(client, plans, SystemClock(), **{key: params[key] for key in names})
    for outcome in outcomes:
        for text in (*outcome.plan.warnings, format_warning(outcome.image) if outcome.image else ""):
            if text:
                module.warn(text)
    result = report(outcomes)
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if errors:
        module.fail_json(msg="\n".join(errors), **result)
    module.exit_json(**result)


def main() -> None:
    run(glance_module(SPEC), work)


if __name__ == "__main__":
    main()
