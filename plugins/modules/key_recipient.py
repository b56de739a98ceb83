#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: key_recipient
short_description: Prepare a host to receive cephx keys
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Generates the key pair with which a host receives cephx keys, and returns the public key.
    M(dcn.glance.ceph_client) encrypts keys for it on a Ceph host, and M(dcn.glance.ceph_client_files) decrypts them
    on this host. A cephx key never passes through the controller, a log or a fact cache in clear text.
  - The private key stays on the host and is readable only by the user of this task. By default it is below C(/run),
    which is in memory. A restart of the host removes it, and the next run generates another key pair.
  - Also returns the ids of the keys that the host holds, so that only missing and changed keys are sent.
options:
  directory:
    description: Directory of the private key. It is created with mode V(0700) and belongs to the user of this task.
    type: path
    default: /run/dcn.glance
  keyrings:
    description: Paths of the keyrings whose key ids are returned. Files that do not exist are left out of the result.
    type: list
    elements: path
    default: []
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  check_mode:
    description: Generates no key pair. RV(public_key) is null on a host without one.
    support: full
  diff_mode:
    support: none
requirements:
  - The program openssl on the host.
seealso:
  - module: dcn.glance.ceph_client
  - module: dcn.glance.ceph_client_files
notes:
  - The task never reports a change, because the key pair is temporary.
"""

EXAMPLES = r"""
- name: Prepare the host and list the keys that it holds
  dcn.glance.key_recipient:
    keyrings:
      - /etc/ceph/central.client.glance.central.keyring
      - /etc/ceph/dcn0.client.glance.central.keyring
  register: recipient
"""

RETURN = r"""
public_key:
  description: The public key in PEM. Null in check mode if the host has no key pair yet.
  returned: success
  type: str
  sample: "-----BEGIN PUBLIC KEY-----\nMIIBoj...\n-----END PUBLIC KEY-----\n"
key_ids:
  description:
    - The ids of the keys in each existing keyring, by client.
    - An id is the beginning of a hash. It differs for different keys and does not reveal the key.
  returned: success
  type: dict
  sample:
    /etc/ceph/central.client.glance.central.keyring:
      client.glance.central: 3f0c9d1e77ab
reason:
  description: Kind of failure, such as V(tool_missing) or V(sealing_failed).
  returned: failure
  type: str
  sample: tool_missing
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph import recipient
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "default": "/run/dcn.glance"},
            "keyrings": {"type": "list", "elements": "path", "default": [], "no_log": False},
        },
        supports_check_mode=True,
    )

    def openssl() -> Openssl:
        return Openssl(module.get_bin_path("openssl"))

    try:
        key_ids = recipient.held_keys(module.params["keyrings"])
        public_key = recipient.public_key(openssl, module.params["directory"], create=not module.check_mode)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    module.exit_json(changed=False, public_key=public_key, key_ids=key_ids)


if __name__ == "__main__":
    main()
