# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which workers of Glance on Kubernetes are meant."""

    DOCUMENTATION = r"""
options:
  namespace:
    description: The namespace of the Glance pods.
    type: str
    default: openstack
  apis:
    description:
      - The API instances, by their key in C(glanceAPIs) of the control plane. Of a split API, both halves are meant.
      - None named means all.
    type: list
    elements: str
    default: []
  pods:
    description: Names of single pods. None named means all of O(apis).
    type: list
    elements: str
    default: []
  label_selectors:
    description:
      - Labels by which pods are found. All of them must match.
      - Of these, the pods of StatefulSets are the workers; jobs are none. The label C(glanceAPI) tells the API.
    type: list
    elements: str
    default: [service=glance]
  container:
    description:
      - The container in the pods.
      - Without it, the one that serves, C(glance-api) where the pod has one (behind a proxy), else C(glance-httpd);
        never C(glance-log).
    type: str
  concurrency:
    description: How many pods are worked in at the same time.
    type: int
    default: 8
notes:
  - "Needs these rights in the namespace: C(list) on C(pods), and both C(get) and C(create) on C(pods/exec). With
    C(create) alone, Kubernetes before 1.35 refuses, because the connection begins as a C(GET)."
"""

    ACCOUNT = r"""
options:
  openstack:
    description: The account that makes the images. Credentials and tokens reach the pods by standard input only.
    type: dict
    default: {}
    suboptions:
      cloud:
        description: The name of a cloud in C(clouds.yaml) on the host where the module runs.
        type: str
      auth:
        description: What the authentication needs, such as C(auth_url), C(username), C(password), C(project_name).
        type: dict
      auth_type:
        description: The authentication plugin of keystoneauth; only with O(authenticate=host).
        type: str
      region_name:
        description: The region; only with O(authenticate=host).
        type: str
      interface:
        description: Which of the catalog's endpoints Keystone is asked at; only with O(authenticate=host).
        type: str
        choices: [admin, internal, public]
        default: public
      ca_cert:
        description: Path of the certificates that must have signed Keystone's; only with O(authenticate=host).
        type: path
      validate_certs:
        description: Whether Keystone's certificate is checked; only with O(authenticate=host).
        type: bool
"""
