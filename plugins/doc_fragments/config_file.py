# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options and behaviour of modules that edit one configuration file of an OpenStack service."""

    DOCUMENTATION = r"""
options:
  path:
    description:
      - The file to edit. Where it is a symbolic link, the file behind the link is edited and the link stays.
      - The file is replaced in one step, so that no reader ever sees half of it. Owner, mode, access lists and other
        extended attributes stay. Other hard links to it keep the old content.
    type: path
    required: true
  create:
    description:
      - Whether to create a file that does not exist. Its directory must exist.
      - A new file has mode C(0640) unless O(mode) is given, because such files hold passwords.
    type: bool
    default: false
  backup:
    description: Whether to keep a copy of the file as it was, with the time in its name, beside it.
    type: bool
    default: false
  secret_options:
    description:
      - Names of further options whose values must not be shown.
      - Values of options whose names contain C(password), C(passwd), C(secret), C(token), C(connection) or
        C(transport_url), or end with C(key), are never shown, nor are passwords within URLs. Names that end like
        a plain fact, such as C(_uuid), C(_timeout) or C(_roles), are exempt.
    type: list
    elements: str
    default: []
  coming_files:
    description:
      - Files that an earlier task of the same run writes. In check mode, where it has not written them, they count
        as present; O(path) itself may be among them and then counts as empty.
      - Not used outside check mode.
    type: list
    elements: path
    default: []
notes:
  - A file that oslo.config could not load is refused, with each offending line, and so is a change after which it could
    not. All problems of a call are reported at once, before anything is written.
  - With O(unsafe_writes=true), a file that cannot be replaced because it is mounted on its own, as into a container,
    is overwritten in place.
"""
