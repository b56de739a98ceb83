#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: oslo_config_info
short_description: Read the effective options of an OpenStack service from its configuration files
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Reads configuration files in the order in which the service reads them, and returns for each option its value, the
    line that sets it, and the lines that this one overrides.
  - Returns values as oslo.config reads them from the files, without the quotes around them. It does not replace
    C($name), and does not know the defaults of the service.
options:
  paths:
    description: The configuration files, in the order in which the service reads them. A later file wins.
    type: list
    elements: path
    required: true
  directories:
    description:
      - The drop-in directories of the arguments C(--config-dir) of the service. It reads their files C(*.conf) after
        O(paths), and they win.
      - If not set, those that oslo.config finds beside the first file. For C(/etc/glance/glance-api.conf) they are
        C(/etc/glance/glance.conf.d) and C(/etc/glance/glance-api.conf.d). O(found) says who wins then.
      - An empty list reads none.
    type: list
    elements: path
  found:
    description:
      - Whether the service finds O(paths) itself. It then reads the drop-in directories that it finds after them, and
        their options win.
      - With V(false), the service gets O(paths) by arguments C(--config-file), as the units of Debian do. It then reads
        those directories first, and O(paths) win.
    type: bool
    default: false
  options:
    description: The options to return. If not set, all of them.
    type: list
    elements: dict
    default: []
    suboptions:
      section:
        description: The section. Case is ignored except in C(DEFAULT), which must be in capitals.
        type: str
        required: true
      option:
        description: The option.
        type: str
        required: true
  secret_options:
    description: Names of further options whose values are secret, see M(dcn.glance.oslo_config).
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.oslo_config
"""

EXAMPLES = r"""
- name: Find out which file sets the stores of Glance
  dcn.glance.oslo_config_info:
    paths: [/etc/glance/glance-api.conf]
    options:
      - {section: DEFAULT, option: enabled_backends}
      - {section: glance_store, option: default_backend}
  register: found

- name: Show the file and the line
  ansible.builtin.debug:
    msg: "{{ found.options.DEFAULT.enabled_backends.path }}:{{ found.options.DEFAULT.enabled_backends.line }}"
"""

RETURN = r"""
options:
  description:
    - The options that are set, by section and option.
    - C(value) is the value that counts, and C(values) are all values of an option that can be repeated. C(path) and
      C(line) are where the value stands. C(overridden) are the lines before it, each with C(path), C(line) and
      C(value).
    - Secret values are hidden.
  type: dict
  returned: success
  sample:
    DEFAULT:
      debug:
        value: "True"
        values: ["False", "True"]
        path: /etc/glance/glance-api.conf
        line: 14
        overridden:
          - {path: /etc/glance/glance.conf.d/10-debug.conf, line: 2, value: "False"}
files:
  description: The files that were read, in this order.
  type: list
  elements: str
  returned: success
  sample: [/etc/glance/glance.conf.d/10-debug.conf, /etc/glance/glance-api.conf]
problems:
  description: Lines for which oslo.config refuses a file, so that the service does not start.
  type: list
  elements: str
  returned: success
  sample: []
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file
from ansible_collections.dcn.glance.plugins.module_utils._ini.drop_ins import drop_in_directories, drop_ins
from ansible_collections.dcn.glance.plugins.module_utils._ini.effective import effective_options, shown
from ansible_collections.dcn.glance.plugins.module_utils._ini.module import file_secrets


def texts(module):
    """Path and text of each file, in reading order."""
    paths = module.params["paths"]
    directories = module.params["directories"]
    if directories is None:
        directories = drop_in_directories(paths[0])
    missing = [path for path in paths if not os.path.lexists(path)]
    if missing:
        raise DcnError(f"{', '.join(missing)} does not exist. Correct paths, or install the service first.")
    found = []
    first = module.params["directories"] is None and not module.params["found"]
    others = drop_ins(directories)
    for path in [*others, *paths] if first else [*paths, *others]:
        try:
            found.append((path, (read_file(path).data or b"").decode("utf-8")))
        except UnicodeDecodeError as error:
            raise DcnError(f"{path} is not UTF-8 text (byte {error.start}), so the service cannot load it.") from error
        module.no_log_values.update(file_secrets(path))
    return found


def run(module):
    files = texts(module)
    wanted = [(each["section"], each["option"]) for each in module.params["options"]]
    options, problems = effective_options(files, wanted)
    return {
        "changed": False,
        "options": shown(options, module.params["secret_options"]),
        "files": [path for path, _text in files],
        "problems": problems,
    }


def main():
    module = AnsibleModule(
        argument_spec={
            "paths": {"type": "list", "elements": "path", "required": True},
            "directories": {"type": "list", "elements": "path"},
            "found": {"type": "bool", "default": False},
            "options": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "section": {"type": "str", "required": True},
                    "option": {"type": "str", "required": True},
                },
            },
            "secret_options": {"type": "list", "elements": "str", "default": [], "no_log": False},
        },
        supports_check_mode=True,
    )
    try:
        if not module.params["paths"]:
            raise DcnError("paths is empty. List the configuration files of the service.")
        returned = run(module)
    except DcnError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**returned)


if __name__ == "__main__":
    main()
