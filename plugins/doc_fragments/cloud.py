# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The options to reach Keystone, and in ``ENDPOINT`` the one that selects a Glance API."""

    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - The name of a cloud in C(clouds.yaml) on the host where the module runs.
      - Without it, O(auth) or the C(OS_*) environment variables define Keystone and the account.
    type: str
  auth:
    description: The options of the authentication plugin, such as C(auth_url), C(username), C(password),
      C(project_name).
    type: dict
  auth_type:
    description: The authentication plugin of keystoneauth, such as V(password) or V(v3applicationcredential).
    type: str
  region_name:
    description: The region, if the catalog has more than one.
    type: str
  interface:
    description: Which endpoint of the catalog to use.
    type: str
    choices: [admin, internal, public]
    default: public
  ca_cert:
    description: The path of the CA certificates for Keystone and Glance.
    type: path
  validate_certs:
    description: Whether to validate certificates. The default is the value in C(clouds.yaml), else V(true).
    type: bool
  api_timeout:
    description:
      - The maximum time for the answer to one request in seconds.
      - It must be longer than Glance's own timeout for an unreachable cluster, times the number of stores in a request.
    type: int
    default: 120
requirements:
  - openstacksdk on the host where the module runs (package python3-openstacksdk)
"""

    ENDPOINT = r"""
options:
  endpoint:
    description:
      - The root URL of one Glance API, such as V(http://dcn0.example.com:9292), instead of the endpoint in the catalog.
      - The APIs of the sites define different stores, so this selects the API whose stores are used.
    type: str
notes:
  - The module sends its own HTTP requests over a session of openstacksdk, because the SDK hides the type of stores,
    import tasks, and refused imports.
"""
