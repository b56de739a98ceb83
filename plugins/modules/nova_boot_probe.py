#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_boot_probe
short_description: Test that instances boot at edge sites
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Boots an instance at each site as an ordinary user does, so that everything that a user needs is tested.
  - For each site, imports an image of 1 MiB to the store of the hub only, and boots an instance from it in the zone of
    the site, so that Nova must have the image copied to the site. The image is a boot sector that writes one line to
    the console when it starts and another one when it has written to its disk.
  - With O(volumes), also creates two volumes from the image, attaches one to the instance, and boots a second instance
    from the other.
  - What it creates stays until the module runs with O(state=absent), so that a task can inspect it in the cluster of
    the site. Names begin with C(dcn-verify-boot-) and the time.
options:
  state:
    description:
      - V(present) boots instances at O(sites).
      - V(absent) removes what the run O(name) has created, and what runs have left that began more than O(leftover_age)
        seconds ago. Only the project of the account is searched.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the run, as RV(name) of an earlier task. By default a new one, or none with O(state=absent).
    type: str
    default: ""
  sites:
    description: The sites.
    type: list
    elements: dict
    default: []
    suboptions:
      site:
        description: The name of the site.
        type: str
        required: true
      zone:
        description: The availability zone of Nova and Cinder at the site.
        type: str
        required: true
      store:
        description: The Glance store of the site, to which Nova has the image copied.
        type: str
        required: true
  store:
    description: The Glance store of the hub. Required with O(state=present).
    type: str
  always:
    description: Whether to try a site whose zone Nova does not have. By default it is skipped.
    type: bool
    default: false
  flavor:
    description: Name or id of the flavor, which needs a disk. By default the smallest one.
    type: str
    default: ""
  network:
    description: Name or id of a network. By default the instances have none.
    type: str
    default: ""
  volumes:
    description: Whether to test volumes. Skipped if the catalog has no Cinder.
    type: bool
    default: true
  concurrency:
    description: How many sites to test at once.
    type: int
    default: 8
  leftover_age:
    description: Seconds after which what another run has created counts as left over.
    type: int
    default: 7200
  timeout:
    description: Seconds that each step may take.
    type: int
    default: 300
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
  - dcn.glance.cloud.endpoint
attributes:
  check_mode:
    description: Boots nothing. With O(state=absent), lists what would be removed.
    support: full
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.nova_boot_evidence
  - module: dcn.glance.rbd_image_info
"""

EXAMPLES = r"""
- name: Boot an instance at dcn0 as a member of a project
  dcn.glance.nova_boot_probe:
    cloud: dcn-member
    store: central
    sites:
      - {site: dcn0, zone: dcn0, store: dcn0}
  register: boots

- name: Remove it
  dcn.glance.nova_boot_probe:
    cloud: dcn-member
    state: absent
    name: "{{ boots.name }}"
"""

RETURN = r"""
name:
  description: The name of the run.
  returned: success
  type: str
  sample: dcn-verify-boot-20260131120000
sites:
  description: The result of each site, in the order of O(sites).
  returned: with O(state=present)
  type: list
  elements: dict
  contains:
    site:
      description: The name of the site.
      type: str
    zone:
      description: Its availability zone.
      type: str
    skipped:
      description: Why the site was not tested; else empty.
      type: str
    ok:
      description: Whether every step passed. Null if the site was skipped.
      type: bool
    failed_step:
      description: >-
        The step that failed, V(image), V(boot), V(console), V(copy), V(volume) or V(volume boot); empty on success.
      type: str
    error:
      description: Why it failed.
      type: str
    image:
      description: Id of the image.
      type: str
    copied:
      description: Whether the image was copied to the store of the site.
      type: bool
    instance:
      description: Id of the instance that booted from the image.
      type: str
    volume_instance:
      description: Id of the instance that booted from a volume.
      type: str
    volumes:
      description: Ids of the volumes, the attached one first.
      type: list
      elements: str
    console:
      description: The lines that the guest has written to the console.
      type: list
      elements: str
    seconds:
      description: Seconds that each step took.
      type: dict
  sample:
    - site: dcn0
      zone: dcn0
      skipped: ""
      ok: true
      failed_step: ""
      error: ""
      image: 7d3b2b0a-5a5d-4a3c-8a55-0b6f6a1f9a11
      copied: true
      instance: 0b4e8a4e-6f0e-4a35-9dc5-2f1f2d0d7c55
      volume_instance: 51f8f8c4-6a47-4c51-a2ab-1a0e2b1c9b6e
      volumes: [c2f0a7de-33a0-4c0f-8a41-7a5d5f3c8b10, 9d3cb9a5-0f0d-4d6c-9f0a-4b0f6d7b2c11]
      console: ["dcn.glance verify: started", "dcn.glance verify: wrote to the disk"]
      seconds: {image: 3.1, boot: 16.8, console: 0.4, copy: 0.1, volume: 3.2, volume boot: 15.0}
