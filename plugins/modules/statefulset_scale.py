#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: statefulset_scale
short_description: Scale StatefulSets of Glance and wait for their pods
version_added: 1.0.0
description:
  - Sets the replicas of one or more StatefulSets and waits for all of them together.
  - Changes the replicas in the object that owns them, so that no operator reverts the change. For Glance this is
    C(spec.glance.template.glanceAPIs.<api>.replicas) of the OpenStackControlPlane, or C(spec.glanceAPIs.<api>.replicas)
    of a Glance without a control plane; a StatefulSet without an owner is scaled itself. A StatefulSet that an object
    of any other kind manages is reported as an error and is not changed.
  - The wait ends when the ready pods are exactly those of the desired replicas, and no other pod exists, not even one
    that is being deleted. If another client reverts the replicas during the wait, the module fails and reports its
    field manager. If the operator recreates a StatefulSet, the wait continues with the new one.
  - Reports before the change which claims (PersistentVolumeClaims) are created, reused and left over, and whether
    there are volumes for the new ones.
  - On a timeout the message lists the causes, such as a claim without a volume, an image that cannot be pulled, a
    container that crashes and the last line of its log, a quota, a finalizer, or an operator that does not respond.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
attributes:
  check_mode:
    details: The API server performs the change as a dry run, which also checks permissions, admission and quotas.
options:
  targets:
    description:
      - The StatefulSets or Glance APIs to scale. For a single target use O(name) or O(api) with O(replicas) instead.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of a StatefulSet. The name of a StatefulSet of a Glance API selects the whole API.
        type: str
      api:
        description:
          - The key of a Glance API in C(glanceAPIs), such as V(central). An API of type C(split) has two StatefulSets,
            which share the replicas; the module waits for both.
        type: str
      namespace:
        description: The namespace, if it is not O(namespace).
        type: str
      replicas:
        description: The desired number of replicas.
        type: int
        required: true
  name:
    description: The name of one StatefulSet.
    type: str
  api:
    description: The key of one Glance API.
    type: str
  namespace:
    description: The default namespace of all targets.
    type: str
  replicas:
    description: The desired number of replicas of O(name) or O(api).
    type: int
  via:
    description:
      - Which object to change. V(auto) changes the owner if there is one, else the StatefulSet. V(owner) fails if there
        is no owner.
      - V(scale) changes the StatefulSet itself in any case. The operator of an owner may revert this.
    type: str
    choices: [auto, owner, scale]
    default: auto
  wait:
    description:
      - V(ready) waits until the ready pods are exactly those of the desired replicas.
      - V(available) also waits for C(minReadySeconds).
      - V(revision) also waits until the pods have the newest template, except those below a C(partition).
      - V(none) does not wait, so the module does not detect that the change is reverted.
      - The module also waits for a target whose replicas did not have to be changed.
    type: str
    choices: [none, ready, available, revision]
    default: ready
  timeout:
    description:
      - The maximum time in seconds to wait for all targets together. The deletion of claims may take 30 s more.
      - The default is 180 s and an additional time for each pod to create or delete, which is longer where
        C(podManagementPolicy) is C(OrderedReady).
    type: float
  stable_seconds:
    description:
      - The time in seconds for which all targets must stay ready before the wait ends.
    type: float
    default: 0
  pvc:
    description:
      - What to do with the claims of removed pods. The StatefulSet controller keeps them, and the next scale up reuses
        them with their old content.
      - V(keep) keeps them, V(report) keeps them and warns about them.
      - V(delete_removed) deletes them after their pods, including claims that earlier scales left over.
      - If the StatefulSet has the retention policy C(whenScaled=Delete), Kubernetes deletes the claims, and the module
        waits for that. Claims without an ownerReference to a pod are not deleted; the module warns about them.
    type: str
    choices: [keep, report, delete_removed]
    default: report
  pvc_reuse:
    description: What to do before a scale reuses claims of an earlier scale.
    type: str
    choices: [allow, warn, fail]
    default: warn
  volume_shortage:
    description:
      - What to do before a scale creates claims for which there is no free volume. This concerns storage classes
        without dynamic provisioning. The check requires the right to list persistent volumes, else it is skipped.
    type: str
    choices: [fail, warn]
    default: fail
  guard_staged:
    description:
      - Refuse to remove a Glance worker, or its claim, while it has staged images. The module lists O(staging_path) in
        each running pod that the scale removes, if that directory is on a claim. A claim that no running pod mounts
        cannot be checked and is not deleted.
    type: bool
    default: true
  staging_path:
    description: The staging directory of the workers.
    type: str
    default: /var/lib/glance/os_glance_staging_store
