#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: oslo_config
short_description: Manage options in the configuration file of an OpenStack service
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Sets and removes any number of options and sections in one step.
  - Compares values as oslo.config reads them. For example, C("dcn0") equals C(dcn0), and the last one of repeated
    lines counts. Everything else keeps every byte, including comments, blank lines, line ends, and the way in which an
    option is written.
  - Writes a new option below its commented default if the section has one, otherwise after the last option of the
    section. Writes a new section at the end of the file after one blank line, and C(DEFAULT) at the top.
  - Reads the result as oslo.config does before it replaces the file.
options:
  options:
    description: The options. New ones are written in this order.
    type: list
    elements: dict
    default: []
    suboptions:
      section:
        description: The section. Case is ignored except in C(DEFAULT), which must be in capitals.
        type: str
        required: true
      option:
        description: The option. Case matters. A dash in the name counts as an underscore, because C(log-file) is
          C(log_file) in a file. An existing line with a dash is renamed.
        type: str
        required: true
      value:
        description:
          - The value as text, number or boolean, written to the file as it is. Quotes around it are part of the text in
            the file, and oslo.config strips them. The module indents the second and later lines of a value.
          - The option has only this value afterwards. Other lines of the option are removed.
          - With O(options[].state=absent), only the lines with this value are removed.
          - The module fails if oslo.config would read another value, for example one without the blanks at its ends.
          - oslo.config replaces C($name) with the value of the option C(name). The module fails if the file does not
            set that option, because the service would stop. Write C($$) for a dollar sign. C($state_path), C($my_ip)
            and other options that OpenStack services define themselves are accepted.
        type: raw
      values:
        description: The values of a repeated option, one line each. Lines that stay are not changed.
        type: list
        elements: raw
      items:
        description:
          - Items of an option whose value is a list, such as C(a,b) or C([a,b]). They are added to the list, and its
            other items keep their position and their form. With O(options[].state=absent), they are removed from it.
          - In C(enabled_backends) and other lists of C(name:value) pairs, a pair of the same name is replaced. To
            remove a pair, its name is enough.
          - A list of which the last item is removed stays in the file as an empty list.
        type: list
        elements: raw
      state:
        description: Whether the option is in the file.
        type: str
        choices: [present, absent]
        default: present
  sections:
    description: Whole sections.
    type: list
    elements: dict
    default: []
    suboptions:
      section:
        description: The section.
        type: str
        required: true
      state:
        description:
          - V(absent) removes the section.
          - V(exact) removes the options of the section that O(options) does not set. Comments stay.
        type: str
        choices: [absent, exact]
        default: absent
      comments:
        description:
          - What O(sections[].state=absent) does with comments. V(drop) removes the comments in the section and the
            comment directly above its header. V(keep) keeps the header and the comments of a section with comments.
        type: str
        choices: [drop, keep]
        default: drop
  must_exist:
    description:
      - What must be in the file before an option is set. V(option) is for files that a service brings with all its
        options, so that a misspelled name is refused. V(section) accepts new options of existing sections.
      - The module then writes nothing, and suggests the name that is closest.
    type: str
    choices: [nothing, section, option]
    default: nothing
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
  - module: dcn.glance.glance_store_config
  - module: community.general.ini_file
"""

EXAMPLES = r"""
- name: Use the Ceph cluster and the Glance API of this site in Nova
  dcn.glance.oslo_config:
    path: /etc/nova/nova.conf
    options:
      - {section: libvirt, option: images_type, value: rbd}
      - {section: libvirt, option: images_rbd_pool, value: vms}
      - {section: libvirt, option: rbd_user, value: nova.dcn0}
      - {section: glance, option: endpoint_override, value: "http://glance.dcn0.example.com:9292"}
      - {section: cinder, option: cross_az_attach, value: false}

- name: Set a repeated option, and remove an option and a section
  dcn.glance.oslo_config:
    path: /etc/glance/glance-api.conf
    options:
      - section: oslo_messaging_notifications
        option: driver
        values: [messagingv2, log]
      - section: DEFAULT
        option: registry_host
        state: absent
    sections:
      - section: old_store
        state: absent

