# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How to reach Keystone and Glance."""

    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - The name of a cloud in C(clouds.yaml) on the host where the module runs.
      - Without it, O(auth) or the C(OS_*) environment variables say where Keystone is and who asks.
    type: str
  auth:
    description: What the authentication plugin needs, such as C(auth_url), C(username), C(password), C(project_name).
    type: dict
  auth_type:
    description: The authentication plugin of keystoneauth, such as V(password) or V(v3applicationcredential).
    type: str
  region_name:
    description: The region, where the catalog has more than one.
    type: str
  interface:
    description: Which of the catalog's endpoints to use.
    type: str
    choices: [admin, internal, public]
    default: public
  ca_cert:
    description: Path of the certificates that must have signed those of Keystone and Glance.
    type: path
  validate_certs:
    description: Whether certificates are checked. Without it, C(clouds.yaml) decides, and then they are.
    type: bool
  api_timeout:
    description:
      - How many seconds one request may stay without an answer.
      - Leave room for Glance's own time limit on a dead cluster, times the number of stores that a request names.
    type: int
    default: 120
  endpoint:
    description:
      - The root URL of one Glance API, such as V(http://dcn0.example.com:9292), used in place of the catalog's.
      - Each site's API knows other stores, so this says whose stores are meant.
    type: str
requirements:
  - openstacksdk on the host where the module runs (package python3-openstacksdk)
notes:
  - The module asks Glance by plain requests over the library's session, because the library hides
    the type of stores, import tasks, and refused imports.
"""
