#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pod_key_recipient
short_description: Prepare to receive the cephx keys of pods and NodeSets
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Creates the key pair of this host and returns its public key, for which M(dcn.glance.ceph_client) encrypts cephx
    keys, and the ids of the keys that the Secrets of the pods already contain.
  - M(dcn.glance.control_plane_glance), M(dcn.glance.control_plane_cinder) and M(dcn.glance.data_plane_nova) decrypt the
    keys on this host and write the Secrets.
  - For hosts instead of pods, use M(dcn.glance.key_recipient).
options:
  topology:
    description: The topology, as in the variable C(dcn_topology), with C(platform=operators).
    type: raw
    required: true
  hub_api:
    description:
      - The name of the API of the hub for this run.
      - By default it is the name in the topology, or that name with C(-b) if C(keystoneEndpoint) names this API and
        it is managed. The playbook C(dcn.glance.add_store) changes between the two names.
    type: str
    default: ""
  directory:
    description: The directory of the private key. It is created with mode V(0700) and owned by the user of the task.
    type: path
    default: /run/dcn.glance
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
attributes:
  check_mode:
    description: Creates no key pair; RV(public_key) is then null on a host without one.
    support: full
  diff_mode:
    support: none
requirements:
  - The program openssl on this host.
seealso:
  - module: dcn.glance.key_recipient
  - module: dcn.glance.ceph_client
  - module: dcn.glance.control_plane_glance
notes:
  - The task never reports a change, because the key pair is temporary.
  - The account needs the permission to C(get) C(secrets) in the namespace.
"""

EXAMPLES = r"""
- name: Prepare this host, and read which keys the Secrets of the pods contain
  dcn.glance.pod_key_recipient:
    topology: "{{ dcn_topology }}"
  register: ceph_consumer_recipient
"""

RETURN = r"""
public_key:
  description: The public key in PEM format; null in check mode if the host has no key pair.
  returned: success
  type: str
  sample: "-----BEGIN PUBLIC KEY-----\nMIIBoj...\n-----END PUBLIC KEY-----\n"
key_ids:
  description:
    - For each keyring in a Secret, by its path in the pods, the clients with the ids of their keys.
    - An id is the beginning of a hash. It distinguishes keys without revealing them.
  returned: success
  type: dict
  sample:
    /etc/ceph/central.client.glance.dcn0.keyring:
      client.glance.dcn0: 3f0c9d1e77ab
secrets:
  description: Whether each Secret exists, by name.
  returned: success
  type: dict
  sample: {ceph-conf-files-dcn0: true}
problems:
  description: The problems of the topology.
  returned: failure
  type: list
  elements: str
  sample: ["platform: is packages, but this module needs `platform: operators`"]
reason:
  description: The kind of failure, such as V(tool_missing) or V(forbidden).
  returned: failure
  type: str
  sample: forbidden
"""


from ansible_collections.dcn.glance.plugins.module_utils._ceph import recipient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.read import read_desired, read_key_ids
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import hidden_values
from ansible_collections.dcn.glance.plugins.module_utils._core.module import QuietModule
from ansible_collections.dcn.glance.plugins.module_utils._edge.input import desired_cinder, desired_data_plane
from ansible_collections.dcn.glance.plugins.module_utils._edge.read import read_key_ids as read_edge_key_ids
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask


def work(module: QuietModule, client: KubeClient, topology: object) -> None:
    model = parse(topology)
    desired = read_desired(client, model, module.params["hub_api"])
    key_ids, found = read_key_ids(client, desired)
    holders = [*desired_cinder(model, {}).holders, *desired_data_plane(model, {}).holders]
    others, more = read_edge_key_ids(client, desired.namespace, holders)
    key_ids, found = {**key_ids, **others}, {**found, **more}
    public_key = recipient.public_key(
        lambda: Openssl(module.get_bin_path("openssl")), module.params["directory"], create=not module.check_mode
    )
    module.exit_json(changed=False, public_key=public_key, key_ids=key_ids, secrets=found)


def main() -> None:
    module = kube_module(
        {
            "topology": {"type": "raw", "required": True},
            "hub_api": {"type": "str", "default": ""},
            "directory": {"type": "path", "default": "/run/dcn.glance"},
        },
        QuietModule,
    )
    # The options are returned to the controller with the result, so they must not contain secrets.
    topology = module.params["topology"]
    module.params["topology"] = mask(topology)
    module.no_log_values.update(hidden_values(topology, module.params["topology"]))
    run(module, lambda _module, client: work(module, client, topology))


if __name__ == "__main__":
    main()
