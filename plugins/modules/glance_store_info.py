#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_store_info
short_description: List the stores of a Glance API and compare them with the expected ones
version_added: 1.0.0
description:
  - Lists the stores of one Glance API with their type, pool and cluster, and reports what is wrong with them.
  - Glance also starts with stores that do not work, and lists them. The cluster id (fsid) is null if Glance cannot
    connect. Glance reports the fsid from release 2025.1 on.
  - Compares the stores with O(expected) and reports missing stores, and stores of another type, in another pool or on
    another cluster, and a wrong default store. Always reports two stores on the same pool of the same cluster.
  - An account without administrator rights sees the stores without type, pool and cluster.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.cloud
  - dcn.glance.cloud.endpoint
attributes:
  diff_mode:
    support: none
options:
  expected:
    description: The expected stores, as the filter P(dcn.glance.expected_stores#filter) returns them.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: The id of the store.
        type: str
        required: true
      type:
        description: Its type, such as V(rbd).
        type: str
      default:
        description: Whether it should be the default store of this API.
        type: bool
        default: false
      pool:
        description: The pool of an rbd store.
        type: str
      fsid:
        description: The id of the cluster of an rbd store.
        type: str
      site:
        description: The site of the store. Only messages use it.
        type: str
  fail_on_problems:
    description: Fail when a problem has the severity V(error).
    type: bool
    default: false
seealso:
  - module: dcn.glance.ceph_store_probe
"""

EXAMPLES = r"""
- name: List the stores of the hub's API
  dcn.glance.glance_store_info:
    cloud: dcn
  register: stores

- name: Check that the API of site dcn0 has the stores that the topology says, and that they work
  dcn.glance.glance_store_info:
    cloud: dcn
    endpoint: http://dcn0.example.com:9292
    expected: "{{ dcn_topology | dcn.glance.expected_stores('dcn0') }}"
    fail_on_problems: true
"""

RETURN = r"""
stores:
  description: The stores in the API's order.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the store.
      type: str
    description:
      description: Its description.
      type: str
    type:
      description: Its type; empty if the account is not allowed to see it.
      type: str
    default:
      description: Whether it is the default store.
      type: bool
    read_only:
      description: Whether images can only be read.
      type: bool
    weight:
      description: Its weight; null before Glance 2024.1.
      type: int
    pool:
      description: The pool of an rbd store.
      type: str
    fsid:
      description: The id of its cluster; empty if Glance does not report it or cannot connect.
      type: str
    reachable:
      description: Whether Glance can connect; null if this is not known.
      type: bool
    properties:
      description: Its other properties, as Glance reports them.
      type: dict
  sample:
    - id: dcn0
      description: Images at site dcn0
      type: rbd
      default: true
      read_only: false
      weight: 0
      pool: images
      fsid: 6f7cbd9f-0c8d-4b2e-9d3e-0c4b5ff4b2a1
      reachable: true
      properties: {chunk_size: 8, pool: images, thin_provisioning: true, fsid: 6f7cbd9f-0c8d-4b2e-9d3e-0c4b5ff4b2a1}
default_store:
  description: The id of the default store; empty if there is none.
  returned: success
  type: str
  sample: dcn0
detailed:
  description: Whether Glance reported type, pool and cluster.
  returned: success
  type: bool
  sample: true
problems:
  description: What is wrong with the stores, also in comparison with O(expected).
  returned: always
  type: list
  elements: dict
  contains:
    store:
      description: The id of the store; empty for a problem of the API.
      type: str
    severity:
      description: One of V(error), V(warning), V(info).
      type: str
    message:
      description: What is wrong, and what to do.
      type: str
  sample:
    - store: dcn1
      severity: error
      message: The API does not have this store of site dcn1.
url:
  description: The root URL of the API that answered.
  returned: success
  type: str
  sample: http://dcn0.example.com:9292
"""

from dataclasses import asdict
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import ListedStore
from ansible_collections.dcn.glance.plugins.module_utils._glance.module import glance_module, run
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_check import check_stores

SPEC: dict[str, Any] = {
    "expected": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "id": {"type": "str", "required": True},
            "type": {"type": "str"},
            "default": {"type": "bool", "default": False},
            "pool": {"type": "str"},
            "fsid": {"type": "str"},
            "site": {"type": "str"},
        },
    },
    "fail_on_problems": {"type": "bool", "default": False},
}


def render(store: ListedStore) -> dict[str, Any]:
    """One store as it is returned."""
    return {
        "id": store.id,
        "description": store.description,
        "type": store.type,
        "default": store.default,
        "read_only": store.read_only,
        "weight": store.weight,
        "pool": store.pool,
        "fsid": store.fsid,
        "reachable": False if store.unreachable else (True if store.fsid else None),
        "properties": dict(store.properties),
    }


def work(module: AnsibleModule, client: GlanceClient) -> None:
    listing = client.store_details()
    problems = check_stores(listing, module.params["expected"])
    result: dict[str, Any] = {
        "changed": False,
        "stores": [render(store) for store in listing.stores],
        "default_store": listing.default,
        "detailed": listing.detailed,
        "problems": [asdict(problem) for problem in problems],
        "url": client.url,
    }
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors and module.params["fail_on_problems"]:
        lines = [f"{problem.store or 'stores'}: {problem.message}" for problem in errors]
        module.fail_json(msg=f"The stores of {client.url} have problems:\n" + "\n".join(lines), **result)
    module.exit_json(**result)


def main() -> None:
    run(glance_module(SPEC), work)


if __name__ == "__main__":
    main()