- name: Enable one more store and one more import method, whatever else is enabled
  dcn.glance.oslo_config:
    path: /etc/glance/glance-api.conf
    must_exist: section
    options:
      - {section: DEFAULT, option: enabled_backends, items: ["archive:file"]}
      - {section: DEFAULT, option: enabled_import_methods, items: [copy-image]}

- name: Create a file that only root and the group glance can read
  dcn.glance.oslo_config:
    path: /etc/glance/glance.conf.d/10-database.conf
    create: true
    owner: root
    group: glance
    mode: "0640"
    options:
      - section: database
        option: connection
        value: "mysql+pymysql://glance:{{ glance_database_password }}@db.example.com/glance"
"""

RETURN = r"""
path:
  description: The file.
  type: str
  returned: always
  sample: /etc/glance/glance-api.conf
operations:
  description: What was done, or would be done in check mode, for each section and option of the call.
  type: list
  elements: dict
  returned: success
  contains:
    section:
      description: The section.
      type: str
    option:
      description: The option, null for a whole section.
      type: str
    action:
      description: C(added), C(changed), C(removed) or C(unchanged).
      type: str
    changed:
      description: Whether it changed the file.
      type: bool
    line:
      description: Number of the line that counts; for a removed option, the number that the line had.
      type: int
    before:
      description: The values that oslo.config read before. Secret ones are hidden.
      type: list
      elements: str
    after:
      description: The values that oslo.config reads afterwards. Secret ones are hidden.
      type: list
      elements: str
  sample:
    - section: DEFAULT
      option: debug
      action: changed
      changed: true
      line: 12
      before: ["False"]
      after: ["True"]
effective:
  description:
    - What oslo.config reads from this file for the options of the call that are present, by section and option.
    - A list of values for each option. The last value counts unless the option can be repeated.
  type: dict
  returned: success
  sample: {DEFAULT: {debug: ["True"]}}
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
    - path: options[0]
      message: "[DEFAULT] debug: value or values is missing (to remove it, use state: absent)"
"""

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._ini.input import option_edits, section_edits
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import NOTHING, OPTION_EXISTS, SECTION_EXISTS
from ansible_collections.dcn.glance.plugins.module_utils._ini.module import (
    OPTION_SPEC,
    ConfigModule,
    config_file_spec,
    edit_file,
)
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits

OPTION_WITH_ITEMS_SPEC = {**OPTION_SPEC, "items": {"type": "list", "elements": "raw"}}
SECTION_SPEC = {
    "section": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["absent", "exact"], "default": "absent"},
    "comments": {"type": "str", "choices": ["drop", "keep"], "default": "drop"},
}


def argument_spec():
    return {
        **config_file_spec(),
        "options": {"type": "list", "elements": "dict", "default": [], "options": OPTION_WITH_ITEMS_SPEC},
        "must_exist": {"type": "str", "choices": [NOTHING, SECTION_EXISTS, OPTION_EXISTS], "default": NOTHING},
        "sections": {"type": "list", "elements": "dict", "default": [], "options": SECTION_SPEC},
    }


def run(module):
    problems = []
    options = option_edits(module.params["options"], "options", problems)
    sections = section_edits(module.params["sections"], "sections")

    def plan(state):
        edited = apply_edits(
            state.data or b"",
            options,
            sections,
            name=state.path,
            problems=problems,
            must_exist=module.params["must_exist"],
        )
        return edited, {}

    return edit_file(
        module,
        plan,
        may_be_missing=all(edit.values is None and (edit.remove_items or not edit.items) for edit in options),
    )


def main():
    module = ConfigModule(argument_spec=argument_spec(), add_file_common_args=True, supports_check_mode=True)
    try:
        returned = run(module)
    except DcnError as error:
        module.fail(error)
    module.exit_json(**returned)


if __name__ == "__main__":
    main()
