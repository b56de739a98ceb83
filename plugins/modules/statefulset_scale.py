#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: statefulset_scale
short_description: Set the replicas of StatefulSets where they are owned, and wait until they are really there
version_added: 1.0.0
description:
  - Sets the number of replicas of one or many StatefulSets, and waits for all of them in one loop.
  - Follows the owners of a set upwards and changes the number where it stays. For Glance that is
    C(spec.glance.template.glanceAPIs.<api>.replicas) of the OpenStackControlPlane, or C(spec.glanceAPIs.<api>.replicas)
    of a Glance that no control plane owns; for another owner its scale subresource; for a set without an owner its own.
    An owner of which none of this is known is an error, because its operator would set a direct scale back.
  - Waits for the number asked, not for the one that the set has. It ends when the ready pods are exactly those asked
    for and no other is left, those being deleted included. A number that is set back meanwhile is an error that
    names who did it. A set that its operator makes anew is followed.
  - Says before the change which claims are made, used again, and left over, and whether there are volumes for new ones.
  - On a timeout it says why in one message, such as a claim without a volume, an image that cannot be pulled, a
    container that ends at once with the last line of its log, a quota, a finalizer, an operator that does not react.
author: The dcn.glance authors (@dcn-glance)
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
  - kubernetes.core.k8s_auth_options
attributes:
  check_mode:
    details: The API server is asked to try the change, so that permissions, admission and quotas are found out.
options:
  targets:
    description:
      - What to scale. Instead, O(name) or O(api) with O(replicas) stand for one target.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of a StatefulSet. One of a Glance API stands for the whole API.
        type: str
      api:
        description:
          - The key of a Glance API, such as V(central). The StatefulSets are found by their labels. An API of type
            C(split) has two, which one number decides about; both are waited for.
        type: str
      namespace:
        description: Its namespace, if it is another than O(namespace).
        type: str
      replicas:
        description: The number of replicas.
        type: int
        required: true
      expect_replicas:
        description: Its own O(expect_replicas).
        type: int
  name:
    description: The name of one StatefulSet.
    type: str
  api:
    description: The key of one Glance API.
    type: str
  namespace:
    description: The namespace of the targets that state none.
    type: str
  replicas:
    description: The number of replicas of O(name) or O(api).
    type: int
  via:
    description:
      - Where the number is changed. V(auto) finds out. V(owner) demands that the set has an owner.
      - V(scale) scales the set itself whoever owns it.
    type: str
    choices: [auto, owner, scale]
    default: auto
  expect_replicas:
    description:
      - The number that must be there before. A target that has the number asked already is fine, too.
    type: int
  on_mismatch:
    description: What to do when O(expect_replicas) is not so.
    type: str
    choices: [fail, skip]
    default: fail
  wait:
    description:
      - V(ready) waits until the ready pods are exactly those asked for.
      - V(available) waits in addition for C(minReadySeconds).
      - V(revision) waits in addition until the pods have the newest template, except those below a C(partition).
      - V(none) does not wait, so nobody knows whether the number stays.
      - Also a target that has the number already is waited for.
    type: str
    choices: [none, ready, available, revision]
    default: ready
  timeout:
    description:
      - The seconds to wait at most, for all targets together. Claims that go may take up to 30 s more.
      - Without it, three minutes and more for each pod that is to come or go, most where they do one after the other.
    type: float
  progress_timeout:
    description: Give up when nothing has moved for that many seconds.
    type: float
  stable_seconds:
    description: The seconds for which everything must stay as asked before the wait ends.
    type: float
    default: 0
  pvc:
    description:
      - What to do with the claims of ordinals that are not wanted any more. The StatefulSet controller leaves them, and
        gives them to the same ordinals with their old content at the next scale up.
      - V(keep) leaves them, V(report) warns of them.
      - V(delete_removed) deletes them after their pods are gone, those left over by earlier scales included.
    type: str
    choices: [keep, report, delete_removed]
    default: report
  pvc_reuse:
    description: What to do before claims of an earlier scale are used again.
    type: str
    choices: [allow, warn, fail]
    default: warn
  volume_shortage:
    description:
      - What to do before a scale makes claims for which there is no free volume. Counted are classes that do not make
        volumes on demand; it needs the right to list persistent volumes, and is left out without.
    type: str
    choices: [fail, warn]
    default: fail
  guard_staged:
    description:
      - Refuse to remove a Glance worker, or its claim, while images are staged on it. It looks into O(staging_path)
        of each running pod that would go, where that directory is on a claim, with one request for each. A claim that
        no running pod has mounted cannot be looked into and is not deleted.
    type: bool
    default: true
  staging_path:
    description: The staging directory of the workers.
    type: str
    default: /var/lib/glance/os_glance_staging_store
