#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: control_plane_glance
short_description: Manage the Glance APIs of an OpenStack control plane on Kubernetes
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Sets the Glance APIs of a topology, with their stores, mounts and Secrets, in an C(OpenStackControlPlane), or in a
    C(Glance) without a control plane. The topology names the object under C(operators).
  - Only managed content changes. This is the APIs of the topology with their fields C(type), C(replicas), C(storage)
    and C(customServiceConfig), the stores and options of the topology in that text, C(keystoneEndpoint), one entry of
    C(extraMounts), the fields in C(spec) of the topology, and one or two Secrets for each API. All other bytes stay
    unchanged, including comments, order and the
    operator's placeholders, also in that entry and in those Secrets. The C(storage) at the top is changed only if the
    APIs would get no PVCs with it.
  - Secret options, such as C(s3_store_secret_key), are written to a Secret that C(customServiceConfigSecrets) of the
    API names, and never to the object. Values that are a placeholder of the operator are no secrets.
  - A C(customServiceConfig) with lines that are instructions to the operator's template, such as C({{ if }}), is
    refused, because the values that apply are unknown. Placeholders in values are kept.
  - Before the first write, the module reports everything that the operator's webhook or Kubernetes would refuse, tries
    the change on the server in a dry run with strict validation, and forecasts what happens to each StatefulSet and
    PVC. It refuses a change that makes an API with ready pods unavailable unless O(allow_recreate) allows it.
  - Secrets are written first, then the object. Unused keys and Secrets are removed last. The object is replaced only
    in the version that was read. If another client changed it, everything is read and planned again.
