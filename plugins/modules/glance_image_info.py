#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_image_info
short_description: Report the stores of images and the state of their imports and copies
version_added: 1.0.0
description:
  - Lists images with the stores that have them, the stores for which a copy has failed, and the state of their import.
  - Detects states that Glance does not report itself, such as a failed import that leaves the image in the status
    C(importing), or a lock whose task has ended.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
  - dcn.glance.cloud.endpoint
attributes:
  diff_mode:
    support: none
options:
  images:
    description:
      - Names or ids of images. Every image with such a name is listed.
      - The default is all images that the account can see.
    type: list
    elements: str
    default: []
  without_copy_in:
    description:
      - Return only images that have data, but no copy in any of these stores. RV(only_copies) has them by store.
      - The module fails if the account does not have the role C(admin), because it would not see all images.
    type: list
    elements: str
  require_admin:
    description:
      - Fail if the account does not have the role C(admin), because it would not see the images of all projects.
      - Set it where an image that is not listed counts as one that does not exist.
    type: bool
    default: false
  tasks:
    description:
      - Return the tasks of every image.
      - Otherwise, only the tasks of images that are locked or not active are returned.
    type: bool
    default: false
seealso:
  - module: dcn.glance.glance_image_placement
  - module: dcn.glance.rbd_image_info
"""

EXAMPLES = r"""
- name: List the stores of an image
  dcn.glance.glance_image_info:
    cloud: dcn
    images: [cirros]
  register: found

- name: Fail if an import has failed or is stuck
  dcn.glance.glance_image_info:
    cloud: dcn
  register: every
  failed_when: every.images | rejectattr('state', 'in', ['active', 'running', 'uploading']) | length > 0
"""

RETURN = r"""
images:
  description: The images, in the order of O(images), then of their creation.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
    name:
      description: The name.
      type: str
    owner:
      description: The id of the project that owns it.
      type: str
    status:
      description: The status in Glance.
      type: str
    state:
      description:
        - The state, derived from status, lock and tasks. One of V(active), V(partial) (active, but a store has failed),
          V(running), V(stalled), V(uploading), V(staged), V(empty), V(import_failed), V(reverted),
          V(lock_leaked), V(killed), V(deactivated), V(deleted), V(unknown).
      type: str
    explanation:
      description: An explanation of the state with advice; empty for a normal state.
      type: str
    stores:
      description: The stores that have the image.
      type: list
      elements: str
    failed_stores:
      description: The stores for which its last import or copy has failed.
      type: list
      elements: str
    importing_stores:
      description: The stores to which it is being written.
      type: list
      elements: str
    lock:
      description: The id of the task that works on it; empty for none.
      type: str
    locations:
      description: Its locations, if the API shows them. Credentials in them are masked.
      type: list
      elements: str
    size:
      description: The size of one copy in bytes.
      type: int
    virtual_size:
      description: The size of the disk in bytes.
      type: int
    disk_format:
      description: The format of the data.
      type: str
    container_format:
      description: The container format.
      type: str
    visibility:
      description: Who can see it.
      type: str
    protected:
      description: Whether it is protected from deletion.
      type: bool
    hidden:
      description: Whether it is hidden from the list of images (C(os_hidden)).
      type: bool
    checksum:
      description: The MD5 checksum of the data.
      type: str
    min_disk:
      description: The minimum disk size in GiB.
      type: int
    min_ram:
      description: The minimum memory in MiB.
      type: int
    hash_algo:
      description: The hash algorithm of RV(images[].hash_value).
      type: str
    hash_value:
      description: The hash of the data.
      type: str
    created_at:
      description: When it was created.
      type: str
    updated_at:
      description: When it was last changed.
      type: str
    tags:
      description: The tags.
      type: list
      elements: str
    properties:
      description: The custom properties.
      type: dict
    tasks:
      description: Its import and copy tasks; null when they were not read.
      type: list
      elements: dict
  sample:
    - id: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
      name: cirros
      owner: 8a3f0c1d2e4b4c5d9e6f7a8b9c0d1e2f
      status: active
      state: active
      explanation: ""
      stores: [central, dcn0]
      failed_stores: []
      importing_stores: []
      lock: ""
      locations:
        - rbd://6f7cbd9f-0c8d-4b2e-9d3e-0c4b5ff4b2a1/images/2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e/snap
      size: 117440512
      virtual_size: 117440512
      disk_format: raw
      container_format: bare
      visibility: shared
      protected: false
      hidden: false
      checksum: 443b7623e27ecf03dc9e01ee93f67afe
      min_disk: 0
      min_ram: 0
      hash_algo: sha512
      hash_value: 6b813aa46bb9
      created_at: "2026-01-20T10:00:00Z"
      updated_at: "2026-01-20T10:00:09Z"
      tags: []
      properties: {os_distro: cirros}
      tasks: null
only_copies:
  description: The images of RV(images) by store, with name and id. A store to which an image is being written counts.
  returned: success and O(without_copy_in) is set
  type: dict
  sample: {file: [cirros (2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e)]}
missing:
  description: The names and ids that no image has.
  returned: success
  type: list
  elements: str
  sample: []
"""

from datetime import datetime, timezone
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import find_images
from ansible_collections.dcn.glance.plugins.module_utils._glance.last_copies import copies_by_store, without_copy_in
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import glance_module, run

SPEC: dict[str, Any] = {
    "images": {"type": "list", "elements": "str", "default": []},
    "without_copy_in": {"type": "list", "elements": "str"},
    "require_admin": {"type": "bool", "default": False},
    "tasks": {"type": "bool", "default": False},
}
_PLAIN = (
    *("id", "name", "owner", "status", "size", "virtual_size", "disk_format", "container_format", "visibility"),
    *(
        "protected",
        "hidden",
        "checksum",
        "lock",
        "min_disk",
        "min_ram",
        "hash_algo",
        "hash_value",
        "created_at",
        "updated_at",
    ),
)


def render(client: GlanceClient, image: Image, with_tasks: bool) -> dict[str, Any]:
    """One image as it is returned."""
    needed = with_tasks or bool(image.lock) or image.status != "active"
    tasks = client.tasks(image.id) if needed else None
    state = classify(image, tasks, datetime.now(timezone.utc))
    return {
        **{key: getattr(image, key) for key in _PLAIN},
        "state": state.name,
        "explanation": state.sentence,
        "stores": list(image.stores),
        "failed_stores": list(image.failed),
        "tags": list(image.tags),
        "importing_stores": list(image.importing),
        "locations": list(image.locations),
        "properties": dict(image.properties),
        "tasks": None if tasks is None else [dict(vars(task)) for task in tasks],
    }


def work(module: AnsibleModule, client: GlanceClient) -> None:
    if module.params["require_admin"]:
        client.require_admin("not all images are visible, so it is not known which images do not exist")
    wanted = module.params["images"]
    found = find_images(client, wanted) if wanted else {"": client.images()}
    order = dict.fromkeys(wanted or [""])
    images = {image.id: image for text in order for image in found[text]}
    stores = module.params["without_copy_in"]
    if stores is not None:
        client.require_admin("not all images are visible, so the images without a copy in certain stores are not known")
        images = {image.id: image for image in without_copy_in(stores, images.values())}
    module.exit_json(
        **({} if stores is None else {"only_copies": copies_by_store(images.values())}),
        changed=False,
        images=[render(client, image, module.params["tasks"]) for image in images.values()],
        missing=[text for text in order if text and not found[text]],
    )


def main() -> None:
    run(glance_module(SPEC), work)


if __name__ == "__main__":
    main()
