#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_image_placement
short_description: Bring images into the stores that need them, as desired state
version_added: 1.0.0
description:
  - Copies each image to the stores that lack it, with one C(copy-image) request per image, and follows many images
    together until every store has its copy or has failed.
  - Glance reads an image once per request, into the staging directory of the host that takes the request, and writes
    it to the stores one after the other. Ask the API that knows all the stores, which is the hub's.
  - With O(purge), removes copies from stores that are not listed. It refuses where a copy of this run has failed,
    where Glance cannot reach a cluster, and never removes a last copy.
  - An image or a store in trouble does not stop the others; the module fails at the end and names them all.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
options:
  images:
    description:
      - The images and the stores that each must be in.
      - An image that is listed twice must be in the stores of both entries.
    type: list
    elements: dict
    required: true
    suboptions:
      image:
        description:
          - The name or the id of an image.
          - A name means the image of the own project; if the project has none, the only one that the account sees.
        type: str
        required: true
      stores:
        description: The ids of the stores, or V(all) for every store of this API that takes images.
        type: list
        elements: str
        required: true
  purge:
    description:
      - Remove the copies that are in other stores.
      - Instances and volumes that are clones of such a copy keep it; then Glance refuses, and the module says so.
    type: bool
    default: false
  concurrency:
    description: How many images are copied at once. The staging directory must hold that many.
    type: int
    default: 4
  timeout:
    description: How many seconds one image may take, from its turn on. What Glance has begun goes on afterwards.
    type: int
    default: 3600
  interval:
    description: How many seconds lie between two looks at the images. The first looks come sooner.
    type: float
    default: 5.0
  retries:
    description: How often the stores that failed are tried again.
    type: int
    default: 1
  lock_timeout:
    description:
      - How many seconds to try again while Glance refuses because a task holds the image, though it shows none.
      - This happens for a moment after an import. A task that does show is waited for within O(timeout).
    type: int
    default: 60
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

- name: Bring two images where they are needed, ten at once
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
  description: What became of each image, in the order of O(images).
  returned: when the input is valid
  type: list
  elements: dict
  contains:
    image:
      description: The name or id as it was given.
      type: str
    id:
      description: The id; null when there is no such image.
      type: str
    name:
      description: The name in Glance.
      type: str
    size:
      description: The bytes of one copy.
      type: int
    before:
      description: The stores that had the image.
      type: list
      elements: str
    after:
      description: The stores that have it now, or would have it in check mode.
      type: list
      elements: str
    copied:
      description: The stores that it was copied to.
      type: list
      elements: str
    removed:
      description: The stores that it was removed from.
      type: list
      elements: str
    failed:
      description: The stores where a copy or a removal failed or was refused.
      type: list
      elements: str
    stores:
      description:
        - The outcome of each store. RV(placements[].stores[].action) is one of V(present), V(copied), V(removed),
          V(absent) (somebody else removed it), V(refused), V(failed).
      type: list
      elements: dict
      contains:
        store:
          description: The id of the store.
          type: str
        action:
          description: What was done.
          type: str
        seconds:
          description: >-
            How long it took; the first store's time contains the reading of the image. Stores that arrived between
            two looks share it.
          type: float
        bytes:
          description: How much was copied.
          type: int
        message:
          description: Why it failed or was refused.
          type: str
    seconds:
      description: How long all the copies of the image took.
      type: float
    changed:
      description: Whether a copy was made or removed.
      type: bool
    error:
      description: Why nothing could be done for the image.
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
  description: The bytes that were copied, or would be, over all images and stores.
  returned: when the input is valid
  type: int
  sample: 117440512
problems:
  description: Everything that went wrong, a sentence each.
  returned: when the input is valid
  type: list
  elements: str
  sample: []
"""

from collections.abc import Sequence
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import SystemClock
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.copy_job import CopyLimits
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import find_images
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import glance_module, run
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement import (
    PlacementOutcome,
    apply_placement,
    predict,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.placement_plan import (
    parse_wishes,
    plan_placement,
    unproved_removals,
)

SPEC: dict[str, Any] = {
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
    "concurrency": {"type": "int", "default": 4},
    "timeout": {"type": "int", "default": 3600},
    "interval": {"type": "float", "default": 5.0},
    "retries": {"type": "int", "default": 1},
    "lock_timeout": {"type": "int", "default": 60},
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
    wishes = parse_wishes(params["images"], listing)
    found = find_images(client, [wish.image for wish in wishes])
    plans = plan_placement(wishes, found, listing, client.project_id(), params["purge"])
    for store in unproved_removals(plans, listing):
        module.warn(
            f"Nothing says whether the cluster of store {store} answers (only Glance 2025.1 and later tell an"
            " administrator). If it does not, Glance forgets copies that are removed there, and their data stay."
        )
    if module.check_mode:
        outcomes = predict(plans)
    else:
        names = ("concurrency", "timeout", "interval", "retries", "lock_timeout")
        outcomes = apply_placement(client, plans, CopyLimits(**{key: params[key] for key in names}), SystemClock())
    result = render(outcomes)
    if result["problems"]:
        module.fail_json(msg="\n".join(result["problems"]), **result)
    module.exit_json(**result)


def main() -> None:
    run(glance_module(SPEC), work)


if __name__ == "__main__":
    main()