options:
  topology:
    description: The topology, as the variable C(dcn_topology) holds it, with C(platform=operators).
    type: raw
    required: true
  files:
    description:
      - The Ceph clusters that the pods of each site use, by site, as in the option C(clusters) of
        M(dcn.glance.ceph_client_files). If a cluster is omitted, the Secret keeps its files.
      - A store is not added until the Secret has the files of its cluster. If this is the default store of an API, the
        whole API is left unchanged.
      - An encrypted key is needed only where the Secret does not hold the key. M(dcn.glance.pod_key_recipient) reports
        the keys that it holds.
    type: dict
    default: {}
  recipient_directory:
    description: Directory of this host's private key, as in M(dcn.glance.pod_key_recipient).
    type: path
    default: /run/dcn.glance
  hub_api:
    description:
      - The name of the API of the hub for this run.
      - By default it is the name in the topology, or that name with C(-b) if C(keystoneEndpoint) names this API and
        it is managed. The playbook C(dcn.glance.add_store) changes between the two names.
    type: str
    default: ""
  apis:
    description:
      - The APIs of the topology to create or change. All others are left unchanged. The default is all.
    type: list
    elements: str
  endpoint:
    description:
      - What to do with C(keystoneEndpoint) if it names another API than the one of the hub.
      - V(move) moves it when the API of the hub is ready with every store of the other API.
      - V(keep) leaves it, so that the new API can be tested first.
      - V(move_back) moves it when the API of the hub is ready, even if it does not have all stores of the other API.
        Images that are only in such a store can then not be read.
    type: str
    choices: [move, keep, move_back]
    default: move
  remove_apis:
    description:
      - Managed APIs to remove with their mounts and Secrets, if the topology does not have them in this run.
        O(purge=managed) removes all such APIs. The same conditions apply.
    type: list
    elements: str
    default: []
  recreation:
    description:
      - What to do if an API with ready pods would be recreated and O(allow_recreate) does not allow it.
      - V(refuse) fails and changes nothing. V(skip) leaves that API unchanged, with a warning, unless it is the one of
        the hub.
    type: str
    choices: [refuse, skip]
    default: refuse
  allow_recreate:
    description:
      - The APIs whose StatefulSets the operator may delete and recreate, with all their pods at once. It does that
        when the list of stores, the storage or the image cache of an API changes. An API with ready pods is unavailable
        meanwhile.
      - V(true) allows it for all APIs, a list for the APIs that it names.
    type: raw
    default: false
  replicas:
    description:
      - V(keep) sets the number of workers of the topology only for a new API. To scale an API, use
        M(dcn.glance.statefulset_scale).
      - V(topology) sets it for every API.
    type: str
    choices: [keep, topology]
    default: keep
  purge:
    description:
      - V(managed) removes APIs, stores, mounts, volumes, keys and Secrets that this module created and the topology no
        longer has. The API that C(keystoneEndpoint) names when the run begins is never removed. PVCs are kept and
        reported.
      - A Secret that also holds other keys only loses the managed ones, and a Secret that the object names elsewhere
        is not changed.
      - V(none) keeps and reports them.
    type: str
    choices: [managed, none]
    default: none
  spare_worker:
    description:
      - V(true) avoids the outage when C(keystoneEndpoint) moves between APIs with one worker. A run first gives both
        APIs a second worker. The next run moves C(keystoneEndpoint) when both have two ready workers. After that the
        result says which APIs to scale back, with M(dcn.glance.statefulset_scale), and a last run deletes the record.
      - The record is in the annotation of the object, so a move that was interrupted continues with the next run. The
        role P(dcn.glance.glance_control_plane#role) does all steps. The PVCs of the second workers stay.
    type: bool
    default: false
  create:
    description: Create the object if it does not exist. By default this is an error.
    type: bool
    default: false
  base:
    description:
      - Fields of a new object that the topology does not define, such as C(spec.secret) and C(spec.storageClass). Used
        with O(create=true).
      - C(databaseInstance), C(dbPurge) and C(imageCache) get defaults, as a webhook would set them.
    type: dict
    default: {}
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
attributes:
  check_mode:
    description: Plans in the same way, and sends each write to the server as a dry run.
    support: full
  diff_mode:
    description: Shows ids instead of keys, and no value of a secret option.
    support: full
  idempotent:
    support: full
requirements:
  - The program openssl on this host, to decrypt keys.
seealso:
  - module: dcn.glance.pod_key_recipient
  - module: dcn.glance.control_plane_move_info
  - module: dcn.glance.ceph_client
  - module: dcn.glance.statefulset_scale
notes:
  - The annotation C(dcn.glance/managed) of the object, and labels and an annotation of the Secrets record what is
    managed.
  - The account needs in the namespace get and update of C(openstackcontrolplanes) (or C(glances)), list of C(glances),
    C(glanceapis), C(statefulsets) and C(persistentvolumeclaims), and get, create and update of C(secrets).
  - With get of C(openstackversions), the forecast includes images and service defaults of a release that the operators
    have not applied yet.
  - It also needs delete of C(secrets) for O(purge=managed), and create of the object for O(create=true). It never lists
    Secrets.
  - C(keystoneEndpoint) moves to another API only when that API has every store of the old one, and ready pods with
    these stores unless the old one has no ready pods. Until then it stays, and a later run moves it.
    O(purge=managed) removes an API that another one replaces under the same condition.
  - To replace the API of the hub without an outage, use the playbook C(dcn.glance.add_store). It runs this module with
    O(hub_api), O(endpoint) and O(remove_apis). With fewer than two workers the API is unavailable for a moment when
    C(keystoneEndpoint) moves, because the operator then restarts the pods of the old and the new API one by one; see
    O(spare_worker).
  - A new API of the hub takes over all fields of the managed API that C(keystoneEndpoint) names and at least its
    replicas, but not C(override.service) and C(tls.api), which belong to that API.
  - Before C(keystoneEndpoint) moves or an API is removed, the Glance in the pods of the new API is asked for its
    stores. This needs list of C(pods), and create (and get, for older servers) of C(pods/exec). Without these rights a
    warning says that the stores were not checked.
"""

EXAMPLES = r"""
- name: Set the Glance APIs of all sites
  dcn.glance.control_plane_glance:
    topology: "{{ dcn_topology }}"
    files:
      central: "{{ files_of_central }}"
      dcn0: "{{ files_of_dcn0 }}"
    allow_recreate: [central]

- name: Show what happens when a site is added
  dcn.glance.control_plane_glance:
    topology: "{{ dcn_topology }}"
    allow_recreate: true
  check_mode: true
  diff: true
  register: preview

- name: Remove a site that is no longer in the topology
  dcn.glance.control_plane_glance:
    topology: "{{ dcn_topology }}"
    purge: managed
    allow_recreate: [central]
"""

RETURN = r"""
forecast:
  description:
    - What the operator does to each StatefulSet. C(action) is V(none), V(scaled), V(rolling) (one pod after the other),
      V(recreated) (all pods at once), V(created) or V(removed). C(ready) is the number of pods that are ready now.
    - C(pvcs) are its PVCs, each V(created), V(kept), or V(left) without a pod.
    - Also returned when a recreation is refused.
  returned: success
  type: list
  elements: dict
  sample:
    - statefulset: glance-central-external-api
      api: central
      action: recreated
      reason: enabled_backends central:rbd becomes central:rbd,dcn0:rbd
      ready: 1
      pvcs:
        - {name: glance-glance-central-external-api-0, action: kept, note: ""}
apis:
  description: >-
    What happens to each API (C(created), C(updated), C(unchanged), C(removed), C(kept) or C(deferred)), with the fields
    that change and its stores.
  returned: success
  type: list
  elements: dict
  sample:
    - name: dcn0
      action: created
      reason: ""
      fields: [type, replicas, storage, customServiceConfig]
      stores:
        - {id: dcn0, action: added, reason: ""}
keystone_endpoint:
  description:
    - The API in Keystone's catalog before and after, and why it is not the API of the topology yet.
    - C(next) is what remains of a move with O(spare_worker), V(move) for another run of this module when the pods are
      ready, or V(scale_back). C(scale_back) are then the workers of each API.
  returned: success
  type: dict
  sample: {before: central, after: central, reason: "", next: "", scale_back: {}}
secrets:
  description:
    - What happens to each Secret (C(none), C(create), C(update) or C(remove)), and to its keys by name.
    - C(other_keys) are not managed, C(stale_keys) are unused managed keys that O(purge=none)
      keeps, and C(missing) are the clusters whose conf or keyring the Secret lacks.
  returned: success
  type: list
  elements: dict
  sample:
    - name: ceph-conf-files-dcn0
      api: dcn0
      action: update
      keys:
        - {key: dcn0.client.glance.dcn0.keyring, action: update, reason: has another key (3f0c9d1e77ab)}
      other_keys: []
      stale_keys: []
      missing: []
conflicts:
  description: How often another client changed the object or a Secret during the run.
  returned: success
  type: int
  sample: 0
resource_version:
  description: Resource version of the object before and after.
  returned: success
  type: dict
  sample: {before: "4711", after: "4720"}
calls:
  description: Number of requests to the Kubernetes API.
  returned: success
  type: int
  sample: 9
problems:
  description: Everything that is wrong, as in RV(ignore:msg), as a list.
  returned: failure
  type: list
  elements: str
  sample:
    - "spec.glance.template.glanceAPIs.dcn0.type: is split and cannot become edge: the type of an API never changes."
reason:
  description: The kind of failure in one word, such as V(input_invalid), V(recreation_refused) or V(forbidden).
  returned: failure
  type: str
  sample: recreation_refused
"""

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.module import ControlPlaneModule, edit
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run


def main() -> None:
    module = kube_module(
        {
            "topology": {"type": "raw", "required": True},
            "files": {"type": "dict", "default": {}},
            "recipient_directory": {"type": "path", "default": "/run/dcn.glance"},
            "hub_api": {"type": "str", "default": ""},
            "apis": {"type": "list", "elements": "str"},
            "endpoint": {"type": "str", "choices": ["move", "keep", "move_back"], "default": "move"},
            "remove_apis": {"type": "list", "elements": "str", "default": []},
            "recreation": {"type": "str", "choices": ["refuse", "skip"], "default": "refuse"},
            "allow_recreate": {"type": "raw", "default": False},
            "replicas": {"type": "str", "choices": ["keep", "topology"], "default": "keep"},
            "purge": {"type": "str", "choices": ["managed", "none"], "default": "none"},
            "spare_worker": {"type": "bool", "default": False},
            "create": {"type": "bool", "default": False},
            "base": {"type": "dict", "default": {}},
        },
        ControlPlaneModule,
    )
    params = module.take_options()
    run(module, lambda _module, client: edit(module, client, params))


if __name__ == "__main__":
    main()
