#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_rollout
short_description: Wait until every pod runs the current Glance configuration
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Waits until every pod runs the Glance configuration that the object specifies. The object is an
    C(OpenStackControlPlane), or a C(Glance) without a control plane. The module changes nothing; it is meant to follow
    M(dcn.glance.control_plane_glance).
  - The condition Ready of a Glance does not prove that its pods are up to date, because it stays true while pods are
    replaced and while StatefulSets are recreated. The module therefore checks every object from the control plane down
    to the pods.
  - First the operators must have processed the change. Each GlanceAPI has the replicas, configuration, storage and
    mounts that the object specifies, its StatefulSet belongs to it, and the StatefulSet has these replicas and the
    configuration hash of the GlanceAPI.
  - Then the pods must be exactly those of the replicas, each ready and of the newest revision. An API with 0 replicas
    is complete when no pod is left.
  - Then the GlanceAPI must report Ready, and everything must remain as desired for O(stable_seconds). Finally the
    Glance in each pod must list all its stores, see O(check_stores).
  - If the object changes during the wait, the module waits for the new configuration. It uses only the
    replicas in the object, not those in the topology.
options:
  topology:
    description:
      - The topology, as in the variable C(dcn_topology), with C(platform=operators). It names the object and its APIs.
      - An API of the topology that the object does not have is reported in a warning, because
        M(dcn.glance.control_plane_glance) may have omitted it for a reason.
    type: raw
  control_plane:
    description: The name of an C(OpenStackControlPlane), as an alternative to O(topology).
    type: str
  glance:
    description: The name of a C(Glance) without a control plane, as an alternative to O(topology).
    type: str
  namespace:
    description: The namespace of O(control_plane) or O(glance).
    type: str
  apis:
    description:
      - The keys of the APIs to wait for. The object must have each of them. The default is the APIs of O(topology), or
        all APIs of the object.
      - Without this option, the module also waits until APIs that were removed from the object no longer exist.
    type: list
    elements: str
  timeout:
    description:
      - The maximum time to wait in seconds. With V(0) the module checks once.
      - An error that an operator reports for twenty seconds ends the wait earlier.
    type: float
    default: 600
  stable_seconds:
    description:
      - The time in seconds for which everything must stay as desired. After a first deployment the operator replaces
        the pods once more, when Keystone has registered the region.
    type: float
    default: 3
  check_stores:
    description:
      - Whether to ask the Glance in every pod for its stores at the end, with C(GET /v2/info/stores). The request is
        sent in the pod, with the account that Glance itself uses. A pod can be ready while Glance answers this request
        with an error, or lacks stores.
      - The module fails if a Glance does not list all stores of its configuration for twenty seconds. A Glance that
        cannot be asked is reported in a warning.
    type: bool
    default: true
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
attributes:
  check_mode:
    description: Checks once without waiting, and does not fail. What is missing is in RV(pending).
    support: full
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.control_plane_glance
  - module: dcn.glance.statefulset_scale
  - module: dcn.glance.glance_pod_info
notes:
  - The account requires list and watch on C(openstackcontrolplanes) (not for O(glance)), C(glances), C(glanceapis),
    C(statefulsets) and C(pods) in the namespace. To explain a failure it also requires list on
    C(persistentvolumeclaims), C(events) and C(jobs), and get on C(pods/log); without these the explanation is shorter.
    For O(check_stores) it requires create (and get, for older servers) on C(pods/exec).
  - The module never reports a change.
"""

EXAMPLES = r"""
- name: Configure Glance for all sites
  dcn.glance.control_plane_glance:
    topology: "{{ dcn_topology }}"

- name: Wait until all pods run this configuration
  dcn.glance.glance_rollout:
    topology: "{{ dcn_topology }}"

- name: Wait for one API of a control plane
  dcn.glance.glance_rollout:
    control_plane: openstack
    namespace: openstack
    apis: [central]
    timeout: 1200
