#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_glance_probe
short_description: Ask Glance from a compute host as its Nova does
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Reads which Glance API the C(nova.conf) of this host names, and asks that API for a list of images and for one
    image. So names, routes, firewalls and certificates between the compute host and the API are tested where they are
    used.
  - The account is the first one in C(nova.conf) that Keystone accepts, in the sections C(glance), C(service_user),
    C(keystone_authtoken), C(placement), C(cinder), C(neutron). It stays in the memory of this host. Without one, only
    the versions of the API are requested.
  - The standard library of Python is sufficient.
options:
  paths:
    description: The configuration files of Nova. Files in their drop-in directories are read, too.
    type: list
    elements: path
    default: [/etc/nova/nova.conf]
  endpoint:
    description: The URL that C(nova.conf) must name. Empty means any.
    type: str
    default: ""
  image:
    description: The id of an image. Empty means none.
    type: str
    default: ""
  store:
    description: The store in which the image must be. Empty means any.
    type: str
    default: ""
  timeout:
    description: The maximum time of one request in seconds.
    type: int
    default: 15
  fail:
    description: Fail if an API does not answer as it must.
    type: bool
    default: true
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.glance_api_probe
notes:
  - The task never reports a change.
"""

EXAMPLES = r"""
- name: Ask Glance as Nova does
  dcn.glance.nova_glance_probe:
    endpoint: http://dcn0.example.com:9292
    image: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
    store: dcn0
"""

RETURN = r"""
endpoints:
  description: The answer of each API that C(nova.conf) names. Empty if Nova uses the catalog of Keystone.
  returned: when the files could be read
  type: list
  elements: dict
  contains:
    url:
      description: The URL.
      type: str
    account:
      description: The section of C(nova.conf) that has the account; empty if there is none.
      type: str
    ok:
      description: Whether it answered.
      type: bool
    status:
      description: The status of the image; empty if the account does not see it.
      type: str
    stores:
      description: The stores that have the image, as this API says.
      type: list
      elements: str
    note:
      description: What was not tested, and why.
      type: str
    error:
      description: What is wrong; empty on success.
      type: str
  sample:
    - url: http://dcn0:9292
      account: service_user
      ok: true
      status: active
      stores: [central, dcn0]
      note: ""
      error: ""
problem:
  description: What is wrong with the endpoints or their answers; empty on success.
  returned: when the files could be read
  type: str
  sample: ""
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file
from ansible_collections.dcn.glance.plugins.module_utils._ini.drop_ins import drop_in_directories, drop_ins
from ansible_collections.dcn.glance.plugins.module_utils._ini.module import file_secrets
from ansible_collections.dcn.glance.plugins.module_utils._verify.api_report import nova_problem
from ansible_collections.dcn.glance.plugins.module_utils._verify.nova_ask import ask_endpoints
from ansible_collections.dcn.glance.plugins.module_utils._verify.nova_conf import parse_nova


def texts(module: AnsibleModule) -> list[tuple[str, str]]:
    """Path and text of each file. The secrets in them cannot be in any result."""
    paths = module.params["paths"]
    missing = [path for path in paths if not os.path.lexists(path)]
    if missing:
        raise DcnError(f"{', '.join(missing)} does not exist. Correct paths, or install Nova first.")
    directories = [directory for path in paths for directory in drop_in_directories(path)]
    found = []
    for path in [*drop_ins(list(dict.fromkeys(directories))), *paths]:
        module.no_log_values.update(file_secrets(path))
        found.append((path, (read_file(path).data or b"").decode("utf-8", errors="replace")))
    return found


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "paths": {"type": "list", "elements": "path", "default": ["/etc/nova/nova.conf"]},
            **{name: {"type": "str", "default": ""} for name in ("endpoint", "image", "store")},
            "timeout": {"type": "int", "default": 15},
            "fail": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        nova = parse_nova(texts(module))
        endpoints = ask_endpoints(nova, params["image"], params["timeout"])
    except DcnError as error:
        module.fail_json(msg=str(error))
    problem = nova_problem(endpoints, params["endpoint"], params["image"], params["store"])
    if problem and params["fail"]:
        module.fail_json(msg=problem, endpoints=endpoints, problem=problem)
    module.exit_json(changed=False, endpoints=endpoints, problem=problem)


if __name__ == "__main__":
    main()
