#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nova_boot_evidence
short_description: Read on a compute host why instances did not boot
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Returns the state of the units of Nova on this host, and the lines of its log with errors about instances or
    volumes.
  - An ordinary user learns from Nova only that no host could build an instance. The reason is in the log of the host.
options:
  units:
    description: Units that must run, such as V(nova-compute). Units that do not exist are reported as such.
    type: list
    elements: str
    default: [nova-compute]
  logs:
    description: The log files. Files that do not exist are ignored.
    type: list
    elements: path
    default: [/var/log/nova/nova-compute.log]
  ids:
    description: Ids of the instances and volumes. Without any, no log is read.
    type: list
    elements: str
    default: []
  lines:
    description: How many lines to return, the last ones.
    type: int
    default: 60
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.nova_boot_probe
notes:
  - The task never reports a change.
"""

EXAMPLES = r"""
- name: Find out why the instance did not boot
  dcn.glance.nova_boot_evidence:
    ids: ["{{ boots.sites[0].instance }}"]
"""

RETURN = r"""
units:
  description: The units, in the order of O(units).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the unit.
      type: str
    exists:
      description: Whether this host has the unit.
      type: bool
    active:
      description: Whether it runs.
      type: bool
  sample:
    - {name: nova-compute, exists: true, active: true}
lines:
  description: The lines of the logs.
  returned: success
  type: list
  elements: str
  sample:
    - "libvirt.libvirtError: Secret not found: no secret with matching uuid '5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10'"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.systemd import read_unit
from ansible_collections.dcn.glance.plugins.module_utils._verify.boot_evidence import relevant_lines

#: Only the end of a log is read: the test has just been made.
_TAIL = 4 * 2**20


def read_units(module: AnsibleModule) -> list[dict[str, object]]:
    """The state of each unit; a host without systemd has none."""
    systemctl = module.get_bin_path("systemctl")
    found = []
    for name in module.params["units"]:
        if systemctl is None:
            found.append({"name": name, "exists": False, "active": False})
            continue
        module.params["name"] = name
        unit = read_unit(module, systemctl)
        found.append({"name": name, "exists": unit.exists, "active": unit.active})
    return found


def read_tail(path: str) -> str:
    """The end of a log; empty where there is none."""
    try:
        with open(path, "rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - _TAIL))
            return stream.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise DcnError(f"{path} cannot be read: {error.strerror}.") from error


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "units": {"type": "list", "elements": "str", "default": ["nova-compute"]},
            "logs": {"type": "list", "elements": "path", "default": ["/var/log/nova/nova-compute.log"]},
            "ids": {"type": "list", "elements": "str", "default": []},
            "lines": {"type": "int", "default": 60},
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        units = read_units(module)
        texts = [read_tail(path) for path in params["logs"]] if params["ids"] else []
    except DcnError as error:
        module.fail_json(msg=str(error))
    found = [line for text in texts for line in relevant_lines(text, params["ids"])]
    module.exit_json(changed=False, units=units, lines=found[-params["lines"] :])


if __name__ == "__main__":
    main()
