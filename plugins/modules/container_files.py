#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: container_files
short_description: Make sure that a container copies the files of this host when it starts
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Containers of TripleO and kolla-ansible copy their files from the host each time they start. This module checks that
    the list C(config.json) of a container names the files that the collection writes, and that the container has the
    directories of the host in which they are.
  - Also returns the image of the container, for throwaway containers that try the files before a restart.
  - Does not restart the container.
options:
  engine:
    description: The program that runs the container.
    type: str
    choices: [podman, docker]
    required: true
  name:
    description: The container.
    type: str
    required: true
  config_json:
    description: The list on this host. Empty if the container has none.
    type: str
    default: ""
  config_files:
    description: The entries that the list must have, as the filter P(dcn.glance.platform_service#filter) returns them.
      An entry for the directory around a file is enough.
    type: list
    elements: dict
    default: []
  mounts:
    description: The directories that the container must have.
    type: list
    elements: dict
    default: []
    suboptions:
      inside:
        description: The directory in the container.
        type: str
        required: true
      host:
        description: The directory on this host.
        type: str
        required: true
  extend:
    description:
      - Whether to add entries that the list lacks. Everything else in the file stays. Without it, the module fails.
      - C(kolla-ansible reconfigure) writes the list again, and the next call of this module adds them again.
    type: bool
    default: false
  required:
    description: Whether the container must exist. With V(false), the module does nothing if it does not exist.
    type: bool
    default: true
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: dcn.glance.service_restart
  - plugin: dcn.glance.platform_service
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Make sure that the container of Glance copies confs and keyrings
  dcn.glance.container_files:
    engine: podman
    name: glance_api
    config_json: /etc/kolla/glance-api/config.json
    config_files:
      - source: /var/lib/kolla/config_files/ceph
        dest: /etc/ceph
        owner: glance
        perm: "0600"
    mounts:
      - inside: /var/lib/kolla/config_files
        host: /etc/kolla/glance-api
    extend: true
  register: container
"""

RETURN = r"""
exists:
  description: Whether the container exists.
  returned: success
  type: bool
  sample: true
id:
  description: Id of the container, empty if it does not exist.
  returned: success
  type: str
  sample: 9d2f1c54c0ffee
image:
  description: Id of the image of the container, empty if it does not exist.
  returned: success
  type: str
  sample: sha256:3f0c9d1e77ab
image_name:
  description: Name of the image of the container.
  returned: success
  type: str
  sample: quay.io/tripleowallaby/openstack-glance-api:current
running:
  description: Whether the container runs.
  returned: success
  type: bool
  sample: true
added:
  description: The entries that were added to the list, or would be in check mode.
  returned: success
  type: list
  elements: dict
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.files import locked, read_file, replace_atomic
from ansible_collections.dcn.glance.plugins.module_utils._platforms.config_json import extended
from ansible_collections.dcn.glance.plugins.module_utils._platforms.container import parse_container
from ansible_collections.dcn.glance.plugins.module_utils._platforms.copies import wrong_mounts

ABSENT = {"exists": False, "id": "", "image": "", "image_name": "", "running": False, "added": []}
MOUNT = {"inside": {"type": "str", "required": True}, "host": {"type": "str", "required": True}}


def inspect(module):
    """The container, None if it does not exist."""
    engine, name = module.params["engine"], module.params["name"]
    program = module.get_bin_path(engine)
    if program is None:
        if not module.params["required"]:
            return None
        raise DcnError(f"There is no program {engine} on this host, so the container {name} cannot be read.")
    rc, out, err = module.run_command([program, "container", "inspect", name])
    if rc == 0:
        return parse_container(out)
    if "no such container" not in err.lower():
        raise DcnError(f"{engine} cannot describe the container {name}: {err.strip()}")
    if module.params["required"]:
        raise DcnError(
            f"There is no container {name} on this host. Deploy the service first, or name its container in the "
            "variable dcn_platform."
        )
    return None


def manage(module):
    found = inspect(module)
    if found is None:
        return {"changed": False, **ABSENT}
    params = module.params
    wrong = wrong_mounts(params["mounts"], found["volumes"])
    if wrong:
        raise DcnError(
            f"The container {params['name']} does not read the files of this host as expected: {'; '.join(wrong)}. Set "
            "the paths of this host in the variable dcn_platform, or deploy the container with these volumes."
        )
    result = {"changed": False, "exists": True, "added": []}
    result.update({key: found[key] for key in ("id", "image", "image_name", "running")})
    if params["config_json"] and params["config_files"]:
        with locked(params["config_json"], shared=module.check_mode):
            result.update(edit(module))
    return result


def edit(module):
    params = module.params
    path = params["config_json"]
    state = read_file(path)
    if state.data is None:
        raise DcnError(
            f"{path} does not exist, so it is not known what the container {params['name']} copies when it starts. Set "
            "config_json in the variable dcn_platform."
        )
    data, added = extended(state.data, path, params["config_files"])
    if not added:
        return {}
    if not params["extend"]:
        lines = "; ".join(f"{entry['source']} to {entry['dest']}" for entry in added)
        raise DcnError(
            f"The container {params['name']} does not copy all files of this host when it starts: {path} lacks "
            f"{lines}. Deploy the service with a release that copies them."
        )
    if not module.check_mode:
        replace_atomic(path, data, read=state)
    before, after = state.data.decode("utf-8"), data.decode("utf-8")
    diff = {"before": before, "after": after, "before_header": path, "after_header": path}
    return {"changed": True, "added": added, **({"diff": diff} if module._diff else {})}


def main():
    module = AnsibleModule(
        argument_spec={
            "engine": {"type": "str", "required": True, "choices": ["podman", "docker"]},
            "name": {"type": "str", "required": True},
            "config_json": {"type": "str", "default": ""},
            "config_files": {"type": "list", "elements": "dict", "default": []},
            "mounts": {"type": "list", "elements": "dict", "default": [], "options": MOUNT},
            "extend": {"type": "bool", "default": False},
            "required": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    try:
        result = manage(module)
    except DcnError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
