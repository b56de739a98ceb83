#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: adopt_host_info
short_description: Read how Glance, Nova, Cinder and Ceph are configured on a host
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Reads the configuration of Glance, Nova and Cinder on a host of any platform, the confs and keyrings of Ceph, and
    on a host with an admin keyring the clients of the cluster.
  - M(dcn.glance.adopt_topology) makes a topology of the results of all hosts.
  - Keys, passwords and other secrets are never returned. Of a keyring only the names of its clients are.
options:
  platform:
    description:
      - How OpenStack is installed. V(auto) is V(tripleo) or V(kolla) if the host has a configuration of a service of
        that platform, and otherwise V(packages).
    type: str
    choices: [auto, packages, tripleo, kolla]
    default: auto
  confs:
    description: Paths of the files of C(glance), C(nova) and C(cinder), where they are not those of the platform.
    type: dict
    default: {}
  admin:
    description: Access to the cluster. Without it no cluster is read.
    type: dict
    suboptions:
      conf:
        description: Path of the conf of the cluster.
        type: path
        default: /etc/ceph/ceph.conf
      client:
        description: Name of the administrator.
        type: str
        default: client.admin
      keyring:
        description: Path of its keyring. By default Ceph searches its default paths.
        type: path
      exec:
        description: Command, as a list, that runs the ceph program, as in M(dcn.glance.ceph_client).
        type: list
        elements: str
        default: []
      timeout:
        description: Seconds to wait for the cluster.
        type: int
        default: 10
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.adopt_topology
  - module: dcn.glance.oslo_config_info
"""

EXAMPLES = r"""
- name: Read the host
  dcn.glance.adopt_host_info:
  register: adopt_host

- name: Read a host that also administers a cluster of cephadm
  dcn.glance.adopt_host_info:
    admin:
      exec: [cephadm, shell, --]
  register: adopt_host
"""

RETURN = r"""
platform:
  description: The platform of the host.
  returned: success
  type: str
  sample: tripleo
services:
  description:
    - The options of C(glance), C(nova) and C(cinder), null for a service that the host does not have. C(path) is the
      configuration file, C(copy_policy) the rule for copies in the policy of Glance, null without one.
    - C(options) has by section and option C(value), C(values), C(path), C(line), and C(hidden), true for a secret.
  returned: success
  type: dict
  sample:
    glance:
      path: /etc/glance/glance-api.conf
      copy_policy: null
      options:
        DEFAULT:
          enabled_backends:
            value: "central:rbd, dcn0:rbd"
            values: ["central:rbd, dcn0:rbd"]
            path: /etc/glance/glance-api.conf
            line: 3
            hidden: false
    nova: null
    cinder: null
confs:
  description: The confs with C(path), C(fsid), C(mon_host), C(options) of C([client]), and C(keyrings) by section.
  returned: success
  type: list
  elements: dict
  sample:
    - path: /etc/ceph/central.conf
      fsid: 6d3f2a10-58c4-4b8e-9f0a-2c7e51b0d401
      mon_host: 192.0.2.11
      options: {client_mount_timeout: "10"}
      keyrings: {client.glance.central: /etc/ceph/central.client.glance.central.keyring}
keyrings:
  description: The keyrings with C(path), C(mode), C(clients), and C(fault), which says why Ceph refuses the file.
  returned: success
  type: list
  elements: dict
  sample:
    - path: /etc/ceph/central.client.glance.central.keyring
      mode: "0600"
      clients: [client.glance.central]
      fault: ""
cluster:
  description: The C(fsid) of the cluster, and C(caps) by client; null without O(admin), or if it does not answer.
  returned: success
  type: dict
  sample:
    fsid: 6d3f2a10-58c4-4b8e-9f0a-2c7e51b0d401
    caps: {client.glance.central: {mon: profile rbd, osd: profile rbd pool=images}}
problems:
  description: What could not be read.
  returned: success
  type: list
  elements: str
  sample: []
"""

import json
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._adopt.host import find_platform, read_cluster, read_host
from ansible_collections.dcn.glance.plugins.module_utils._ceph.connect import connect, respawn_with_rados
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

try:
    import yaml
except ImportError:
    yaml = None

ADMIN: dict[str, Any] = {
    "conf": {"type": "path", "default": "/etc/ceph/ceph.conf"},
    "client": {"type": "str", "default": "client.admin"},
    "keyring": {"type": "path", "no_log": False},
    "exec": {"type": "list", "elements": "str", "default": []},
    "timeout": {"type": "int", "default": 10},
}


def parse_rules(text: str) -> Any:
    """The rules of a policy file. JSON needs no YAML parser."""
    if yaml is None or text.lstrip().startswith("{"):
        return json.loads(text or "{}")
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error).splitlines()[0]) from error


def cluster(module: AnsibleModule, admin: dict[str, Any], problems: list[str]) -> dict[str, Any] | None:
    """The cluster that the host administers."""
    options = {
        "transport": "auto",
        "exec": admin["exec"],
        "conf": admin["conf"],
        "admin": admin["client"],
        "admin_keyring": admin["keyring"],
        "timeout": admin["timeout"],
        "cluster": "ceph",
    }
    try:
        transport = connect(options, module.get_bin_path)
        try:
            return read_cluster(transport, problems)
        finally:
            transport.close()
    except DcnError as error:
        problems.append(str(error))
        return None


def main() -> None:
    """Read the host."""
    module = AnsibleModule(
        argument_spec={
            "platform": {"type": "str", "choices": ["auto", "packages", "tripleo", "kolla"], "default": "auto"},
            "confs": {"type": "dict", "default": {}},
            "admin": {"type": "dict", "options": ADMIN},
        },
        supports_check_mode=True,
    )
    admin = module.params["admin"]
    if admin and not admin["exec"]:
        respawn_with_rados()
    try:
        found = read_host(find_platform(module.params["platform"]), module.params["confs"], parse_rules)
    except DcnError as error:
        module.fail_json(msg=str(error))
    found["cluster"] = cluster(module, admin, found["problems"]) if admin else None
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
