#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: control_plane_cinder
short_description: Manage the cinder-volumes of the sites in an OpenStack control plane on Kubernetes
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Sets in C(spec.cinder.template) of an C(OpenStackControlPlane) one key of C(cinderVolumes) for each site of a
    topology that states C(cinder.volume). Its backend uses the Ceph cluster and the availability zone of the site, and
    gets images from the Glance of the site (C(glance_api_servers)).
  - Each pod gets its own Secret with the conf and the keyring of the site's cluster, mounted by one entry of
    C(extraMounts) of Cinder.
  - Only managed content changes. All other options, backends, volumes, fields and mounts stay unchanged, byte for byte.
    If no site states C(cinder.volume), nothing is written.
  - Before the first write, the module tries the change on the server in a dry run with strict validation, and
    forecasts which pods restart. Mounts that Kubernetes would refuse in a pod are reported.
options:
  topology:
    description: The topology, as the variable C(dcn_topology) holds it, with C(platform=operators).
    type: raw
    required: true
  files:
    description:
      - The Ceph cluster of each site, by site, as in the option C(clusters) of M(dcn.glance.ceph_client_files). If a
        site is omitted, its Secrets keep their files.
      - A site whose Secret would lack files, or whose fsid is neither here nor in the topology, is left unchanged and
        reported in RV(deferred).
    type: dict
    default: {}
  recipient_directory:
    description: Directory of this host's private key, as in M(dcn.glance.pod_key_recipient).
    type: path
    default: /run/dcn.glance
  purge:
    description:
      - V(managed) removes backends, volumes, mounts, keys and Secrets that this module created and the topology no
        longer has. Cinder cannot manage the volumes of such a backend any more.
      - V(none) keeps and reports them.
    type: str
    choices: [managed, none]
    default: none
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
  - module: dcn.glance.control_plane_glance
  - module: dcn.glance.data_plane_nova
  - module: dcn.glance.pod_key_recipient
notes:
  - The annotation C(dcn.glance/managed-cinder) of the object, and labels and an annotation of the Secrets record what
    is managed.
  - At a site with C(nova.data_plane), Cinder and Nova share one cephx client, because the operators create one libvirt
    secret for each cluster.
  - Kubernetes updates the files of a Secret in running pods. Pods do not restart when only a key changes.
  - The account needs in the namespace get and update of C(openstackcontrolplanes), list of C(statefulsets), and get,
    create and update of C(secrets), with O(purge=managed) also delete. It never lists Secrets.
"""

EXAMPLES = r"""
- name: Set the cinder-volumes of all sites
  dcn.glance.control_plane_cinder:
    topology: "{{ dcn_topology }}"
    files: "{{ dcn_topology | dcn.glance.pod_clusters(hostvars, inventory_hostname, 'cinder') }}"

- name: Show which pods restart
  dcn.glance.control_plane_cinder:
    topology: "{{ dcn_topology }}"
  check_mode: true
  register: preview
"""

RETURN = r"""
objects:
  description: What happens to each object (V(none), V(create), V(update) or V(remove)), and the fields that change.
  returned: success
  type: list
  elements: dict
  sample:
    - kind: OpenStackControlPlane
      name: openstack
      site: ""
      action: update
      fields: [spec.cinder.template.cinderVolumes, spec.cinder.template.extraMounts]
secrets:
  description:
    - What happens to each Secret (C(none), C(create), C(update) or C(remove)), and to its keys by name.
    - C(other_keys) are not managed, C(stale_keys) are unused managed keys that O(purge=none)
      keeps, and C(missing) are the clusters whose conf or keyring the Secret lacks.
  returned: success
  type: list
  elements: dict
  sample:
    - name: ceph-conf-files-cinder-dcn0
      site: dcn0
      action: create
      keys:
        - {key: dcn0.client.nova-dcn0.keyring, action: create, reason: does not exist}
      other_keys: []
      stale_keys: []
      missing: []
forecast:
  description:
    - What the operator does to the StatefulSet of each managed volume. C(action) is V(none), V(created), V(rolling) or
      V(removed). C(ready) is the number of pods that are ready now.
  returned: success
  type: list
  elements: dict
  sample:
    - kind: StatefulSet
      name: cinder-volume-dcn0
      site: dcn0
      action: rolling
      reason: customServiceConfig changes
      ready: 1
      services: []
deferred:
  description: The sites that are left unchanged in this run, each with the reason.
  returned: success
  type: dict
  sample: {dcn1: the Secret ceph-conf-files-cinder-dcn1 has no conf and keyring of the cluster dcn1 yet}
conflicts:
  description: How often another client changed an object or a Secret during the run.
  returned: success
  type: int
  sample: 0
calls:
  description: Number of requests to the Kubernetes API.
  returned: success
  type: int
  sample: 12
problems:
  description: Everything that is wrong, as in RV(ignore:msg), as a list.
  returned: failure
  type: list
  elements: str
  sample: ["platform: is packages, but this module needs `platform: operators`"]
reason:
  description: The kind of failure in one word, such as V(input_invalid) or V(forbidden).
  returned: failure
  type: str
  sample: input_invalid
"""


from ansible_collections.dcn.glance.plugins.module_utils._edge.module import ARGUMENTS, EdgeModule, cinder
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run


def main() -> None:
    module = kube_module(ARGUMENTS, EdgeModule)
    params = module.take_options()
    run(module, lambda _module, client: cinder(module, client, params))


if __name__ == "__main__":
    main()