notes:
  - The examples contain a Role with all required rights, for StatefulSets without an owner and for Glance under its
    operator. A Glance without a control plane requires C(patch) on glances.
  - O(pvc=delete_removed) requires C(delete) on persistentvolumeclaims; with C(watch) it is faster. To count free
    volumes, the module requires C(list) on persistentvolumes and storageclasses, by a ClusterRole.
  - Without the right to list pods the module waits for the counts in the status of the StatefulSet and warns about it;
    with O(guard_staged) it then refuses to remove workers.
  - If one target is wrong, or if the API server would refuse the change of one of several targets, none is changed.
seealso:
  - module: kubernetes.core.k8s_scale
"""

EXAMPLES = r"""
- name: Scale the Glance API of the hub to three workers
  dcn.glance.statefulset_scale:
    namespace: openstack
    api: central
    replicas: 3

- name: Scale two Glance APIs down to one worker and delete the claims of the others
  dcn.glance.statefulset_scale:
    namespace: openstack
    targets:
      - {api: central, replicas: 1}
      - {api: dcn0, replicas: 1}
    pvc: delete_removed
    timeout: 600

- name: Scale a StatefulSet without an owner
  dcn.glance.statefulset_scale:
    namespace: tools
    name: web
    replicas: 2
    wait: available
    stable_seconds: 10

- name: Create a Role for StatefulSets without an owner
  kubernetes.core.k8s:
    definition:
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: statefulset-scale, namespace: tools}
      rules:
        - {apiGroups: [apps], resources: [statefulsets], verbs: [list, watch]}
        - {apiGroups: [apps], resources: [statefulsets/scale], verbs: [patch]}
        - {apiGroups: [""], resources: [pods], verbs: [list, watch]}
        - {apiGroups: [""], resources: [persistentvolumeclaims, events], verbs: [list]}
        - {apiGroups: [""], resources: [pods/log], verbs: [get]}

- name: Create a Role for Glance under its operator, including the check for staged images
  kubernetes.core.k8s:
    definition:
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: glance-scale, namespace: openstack}
      rules:
        - {apiGroups: [core.openstack.org], resources: [openstackcontrolplanes], verbs: [get, patch]}
        - {apiGroups: [glance.openstack.org], resources: [glances, glanceapis], verbs: [get]}
        - {apiGroups: [apps], resources: [statefulsets], verbs: [list, watch]}
        - {apiGroups: [""], resources: [pods], verbs: [list, watch]}
        - {apiGroups: [""], resources: [persistentvolumeclaims, events], verbs: [list]}
        - {apiGroups: [""], resources: [pods/log], verbs: [get]}
        - {apiGroups: [""], resources: [pods/exec], verbs: [create, get]}
"""

RETURN = r"""
targets:
  description: The targets in the order given.
  returned: when all targets were found
  type: list
  elements: dict
  contains:
    name: {description: "The StatefulSet, if the target was specified by name.", type: str}
    api: {description: "The Glance API, if the target was specified by API.", type: str}
    namespace: {description: The namespace., type: str}
    changed: {description: "Whether the replicas were changed or claims were deleted.", type: bool}
    replicas_before: {description: "The replicas in the owner before; null if they were not set there.", type: int}
    replicas_after: {description: The replicas after., type: int}
    scaled_via: {description: The object and the field that has the replicas., type: dict}
    owners: {description: "The objects that manage the StatefulSet, the nearest first.", type: list, elements: str}
    statefulsets:
      {description: "The StatefulSets, and whether they were recreated during the wait.", type: list, elements: dict}
    pods: {description: The pods in their last known state., type: list, elements: dict}
    pvcs:
      description:
        - The names of the claims by what happens to them. C(created), C(reused), C(left_over), C(deleted) by this
          module, C(removed) by the retention policy of the StatefulSet.
      type: dict
    elapsed: {description: The time in seconds until the target was ready., type: float}
    timeline:
      {description: "What happened during the wait, with the time in seconds.", type: list, elements: dict}
    failure:
      description:
        - Why the target is not as desired, with C(reason), C(message), C(diagnosis) and the field C(manager) that
          reverted the replicas; null if the target is as desired.
      type: dict
  sample:
    - name: ""
      api: central
      namespace: openstack
      changed: true
      replicas_before: 1
      replicas_after: 2
      scaled_via:
        kind: OpenStackControlPlane
        name: openstack
        path: spec.glance.template.glanceAPIs.central.replicas
      owners: [GlanceAPI glance-central-edge, Glance glance, OpenStackControlPlane openstack]
      statefulsets:
        - {name: glance-central-edge-api, recreated: false}
      pods:
        - name: glance-central-edge-api-1
          ordinal: 1
          phase: Running
          ready: true
          revision: glance-central-edge-api-6d5c
          node: node1
          restarts: 0
          reason: ""
      pvcs: {created: [glance-glance-central-edge-api-1], reused: [], removed: [], deleted: [], left_over: []}
      elapsed: 8.1
      timeline:
        - {seconds: 0.2, event: "glance-central-edge-api: glance-central-edge-api-1 is not ready"}
      failure: null
