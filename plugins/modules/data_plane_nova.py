#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: data_plane_nova
short_description: Manage Nova of the sites on the data plane of the OpenStack operators
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Points Nova on the hosts of C(OpenStackDataPlaneNodeSets) to the Ceph cluster and the Glance of their site, for each
    site of a topology that states C(nova.data_plane).
  - Writes for each site a C(ConfigMap) with the options of Nova, and an C(OpenStackDataPlaneService) that starts as a
    copy of C(nova) and also applies that ConfigMap.
  - Writes for each NodeSet a Secret with the conf and the keyring of the site's cluster, and mounts it. In the services
    of the NodeSet, the service of the site takes the place of C(nova), and C(ceph-client) is added before C(libvirt).
  - Only managed content changes, everything else stays unchanged. If no site states C(nova.data_plane), nothing is
    written.
  - The hosts get the changes with an C(OpenStackDataPlaneDeployment), which this module never creates. It returns the
    one to create, and names it in a warning until one is ready.
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
      - V(managed) removes mounts, services, ConfigMaps, keys and Secrets that this module created and the topology no
        longer has, and puts C(nova) back in the services of such NodeSets.
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
  - module: dcn.glance.control_plane_cinder
  - module: dcn.glance.control_plane_glance
  - module: dcn.glance.pod_key_recipient
notes:
  - The operators create one libvirt secret for each cluster, with the fsid as its uuid. They take the name of the user
    from the name of the keyring, up to the first dot. So Nova and Cinder of such a site share the client C(nova-SITE).
  - A NodeSet whose services do not contain Nova, as before the deployment of Ceph, is left unchanged and reported in
    RV(deferred).
  - The account needs in the namespace get, list and update of C(openstackdataplanenodesets), list, create and update
    of C(openstackdataplaneservices), list of C(openstackdataplanedeployments), and get, create and update of
    C(configmaps) and C(secrets). With O(purge=managed) it also needs delete of services, ConfigMaps and Secrets. It
    never lists Secrets.
"""

EXAMPLES = r"""
- name: Set Nova of all sites
  dcn.glance.data_plane_nova:
    topology: "{{ dcn_topology }}"
    files: "{{ dcn_topology | dcn.glance.pod_clusters(hostvars, inventory_hostname, 'nova') }}"
  register: data_plane

- name: Apply the changes to the hosts
  kubernetes.core.k8s:
    definition: "{{ data_plane.deployment }}"
    state: present
  when: data_plane.deployment | length > 0
"""

RETURN = r"""
objects:
  description: What happens to each object (V(none), V(create), V(update) or V(remove)), and the fields that change.
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: ConfigMap, name: ceph-nova-dcn0, site: dcn0, action: create, fields: [03-ceph-nova.conf]}
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
    - What each NodeSet needs. C(action) is V(none), or V(deployment) with the C(services) that an
      C(OpenStackDataPlaneDeployment) must run.
  returned: success
  type: list
  elements: dict
  sample:
    - kind: OpenStackDataPlaneNodeSet
      name: dcn0-edpm
      site: dcn0
      action: deployment
      reason: ConfigMap ceph-nova-dcn0 changes
      ready: 0
      services: [nova-custom-ceph-dcn0]
deferred:
  description: The sites that are left unchanged in this run, each with the reason.
  returned: success
  type: dict
  sample: {dcn1: the Secret ceph-conf-files-cinder-dcn1 has no conf and keyring of the cluster dcn1 yet}
deployment:
  description: The C(OpenStackDataPlaneDeployment) to create for all NodeSets; empty if none needs one.
  returned: success
  type: dict
  sample:
    apiVersion: dataplane.openstack.org/v1beta1
    kind: OpenStackDataPlaneDeployment
    metadata: {generateName: dcn-glance-, namespace: openstack}
    spec: {nodeSets: [dcn0-edpm], servicesOverride: [nova-custom-ceph-dcn0]}
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


from ansible_collections.dcn.glance.plugins.module_utils._edge.module import ARGUMENTS, EdgeModule, nova
from ansible_collections.dcn.glance.plugins.module_utils._kube.module import kube_module, run


def main() -> None:
    module = kube_module(ARGUMENTS, EdgeModule)
    params = module.take_options()
    run(module, lambda _module, client: nova(module, client, params))


if __name__ == "__main__":
    main()
