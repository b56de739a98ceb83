#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_store_config
short_description: Give glance-api.conf the stores that it shall have
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Describes all stores of one Glance API at once, the list of enabled backends, the default, a section for each store,
    the reserved stores, and what imports need. Everything is written in one step, by the rules of
    M(dcn.glance.oslo_config).
  - The list of enabled backends and the import lists are compared by meaning. Entries that are there keep their place,
    new ones are appended.
  - The section of each store in O(stores) belongs to this module. Options in it that are not listed are removed,
    comments stay.
  - Options from before Glance knew several stores, such as C([glance_store] stores), are removed.
options:
  stores:
    description: The stores, as the filter P(dcn.glance.site_stores#filter) lists them.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description: Id of the store. No two may differ in case only, and it may not be the name of a section of Glance.
        type: str
        required: true
      type:
        description: Driver of the store, one of rbd, file, swift, cinder, http and s3.
        type: str
        required: true
      description:
        description: What Glance tells about the store.
        type: str
      default:
        description: Whether images go here when no store is named. Exactly one store is the default.
        type: bool
        default: false
      options:
        description:
          - Options of the driver. A list stands for an option that is repeated.
          - An rbd store needs C(rbd_store_user).
        type: dict
        default: {}
  reserved:
    description: Directories that Glance itself needs while it imports.
    type: dict
    default: {}
    suboptions:
      staging:
        description: Where images wait that are being imported. Every worker needs one of its own.
        type: path
      tasks:
        description: Where tasks keep their files.
        type: path
  import_methods:
    description: Import methods that users may choose. Not given, the option stays as it is.
    type: list
    elements: str
  import_plugins:
    description: Plugins that work on every imported image, in this order. Not given, the option stays as it is.
    type: list
    elements: str
  worker_self_reference_url:
    description: URL at which the other workers reach this one. Not given, the option stays as it is.
    type: str
  options:
    description: Further options, written in the same step.
    type: list
    elements: dict
    default: []
    suboptions:
      section:
        description: The section.
        type: str
        required: true
      option:
        description: The option.
        type: str
        required: true
      value:
        description: The value, see M(dcn.glance.oslo_config).
        type: raw
      values:
        description: The values of an option that is repeated.
        type: list
        elements: raw
      state:
        description: Whether the option is in the file.
        type: str
        choices: [present, absent]
        default: present
  purge:
    description:
      - With V(managed), stores that are enabled in the file and not in O(stores) lose their entry and their section.
      - With V(none) they stay.
    type: str
    choices: [managed, none]
    default: managed
  check_files:
    description: Whether to look for the C(rbd_store_ceph_conf) of each rbd store on this host. Glance does not start
      when one is missing.
    type: bool
    default: true
  missing_files:
    description:
      - What to do with a store whose conf is missing. V(fail) reports it and writes nothing.
      - With V(defer) the store is left as it is, not added if it is not there and not removed if it is, with a warning.
    type: str
    choices: [fail, defer]
    default: fail
  deferred_stores:
    description: Ids of stores to treat like those with a missing conf under O(missing_files=defer).
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.config_file
  - ansible.builtin.files
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: dcn.glance.oslo_config
  - module: dcn.glance.glance_store_info
"""

EXAMPLES = r"""
- name: The stores of the hub
  dcn.glance.glance_store_config:
    path: /etc/glance/glance-api.conf
    stores:
      - id: central
        type: rbd
        default: true
        description: The central site
        options:
          rbd_store_pool: images
          rbd_store_user: glance.central
          rbd_store_ceph_conf: /etc/ceph/central.conf
          rbd_thin_provisioning: true
      - id: dcn0
        type: rbd
        options:
          rbd_store_pool: images
          rbd_store_user: glance.central
          rbd_store_ceph_conf: /etc/ceph/dcn0.conf
    reserved:
      staging: /var/lib/glance/staging
      tasks: /var/lib/glance/tasks
    import_methods: [glance-direct, web-download, copy-image]
    import_plugins: [image_conversion]
    worker_self_reference_url: http://glance-0.central.example.com:9292
    options:
      - {section: image_conversion, option: output_format, value: raw}

- name: The stores that the topology gives to a site, without those whose cluster is not known yet
  dcn.glance.glance_store_config:
    path: /etc/glance/glance-api.conf
    stores: "{{ dcn_topology | dcn.glance.site_stores('dcn0') }}"
    missing_files: defer
"""

RETURN = r"""
path:
  description: The file.
  type: str
  returned: always
  sample: /etc/glance/glance-api.conf
stores:
  description: What happened to each store, those of O(stores) in their order and then those that only the file had.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: Id of the store.
      type: str
    action:
      description: C(added), C(changed), C(unchanged), C(removed), C(deferred), or C(kept) under O(purge=none).
      type: str
    reason:
      description: Why the store was deferred, else empty.
      type: str
  sample:
    - {id: central, action: unchanged, reason: ""}
    - {id: dcn0, action: added, reason: ""}
deferred:
  description: Ids of the stores that were left as they are.
  type: list
  elements: str
  returned: success
  sample: [dcn1]
operations:
  description: Each change in the file, as M(dcn.glance.oslo_config) returns it.
  type: list
  elements: dict
  returned: success
  sample:
    - section: DEFAULT
      option: enabled_backends
      action: changed
      changed: true
      line: 842
      before: ["central:rbd"]
      after: ["central:rbd, dcn0:rbd"]
effective:
  description: What oslo.config reads from this file for the options that this call is about.
  type: dict
  returned: success
  sample: {glance_store: {default_backend: [central]}}
backup_file:
  description: The copy of the file as it was.
  type: str
  returned: changed and O(backup=true)
  sample: /etc/glance/glance-api.conf.4711.2026-11-22@06:00:00~
problems:
  description: Everything that is wrong with the call or the file, the same as in RV(ignore:msg) but one by one.
  type: list
  elements: dict
  returned: failure
  sample:
    - path: stores
      message: "exactly one store must have default: true; none has it"
"""

from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_input import plan_conf
from ansible_collections.dcn.glance.plugins.module_utils._ini.module import (
    OPTION_SPEC,
    ConfigModule,
    config_file_spec,
    edit_file,
    present_files,
)

STORE_SPEC = {
    "id": {"type": "str", "required": True},
    "type": {"type": "str", "required": True},
    "description": {"type": "str"},
    "default": {"type": "bool", "default": False},
    "options": {"type": "dict", "default": {}},
}
RESERVED_SPEC = {"staging": {"type": "path"}, "tasks": {"type": "path"}}


def argument_spec():
    return {
        **config_file_spec(),
        "stores": {"type": "list", "elements": "dict", "required": True, "options": STORE_SPEC},
        "reserved": {"type": "dict", "default": {}, "options": RESERVED_SPEC},
        "import_methods": {"type": "list", "elements": "str"},
        "import_plugins": {"type": "list", "elements": "str"},
        "worker_self_reference_url": {"type": "str"},
        "options": {"type": "list", "elements": "dict", "default": [], "options": OPTION_SPEC},
        "purge": {"type": "str", "choices": ["managed", "none"], "default": "managed"},
        "check_files": {"type": "bool", "default": True},
        "missing_files": {"type": "str", "choices": ["fail", "defer"], "default": "fail"},
        "deferred_stores": {"type": "list", "elements": "str", "default": []},
    }


def run(module):
    def plan(state):
        change = plan_conf(module.params, state, present_files(module))
        stores = [{"id": each.id, "action": each.action, "reason": each.reason} for each in change.stores]
        edit = replace(change.edit, warnings=(*change.warnings, *change.edit.warnings))
        return edit, {"stores": stores, "deferred": list(change.deferred)}

    return edit_file(module, plan)


def main():
    module = ConfigModule(argument_spec=argument_spec(), add_file_common_args=True, supports_check_mode=True)
    try:
        returned = run(module)
    except DcnError as error:
        module.fail(error)
    module.exit_json(**returned)


if __name__ == "__main__":
    main()
