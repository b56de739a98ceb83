#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_api_probe
short_description: Test every Glance API and worker with small images
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Asks each API and each worker directly for an image, because a load balancer hides a worker that does not work. Each
    one must show the image, list it, and return its data.
  - Imports small images. Each worker of a site that has O(apis[].imports) gets the data of one image, and the next
    worker gets the request to import it, so that each worker has staged and imported once. With O(apis[].converts), the
    data are qcow2, and the stored image must be raw and have the size and the content of the disk.
  - Deletes these images, and the images that earlier runs have left because they were killed. All have the tag
    C(dcn-verify), and their names begin with C(dcn-verify-).
  - All requests run side by side.
options:
  image:
    description:
      - The id of an active image with the tag C(dcn-verify). Every API must serve it.
      - Empty means that no image is read.
    type: str
    default: ""
  apis:
    description: The APIs and workers.
    type: list
    elements: dict
    default: []
    suboptions:
      site:
        description: The site.
        type: str
        required: true
      name:
        description: The name in results, such as the name of the host.
        type: str
        required: true
      url:
        description: The root URL.
        type: str
        required: true
      store:
        description: The store in which the image must be. Empty means any.
        type: str
        default: ""
      imports:
        description: Whether images are imported through it.
        type: bool
        default: false
      converts:
        description: Whether it must convert qcow2 to raw.
        type: bool
        default: false
      stores:
        description: The stores to import to. Required with O(apis[].imports).
        type: list
        elements: str
        default: []
  leftover_age:
    description: Images of earlier runs are deleted if they were created more than this many seconds ago.
    type: int
    default: 7200
  timeout:
    description: The maximum time for one import in seconds.
    type: int
    default: 120
  fail:
    description: Fail if a test failed, or if an image could not be deleted.
    type: bool
    default: true
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
  - dcn.glance.cloud.endpoint
attributes:
  check_mode:
    support: partial
    details: The module does nothing and reports that it was skipped, because a test writes to the stores.
  diff_mode:
    support: none
  idempotent:
    support: none
seealso:
  - module: dcn.glance.glance_import_probe
    description: The same for workers in pods.
  - module: dcn.glance.glance_copy_probe
"""

EXAMPLES = r"""
- name: Test the two workers of the hub and the worker of a spoke
  dcn.glance.glance_api_probe:
    cloud: dcn
    image: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
    apis:
      - {site: central, name: ctl1, url: "http://ctl1:9292", imports: true, converts: true, stores: [central, dcn0]}
      - {site: central, name: ctl2, url: "http://ctl2:9292", imports: true, converts: true, stores: [central, dcn0]}
      - {site: dcn0, name: edge1, url: "http://edge1:9292", store: dcn0}

- name: Only delete what killed runs have left
  dcn.glance.glance_api_probe:
    cloud: dcn
    leftover_age: 600
"""

RETURN = r"""
apis:
  description: What each API said about O(image), in the order of O(apis).
  returned: always, unless there is no session
  type: list
  elements: dict
  contains:
    site:
      description: The site.
      type: str
    name:
      description: The name.
      type: str
    url:
      description: The URL.
      type: str
    ok:
      description: Whether it showed, listed and returned the image.
      type: bool
    status:
      description: The status of the image.
      type: str
    stores:
      description: The stores that have the image, as this API says.
      type: list
      elements: str
    locations:
      description: The locations of the image, if the API shows them.
      type: list
      elements: str
    error:
      description: What is wrong; empty on success.
      type: str
    seconds:
      description: The duration in seconds.
      type: float
  sample:
    - site: dcn0
      name: edge1
      url: http://edge1:9292
      ok: true
      status: active
      stores: [central, dcn0]
      locations: [rbd://5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10/images/2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e/snap]
      error: ""
      seconds: 0.2
imports:
  description: The test imports.
  returned: always, unless there is no session
  type: list
  elements: dict
  contains:
    site:
      description: The site.
      type: str
    staged_by:
      description: The worker that got the data.
      type: str
    imported_by:
      description: The worker that got the request.
      type: str
    image:
      description: The id of the image.
      type: str
    stores:
      description: The stores that had the image.
      type: list
      elements: str
    disk_format:
      description: The format of the stored image.
      type: str
    size:
      description: The size of the stored image in bytes.
      type: int
    converted:
      description: Whether the data were sent as qcow2.
      type: bool
    ok:
      description: Whether the import was right, and the image was deleted.
      type: bool
    error:
      description: What is wrong; empty on success.
      type: str
    undeleted:
      description: Why the image could not be deleted; empty if it was.
      type: str
    seconds:
      description: The duration in seconds.
      type: float
  sample:
    - site: central
      staged_by: ctl1
      imported_by: ctl2
      image: 7d3b2b0a-5a5d-4a3c-8a55-0b6f6a1f9a11
      stores: [central, dcn0]
      disk_format: raw
      size: 1050112
      converted: true
      ok: true
      error: ""
      undeleted: ""
      seconds: 2.4
removed:
  description: The images of earlier runs that were deleted, with name and id.
  returned: always, unless there is no session
  type: list
  elements: str
  sample: [dcn-verify-20261129120000 (0f9d5a5c-6c3c-4e39-8bd7-1d7c7a3f9a55)]
left:
  description: The images of earlier runs that could not be deleted, and why.
  returned: always, unless there is no session
  type: list
  elements: str
  sample: []
"""

import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import glance_module, run
from ansible_collections.dcn.glance.plugins.module_utils._verify.api_probe import ProbeOptions, probe
from ansible_collections.dcn.glance.plugins.module_utils._verify.api_report import probe_failures
from ansible_collections.dcn.glance.plugins.module_utils._verify.apis import parse_apis, run_name

SPEC: dict[str, Any] = {
    "image": {"type": "str", "default": ""},
    "apis": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            **{name: {"type": "str", "required": True} for name in ("site", "name", "url")},
            "store": {"type": "str", "default": ""},
            **{name: {"type": "bool", "default": False} for name in ("imports", "converts")},
            "stores": {"type": "list", "elements": "str", "default": []},
        },
    },
    "leftover_age": {"type": "int", "default": 7200},
    "timeout": {"type": "int", "default": 120},
    "fail": {"type": "bool", "default": True},
}
INTERVAL = 1.0


def work(module: AnsibleModule, client: GlanceClient) -> None:
    params = module.params
    apis = parse_apis(params["apis"])
    for api in apis:
        if api.imports and not api.stores:
            module.fail_json(msg=f"apis ({api.label}): imports needs stores.")
    options = ProbeOptions(params["image"], params["leftover_age"], params["timeout"], INTERVAL)
    result = probe(client, apis, run_name(datetime.datetime.now(datetime.timezone.utc)), options)
    result["changed"] = bool(result["imports"] or result["removed"])
    failures = probe_failures(result)
    if failures and params["fail"]:
        module.fail_json(msg="\n".join(failures), **result)
    module.exit_json(**result)


def main() -> None:
    module = glance_module(SPEC)
    if module.check_mode:
        module.exit_json(changed=False, skipped=True, msg="A test writes to the stores, so check mode skips it.")
    run(module, work)


if __name__ == "__main__":
    main()
