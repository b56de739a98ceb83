# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options that select Glance workers on Kubernetes."""

    DOCUMENTATION = r"""
options:
  namespace:
    description: The namespace of the Glance pods.
    type: str
    default: openstack
  apis:
    description:
      - The API instances, by their key in C(glanceAPIs) of the control plane. For a split API, this selects both the
        external and the internal workers.
      - An empty list selects all.
    type: list
    elements: str
    default: []
  pods:
    description: The names of single pods. An empty list selects all pods of O(apis).
    type: list
    elements: str
    default: []
  label_selectors:
    description:
      - The labels of the pods. All of them must match.
      - Only pods of StatefulSets are workers. The label C(glanceAPI) names the API of a worker.
    type: list
    elements: str
    default: [service=glance]
  container:
    description:
      - The container in the pods.
      - The default is the serving container, which is C(glance-api) if the pod has it (behind a proxy), else
        C(glance-httpd).
    type: str
  concurrency:
    description: The maximum number of pods to process at the same time.
    type: int
    default: 8
notes:
  - "The account needs these permissions in the namespace: C(list) on C(pods), and both C(get) and C(create) on
    C(pods/exec). With C(create) alone, Kubernetes before 1.35 refuses, because the connection starts with a C(GET)."
"""

    ACCOUNT = r"""
options:
  openstack:
    description: The account that creates the images. Credentials and tokens are sent to the pods by standard input
      only.
    type: dict
    default: {}
    suboptions:
      cloud:
        description: The name of a cloud in C(clouds.yaml) on the host where the module runs.
        type: str
      auth:
        description: The options of the authentication, such as C(auth_url), C(username), C(password),
          C(project_name).
        type: dict
      auth_type:
        description: The authentication plugin of keystoneauth; only with O(authenticate=host).
        type: str
      region_name:
        description: The region; only with O(authenticate=host).
        type: str
      interface:
        description: Which Keystone endpoint of the catalog to use; only with O(authenticate=host).
        type: str
        choices: [admin, internal, public]
        default: public
      ca_cert:
        description: The path of the CA certificates for Keystone; only with O(authenticate=host).
        type: path
      validate_certs:
        description: Whether to validate the certificate of Keystone; only with O(authenticate=host).
        type: bool
"""
