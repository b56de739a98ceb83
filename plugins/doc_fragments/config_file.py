# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of modules that edit one configuration file of an OpenStack service."""

    DOCUMENTATION = r"""
options:
  path:
    description:
      - The file to edit. If it is a symbolic link, the module edits the target and keeps the link.
      - The module replaces the file in one step, so that no reader sees half of it. Owner, mode, access lists and other
        extended attributes stay. Other hard links to the file keep the old content.
    type: path
    required: true
  create:
    description:
      - Whether to create a file that does not exist. Its directory must exist.
      - A new file has mode C(0640) unless O(mode) is set, because such files hold passwords.
    type: bool
    default: false
  backup:
    description: Whether to keep a copy of the old file beside it, with the time in its name.
    type: bool
    default: false
  keep_previous:
    description:
      - Whether to keep the old content as C(.NAME.previous) beside the file until M(dcn.glance.service_restart) has
        seen the service run with the new one. If the service does not come back, that module restores the old content.
    type: bool
    default: false
  secret_options:
    description:
      - Names of further options whose values are secret.
      - The module never shows the values of options whose names contain C(password), C(passwd), C(secret), C(token),
        C(connection) or C(transport_url), or end with C(key), and never shows passwords in URLs. Exempt are names that
        end with the word for a plain fact, such as C(_uuid), C(_timeout) or C(_roles).
    type: list
    elements: str
    default: []
  coming_files:
    description:
      - Files that an earlier task of the same run writes. In check mode that task does not write them, so the module
        assumes that they exist. If O(path) is one of them, the module assumes an empty file.
      - Has no effect outside check mode.
    type: list
    elements: path
    default: []
notes:
  - The module fails and writes nothing if oslo.config cannot load the file, or could not load it after the change. It
    reports all problems at once, each with its line.
  - The module holds the lock of the file that crudini uses while it reads, plans and writes. Several runs and crudini
    can edit one file at the same time, and no change is lost. If a program without that lock changes the file
    meanwhile, the module starts again with the new content.
  - A run that was killed while it wrote can leave a temporary file C(.NAME.xxxxxxxx.tmp) beside the file. The next run
    removes it, reports it in RV(ignore:removed_leftovers), and returns C(changed).
  - With O(unsafe_writes=true), the module overwrites a file in place that it cannot replace because the file itself is
    a mount point, as in a container.
"""
