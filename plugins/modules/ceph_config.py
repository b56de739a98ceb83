#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_config
short_description: Manage options in the configuration database of a Ceph cluster
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Sets and removes any number of options that C(ceph config set) and C(ceph config rm) manage, in one step.
  - Compares values as the cluster stores them, so C(False) equals C(false).
  - Refuses options that are secret by their names, because everyone who may read the configuration would see them.
options:
  options:
    description: The options.
    type: list
    elements: dict
    required: true
    suboptions:
      who:
        description: The section, such as V(global), V(osd), V(client.rgw) for all gateways, or V(client.rgw.host1).
        type: str
        required: true
      name:
        description: The option.
        type: str
        required: true
      value:
        description: The value, required when O(options[].state=present).
        type: raw
      state:
        description: Whether the option is set.
        type: str
        choices: [present, absent]
        default: present
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.ceph_admin
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
  idempotent: {support: full}
seealso:
  - module: dcn.glance.ceph_client
  - module: dcn.glance.secret_file
notes:
  - Many options of daemons take effect when the daemon starts.
"""

EXAMPLES = r"""
- name: Let all object gateways of a cluster ask Keystone
  dcn.glance.ceph_config:
    cluster: central
    options:
      - {who: client.rgw, name: rgw_keystone_url, value: "http://keystone.example.com:5000"}
      - {who: client.rgw, name: rgw_keystone_api_version, value: 3}
      - {who: client.rgw, name: rgw_keystone_admin_password_path, value: /var/lib/ceph/radosgw/keystone-password}
      - {who: client.rgw, name: rgw_keystone_admin_token_path, state: absent}
"""

RETURN = r"""
options:
  description: The change of each option, in the order of O(options). In check mode it is the predicted change.
  returned: success
  type: list
  elements: dict
  contains:
    who:
      description: The section.
      type: str
    name:
      description: The option.
      type: str
    changed:
      description: Whether the option was changed.
      type: bool
    before:
      description: The value before, null if the option was not set.
      type: str
    after:
      description: The value after, null if the option is not set.
      type: str
  sample:
    - {who: client.rgw, name: rgw_keystone_api_version, changed: true, before: null, after: "3"}
transport:
  description: The transport that was used, V(rados) or V(cli).
  returned: success
  type: str
  sample: rados
reason:
  description: Kind of failure, such as V(mon_unreachable), V(not_permitted) or V(failed).
  returned: failure
  type: str
  sample: mon_unreachable
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph import clients_input
from ansible_collections.dcn.glance.plugins.module_utils._ceph.config_options import (
    CephConfig,
    desired_options,
    plan,
    same_value,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.connect import ADMIN, connect, respawn_with_rados
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

OPTION = {
    "who": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "value": {"type": "raw"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def run(module: AnsibleModule) -> dict[str, Any]:
    params = module.params
    clients_input.check_exec(params["exec"])
    desired = desired_options(params["options"])
    if params["transport"] != "cli" and not params["exec"]:
        respawn_with_rados()
    transport = connect(params, module.get_bin_path)
    try:
        config = CephConfig(transport, params["cluster"])
        changes = plan(desired, config.stored())
        wanted = [change.option for change in changes if change.changed]
        if wanted and not module.check_mode:
            config.apply(wanted)
            stored = config.stored()
            for option in (each for each in wanted if not same_value(stored.get(each.key), each.value)):
                text = f"The cluster stores {option.name} of {option.who} as '{stored.get(option.key)}', not as"
                module.warn(f"{text} '{option.value}'. Write it like this, or every run sets it again.")
    finally:
        transport.close()
    items = [
        {**{"who": c.option.who, "name": c.option.name}, "changed": c.changed, "before": c.before, "after": _after(c)}
        for c in changes
    ]
    result: dict[str, Any] = {"changed": bool(wanted), "options": items, "transport": transport.name}
    if module._diff:
        result["diff"] = {key: _lines(items, key) for key in ("before", "after")}
    return result


def _after(change: Any) -> Any:
    return change.option.value if change.changed else change.before


def _lines(items: list[dict[str, Any]], key: str) -> str:
    found = [item for item in items if item["changed"] and item[key] is not None]
    return "".join(f"{item['who']} {item['name']} = {item[key]}\n" for item in found)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **ADMIN,
            "options": {"type": "list", "elements": "dict", "required": True, "options": OPTION},
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