notes:
  - The examples have a Role with all the rights that it needs in a namespace, for sets without an owner and for Glance
    under its operator. A lone Glance needs C(patch) on glances. Another owner needs C(get) on its kind, and C(get) and
    C(patch) on the scale of its kind.
  - O(pvc=delete_removed) needs C(delete) on persistentvolumeclaims; with C(watch) it ends sooner. Free volumes are
    counted with C(list) on persistentvolumes and storageclasses, by a ClusterRole.
  - Without the right to list pods only the counts of the set can be waited for; the module says so, and with
    O(guard_staged) refuses to remove workers.
  - When one target is wrong, or the API server would refuse one of several, none is changed.
seealso:
  - module: kubernetes.core.k8s_scale
"""

EXAMPLES = r"""
- name: Three workers for the Glance API of the hub
  dcn.glance.statefulset_scale:
    namespace: openstack
    api: central
    replicas: 3

- name: All Glance APIs down to one worker, and their volumes given back
  dcn.glance.statefulset_scale:
    namespace: openstack
    targets:
      - {api: central, replicas: 1}
      - {api: dcn0, replicas: 1}
    pvc: delete_removed
    timeout: 600

- name: A StatefulSet that nobody owns, only if it has one replica now
  dcn.glance.statefulset_scale:
    namespace: tools
    name: web
    replicas: 2
    expect_replicas: 1
    wait: available
    stable_seconds: 10

- name: The rights for a StatefulSet that nobody owns
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

- name: The rights for Glance under its operator, with a look for staged images before a worker goes
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
  returned: once the targets are found
  type: list
  elements: dict
  contains:
    name: {description: "The StatefulSet, where that was stated.", type: str}
    api: {description: "The Glance API, where that was stated.", type: str}
    namespace: {description: Its namespace., type: str}
    changed: {description: "Whether the number was changed, or claims deleted.", type: bool}
    skipped: {description: Whether it was left alone because of O(expect_replicas)., type: bool}
    replicas_before: {description: "The number before, where it is owned; null where none is stated there.", type: int}
    replicas_after: {description: The number after., type: int}
    scaled_via: {description: The object and the field with the number., type: dict}
    owners: {description: "Who manages the set, the nearest first.", type: list, elements: str}
    statefulsets:
      {description: "The sets, and whether they were made anew in the wait.", type: list, elements: dict}
    pods: {description: The pods as they were last seen., type: list, elements: dict}
    pvcs:
      description:
        - The names of claims by what becomes of them. C(created), C(reused), C(left_over), C(deleted) by this module,
          C(removed) by the retention policy of the set.
      type: dict
    elapsed: {description: The seconds until it was as asked., type: float}
    timeline:
      {description: "What was seen in the wait, and after how many seconds.", type: list, elements: dict}
    failure:
      description:
        - Why it is not as asked, by C(reason), C(message), C(diagnosis) and C(manager), who set the number; null when
          it is as asked.
      type: dict
  sample:
    - name: ""
      api: central
      namespace: openstack
      changed: true
      skipped: false
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
    - Why it failed, in a word, such as V(reverted), V(timeout), V(owner_managed), V(not_found), V(forbidden), V(quota),
      V(precondition), V(conflict), V(deleted), V(no_volume), V(pvc_reuse), V(guard_refused), V(invalid_replicas),
      V(ambiguous), V(claims_stay), V(input_invalid), V(invalid) when the API server refused it, V(unauthorized),
      V(unreachable) before the scale, V(api_unreachable) in the wait.
  returned: failure
  type: str
  sample: reverted
calls:
  description: The requests sent to the API server.
  returned: once it is known how to reach the API server
  type: int
  sample: 8
"""

from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run
from ansible_collections.dcn.glance.plugins.module_utils._scale.module import SPEC, work


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