removed:
  description: What was removed, or would be removed in check mode.
  returned: with O(state=absent)
  type: list
  elements: str
  sample: ["instance dcn-verify-boot-20260131120000-dcn0 (0b4e8a4e-6f0e-4a35-9dc5-2f1f2d0d7c55)"]
left:
  description: What could not be removed, and why. The next run tries again.
  returned: with O(state=absent)
  type: list
  elements: str
  sample: []
"""

import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import glance_module
from ansible_collections.dcn.glance.plugins.module_utils._verify.boot import boot_sites, remove_ours, unbooted
from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_cloud import BootCloud, connect
from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_plan import (
    BootOptions,
    parse_sites,
    run_name,
    wanted_sites,
)

_INTERVAL = 1.0


def boot(module: AnsibleModule, cloud: BootCloud, run: str) -> dict[str, Any]:
    """Boot at every site that has Nova."""
    params = module.params
    options = BootOptions(
        run=run,
        hub_store=params["store"],
        flavor=params["flavor"],
        network=params["network"],
        volumes=params["volumes"] and cloud.has_volumes(),
        timeout=params["timeout"],
        interval=_INTERVAL,
    )
    sites = parse_sites(params["sites"])
    reasons = wanted_sites(sites, cloud.zones(), params["always"])
    if module.check_mode:
        reasons = {name: reason or "check mode" for name, reason in reasons.items()}
    wanted = [site for site in sites if not reasons[site.name]]
    booted = boot_sites(lambda: connect(params), wanted, options, Clock(), params["concurrency"])
    found = {result["site"]: result for result in booted}
    return {
        "changed": bool(wanted),
        "sites": [found.get(site.name) or unbooted(site, reasons[site.name]) for site in sites],
    }


def remove(module: AnsibleModule, cloud: BootCloud, run: str) -> dict[str, Any]:
    """Remove what is ours."""
    params = module.params
    removed, left = remove_ours(cloud, run, params["leftover_age"], params["timeout"], Clock(), dry=module.check_mode)
    return {"changed": bool(removed), "removed": removed, "left": left}


def main() -> None:
    module = glance_module(
        {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "default": ""},
            "sites": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {name: {"type": "str", "required": True} for name in ("site", "zone", "store")},
            },
            "store": {"type": "str"},
            "always": {"type": "bool", "default": False},
            "flavor": {"type": "str", "default": ""},
            "network": {"type": "str", "default": ""},
            "volumes": {"type": "bool", "default": True},
            "concurrency": {"type": "int", "default": 8},
            "leftover_age": {"type": "int", "default": 7200},
            "timeout": {"type": "int", "default": 300},
        },
        required_if=[("state", "present", ["store"])],
    )
    present = module.params["state"] == "present"
    run = module.params["name"]
    if present and not run:
        run = run_name(datetime.datetime.now(datetime.timezone.utc))
    try:
        result = (boot if present else remove)(module, connect(module.params), run)
    except DcnError as error:
        module.fail_json(msg=str(error))
    module.exit_json(name=run, **result)


if __name__ == "__main__":
    main()
