#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_cache_probe
short_description: Prove that a Glance worker serves an image from its cache
version_added: 1.0.0
description:
  - Reads an image twice through one Glance worker. The first read fills the cache, and the worker must count the second
    one as a hit. The hash of the data is compared with the one of the image both times.
  - The image stays in the cache.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
  - dcn.glance.cloud.endpoint
attributes:
  check_mode:
    description: Finds the image and asks for the state of the cache, and reads no data.
    support: full
  diff_mode:
    support: none
  idempotent:
    support: none
options:
  image:
    description: The name or id of an active image.
    type: str
    required: true
  fresh:
    description: Remove the image from the cache first, so that the first read comes from the store.
    type: bool
    default: true
  timeout:
    description: The maximum time in seconds until the image is in the cache after the first read.
    type: int
    default: 60
seealso:
  - module: dcn.glance.glance_cache
"""

EXAMPLES = r"""
- name: Prove that the worker of a site caches images
  dcn.glance.glance_cache_probe:
    cloud: dcn
    endpoint: http://edge0.example.com:9292
    image: cirros
"""

RETURN = r"""
image:
  description: The id of the image.
  returned: success
  type: str
  sample: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
filled:
  description: Whether the first read filled the cache; otherwise it was a hit as well.
  returned: success
  type: bool
  sample: true
reads:
  description: Both reads.
  returned: success, and not in check mode
  type: list
  elements: dict
  contains:
    bytes:
      description: What was read.
      type: int
    seconds:
      description: The time that it took.
      type: float
    rate:
      description: Bytes per second.
      type: int
    intact:
      description: Whether size and hash are those of the image.
      type: bool
  sample:
    - {bytes: 117440512, seconds: 2.51, rate: 46789048, intact: true}
    - {bytes: 117440512, seconds: 0.42, rate: 279620266, intact: true}
hits_before:
  description: The hits of the image before the second read.
  returned: success, and not in check mode
  type: int
  sample: 0
hits:
  description: The hits of the image after the second read.
  returned: success, and not in check mode
  type: int
  sample: 1
hit:
  description: Whether the second read came from the cache.
  returned: success, and not in check mode
  type: bool
  sample: true
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.cache import CACHED, CacheState, resolve
from ansible_collections.dcn.glance.plugins.module_utils._glance.cache_fill import probe_cache
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_watch import find_images
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import glance_module, run

SPEC: dict[str, Any] = {
    "image": {"type": "str", "required": True},
    "fresh": {"type": "bool", "default": True},
    "timeout": {"type": "int", "default": 60},
}


def work(module: AnsibleModule, client: GlanceClient) -> None:
    params = module.params
    found = find_images(client, [params["image"]])
    resolve([params["image"]], found, CACHED, CacheState())
    (image,) = found[params["image"]]
    if module.check_mode:
        filled = params["fresh"] or client.cache_state().of(image.id) != CACHED
        module.exit_json(changed=filled, image=image.id, filled=filled)
    result = probe_cache(client, image, params["fresh"], params["timeout"], Clock())
    answer = {"changed": result["filled"], "image": image.id, **result}
    if not result["hit"]:
        text = (
            "a second read was not served from the cache: its hits are the same as before. See the log of this Glance"
        )
        module.fail_json(msg=f"Glance at {client.url} has cached image {image.label}, but {text}.", **answer)
    if not all(read["intact"] for read in result["reads"]):
        text = "size and hash are not those of the image. Remove it from the cache (glance_cache), and check its store"
        module.fail_json(msg=f"Glance at {client.url} sent other data for image {image.label}: {text}.", **answer)
    module.exit_json(**answer)


def main() -> None:
    run(glance_module(SPEC), work)


if __name__ == "__main__":
    main()
