#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: oslo_config
short_description: Set and remove options of a configuration file that oslo.config reads
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Makes any number of changes to the configuration file of an OpenStack service in one step.
  - Whether an option has to change is judged by what oslo.config reads, for example C("dcn0") is the same as C(dcn0),
    and of repeated lines the last one counts. What does not have to change keeps every byte, comments, blank lines,
    line ends, and the way in which an option is written included.
  - A new option goes below its commented default where the section has one, else after the last option of the section.
    A new section goes to the end of the file after one blank line, C(DEFAULT) to the top.
  - The result is read again the way oslo.config reads it before it replaces the file.
options:
  options:
    description: The options, in the order in which new ones are written.
    type: list
    elements: dict
    default: []
    suboptions:
      section:
        description: The section. Case does not count, but for C(DEFAULT), which must be in capitals.
        type: str
        required: true
      option:
        description: The option. Case counts.
        type: str
        required: true
      value:
        description:
          - The value as it stands in the file, a text, number or truth value. Quotes around it are part of that text,
            and oslo.config strips them. Lines after the first are indented when they are written.
          - The option then has only this value, further lines of the same option are removed.
          - With O(options[].state=absent), only lines with this value are removed.
          - Refused is what oslo.config would read differently, such as blanks at the ends or blank lines.
        type: raw
      values:
        description: The values of an option that is repeated, one line each. Lines that stay are not touched.
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
          - V(exact) removes those of its options that O(options) does not set; comments and the place stay.
        type: str
        choices: [absent, exact]
        default: absent
      comments:
        description:
          - What O(sections[].state=absent) does with comments. V(drop) removes those in the section and the one that
            stands directly above its header. V(keep) leaves the header and the comments of a section that has any.
        type: str
        choices: [drop, keep]
        default: drop
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
- name: Boot instances from the images of the own site
  dcn.glance.oslo_config:
    path: /etc/nova/nova.conf
    options:
      - {section: libvirt, option: images_type, value: rbd}
      - {section: libvirt, option: images_rbd_pool, value: vms}
      - {section: libvirt, option: rbd_user, value: nova.dcn0}
      - {section: glance, option: endpoint_override, value: "http://glance.dcn0.example.com:9292"}
      - {section: cinder, option: cross_az_attach, value: false}

- name: Two lines of one option, one option less, one section less
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

- name: A new file that only Glance can read
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
  description: What was done, or would be in check mode, for each section and option asked for.
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
      description: Whether the file changed for it.
      type: bool
    line:
      description: Number of the line that counts, of the one that was there for options that are removed.
      type: int
    before:
      description: The values that oslo.config read before, hidden when secret.
      type: list
      elements: str
    after:
      description: The values that it reads now, hidden when secret.
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
    - What oslo.config reads from this file for the options asked for that are present, by section and option.
    - A list for each option, of which the last value counts unless the option may be repeated.
  type: dict
  returned: success
  sample: {DEFAULT: {debug: ["True"]}}
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
    - path: options[0]
      message: "[DEFAULT] debug: value or values is missing (to remove it, use state: absent)"
"""

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._ini.input import option_edits, section_edits
from ansible_collections.dcn.glance.plugins.module_utils._ini.module import (
    OPTION_SPEC,
    ConfigModule,
    config_file_spec,
    edit_file,
)
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits

SECTION_SPEC = {
    "section": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["absent", "exact"], "default": "absent"},
    "comments": {"type": "str", "choices": ["drop", "keep"], "default": "drop"},
}


def argument_spec():
    return {
        **config_file_spec(),
        "options": {"type": "list", "elements": "dict", "default": [], "options": OPTION_SPEC},
        "sections": {"type": "list", "elements": "dict", "default": [], "options": SECTION_SPEC},
    }


def run(module):
    problems = []
    options = option_edits(module.params["options"], "options", problems)
    sections = section_edits(module.params["sections"], "sections")

    def plan(state):
        return apply_edits(state.data or b"", options, sections, name=state.path, problems=problems), {}

    return edit_file(module, plan, may_be_missing=all(edit.values is None for edit in options))


def main():
    module = ConfigModule(argument_spec=argument_spec(), add_file_common_args=True, supports_check_mode=True)
    try:
        returned = run(module)
    except DcnError as error:
        module.fail(error)
    module.exit_json(**returned)


if __name__ == "__main__":
    main()
