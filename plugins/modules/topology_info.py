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
  - Reads the description of a hub and its edge sites, reports everything that is wrong with it in one go, and returns
    what the other modules and roles make of it, site by site.
  - Contacts nothing. Run it on the controller.
  - The keys of a topology and the rules that it is checked against are explained in C(docs/topology.md).
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
      - Values of options that hold secrets, such as C(swift_store_key) or C(s3_store_secret_key), are masked before
        anything else happens. They are in no result, no message and no log.
    type: raw
    required: true
  inventory:
    description:
      - Which host does what at which site, as the filter P(dcn.glance.inventory_sites#filter) makes it.
      - Without it the rules about hosts are left out.
    type: dict
  fail_on:
    description:
      - What makes the module fail, C(error), C(warning) (an error does too) or C(never).
      - The message then names every finding, not only the first.
    type: str
    choices: [error, warning, never]
    default: error
"""

EXAMPLES = r"""
- name: Check the topology
  dcn.glance.topology_info:
    topology: "{{ dcn_topology }}"
  delegate_to: localhost
  run_once: true

- name: Check the topology against the inventory, and let no warning pass
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
  description: The verdict in one sentence.
  returned: success
  type: str
  sample: The topology (hub central, 2 spokes, 3 stores) has no error and no warning.
report:
  description: One line per finding, errors first.
  returned: success
  type: list
  elements: str
  sample:
    - "WARNING sites.dcn0.glance.endpoint: is missing: Nova and Cinder of the site would ask the hub's Glance and fetch
      every image over the network. Set the URL of the site's own Glance [endpoint-missing]"
findings:
  description: The same as data. What cannot be read at all has the rule C(syntax).
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
      description: Where in the topology or the inventory.
      type: str
    message:
      description: What is wrong and what to do.
      type: str
  sample:
    - severity: error
      rule: fsid-shared
      path: sites.dcn1.ceph.fsid
      message: site dcn0 states the same fsid; Nova and Glance tell clusters apart by it
matrix:
  description: For each site the ids of the stores that its Glance has, its own first.
  returned: success
  type: dict
  sample:
    central: [central, dcn0]
    dcn0: [dcn0, central]
topology:
  description: The topology with every default filled in. Empty if it cannot be read.
  returned: success
  type: dict
  sample:
    hub: central
    client_names: {glance: glance, nova: nova, cinder: cinder}
    sites: {central: {availability_zone: central}}
sites:
  description:
    - For each site what follows for it. These are C(role), C(availability_zone), C(endpoint), C(cluster),
      C(default_store), C(copy_target) (the store that an image must be in for Nova of the site to clone it), C(stores),
      C(import), C(clients) (of the site's cluster), C(consumer_clusters) and C(probe_plan).
    - The lists have the shape in which the modules of this collection take them.
  returned: success
  type: dict
  sample:
    dcn0:
      role: spoke
      availability_zone: dcn0
      cluster: dcn0
      default_store: dcn0
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import failed, lines
from ansible_collections.dcn.glance.plugins.module_utils._topology.result import examine, findings, result, summary
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask


class QuietModule(AnsibleModule):
    """A module that does not write its options to the system log: the topology may hold passwords."""

    def _log_invocation(self) -> None:
        self.log("Invoked; the options are not logged")


def main() -> None:
    """Parse, lint, answer."""
    module = QuietModule(
        argument_spec={
            "topology": {"type": "raw", "required": True},
            "inventory": {"type": "dict"},
            "fail_on": {"type": "str", "choices": ["error", "warning", "never"], "default": "error"},
        },
        supports_check_mode=True,
    )
    # The options come back to the controller with the result, so no secret may be left in them.
    module.params["topology"] = mask(module.params["topology"])
    report = examine(module.params["topology"], module.params["inventory"])
    if failed(report.findings, module.params["fail_on"]):
        module.fail_json(msg="\n".join([summary(report), *lines(report.findings)]), findings=findings(report))
    module.exit_json(changed=False, **result(report))


if __name__ == "__main__":
    main()
