#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: control_plane_glance
short_description: Make the Glance part of an OpenStack control plane as a topology says
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Edits the Glance part of an C(OpenStackControlPlane), or a C(Glance) that no control plane owns, and the Secrets
    with the Ceph confs and keyrings of the pods. The topology names them under C(operators).
  - Only what is ours is touched. That is the APIs of the topology and of those the fields C(type), C(replicas),
    C(storage) and C(customServiceConfig), in that text the stores and options of the topology, the name in
    C(keystoneEndpoint), one entry of C(extraMounts), and one Secret per API. Everything else stays byte for byte,
    comments, order and placeholders for the operator included, and so does what others put into that entry and those
    Secrets. Where the C(storage) at the top would keep all APIs from getting volumes, it is set too.
  - A C(customServiceConfig) of ours with lines that are instructions to the operator's template, such as C({{ if }}),
    is refused, since nobody can say what it sets. Placeholders in values are kept whole.
  - Before anything is written, all that the operator's webhook or Kubernetes would refuse is reported at once, the
    server judges the change in a dry run with strict validation, and what happens to each StatefulSet and volume is
    forecast. A change for which the operator would take away an API that serves is refused unless it is allowed.
  - Secrets are written first, then the object, then what nobody needs any more goes. The object is written as the
    version that was read. Where somebody else was faster, all is read and planned again.
options:
  topology:
    description: The topology, as the variable C(dcn_topology) holds it, with C(platform=operators).
    type: raw
    required: true
  files:
    description:
      - By site, the clusters that its pods use, as the option C(clusters) of M(dcn.glance.ceph_client_files). Of a
        cluster that is left out, the Secret keeps what it holds.
      - A store whose cluster the Secret does not hold is left as it is, and an API whose default store is a new one of
        that kind is left as it is altogether.
      - A key is needed encrypted only where the Secret does not hold it. M(dcn.glance.pod_key_recipient) tells.
    type: dict
    default: {}
  recipient_directory:
    description: Directory of this host's private key, as in M(dcn.glance.pod_key_recipient).
    type: path
    default: /run/dcn.glance
  allow_recreate:
    description:
      - A change of the list of stores, of the storage or of the image cache makes the operator delete the StatefulSets
        of that API with all their pods and make them anew. Where pods are ready, that is an outage of this API.
      - V(true) allows it for all APIs, a list for those it names.
    type: raw
    default: false
  replicas:
    description:
      - V(keep) leaves the number of workers of an API that exists, and takes the topology's for a new one. To scale,
        use M(dcn.glance.statefulset_scale).
      - V(topology) sets the topology's number.
    type: str
    choices: [keep, topology]
    default: keep
  purge:
    description:
      - V(managed) removes what this module made and the topology no longer has. These are APIs, stores, mounts, keys
        and Secrets. The API that C(keystoneEndpoint) names when the run begins is never removed. Volumes stay, and are
        reported.
      - A Secret with keys of others loses ours only, and one that the object names elsewhere stays as it is.
      - V(none) leaves and reports it.
    type: str
    choices: [managed, none]
    default: none
  create:
    description: Make the object when it does not exist. By default that is an error.
    type: bool
    default: false
  base:
    description:
      - What a new object says beside the topology, with O(create=true), such as C(spec.secret) and
        C(spec.storageClass).
      - What a webhook would fill in is filled in where it is not given, C(databaseInstance), C(dbPurge) and
        C(imageCache).
    type: dict
    default: {}
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.kube
  - kubernetes.core.k8s_auth_options
attributes:
  check_mode:
    description: Plans in the same way, and asks the server for a dry run of each write.
    support: full
  diff_mode:
    description: Shows ids in the place of keys, and no value of a secret option.
    support: full
  idempotent:
    support: full
requirements:
  - The program openssl on this host when a key is to be decrypted.
seealso:
  - module: dcn.glance.pod_key_recipient
  - module: dcn.glance.ceph_client
  - module: dcn.glance.statefulset_scale
