#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: topology_info
short_description: Check a topology and show what follows from it
version_added: 1.0.0
author: dcn.glance authors (@dcn-glance)
description:
  - Checks the description of a hub and its edge sites, reports all problems at once, and returns the stores, options
    and clients of each site that follow from it.
  - The module contacts no host and no service. It works on the controller, in the process of the task.
  - The keys of a topology, and the rules that it is checked against, are explained in C(docs/topology.md).
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  diff_mode:
    support: none
    details: The module changes nothing, so there is no difference to show.
options:
  topology:
    description:
      - The topology, as the variable C(dcn_topology) holds it.
      - Values of options that hold secrets, such as C(swift_store_key) or C(s3_store_secret_key), are masked first. No
        result, message or log contains them.
    type: raw
    required: true
  inventory:
    description:
      - The sites of the hosts in each group, as the filter P(dcn.glance.inventory_sites#filter) returns them.
      - Without it, the rules about hosts are skipped.
    type: dict
  images:
    description:
      - The rules for images, as the variable C(dcn_images) holds them. They are checked against the topology, and their
        problems are findings too.
      - The keys are explained in C(docs/images.md).
    type: raw
  fail_on:
    description:
      - The findings that make the module fail. C(warning) includes errors, and C(never) means that it does not fail.
      - The error message contains all findings.
    type: str
    choices: [error, warning, never]
    default: error
  gather_subset:
    description:
      - What the result contains beside the findings. With many sites these parts are large, and Ansible copies results
        several times.
    type: list
    elements: str
    choices: [matrix, topology, sites]
    default: [matrix, topology, sites]
"""

EXAMPLES = r"""
- name: Check the topology
  dcn.glance.topology_info:
    topology: "{{ dcn_topology }}"
  delegate_to: localhost
  run_once: true

- name: Check the topology and the inventory, and fail on warnings
  dcn.glance.topology_info:
    topology: "{{ dcn_topology }}"
    inventory: "{{ groups | dcn.glance.inventory_sites(hostvars) }}"
    fail_on: warning
  delegate_to: localhost
  run_once: true
  register: checked

- name: Show which site sees which stores
  ansible.builtin.debug:
    var: checked.matrix
"""

RETURN = r"""
summary:
  description: The size of the topology and the number of findings, in one sentence.
  returned: success
  type: str
  sample: The topology (hub central, 2 spokes, 3 stores) has no error and no warning.
report:
  description: One line per finding, errors first.
  returned: success
  type: list
  elements: str
  sample:
    - "WARNING sites.dcn0.glance.endpoint: is missing: Nova and Cinder of the site would use the hub's Glance and read
      every image over the network. Set it to the URL of the site's own Glance [endpoint-missing]"
findings:
  description: The same findings as data. Problems of the parser have the rule C(syntax).
  returned: always
  type: list
  elements: dict
  contains:
    severity:
      description: C(error) or C(warning).
      type: str
    rule:
      description: Id of the rule.
      type: str
    path:
      description: The path in the topology or the inventory.
      type: str
    message:
      description: The problem, and what to do about it.
      type: str
  sample:
    - severity: error
      rule: fsid-shared
      path: sites.dcn1.ceph.fsid
      message: is also the fsid of site dcn0, and Nova and Glance identify clusters by it
platform:
  description: The platform of sites that name none. Empty if the topology cannot be parsed.
  returned: success
  type: str
  sample: packages
matrix:
  description: The ids of the stores of each site's Glance, its own first.
  returned: if O(gather_subset) contains V(matrix)
  type: dict
  sample:
    central: [central, dcn0]
    dcn0: [dcn0, central]
topology:
  description: The topology with every default filled in. Empty if it cannot be parsed.
  returned: if O(gather_subset) contains V(topology)
  type: dict
  sample:
    hub: central
    client_names: {glance: glance, nova: nova, cinder: cinder}
    sites: {central: {availability_zone: central}}
sites:
  description:
    - Everything that follows from the topology for each site. These are C(role), C(platform), C(availability_zone),
      C(endpoint), C(cluster), C(default_store), C(copy_target) (the store from which Nova of the site clones images),
      C(stores), C(import), C(clients) (of the site's cluster), C(consumer_clusters) and C(probe_plan).
    - The lists have the form of the options of the modules of this collection.
  returned: if O(gather_subset) contains V(sites)
  type: dict
  sample:
    dcn0:
      role: spoke
      platform: packages
      availability_zone: dcn0
      cluster: dcn0
      default_store: dcn0
"""


from ansible_collections.dcn.glance.plugins.module_utils._core.module import QuietModule
from ansible_collections.dcn.glance.plugins.module_utils._images.checked import ARGUMENTS, checked
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask


def main() -> None:
    """Check the topology and return the result."""
    module = QuietModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    # Ansible returns the options with the result, so they must not contain secrets.
    for name in ("topology", "images"):
        module.params[name] = mask(module.params[name])
    result = checked(module.params)
    if result.pop("failed", False):
        module.fail_json(**result)
    # The options would make the result of many sites twice as large.
    module.exit_json(invocation={}, **result)


if __name__ == "__main__":
    main()
