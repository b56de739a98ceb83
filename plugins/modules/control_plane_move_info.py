#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: control_plane_move_info
short_description: Report whether new stores of the hub need a new Glance API, and how far the move to it is
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - If a store is added to a Glance API, its operator deletes and recreates all its pods at once. To avoid this outage,
    a new API with all stores is created in parallel with the old one, C(keystoneEndpoint) moves to it, and the old API
    is removed. The playbook C(dcn.glance.add_store) does this, and this module tells it what comes next.
  - Everything follows from the objects that exist now, so the move can be interrupted and continued at any point.
  - The name of the new API follows from a rule. If C(keystoneEndpoint) names the API of the topology, the new API has
    this name with C(-b), and the other way round. If it names another API, the new API is the one of the topology.
options:
  topology:
    description: The topology, as the variable C(dcn_topology) holds it, with C(platform=operators).
    type: raw
    required: true
  purge:
    description:
      - V(managed) also reports that a new API is needed if the API has managed stores that the topology no longer has.
    type: str
    choices: [managed, none]
    default: none
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.control_plane_glance
notes:
  - The account needs the rights to read that M(dcn.glance.control_plane_glance) needs. To find users of the old API it
    also lists C(configmaps) and C(openstackdataplanenodesets) in the namespace; without this right a warning says so.
"""

EXAMPLES = r"""
- name: Show whether the topology needs a new API of the hub
  dcn.glance.control_plane_move_info:
    topology: "{{ dcn_topology }}"
  register: move

- name: Show what comes next
  ansible.builtin.debug:
    msg: "{{ move.step }}: {{ move.old }} -> {{ move.new }} ({{ move.reasons | join('; ') }})"
"""

RETURN = r"""
step:
  description:
    - What comes next. V(create) creates C(new) beside C(old), V(move) moves C(keystoneEndpoint) to it, and V(retire)
      removes C(old). V(nothing) means that C(current) needs no replacement.
  returned: success
  type: str
  sample: create
current:
  description: The API that C(keystoneEndpoint) names; empty if the object has no such API.
  returned: success
  type: str
  sample: central
new:
  description: The API of the hub at the end.
  returned: success
  type: str
  sample: central-b
old:
  description: The API that is replaced; empty if there is none.
  returned: success
  type: str
  sample: central
reasons:
  description: Why a new API is needed.
  returned: success
  type: list
  elements: str
  sample: ["enabled_backends central:rbd becomes central:rbd,dcn0:rbd"]
ready:
  description: The ready pods of the APIs that exist.
  returned: success
  type: dict
  sample: {central: 2}
back_to:
  description: The older of two APIs of the hub, to which a rollback moves back; empty if there is only one API.
  returned: success
  type: str
  sample: central
drop:
  description: The newer of two APIs of the hub, which a rollback removes; empty if there is only one API.
  returned: success
  type: str
  sample: central-b
stale_stores:
  description: The managed stores of C(current) that the topology no longer has. A new API does not have them.
  returned: success
  type: list
  elements: str
  sample: []
services:
  description: Where Services of the old API are named. They no longer exist when it is removed.
  returned: success
  type: list
  elements: dict
  sample:
    - where: "topology: sites.central.glance.endpoint"
      service: glance-central-internal
"""

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.module import ControlPlaneModule, move_info
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run


def main() -> None:
    module = kube_module(
        {
            "topology": {"type": "raw", "required": True},
            "purge": {"type": "str", "choices": ["managed", "none"], "default": "none"},
        },
        ControlPlaneModule,
    )
    params = module.take_options()
    run(module, lambda _module, client: move_info(module, client, params))


if __name__ == "__main__":
    main()
