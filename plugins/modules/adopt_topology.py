#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: adopt_topology
short_description: Describe a cloud that exists as a topology and an inventory
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Makes a topology and an inventory of what hosts, files of deployment tools and a control plane of the OpenStack
    operators say, and reports what the topology cannot say, what is wrong now, and what the playbook C(site) changes.
  - The same input gives the same files. The module contacts nothing. Run it on the controller.
  - C(docs/adopt.md) explains the sources and the report.
options:
  hosts:
    description: The hosts that were read.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the host in the inventory.
        type: str
        required: true
      site:
        description: Its site. If not set, the site is found by the cluster that its services use.
        type: str
      groups:
        description: The groups of the host.
        type: list
        elements: str
        default: []
      found:
        description: The result of M(dcn.glance.adopt_host_info) on the host.
        type: dict
        required: true
  tripleo:
    description: The stacks of TripleO. Each is a site with the name of the stack.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the site.
        type: str
        required: true
      files:
        description: Its files, in the order in which the deployment reads them. A later one wins.
        type: list
        elements: path
        required: true
  kolla:
    description: >-
      The clouds of kolla-ansible, with C(globals.yml) and files with variables of groups and hosts. C(name) is the site
      of Glance.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the site.
        type: str
        required: true
      files:
        description: Its files, in the order in which the deployment reads them. A later one wins.
        type: list
        elements: path
        required: true
  control_plane:
    description: Manifests of an OpenStackControlPlane, files or directories.
    type: list
    elements: path
    default: []
  objects:
    description: Objects of the API instead, such as those that C(kubernetes.core.k8s_info) returns.
    type: list
    elements: dict
    default: []
  hub:
    description: The site that is the hub. If not set, the one whose Glance has most stores.
    type: str
    default: ""
  topology_file:
    description: Where to write the variable C(dcn_topology). If not set, it is only returned.
    type: path
  inventory_file:
    description: Where to write the inventory. If not set, it is only returned.
    type: path
  overwrite:
    description: Whether to replace files that exist and differ.
    type: bool
    default: false
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  diff_mode:
    support: full
seealso:
  - module: dcn.glance.adopt_host_info
  - module: dcn.glance.topology_info
"""

EXAMPLES = r"""
- name: Describe three stacks of TripleO
  dcn.glance.adopt_topology:
    tripleo:
      - {name: control-plane, files: [control-plane/overrides.yaml, control-plane/glance_update.yaml]}
      - {name: dcn0, files: [dcn0/overrides.yaml, dcn0/glance.yaml]}
    topology_file: inventory/group_vars/all/topology.yml
  delegate_to: localhost
  register: adopted

- name: Show the report
  ansible.builtin.debug:
    var: adopted.report
"""

RETURN = r"""
report:
  description: The report, line by line.
  returned: success
  type: list
  elements: str
  sample: ["Hub central; spokes: dcn0; stores: central, dcn0.", "site changes no file."]
topology:
  description: The topology. Empty if nothing was found.
  returned: success
  type: dict
  sample: {hub: central, sites: {central: {ceph: {}}}}
topology_text:
  description: The file with C(dcn_topology).
  returned: success
  type: str
  sample: "---\ndcn_topology:\n  hub: central\n"
inventory_text:
  description: The inventory.
  returned: success
  type: str
  sample: "---\nsite_central:\n"
notes:
  description:
    - What the user must know, with C(kind), C(where) and C(text). The kind is C(decide), C(wrong) (what is wrong now)
      or C(unsaid) (what the topology cannot say).
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: wrong, where: "central-1 /etc/ceph/dcn0.client.openstack.keyring", text: has the mode 0644}
findings:
  description: The findings of M(dcn.glance.topology_info) about the topology.
  returned: success
  type: list
  elements: dict
  sample: []
changes:
  description: >-
    What C(site) changes on the hosts, with C(site), C(host), C(file), C(option), C(before) and C(after). Null stands
    for an option that is not set.
  returned: success
  type: list
  elements: dict
  sample:
    - site: dcn0
      host: dcn0-1
      file: /etc/ceph/dcn0.conf
      option: "[client] client_mount_timeout"
      before: null
      after: "10"
files:
  description: The files that were written, or would be.
  returned: success
  type: list
  elements: str
  sample: [topology.yml]
"""

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.dcn.glance.plugins.module_utils._adopt.gather import gather
from ansible_collections.dcn.glance.plugins.module_utils._adopt.report import result
from ansible_collections.dcn.glance.plugins.module_utils._adopt.write import differing, load_documents, write
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.module import QuietModule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.read import read
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.disk import Disk, check_paths
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.yaml_nodes import HAS_YAML

SOURCE = {"name": {"type": "str", "required": True}, "files": {"type": "list", "elements": "path", "required": True}}
HOST = {
    "name": {"type": "str", "required": True},
    "site": {"type": "str"},
    "groups": {"type": "list", "elements": "str", "default": []},
    "found": {"type": "dict", "required": True},
}
ARGUMENTS = {
    "hosts": {"type": "list", "elements": "dict", "default": [], "options": HOST},
    "tripleo": {"type": "list", "elements": "dict", "default": [], "options": SOURCE},
    "kolla": {"type": "list", "elements": "dict", "default": [], "options": SOURCE},
    "control_plane": {"type": "list", "elements": "path", "default": []},
    "objects": {"type": "list", "elements": "dict", "default": []},
    "hub": {"type": "str", "default": ""},
    "topology_file": {"type": "path"},
    "inventory_file": {"type": "path"},
    "overwrite": {"type": "bool", "default": False},
}


def adopted(params: dict) -> dict:
    """What the input says."""
    check_paths(params["control_plane"])
    workspace = None
    if params["control_plane"] or params["objects"]:
        workspace = read(Disk(), params["control_plane"], params["objects"])
    stacks, kolla = load_documents(params["tripleo"], params["kolla"])
    return result(gather(params["hosts"], stacks, kolla, workspace), params["hub"])


def main() -> None:
    """Describe the cloud, and write the files."""
    module = QuietModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    if not HAS_YAML:
        module.fail_json(msg=missing_required_lib("PyYAML"))
    params = dict(module.params)
    # Ansible returns the options with the result: hosts have much to say, and objects of the API have secrets.
    module.params.update(hosts=[host["name"] for host in params["hosts"]], objects=[])
    try:
        found = adopted(params)
        texts = {params["topology_file"]: found["topology_text"], params["inventory_file"]: found["inventory_text"]}
        changed = differing({path: text for path, text in texts.items() if path and text}, params["overwrite"])
        if not module.check_mode:
            write(changed)
    except DcnError as error:
        module.fail_json(msg=str(error))
    diff = [
        {"before": before, "after": after, "before_header": path, "after_header": path}
        for path, (before, after) in changed.items()
    ]
    module.exit_json(changed=bool(changed), files=list(changed), diff=diff, **found)


if __name__ == "__main__":
    main()