reason:
  description:
    - Why the module failed, in a word, such as V(reverted), V(timeout), V(owner_managed), V(not_found), V(forbidden),
      V(quota), V(conflict), V(deleted), V(no_volume), V(pvc_reuse), V(guard_refused), V(invalid_replicas),
      V(ambiguous), V(claims_stay), V(input_invalid), V(invalid) when the API server refused a request, V(unauthorized),
      V(unreachable) before the scale, V(api_unreachable) during the wait.
  returned: failure
  type: str
  sample: reverted
calls:
  description: The number of requests sent to the API server.
  returned: when the API server is known
  type: int
  sample: 8
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.jobs import Clock
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import error_details, kube_module, run
from ansible_collections.dcn.glance.plugins.module_utils._scale.input import ScaleOptions, read_options
from ansible_collections.dcn.glance.plugins.module_utils._scale.result import diff, left_over_warnings, row
from ansible_collections.dcn.glance.plugins.module_utils._scale.run import Scale, ScaleResult

SPEC: dict[str, Any] = {
    "targets": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str"},
            "api": {"type": "str"},
            "namespace": {"type": "str"},
            "replicas": {"type": "int", "required": True},
        },
    },
    "name": {"type": "str"},
    "api": {"type": "str"},
    "namespace": {"type": "str"},
    "replicas": {"type": "int"},
    "via": {"type": "str", "choices": ["auto", "owner", "scale"], "default": "auto"},
    "wait": {"type": "str", "choices": ["none", "ready", "available", "revision"], "default": "ready"},
    "timeout": {"type": "float"},
    "stable_seconds": {"type": "float", "default": 0},
    "pvc": {"type": "str", "choices": ["keep", "report", "delete_removed"], "default": "report"},
    "pvc_reuse": {"type": "str", "choices": ["allow", "warn", "fail"], "default": "warn"},
    "volume_shortage": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "guard_staged": {"type": "bool", "default": True},
    "staging_path": {"type": "str", "default": "/var/lib/glance/os_glance_staging_store"},
}


def work(module: AnsibleModule, client: KubeClient) -> None:
    options = read_options(module.params, module.check_mode)
    try:
        found = Scale(client, options, Clock()).run()
    except DcnError as error:
        module.fail_json(msg=str(error), calls=client.calls, changed=False, **error_details(error))
    finish(module, client, options, found)


def finish(module: AnsibleModule, client: KubeClient, options: ScaleOptions, found: ScaleResult) -> None:
    """Return the results of all targets, whether or not some of them failed."""
    left_over = left_over_warnings(found.targets) if options.pvc == "report" else []
    for text in [*found.warnings, *left_over]:
        module.warn(text)
    result: dict[str, Any] = {
        "changed": any(target.changed for target in found.targets),
        "targets": [row(target, found.cache) for target in found.targets],
        "calls": client.calls,
    }
    if module._diff:
        result["diff"] = diff(found.targets)
    failures = [target.failure for target in found.targets if target.failure is not None]
    messages = [failure.message for failure in failures]
    if found.error is not None:
        module.fail_json(msg="\n".join([*messages, str(found.error)]), **{**error_details(found.error), **result})
    if failures:
        module.fail_json(msg="\n".join(messages), reason=failures[0].reason, **result)
    module.exit_json(**result)


def main() -> None:
    run(
        kube_module(
            SPEC,
            mutually_exclusive=[("targets", "name", "api"), ("targets", "replicas")],
            required_one_of=[("targets", "name", "api")],
        ),
        work,
    )


if __name__ == "__main__":
    main()
