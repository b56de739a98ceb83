#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_keyring_switch
short_description: Switch the keyrings of a host to other keys at a given time
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Stages the next key of a cephx client in a file beside its keyring, and later replaces the keyring by that file.
    M(dcn.glance.ceph_key_rotation) makes and encrypts the key.
  - A cluster accepts only the next key within seconds after its first use. So every host with a keyring of the client
    must have staged the key before one of them switches, and all must switch at the same time, see O(at).
  - After the switch, the module connects with the new keyring as the user of the service. It also tries the old key,
    which it keeps in its memory only, until the cluster refuses it.
options:
  state:
    description:
      - V(staged) writes the next key of each keyring beside it, connects with the keyring as it is, and repairs a
        keyring with neither the present nor the next key.
      - V(switched) replaces the keyrings, and proves the result.
      - V(cleared) removes the staged keys.
    type: str
    choices: [staged, switched, cleared]
    default: staged
  keyrings:
    description: The keyrings.
    type: list
    elements: dict
    required: true
    suboptions:
      cluster:
        description: Name of the cluster.
        type: str
        required: true
      client:
        description: Name of the client with the prefix C(client.).
        type: str
        required: true
      conf:
        description: Path of the conf of the cluster.
        type: path
        required: true
      path:
        description: Path of the keyring. It must exist, unless O(state=cleared).
        type: path
        required: true
      key_id:
        description: Id of the present key, from RV(dcn.glance.ceph_key_rotation#module:clients[].key_id).
        type: str
      next_key_id:
        description:
          - Id of the next key, from RV(dcn.glance.ceph_key_rotation#module:clients[].pending_key_id).
          - In check mode, it is not known yet if the key does not exist yet.
        type: str
      rotate:
        description: Whether the key is rotated. With V(false), the keyring is only repaired.
        type: bool
        default: true
      sealed:
        description: The encrypted keys by id, from RV(dcn.glance.ceph_key_rotation#module:sealed).
        type: dict
        default: {}
  at:
    description:
      - With O(state=switched), the time of the switch, in seconds since 1970. The clocks of the hosts must agree.
      - By default, and after this time, the module switches at once.
    type: float
  sent:
    description:
      - The time on the controller when it sends the task, such as C({{ now().timestamp() }}). If the clock of the host
        is more than 2 seconds behind it, or more than 30 seconds ahead of it, no keyring is ready for a switch.
    type: float
  user:
    description: System user that connects with the keyrings, such as C(glance). By default the user of the task.
    type: str
  recipient_directory:
    description: Directory of the private key of this host, as in M(dcn.glance.key_recipient).
    type: path
    default: /run/dcn.glance
  timeout:
    description: Seconds to wait for a cluster before it counts as unreachable.
    type: int
    default: 15
  refused_within:
    description: Seconds in which the clusters must refuse the old keys.
    type: int
    default: 30
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  check_mode:
    description: Connects to no cluster.
    support: full
  diff_mode:
    description: Shows ids instead of keys.
    support: full
  idempotent:
    support: full
requirements:
  - The Python binding of librados (python3-rados).
  - The program openssl on the host, to decrypt keys.
seealso:
  - module: dcn.glance.ceph_key_rotation
  - module: dcn.glance.ceph_client_files
notes:
  - The staged file has the name of the keyring and C(.next), and the owner and mode of the keyring.
  - If a cluster refuses the new key, the module restores the old keyring.
"""

EXAMPLES = r"""
- name: Stage the next key
  dcn.glance.ceph_keyring_switch:
    user: glance
    keyrings: &keyrings
      - cluster: dcn0
        client: client.glance.central
        conf: /etc/ceph/dcn0.conf
        path: /etc/ceph/dcn0.client.glance.central.keyring
        key_id: "{{ pending.clients[0].key_id }}"
        next_key_id: "{{ pending.clients[0].pending_key_id }}"
        sealed: "{{ pending.sealed['controller-0']['client.glance.central'] }}"

- name: Switch to it on all hosts at the same time
  dcn.glance.ceph_keyring_switch:
    state: switched
    at: "{{ time_of_the_switch }}"
    user: glance
    keyrings: *keyrings
  async: 120
  poll: 5
"""

RETURN = r"""
keyrings:
  description: >-
    The keyrings, in the order of O(keyrings). A failure of one neither prevents the others nor fails the task.
  returned: success
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster.
      type: str
    client:
      description: Name of the client.
      type: str
    path:
      description: Path of the keyring.
      type: str
    action:
      description: >-
        One of V(none), V(stage), V(repair), V(switch) and V(clear). V(repair) writes the present key into the keyring,
        and stages the next key if there is one.
      type: str
    changed:
      description: Whether a file was changed.
      type: bool
    ok:
      description: >-
        Whether a connection with the keyring worked, as the user. Null in check mode and with O(state=cleared).
      type: bool
    error:
      description: Error message, otherwise null.
      type: str
    old_refused:
      description: Whether the cluster refused the old key. Null without a switch in this run.
      type: bool
  sample:
    - cluster: dcn0
      client: client.glance.central
      path: /etc/ceph/dcn0.client.glance.central.keyring
      action: switch
      changed: true
      ok: true
      error: null
      old_refused: true
reason:
  description: Kind of failure, such as V(input_invalid), V(tool_missing) or V(failed).
  returned: failure
  type: str
  sample: tool_missing
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph import transport_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.connect import respawn_with_rados
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import TOOL_MISSING, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl
from ansible_collections.dcn.glance.plugins.module_utils._ceph.switch_plan import switched_keyrings
from ansible_collections.dcn.glance.plugins.module_utils._ceph.switch_write import SwitchRun, manage
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

KEYRING = {
    "cluster": {"type": "str", "required": True},
    "client": {"type": "str", "required": True},
    "conf": {"type": "path", "required": True},
    "path": {"type": "path", "required": True},
    "key_id": {"type": "str", "no_log": False},
    "next_key_id": {"type": "str", "no_log": False},
    "rotate": {"type": "bool", "default": True},
    "sealed": {"type": "dict", "default": {}, "no_log": False},
}


def run(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    items = switched_keyrings(params["keyrings"])
    if params["state"] != "cleared" and not module.check_mode:
        respawn_with_rados()
        if transport_rados.RADOS_IMPORT_ERROR is not None:
            raise CephError(TOOL_MISSING, transport_rados.missing_binding())
    asked = SwitchRun(
        params["state"],
        params["recipient_directory"],
        params["user"],
        params["timeout"],
        params["refused_within"],
        params["at"],
        module.check_mode,
        params["sent"],
    )
    result, diff = manage(items, asked, lambda: Openssl(module.get_bin_path("openssl")), module.no_log_values.add)
    return {**result, "diff": diff} if module._diff else result


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["staged", "switched", "cleared"], "default": "staged"},
            "keyrings": {"type": "list", "elements": "dict", "required": True, "no_log": False, "options": KEYRING},
            "at": {"type": "float"},
            "sent": {"type": "float"},
            "user": {"type": "str"},
            "recipient_directory": {"type": "path", "default": "/run/dcn.glance"},
            "timeout": {"type": "int", "default": 15},
            "refused_within": {"type": "int", "default": 30},
        },
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
