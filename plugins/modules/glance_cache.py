#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_cache
short_description: Fill, list and clear the image cache of a Glance worker
version_added: 1.0.0
description:
  - Lets one Glance worker cache images before anyone reads them, and waits until they are cached.
  - Removes images from its cache, and lists what is in it, with size, hits and the time of the last access.
  - Each worker has its own cache. The API of the cache acts only on the worker that answers, so O(endpoint) must be the
    URL of a worker, and never the address of a load balancer.
  - By default, only an account with the role C(admin) may use this API.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
  - dcn.glance.cloud.endpoint
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  images:
    description:
      - Names or ids of images. Without images, nothing is cached or removed, except by O(clear).
      - An image that no longer exists can be removed from the cache by its id.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(cached) requests each image that is not cached, and waits until it is. An image that is only in the queue is
        requested again, since nothing tells whether Glance still works on it.
      - V(queued) requests each image that is neither cached nor in the queue, and does not wait.
      - V(absent) removes the images from the cache and from the queue.
    type: str
    choices: [cached, queued, absent]
    default: cached
  clear:
    description:
      - Remove all other images from the V(cache), from the V(queue), or from both (V(all)).
      - Images of O(images) are kept, unless O(state=absent).
    type: str
    choices: [none, cache, queue, all]
    default: none
  timeout:
    description: The maximum time to wait for all images in seconds. Glance reads them one after another.
    type: int
    default: 1800
  interval:
    description: The longest pause between two requests while waiting, in seconds.
    type: float
    default: 5.0
seealso:
  - module: dcn.glance.glance_cache_probe
  - plugin: dcn.glance.glance_cache_settings
    plugin_type: filter
notes:
  - Where the read of an image from its store fails, Glance (seen with 2025.1) caches nothing from its queue until it is
    restarted, and does not report it. Then the module fails after O(timeout) with this advice.
"""

EXAMPLES = r"""
- name: Cache images on the worker of a site
  dcn.glance.glance_cache:
    cloud: dcn
    endpoint: http://edge0.example.com:9292
    images: [cirros, debian-12]

- name: List what is in the cache
  dcn.glance.glance_cache:
    cloud: dcn
    endpoint: http://edge0.example.com:9292
  register: cache

- name: Remove the images that do not exist any more
  dcn.glance.glance_cache:
    cloud: dcn
    endpoint: http://edge0.example.com:9292
    images: "{{ cache.cached | rejectattr('exists') | map(attribute='id') }}"
    state: absent

- name: Remove everything from the cache and from the queue
  dcn.glance.glance_cache:
    cloud: dcn
    endpoint: http://edge0.example.com:9292
    clear: all
"""

RETURN = r"""
images:
  description: The images of O(images) that exist or are in the cache, in this order.
  returned: success
  type: list
  elements: dict
  contains:
    image:
      description: The name or id in O(images).
      type: str
    id:
      description: The id.
      type: str
    before:
      description: V(cached), V(queued) or V(absent), before the module.
      type: str
    after:
      description: The same after the module. In check mode, what it would be.
      type: str
  sample:
    - {image: cirros, id: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e, before: absent, after: cached}
cached:
  description: The images in the cache after the module, the most recently used first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
    name:
      description: The name; empty where the image no longer exists.
      type: str
    exists:
      description: Whether the image still exists. Nobody can read the others, and the pruner removes them in time.
      type: bool
    size:
      description: The size in bytes.
      type: int
    hits:
      description: How often the image was read from the cache.
      type: int
    last_accessed:
      description: When it was last read from the cache, in UTC.
      type: str
    last_modified:
      description: When it was cached, in UTC.
      type: str
  sample:
    - id: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
      name: cirros
      exists: true
      size: 117440512
      hits: 3
      last_accessed: "2026-01-20T10:00:09Z"
      last_modified: "2026-01-20T10:00:00Z"
queued:
  description: The ids of the images in the queue after the module.
  returned: success
  type: list
  elements: str
  sample: []
size:
  description: The size of all images in the cache in bytes.
  returned: success
  type: int
  sample: 117440512
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.cache import (
    CACHED,
    CLEAR,
    STATES,
    CacheState,
    entry_rows,
    plan_cache,
    planned,
    resolve,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.cache_fill import apply_plan, wait_until_cached
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import find_images
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import glance_module, run

SPEC: dict[str, Any] = {
    "images": {"type": "list", "elements": "str", "default": []},
    "state": {"type": "str", "choices": list(STATES), "default": CACHED},
    "clear": {"type": "str", "choices": list(CLEAR), "default": "none"},
    "timeout": {"type": "int", "default": 1800},
    "interval": {"type": "float", "default": 5.0},
}


def names_of(client: GlanceClient, state: CacheState, known: list[Image]) -> dict[str, str | None]:
    """The name of each cached image; None for those that do not exist any more."""
    names: dict[str, str | None] = {image.id: image.name for image in known}
    for image_id in state.cached:
        if image_id not in names:
            image = client.image(image_id)
            names[image_id] = None if image is None else image.name
    return names


def work(module: AnsibleModule, client: GlanceClient) -> None:
    params = module.params
    wanted = list(dict.fromkeys(params["images"]))
    before = client.cache_state()
    found = find_images(client, wanted)
    ids = resolve(wanted, found, params["state"], before)
    plan = plan_cache(list(dict.fromkeys(ids.values())), params["state"], params["clear"], before)
    images = [image for text in wanted for image in found[text]]
    if module.check_mode or not plan.changes:
        after = planned(before, plan, params["state"], {image.id: image.size or 0 for image in images})
    else:
        apply_plan(client, plan)
        waited = images if params["state"] == CACHED else []
        after = wait_until_cached(client, waited, params["timeout"], params["interval"], Clock())
    module.exit_json(
        changed=plan.changes,
        images=[
            {"image": text, "id": each, "before": before.of(each), "after": after.of(each)}
            for text, each in ids.items()
        ],
        cached=entry_rows(after, names_of(client, after, images)),
        queued=list(after.queued),
        size=after.size,
    )


def main() -> None:
    run(glance_module(SPEC), work)


if __name__ == "__main__":
    main()
