#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_store_drain
short_description: Remove all images from stores that are to be removed
version_added: 1.0.0
description:
  - Removes the copies of all images from some stores, so that no image has a location there when Glance no longer has
    the stores.
  - Lists all images once. If one of them is in the way, the module changes nothing, and names all such images. These
    are images without a copy in another store, unless O(copy_to) is set, images that a task works on, images that are
    not active, and those in O(in_use).
  - A copy is removed only after the image was read again, and only if another store has the image whose cluster Glance
    reaches.
  - An image that fails does not stop the others. The module fails at the end and names all failures.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
  - dcn.glance.cloud.endpoint
  - dcn.glance.copies
options:
  stores:
    description:
      - The ids of the stores. A store that this API does not have is no problem if no image has a copy in it.
    type: list
    elements: str
    required: true
  copy_to:
    description: The ids of stores to which images without another copy are copied first.
    type: list
    elements: str
    default: []
  dark:
    description:
      - The data of the stores are lost for good. Only the records of the copies are removed.
      - Images without another copy are lost and deleted, because Glance does not remove the last location of an image.
        A protected one is in the way.
      - The module refuses this for stores whose clusters Glance reaches.
    type: bool
    default: false
  in_use:
    description: Images that must not be removed, as a dictionary of ids with the reason.
    type: dict
    default: {}
seealso:
  - module: dcn.glance.glance_image_placement
  - module: dcn.glance.glance_store_config
"""

EXAMPLES = r"""
- name: Show which images are in a store
  dcn.glance.glance_store_drain:
    cloud: dcn
    stores: [dcn1]
  check_mode: true

- name: Empty the store, and copy images that are nowhere else to the hub
  dcn.glance.glance_store_drain:
    cloud: dcn
    stores: [dcn1]
    copy_to: [central]

- name: Remove the records of copies whose cluster does not exist any more
  dcn.glance.glance_store_drain:
    cloud: dcn
    stores: [dcn1]
    dark: true
"""

RETURN = r"""
images:
  description: The images that one of the stores had, in the order of their creation.
  returned: when the input is valid
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
    name:
      description: The name.
      type: str
    size:
      description: The size of one copy in bytes.
      type: int
    action:
      description:
        - V(remove), the copies are removed. V(copy), the image is copied first. V(forget), the records of lost
          copies are removed, and the image has others. V(lose), the image is deleted. V(refuse), the image is in the
          way.
      type: str
    stores:
      description: The stores of O(stores) that have it, or to which it is being written.
      type: list
      elements: str
    before:
      description: The stores that had it before.
      type: list
      elements: str
    after:
      description: The stores that have it afterwards, or would have it in check mode.
      type: list
      elements: str
    changed:
      description: Whether its stores changed.
      type: bool
    reason:
      description: Why it is in the way; otherwise empty.
      type: str
  sample:
    - id: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
      name: cirros
      size: 117440512
      action: remove
      stores: [dcn1]
      before: [central, dcn1]
      after: [central]
      changed: true
      reason: ""
report:
  description: All images by what happens to them, with their number, name, id and size.
  returned: when the input is valid
  type: list
  elements: str
  sample:
    - "1 image with copies in other stores; removed from store dcn1:"
    - "  cirros (2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e), 117440512 bytes"
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
from ansible_collections.dcn.glance.plugins.module_utils._glance.drain import DrainOutcome, apply_drain, predict
from ansible_collections.dcn.glance.plugins.module_utils._glance.drain_plan import (
    DrainItem,
    DrainRequest,
    check_request,
    plan_drain,
    refusals,
    report,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import StoreListing
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import COPIES, glance_module, run

SPEC: dict[str, Any] = {
    **COPIES,
    "stores": {"type": "list", "elements": "str", "required": True},
    "copy_to": {"type": "list", "elements": "str", "default": []},
    "dark": {"type": "bool", "default": False},
    "in_use": {"type": "dict", "default": {}},
}


def warn_unproved(module: AnsibleModule, items: Sequence[DrainItem], listing: StoreListing) -> None:
    """Warn where nobody knows whether the data are removed, too, or really gone."""
    known = listing.by_id()
    stores = dict.fromkeys(store for item in items for store in item.here if store in known)
    for store in stores:
        if not listing.detailed or known[store].unproved:
            module.warn(
                f"Glance does not report whether it reaches the cluster of store {store} (Glance 2025.1 and later"
                " report it to an administrator). If it does not, Glance deletes its records of the removed copies,"
                " and their data remain in the cluster."
            )


def render(outcomes: Sequence[DrainOutcome]) -> dict[str, Any]:
    """The outcomes as the module returns them, with the diff."""
    images = [outcome.result() for outcome in outcomes]
    labels = [outcome.item.image.label for outcome in outcomes]
    return {
        "changed": any(image["changed"] for image in images),
        "images": images,
        "diff": {
            side: {label: sorted(image[side]) for label, image in zip(labels, images)} for side in ("before", "after")
        },
    }


def work(module: AnsibleModule, client: GlanceClient) -> None:
    params = module.params
    client.require_admin("not all images are visible, so the images in the stores are not known")
    request = DrainRequest(tuple(params["stores"]), tuple(params["copy_to"]), params["dark"], params["in_use"])
    check_request(request, client.stores())
    images = client.images()
    # The detailed list waits for each cluster that does not answer.
    listing = client.store_details() if plan_drain(images, request, StoreListing()) else StoreListing()
    items = plan_drain(images, request, listing)
    problems = refusals(items)
    if problems or module.check_mode:
        outcomes = predict(items)
    else:
        warn_unproved(module, items, listing)
        limits = CopyLimits(**{key: params[key] for key in COPIES})
        outcomes = apply_drain(client, items, limits, Clock())
        problems = [problem for outcome in outcomes for problem in outcome.problems]
    result = {**render(outcomes), "report": report(items, request), "problems": problems}
    if problems:
        if any(item.action == "refuse" for item in items):
            result.update(changed=False)
        module.fail_json(msg="\n".join(problems), **result)
    module.exit_json(**result)


def main() -> None:
    run(glance_module(SPEC), work)


if __name__ == "__main__":
    main()
