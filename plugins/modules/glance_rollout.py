#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_rollout
short_description: Wait until a change of the Glance part of a control plane has arrived in every pod
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Waits until what an C(OpenStackControlPlane), or a C(Glance) that no control plane owns, says about Glance is so in
    every pod. It is meant to follow M(dcn.glance.control_plane_glance). It changes nothing.
  - The condition Ready of a Glance proves nothing about its pods. It stays true while the pods are being replaced, and
    while StatefulSets are deleted and made anew. So every step is looked at, from the object down to the pods.
  - First the operators must have taken the change up. Each GlanceAPI has the replicas, configuration, storage and
    mounts that the object asks for, its StatefulSet belongs to it, and has the number asked for and the configuration
    that the GlanceAPI tells as its current one.
  - Then the pods that exist must be exactly those asked for, each ready and of the newest revision. No replicas are
    a legal state, reached when no pod is left.
  - At last the GlanceAPI must be Ready, and all of it must stay so for O(stable_seconds).
  - What is waited for is what the object says, also where it changes meanwhile. The numbers of a topology do not count.
options:
  topology:
    description:
      - The topology, as the variable C(dcn_topology) holds it, with C(platform=operators). It tells which object to
        look at and which APIs in it.
      - An API that the object does not have is told in a warning, since M(dcn.glance.control_plane_glance) may have had
        a reason to leave it out.
    type: raw
  control_plane:
    description: Instead, the name of an C(OpenStackControlPlane).
    type: str
  glance:
    description: Instead, the name of a C(Glance) that no control plane owns.
    type: str
  namespace:
    description: Namespace of O(control_plane) or O(glance).
    type: str
  apis:
    description:
      - The keys of the APIs to wait for; the object must have each. By default those of O(topology), else all that the
        object has.
      - Without this option APIs that the object does not have any more must be gone, too.
    type: list
    elements: str
  timeout:
    description:
      - The seconds to wait at most. V(0) looks once.
      - An error that an operator tells for twenty seconds ends the wait before.
    type: float
    default: 600
  stable_seconds:
    description:
      - The seconds for which everything must stay as it should be. A control plane whose pods are ready for the first
        time may replace them once more, when Keystone has given the region.
    type: float
    default: 3
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
  - kubernetes.core.k8s_auth_options
attributes:
  check_mode:
    description: Looks once, does not wait, and does not fail. What is missing is in RV(pending).
    support: full
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.control_plane_glance
  - module: dcn.glance.statefulset_scale
  - module: dcn.glance.glance_pod_info
notes:
  - The account needs in the namespace list and watch of C(openstackcontrolplanes) (not for O(glance)), C(glances),
    C(glanceapis), C(statefulsets) and C(pods). For the explanation of a failure it needs list of
    C(persistentvolumeclaims) and C(events), and get of C(pods/log); what it may not see is then missing there.
  - The task never reports a change.
"""

EXAMPLES = r"""
- name: Describe Glance of all sites
  dcn.glance.control_plane_glance:
    topology: "{{ dcn_topology }}"

- name: Wait until all pods are as described
  dcn.glance.glance_rollout:
    topology: "{{ dcn_topology }}"

- name: Wait for one API of a control plane that something else has changed
  dcn.glance.glance_rollout:
    control_plane: openstack
    namespace: openstack
    apis: [central]
    timeout: 1200
"""

RETURN = r"""
apis:
  description:
    - The APIs that were waited for, with their StatefulSets as they are now. C(replicas) is the number asked for,
      C(ready) that of the pods which are ready.
    - C(action) is what was seen to happen in the wait, V(none), V(starting) (pods were not ready), V(scaled),
      V(rolling), V(recreated) or V(created). C(seconds) tells when the API had become as asked.
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
    - What is missing, one entry per StatefulSet; without names it is about the object as a whole.
    - C(stage) is V(operator) while an operator has to act, V(pods) while pods become ready or go, and V(ready) while
      the operator has yet to tell that it is done. C(error) is what an operator tells as an error.
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
    - Why it failed, in a word, such as V(timeout), V(operator_error), V(not_found), V(disabled), V(deleted),
      V(forbidden), V(unreachable) or V(input_invalid).
  returned: failure
  type: str
  sample: timeout
calls:
  description: Requests to the API.
  returned: always
  type: int
  sample: 15
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import SystemClock
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import error_details, kube_argument_spec, run
from ansible_collections.dcn.glance.plugins.module_utils._rollout import result as rollout_result
from ansible_collections.dcn.glance.plugins.module_utils._rollout.goal import Goal, read_goal
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
}


class QuietModule(AnsibleModule):
    """A module that does not write its options to the system log: the topology may hold passwords."""

    def _log_invocation(self) -> None:
        self.log("Invoked; the options are not logged")


def work(module: AnsibleModule, client: KubeClient, goal: Goal) -> None:
    rollout = Rollout(client, goal, SystemClock())
    try:
        if module.check_mode:
            outcome = rollout.look()
        else:
            outcome = rollout.run(module.params["timeout"], module.params["stable_seconds"])
    except DcnError as error:
        module.fail_json(msg=str(error), calls=client.calls, changed=False, **error_details(error))
    for text in rollout_result.warnings(outcome, goal):
        module.warn(text)
    result = {
        "changed": False,
        "apis": rollout_result.rows(outcome),
        "pending": [each.row() for each in outcome.pending],
    }
    if outcome.ended != DONE and not module.check_mode:
        text = rollout_result.failure(client, goal, outcome)
        module.fail_json(msg=text, reason=outcome.ended, calls=client.calls, **result)
    module.exit_json(calls=client.calls, **result)


def main() -> None:
    module = QuietModule(
        argument_spec={**kube_argument_spec(), **SPEC},
        mutually_exclusive=[("topology", "control_plane", "glance"), ("topology", "namespace")],
        required_one_of=[("topology", "control_plane", "glance")],
        required_by={"control_plane": "namespace", "glance": "namespace"},
        supports_check_mode=True,
    )
    params = dict(module.params)
    if module.params["topology"] is not None:
        # The options come back to the controller with the result, so no secret may be left in them.
        module.params["topology"] = mask(module.params["topology"])
    run(module, lambda _module, client: work(module, client, read_goal(params)))


if __name__ == "__main__":
    main()