"""

RETURN = r"""
apis:
  description:
    - The APIs that the module waited for, with their StatefulSets. C(replicas) is the desired number of pods, C(ready)
      the number of ready pods.
    - C(action) is what happened to the StatefulSet during the wait, V(none), V(starting) (pods were not ready),
      V(scaled), V(rolling), V(recreated) or V(created). C(seconds) is the time until the API was as desired.
  returned: when the object could be read
  type: list
  elements: dict
  sample:
    - api: central
      statefulsets:
        - name: glance-central-external-api
          uid: 3c1f6a0e-7a55-4c0f-9a62-3a4d0f5b8f11
          replicas: 2
          ready: 2
          revision: glance-central-external-api-6d5c9b7f4
          action: recreated
      seconds: 14.2
pending:
  description:
    - What is missing, one entry per StatefulSet. An entry without names concerns the object as a whole.
    - C(stage) is V(operator) while an operator must act, V(pods) while pods start or are deleted, V(ready) while
      the GlanceAPI does not report Ready, and V(stores) while Glance does not list its stores. C(error) is the error
      that an operator reports.
  returned: when the object could be read
  type: list
  elements: dict
  sample:
    - api: central
      statefulset: glance-central-external-api
      stage: pods
      reason: glance-central-external-api-1 is not ready
      error: ""
reason:
  description:
    - Why the module failed, in a word, such as V(timeout), V(operator_error), V(stores), V(not_found), V(disabled),
      V(deleted), V(forbidden), V(unreachable) or V(input_invalid).
  returned: failure
  type: str
  sample: timeout
calls:
  description: The number of requests sent to the API server.
  returned: always
  type: int
  sample: 15
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._core.module import QuietModule
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import error_details, kube_module, run
from ansible_collections.dcn.glance.plugins.module_utils._rollout.input import read_target
from ansible_collections.dcn.glance.plugins.module_utils._rollout.model import RolloutTarget
from ansible_collections.dcn.glance.plugins.module_utils._rollout.result import failure, rows, warnings
from ansible_collections.dcn.glance.plugins.module_utils._rollout.stores import StoreCheck
from ansible_collections.dcn.glance.plugins.module_utils._rollout.wait import DONE, Rollout
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask

SPEC: dict[str, Any] = {
    "topology": {"type": "raw"},
    "control_plane": {"type": "str"},
    "glance": {"type": "str"},
    "namespace": {"type": "str"},
    "apis": {"type": "list", "elements": "str"},
    "timeout": {"type": "float", "default": 600},
    "stable_seconds": {"type": "float", "default": 3},
    "check_stores": {"type": "bool", "default": True},
}


def work(module: AnsibleModule, client: KubeClient, target: RolloutTarget) -> None:
    stores = StoreCheck(client) if module.params["check_stores"] else None
    rollout = Rollout(client, target, Clock(), stores=stores)
    stable = module.params["stable_seconds"]
    try:
        if module.check_mode:
            found = rollout.check_once()
        else:
            found = rollout.run(module.params["timeout"], stable)
    except DcnError as error:
        module.fail_json(msg=str(error), calls=client.calls, changed=False, **error_details(error))
    for text in warnings(found, target):
        module.warn(text)
    result = {
        "changed": False,
        "apis": rows(found),
        "pending": [each.row() for each in found.pending],
    }
    if found.ended != DONE and not module.check_mode:
        text = failure(client, target, found, stable)
        module.fail_json(msg=text, reason=found.ended, calls=client.calls, **result)
    module.exit_json(calls=client.calls, **result)


def main() -> None:
    module = kube_module(
        SPEC,
        QuietModule,
        mutually_exclusive=[("topology", "control_plane", "glance"), ("topology", "namespace")],
        required_one_of=[("topology", "control_plane", "glance")],
        required_by={"control_plane": "namespace", "glance": "namespace"},
    )
    params = dict(module.params)
    if module.params["topology"] is not None:
        # The result returns the options to the controller, so they must not contain secrets.
        module.params["topology"] = mask(module.params["topology"])
    run(module, lambda _module, client: work(module, client, read_target(params)))


if __name__ == "__main__":
    main()
