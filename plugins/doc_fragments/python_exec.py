# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The Python of a service's container."""

    DOCUMENTATION = r"""
options:
  python_exec:
    description:
      - The command of the Python that does the work, if the libraries and the files of the service are in a container.
        The command must pass on its standard input, and open no terminal. By default the Python of this host.
      - The paths of the files that the work reads are then those inside the container.
      - The module sends its code and its options over standard input. The container needs Python 3.6 or later, and no
        file of this collection.
      - A new container of the service's image sees the files as they are on the host now. Its command is such as
        C([podman, run, --rm, -i, --network, host, --user, glance, --volume, "/etc/ceph:/etc/ceph:ro", IMAGE, python3]).
      - A container that runs can have older copies of the files. The command for it is such as
        C([podman, exec, -i, --user, glance, glance_api, python3]).
    type: list
    elements: str
    default: []
"""
