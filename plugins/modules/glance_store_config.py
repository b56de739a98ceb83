#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: glance_store_config
short_description: Manage the stores in glance-api.conf
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Manages all stores of one Glance API in one step. It writes the list of enabled backends, the default store, a
    section for each store, the reserved stores, and the import options.
  - Edits the file as M(dcn.glance.oslo_config) does.
  - Compares the list of enabled backends and the import lists by meaning. Existing entries keep their position, and
    new ones are appended.
  - Owns the section of each store in O(stores). Removes other options from it, and keeps comments.
  - Removes options from before Glance had several stores, such as C([glance_store] stores).
options:
  stores:
    description: The stores, in the form that the filter P(dcn.glance.site_stores#filter) returns.
    type: list
    elements: dict
    required: true
    suboptions:
      id:
        description: Id of the store. Ids must differ in more than case, and must not be a section name of Glance.
        type: str
        required: true
      type:
        description: Type of the store, such as V(rbd), V(file) or V(swift). The module reports the list if it is wrong.
        type: str
        required: true
      description:
        description: Description that Glance shows.
        type: str
      default:
        description: Whether images go here if the user names no store. Exactly one store is the default.
        type: bool
        default: false
      options:
        description:
          - Options of the driver. A list sets a repeated option. A dictionary sets an option such as
            C(http_proxy_information).
          - The module fails if oslo.config cannot convert a value to the type of its option. Write C($$) for a dollar
            sign before a name, see M(dcn.glance.oslo_config).
          - An rbd store needs C(rbd_store_user).
        type: dict
        default: {}
  reserved:
    description: Directories that Glance needs for imports.
    type: dict
    default: {}
    suboptions:
      staging:
        description: Directory for images that are being imported. Each worker needs its own.
        type: path
      tasks:
        description: Directory for the files of tasks.
        type: path
  import_methods:
    description: Import methods that users can choose. Methods in the file keep their position and their quotes. If not
      set, the option in the file stays as it is.
    type: list
    elements: str
  import_plugins:
    description: Plugins that Glance runs on imported images, in this order. If not set, the option in the file stays as
      it is.
    type: list
    elements: str
  worker_self_reference_url:
    description: URL at which the other workers reach this one. If not set, the option in the file stays as it is.
    type: str
  options:
    description: Further options to set or remove in the same step.
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
        description: The values of a repeated option.
        type: list
        elements: raw
      state:
        description: Whether the option is in the file.
        type: str
        choices: [present, absent]
        default: present
  purge:
    description:
      - What to do with stores that are enabled in the file and not in O(stores). This includes stores that the module
        did not write.
      - V(none) keeps them, with a warning for each.
      - V(managed) removes them with their sections, with a warning for each. It fails and writes nothing if
        O(only_copies) names an image in one of them, or is not set.
    type: str
    choices: [managed, none]
    default: none
  purge_stores:
    description: With O(purge=managed), the ids of the stores to remove. Others are kept, with a warning. By default,
      all that are not in O(stores) are removed.
    type: list
    elements: str
  only_copies:
    description:
      - Images that have no copy in a store of O(stores), in lists by store, as
        RV(dcn.glance.glance_image_info#module:only_copies) of this API.
      - O(purge=managed) needs it to remove a store. An empty dictionary says that there are no such images.
    type: dict
  check_files:
    description:
      - Whether to check that the conf (C(rbd_store_ceph_conf)) and the keyring of each rbd store exist on this host.
        Glance does not start without the conf, and cannot write to the store without the keyring.
      - The keyring is the one that the conf names, otherwise the one that Ceph looks for. A key in the conf counts.
    type: bool
    default: true
  path_map:
    description:
      - Directories and files that have another path on this host than for Glance, if Glance runs in a container. The
        options of the stores have the paths in the container; O(check_files) looks for the files on the host.
    type: list
    elements: dict
    default: []
    suboptions:
      inside:
        description: The path in the container.
        type: str
        required: true
      host:
        description: The path on this host.
        type: str
        required: true
  missing_files:
    description:
      - What to do with a store whose conf or keyring is missing. V(fail) reports it and writes nothing.
      - With V(defer), such a store is not added, and it is removed from the enabled backends if it is there, with a
        warning. Its section stays. So Glance can always start. The run that finds the files enables the store again.
      - The default store is never removed from the enabled backends. If its files are missing, the default store of the
        file stays the default. If there is no other, RV(restart_blocked) says that Glance cannot restart now.
    type: str
    choices: [fail, defer]
    default: fail
  deferred_stores:
    description: Ids of stores that this call does not change. They are not added if they are not enabled, and stay
      enabled if they are enabled and their files exist.
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
  - module: dcn.glance.glance_image_info
"""

EXAMPLES = r"""
- name: Manage the stores of the hub
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

- name: Manage the stores of a site from the topology, and wait with those whose conf is not on the host yet
  dcn.glance.glance_store_config:
    path: /etc/glance/glance-api.conf
    stores: "{{ dcn_topology | dcn.glance.site_stores('dcn0') }}"
    missing_files: defer

- name: List the images that have no copy in a store of the topology
  dcn.glance.glance_image_info:
    cloud: dcn
    without_copy_in: "{{ dcn_topology | dcn.glance.site_stores('dcn0') | map(attribute='id') }}"
  register: found

- name: Remove the stores that are no longer in the topology, unless they have the only copy of an image
  dcn.glance.glance_store_config:
    path: /etc/glance/glance-api.conf
    stores: "{{ dcn_topology | dcn.glance.site_stores('dcn0') }}"
    purge: managed
    only_copies: "{{ found.only_copies }}"
"""

RETURN = r"""
path:
  description: The file.
  type: str
  returned: always
  sample: /etc/glance/glance-api.conf
stores:
  description: What happened to each store. First the stores of O(stores), then those that only the file has.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: Id of the store.
      type: str
    action:
      description: C(added), C(changed), C(unchanged), C(removed), C(deferred) (left as it is), C(disabled) (removed
        from the enabled backends because its files are missing), or C(kept) with O(purge=none).
      type: str
    reason:
      description: Why the store was deferred or disabled, otherwise empty.
      type: str
  sample:
    - {id: central, action: unchanged, reason: ""}
    - {id: dcn0, action: added, reason: ""}
deferred:
  description: Ids of the stores that were deferred or disabled.
  type: list
  elements: str
  returned: success
  sample: [dcn1]
restart_blocked:
  description: Why Glance cannot start with this file now, empty if the module knows no reason. Pass it to
    O(dcn.glance.service_restart#module:blocked).
  type: str
  returned: success
  sample: ""
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
  description: What oslo.config reads from this file for the options of this call.
  type: dict
  returned: success
  sample: {glance_store: {default_backend: [central]}}
written:
  description: Whether the content of the file was written, or would be in check mode.
  type: bool
  returned: success
  sample: true
removed_leftovers:
  description: Temporary files of killed runs that were removed, or would be in check mode.
  type: list
  elements: str
  returned: success
  sample: []
backup_file:
  description: The copy of the old file.
  type: str
  returned: changed and O(backup=true)
  sample: /etc/glance/glance-api.conf.4711.2026-11-22@06:00:00~
problems:
  description: Everything that is wrong with the arguments or the file, as in RV(ignore:msg), one by one.
  type: list
  elements: dict
  returned: failure
  sample:
    - path: stores
      message: "exactly one store must have default: true; none has it"
"""

from dataclasses import replace

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_input import plan_conf
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_files import HostFiles
from ansible_collections.dcn.glance.plugins.module_utils._ini.module import (
    OPTION_SPEC,
    ConfigModule,
    config_file_spec,
    edit_file,
    present_files,
)
from ansible_collections.dcn.glance.plugins.module_utils._platforms.paths import host_path

STORE_SPEC = {
    "id": {"type": "str", "required": True},
    "type": {"type": "str", "required": True},
    "description": {"type": "str"},
    "default": {"type": "bool", "default": False},
    "options": {"type": "dict", "default": {}},
}
PATH_SPEC = {"inside": {"type": "str", "required": True}, "host": {"type": "str", "required": True}}
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
        "purge": {"type": "str", "choices": ["managed", "none"], "default": "none"},
        "purge_stores": {"type": "list", "elements": "str"},
        "only_copies": {"type": "dict"},
        "check_files": {"type": "bool", "default": True},
        "path_map": {"type": "list", "elements": "dict", "default": [], "options": PATH_SPEC},
        "missing_files": {"type": "str", "choices": ["fail", "defer"], "default": "fail"},
        "deferred_stores": {"type": "list", "elements": "str", "default": []},
    }


def read_if_possible(path):
    try:
        return read_file(path).data
    except DcnError:
        return None


def run(module):
    present = present_files(module)

    def where(path):
        return host_path(path, module.params["path_map"])

    files = HostFiles(lambda path: present(where(path)), lambda path: read_if_possible(where(path)), where)

    def plan(state):
        change = plan_conf(module.params, state, files)
        stores = [{"id": each.id, "action": each.action, "reason": each.reason} for each in change.stores]
        edit = replace(change.edit, warnings=(*change.warnings, *change.edit.warnings))
        return edit, {
            "stores": stores,
            "deferred": list(change.deferred),
            "restart_blocked": change.restart_blocked,
        }

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
