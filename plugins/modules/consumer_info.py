#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: consumer_info
short_description: Read staged data, Ceph files and the state of services on a host of a site
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Lists the files in the staging directories of a Glance worker with their age and the id of their image.
  - Lists confs and keyrings of Ceph with their age. The content of keyrings is not read.
  - Reports which configuration files are newer than the process of a service, which therefore does not use them yet.
options:
  staging:
    description: Staging directories. One that does not exist is reported as such.
    type: list
    elements: path
    default: []
  directory:
    description: Directories of confs and keyrings.
    type: list
    elements: path
    default: [/etc/ceph]
  services:
    description: The services whose files are compared with their process.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the systemd unit.
        type: str
        required: true
      files:
        description: Files that the process reads when it starts. A directory means all files in it.
        type: list
        elements: path
        required: true
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.glance_pod_info
"""

EXAMPLES = r"""
- name: Read what a Glance worker holds
  dcn.glance.consumer_info:
    staging: [/var/lib/glance/os_glance_staging_store]
    services:
      - name: glance-api
        files: [/etc/glance/glance-api.conf, /etc/glance/glance.conf.d]
  register: worker
"""

RETURN = r"""
staging:
  description: The directories of O(staging).
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: The directory.
      type: str
    exists:
      description: Whether it exists.
      type: bool
    error:
      description: Why it could not be read; empty if it could.
      type: str
    files:
      description: Its files with C(path), C(image) (the id in its name, or empty), C(size) in bytes, and C(age) in
        seconds since it was last written.
      type: list
      elements: dict
  sample:
    - path: /var/lib/glance/os_glance_staging_store
      exists: true
      error: ""
      files:
        - path: /var/lib/glance/os_glance_staging_store/2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
          image: 2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e
          size: 117440512
          age: 86400
client_files:
  description: Confs and keyrings, with the days since they were written.
  returned: success
  type: list
  elements: dict
  sample:
    - name: dcn0.client.glance.dcn0.keyring
      path: /etc/ceph/dcn0.client.glance.dcn0.keyring
      days: 41
      mode: "0600"
      owner: glance
services:
  description: The units of O(services) with those of their files that are newer than the process.
  returned: success
  type: list
  elements: dict
  sample:
    - name: glance-api
      exists: true
      active: true
      newer_files: [/etc/glance/glance-api.conf]
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._audit.host import read_host
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

SPEC: dict[str, Any] = {
    "staging": {"type": "list", "elements": "path", "default": []},
    "directory": {"type": "list", "elements": "path", "default": ["/etc/ceph"]},
    "services": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "files": {"type": "list", "elements": "path", "required": True},
        },
    },
}


def main() -> None:
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    try:
        result = read_host(module)
    except DcnError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
