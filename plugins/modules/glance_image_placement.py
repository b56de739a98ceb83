#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_image_placement
short_description: Manage the stores that have copies of images
version_added: 1.0.0
description:
  - Copies each image to the stores that do not have it, with one C(copy-image) request per image, and follows many
    images at the same time until every store has its copy or has failed.
  - Glance reads an image once per request into the staging directory of the host that receives the request, and writes
    it to one store after the other. Use the API that defines all stores, which is the hub's.
  - With O(purge), removes copies from stores that are not listed. Copies are kept if a copy of this run has failed or
    if Glance cannot reach a cluster, and the last copy is never removed.
  - A failed image or store does not stop the others; the module fails at the end and names all failures.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
  - dcn.glance.cloud.endpoint
  - dcn.glance.copies
options:
  images:
    description:
      - The images and the stores that must have them.
      - An image that is listed twice must be in the stores of both entries.
    type: list
    elements: dict
    required: true
    suboptions:
      image:
        description:
          - The name or the id of an image.
          - A name selects the image of the account's project; if there is none, the only image with this name that the
            account can see.
        type: str
        required: true
      stores:
        description: The ids of the stores, or V(all) for every writable store of this API.
        type: list
        elements: str
        required: true
  purge:
    description:
      - Remove copies from other stores.
      - Glance refuses to remove a copy with clones (instances or volumes); the module reports that.
    type: bool
    default: false
seealso:
  - module: dcn.glance.glance_image_import
  - module: dcn.glance.glance_store_info
"""

EXAMPLES = r"""
- name: Show what would be copied
  dcn.glance.glance_image_placement:
    cloud: dcn
    images:
      - image: cirros
        stores: [central, dcn0, dcn1]
  check_mode: true
  diff: true

- name: Copy two images, up to ten at the same time
  dcn.glance.glance_image_placement:
    cloud: dcn
    concurrency: 10
    images:
      - image: cirros
        stores: all
      - image: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
        stores: [central, dcn1]

- name: Keep an image in the hub and in dcn0 only
  dcn.glance.glance_image_placement:
    cloud: dcn
    purge: true
    images:
      - image: debian-12
        stores: [central, dcn0]
"""

RETURN = r"""
placements:
  description: The outcome for each image, in the order of O(images).
  returned: when the input is valid
  type: list
  elements: dict
  contains:
    image:
      description: The name or id in O(images).
      type: str
    id:
      description: The id; null when the image does not exist.
      type: str
    name:
      description: The name in Glance.
      type: str
    size:
      description: The size of one copy in bytes.
      type: int
    before:
      description: The stores that had the image before.
      type: list
      elements: str
    after:
      description: The stores that have it afterwards, or would have it in check mode.
      type: list
      elements: str
    copied:
      description: The stores to which it was copied.
      type: list
      elements: str
    removed:
      description: The stores from which it was removed.
      type: list
      elements: str
    failed:
      description: The stores where a copy or a removal failed or was refused.
      type: list
      elements: str
    stores:
      description:
        - The outcome of each store. RV(placements[].stores[].action) is one of V(present), V(copied), V(removed),
          V(absent) (another request removed it), V(refused), V(failed).
      type: list
      elements: dict
      contains:
        store:
          description: The id of the store.
          type: str
        action:
          description: The outcome.
          type: str
        seconds:
          description: >-
            The duration in seconds. The time of the first store includes reading the image. Stores that become complete
            between two polls have the same time.
          type: float
        bytes:
          description: The copied bytes.
          type: int
        message:
          description: Why it failed or was refused.
          type: str
    seconds:
      description: The duration of all copies of the image in seconds.
      type: float
    changed:
      description: Whether a copy was created or removed.
      type: bool
    error:
      description: Why the image could not be processed; empty on success.
      type: str
  sample:
    - image: cirros
      id: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
      name: cirros
      size: 117440512
      before: [central]
      after: [central, dcn0]
      copied: [dcn0]
      removed: []
      failed: []
      stores:
        - {store: central, action: present, seconds: 0.0, bytes: null, message: ""}
        - {store: dcn0, action: copied, seconds: 7.4, bytes: 117440512, message: ""}
      seconds: 8.1
      changed: true
      error: ""
bytes_copied:
  description: The total of copied bytes over all images and stores; in check mode, of the bytes to copy.
  returned: when the input is valid
  type: int
  sample: 117440512
problems:
  description: All problems, one sentence each.
  returned: when the input is valid
  type: list
  elements: str
  sample: []
"""

from collections.abc import Sequence
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyLimits
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import find_images
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import COPIES, glance_module, run
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement import (
    PlacementOutcome,
    apply_placement,
    predict,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement_plan import (
    parse_placements,
    plan_placement,
    unproved_removals,
)

SPEC: dict[str, Any] = {
    **COPIES,
    "images": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "image": {"type": "str", "required": True},
            "stores": {"type": "list", "elements": "str", "required": True},
        },
    },
    "purge": {"type": "bool", "default": False},
}


def render(outcomes: Sequence[PlacementOutcome]) -> dict[str, Any]:
    """The outcomes as the module returns them, with the diff."""
    placements = [outcome.result() for outcome in outcomes]
    labels = [outcome.plan.image.label if outcome.plan.image else outcome.plan.ref for outcome in outcomes]
    return {
        "changed": any(item["changed"] for item in placements),
        "placements": placements,
        "bytes_copied": sum(len(item["copied"]) * (item["size"] or 0) for item in placements),
        "problems": [problem for outcome in outcomes for problem in outcome.problems],
        "diff": {
            side: {label: sorted(item[side]) for label, item in zip(labels, placements)} for side in ("before", "after")
        },
    }


def work(module: AnsibleModule, client: GlanceClient) -> None:
    params = module.params
    listing = client.store_details() if params["purge"] else client.stores()
    desired = parse_placements(params["images"], listing)
    found = find_images(client, [item.image for item in desired])
    plans = plan_placement(desired, found, listing, client.project_id(), params["purge"])
    for store in unproved_removals(plans, listing):
        module.warn(
            f"Glance does not report whether it reaches the cluster of store {store} (Glance 2025.1 and later report it"
            " to an administrator). If it does not, Glance deletes its records of the removed copies, and their data"
            " remain in the cluster."
        )
    if module.check_mode:
        outcomes = predict(plans)
    else:
        limits = CopyLimits(**{key: params[key] for key in COPIES})
        outcomes = apply_placement(client, plans, limits, Clock())
    result = render(outcomes)
    if result["problems"]:
        module.fail_json(msg="\n".join(result["problems"]), **result)
    module.exit_json(**result)


def main() -> None:
    run(glance_module(SPEC), work)


if __name__ == "__main__":
    main()
