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
  - Reports which configuration files are newer than the process of a service, which therefore does not use them yet,
    and which cephx clients they name.
  - Lists the instances of libvirt with the cephx clients that they use, and the secrets of libvirt for Ceph. The values
    of secrets are not read.
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
  libvirt:
    description: How to reach libvirt. Without it, instances and secrets are not read.
    type: dict
    suboptions:
      exec:
        description: Command that enters the container of libvirt, as in O(dcn.glance.libvirt_secret#module:exec).
        type: list
        elements: str
        default: []
      uri:
        description: Connection URI of libvirt.
        type: str
        default: qemu:///system
      timeout:
        description: Seconds after which a call of C(virsh) is stopped.
        type: int
        default: 30
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
  description: >-
    The units of O(services) with those of their files that are newer than the process, and the cephx clients that the
    files name.
  returned: success
  type: list
  elements: dict
  sample:
    - name: glance-api
      exists: true
      active: true
      newer_files: [/etc/glance/glance-api.conf]
      clients:
        - client: client.glance.dcn0
          path: /etc/glance/glance-api.conf
libvirt:
  description: >-
    The instances of libvirt, also those that do not run, and its secrets for Ceph. C(error) says why they are not
    known.
  returned: success
  type: dict
  sample:
    instances:
      - uuid: 7d3b2b0a-5a5d-4a3c-8a55-0b6f6a1f9a11
        name: web-1
        running: true
        clients:
          - client: client.nova.dcn0
            secret: 4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60
    secrets:
      - uuid: 4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60
        usage: client.nova.dcn0 4f1c2e5a-0b7d-4a39-9c56-3d1f7a2b8e60
    error: ""
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
    "libvirt": {
        "type": "dict",
        "options": {
            "exec": {"type": "list", "elements": "str", "default": []},
            "uri": {"type": "str", "default": "qemu:///system"},
            "timeout": {"type": "int", "default": 30},
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