notes:
  - What is ours is noted in the annotation C(dcn.glance/managed) of the object, and in labels and an annotation of the
    Secrets.
  - The account needs in the namespace get and update of C(openstackcontrolplanes) (or C(glances)), list of C(glances),
    C(glanceapis), C(statefulsets) and C(persistentvolumeclaims), and get, create and update of C(secrets). For
    O(purge=managed) also delete of C(secrets), for O(create=true) create of the object. It never lists Secrets.
  - C(keystoneEndpoint) moves to another API only when that one has ready pods, or the old one has none. Until then the
    old one stays and a later run moves it. So an API is replaced without an outage by giving it another name in the
    topology and running the module three times, the last time with O(purge=managed). With less than two workers the new
    API is away for a moment when it enters the catalog, since the operator then restarts its pods one by one.
"""

EXAMPLES = r"""
- name: Glance of all sites
  dcn.glance.control_plane_glance:
    topology: "{{ dcn_topology }}"
    files:
      central: "{{ files_of_central }}"
      dcn0: "{{ files_of_dcn0 }}"
    allow_recreate: [central]

- name: What would happen if a site were added
  dcn.glance.control_plane_glance:
    topology: "{{ dcn_topology }}"
    allow_recreate: true
  check_mode: true
  diff: true
  register: preview

- name: A site has left the topology
  dcn.glance.control_plane_glance:
    topology: "{{ dcn_topology }}"
    purge: managed
    allow_recreate: [central]
"""

RETURN = r"""
forecast:
  description:
    - What the operator does to each StatefulSet. C(action) is V(none), V(scaled), V(rolling) (one pod after the other),
      V(recreated) (all pods go at once), V(created) or V(removed), C(ready) the pods that are ready now.
    - Its volumes are in C(pvcs), each V(created), V(kept) or V(left) over without a pod.
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
    What becomes of each API (C(created), C(updated), C(unchanged), C(removed), C(kept) or C(deferred)), with the fields
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
  description: The API in Keystone's catalog before and after, and why it is not the topology's yet.
  returned: success
  type: dict
  sample: {before: central, after: central, reason: ""}
secrets:
  description:
    - What becomes of each Secret (C(none), C(create), C(update) or C(remove)), by the names of the keys in it.
    - Keys of others are in C(other_keys), keys of ours that nobody needs and that O(purge=none) leaves in
      C(stale_keys), and clusters whose conf or keyring it lacks in C(missing).
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
  description: How often somebody else changed the object or a Secret meanwhile, so that all was planned again.
  returned: success
  type: int
  sample: 0
resource_version:
  description: Version of the object before and after.
  returned: success
  type: dict
  sample: {before: "4711", after: "4720"}
calls:
  description: Requests to the API.
  returned: success
  type: int
  sample: 9
problems:
  description: Everything that is wrong, the same as in RV(ignore:msg) but one by one.
  returned: failure
  type: list
  elements: str
  sample:
    - "spec.glance.template.glanceAPIs.dcn0.type: is split and cannot become edge: a type never changes."
reason:
  description: Word for the kind of failure, such as V(input_invalid), V(recreation_refused) or V(forbidden).
  returned: failure
  type: str
  sample: recreation_refused
"""

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.module import ControlPlaneModule, edit
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_argument_spec, run


def main() -> None:
    module = ControlPlaneModule(
        argument_spec={
            **kube_argument_spec(),
            "topology": {"type": "raw", "required": True},
            "files": {"type": "dict", "default": {}},
            "recipient_directory": {"type": "path", "default": "/run/dcn.glance"},
            "allow_recreate": {"type": "raw", "default": False},
            "replicas": {"type": "str", "choices": ["keep", "topology"], "default": "keep"},
            "purge": {"type": "str", "choices": ["managed", "none"], "default": "none"},
            "create": {"type": "bool", "default": False},
            "base": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    params = module.take_options()
    run(module, lambda _module, client: edit(module, client, params))


if __name__ == "__main__":
    main()
