#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_release_info
short_description: Find the release of the installed Glance, and what it cannot do
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Reads the version, the import methods and the import plugins of the Glance package on this host or in a container,
    and looks in its code for features that not every release has. Glance does not have to run.
  - Fails with all reasons if Glance cannot do what the options ask for. Nothing is written.
  - What the code has counts, and not the version, because distributions add features to older releases.
options:
  import_methods:
    description: Import methods that the site enables.
    type: list
    elements: str
    default: []
  import_plugins:
    description: Import plugins that the site enables. Unknown names are taken for plugins of the site's own.
    type: list
    elements: str
    default: []
  policies:
    description: Policies that the site sets, such as V(copy_image).
    type: list
    elements: str
    default: []
  weights:
    description: Whether the site sets weights of stores.
    type: bool
    default: false
  workers:
    description: Number of Glance workers of the site.
    type: int
    default: 1
  required:
    description:
      - Whether the module fails if the release cannot be found. With V(false) it warns, and checks nothing.
    type: bool
    default: false
  timeout:
    description: Seconds to wait for the answer.
    type: int
    default: 60
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.python_exec
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
seealso:
  - module: dcn.glance.glance_store_config
"""

EXAMPLES = r"""
- name: Check that the Glance of this host can copy images
  dcn.glance.glance_release_info:
    import_methods: [glance-direct, web-download, copy-image]
    policies: [copy_image]

- name: Ask the image of a container
  dcn.glance.glance_release_info:
    python_exec: [podman, run, --rm, -i, "{{ image }}", python3]
  register: glance

- name: Show the release
  ansible.builtin.debug:
    msg: Glance {{ glance.version }} is {{ glance.release }}
"""

RETURN = r"""
known:
  description: Whether the release was found.
  returned: always
  type: bool
  sample: true
version:
  description: Version of the package; empty if it was not found.
  returned: always
  type: str
  sample: 22.1.1
release:
  description: Name of the release. A newer one than this collection knows has the newest known name and a plus sign.
  returned: always
  type: str
  sample: Wallaby
import_methods:
  description: The import methods that the code has.
  returned: always
  type: list
  elements: str
  sample: [glance-direct, copy-image, web-download]
import_plugins:
  description: The import plugins that the code has.
  returned: always
  type: list
  elements: str
  sample: [image_conversion, image_decompression, inject_image_metadata, no_op]
features:
  description:
    - The features that the code has, of C(import_to_stores), C(delete_from_store), C(copy_image),
      C(worker_self_reference_url), C(stores_detail) and C(weight).
  returned: always
  type: list
  elements: str
  sample: [import_to_stores, delete_from_store, copy_image, worker_self_reference_url]
problems:
  description: What Glance cannot do.
  returned: always
  type: list
  elements: str
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.python_exec import PYTHON_EXEC
from ansible_collections.dcn.glance.plugins.module_utils._glance.dry_run import glance_python
from ansible_collections.dcn.glance.plugins.module_utils._glance.release import find_release
from ansible_collections.dcn.glance.plugins.module_utils._glance.releases import Found, Wanted, problems, warnings

LIST = {"type": "list", "elements": "str", "default": []}


def result(found: Found, wrong: list[str]) -> dict[str, object]:
    """What the module returns."""
    return {
        "changed": False,
        "known": bool(found.version),
        "version": found.version,
        "release": found.release,
        "import_methods": list(found.methods),
        "import_plugins": list(found.plugins),
        "features": list(found.features),
        "problems": wrong,
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "import_methods": LIST,
            "import_plugins": LIST,
            "policies": LIST,
            "weights": {"type": "bool", "default": False},
            "workers": {"type": "int", "default": 1},
            "required": {"type": "bool", "default": False},
            "timeout": {"type": "int", "default": 60},
            "python_exec": PYTHON_EXEC,
        },
        supports_check_mode=True,
    )
    params = module.params
    lists = (tuple(params[name]) for name in ("import_methods", "import_plugins", "policies"))
    wanted = Wanted(*lists, params["weights"], params["workers"])
    try:
        python = params["python_exec"] or glance_python(module.get_bin_path("glance-api"))
        found = find_release(python, params["timeout"])
    except DcnError as error:
        nothing = result(Found("", (), (), ()), [])
        if params["required"]:
            module.fail_json(msg=str(error), **nothing)
        module.warn(f"The release of Glance is not known, so nothing was checked: {error}")
        module.exit_json(**nothing)
    wrong = problems(found, wanted)
    if wrong:
        module.fail_json(msg="\n".join(wrong), **result(found, wrong))
    for text in warnings(found, wanted):
        module.warn(text)
    module.exit_json(**result(found, wrong))


if __name__ == "__main__":
    main()
