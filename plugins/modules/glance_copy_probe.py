#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_copy_probe
short_description: Test that an ordinary user can copy an image to edge sites
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Nova copies an image that its site lacks with the rights of the user who boots an instance. Glance lets only
    administrators copy by default.
  - For each site, imports an image of 1 MiB to the store of the hub, and asks the Glance API that the Nova of the site
    asks to copy it to the store of the site. The images are deleted.
  - With an account that has the role C(admin), nothing is tested, because an administrator may always copy.
options:
  store:
    description: The store of the hub.
    type: str
    required: true
  sites:
    description: The sites.
    type: list
    elements: dict
    required: true
    suboptions:
      site:
        description: The name of the site.
        type: str
        required: true
      store:
        description: The store of the site.
        type: str
        required: true
      url:
        description: The root URL of the Glance API that the Nova of the site asks.
        type: str
        required: true
      expected:
        description: What the API must answer. V(any) reports the answer and is right with both.
        type: str
        choices: [allowed, refused, any]
        default: allowed
  timeout:
    description: The maximum time for an import or a copy in seconds.
    type: int
    default: 120
  fail:
    description: Fail if an answer is wrong, or if an image could not be deleted.
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
  - module: dcn.glance.glance_api_probe
    description: It also deletes what this module has left because it was killed.
  - module: dcn.glance.nova_boot_probe
"""

EXAMPLES = r"""
- name: Test that a member of a project can copy an image to dcn0
  dcn.glance.glance_copy_probe:
    cloud: dcn-member
    store: central
    sites:
      - {site: dcn0, store: dcn0, url: "http://dcn0.example.com:9292"}
"""

RETURN = r"""
sites:
  description: The result of each site, in the order of O(sites).
  returned: always, unless there is no session
  type: list
  elements: dict
  contains:
    site:
      description: The site.
      type: str
    store:
      description: The store of the site.
      type: str
    url:
      description: The API that was asked.
      type: str
    skipped:
      description: Why nothing was tested; else empty.
      type: str
    image:
      description: The id of the image.
      type: str
    allowed:
      description: Whether the API permitted the copy; null if nothing was tested.
      type: bool
    ok:
      description: Whether the answer was right; null if nothing was tested.
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
    - site: dcn0
      store: dcn0
      url: http://dcn0.example.com:9292
      skipped: ""
      image: 7d3b2b0a-5a5d-4a3c-8a55-0b6f6a1f9a11
      allowed: true
      ok: true
      error: ""
      undeleted: ""
      seconds: 3.1
"""

import datetime
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import connect
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import glance_module
from ansible_collections.dcn.glance.plugins.module_utils._verify.api_probe import ProbeOptions
from ansible_collections.dcn.glance.plugins.module_utils._verify.api_report import copy_failures
from ansible_collections.dcn.glance.plugins.module_utils._verify.apis import run_name
from ansible_collections.dcn.glance.plugins.module_utils._verify.copies import copy_probe

SPEC: dict[str, Any] = {
    "store": {"type": "str", "required": True},
    "sites": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            **{name: {"type": "str", "required": True} for name in ("site", "store", "url")},
            "expected": {"type": "str", "choices": ["allowed", "refused", "any"], "default": "allowed"},
        },
    },
    "timeout": {"type": "int", "default": 120},
    "fail": {"type": "bool", "default": True},
}
INTERVAL = 1.0


def main() -> None:
    module = glance_module(SPEC)
    if module.check_mode:
        module.exit_json(changed=False, skipped=True, msg="A test writes to the stores, so check mode skips it.")
    params = module.params
    run = run_name(datetime.datetime.now(datetime.timezone.utc), "copy-")
    options = ProbeOptions("", 0, params["timeout"], INTERVAL)
    try:
        sites = copy_probe(lambda: connect(params), params["sites"], params["store"], run, options)
    except DcnError as error:
        module.fail_json(msg=str(error))
    changed = any(site["image"] for site in sites)
    failures = copy_failures(sites)
    if failures and params["fail"]:
        module.fail_json(msg="\n".join(failures), changed=changed, sites=sites)
    module.exit_json(changed=changed, sites=sites)


if __name__ == "__main__":
    main()
