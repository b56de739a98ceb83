# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection of containers.podman, quick enough for a lab in which every test runs playbooks."""

from __future__ import annotations

DOCUMENTATION = r"""
name: lab
short_description: Run tasks in a container of the lab
description:
  - The connection P(containers.podman.podman#connection) with pipelining. A task is one C(podman exec) instead of six.
  - Made for the containers of the role P(dcn.glance.lab#role), whose tasks never ask for input.
version_added: 1.0.0
author:
  - The dcn.glance authors (@dcn-glance)
requirements:
  - The collection containers.podman on the controller.
options:
  remote_addr:
    description: Name of the container.
    default: inventory_hostname
    vars:
      - name: inventory_hostname
      - name: ansible_host
  remote_user:
    description: User in the container.
    vars:
      - name: ansible_user
  podman_extra_args:
    description: More arguments for every call of podman.
    default: ""
    vars:
      - name: ansible_podman_extra_args
  podman_executable:
    description: Program to call, a name in the search path or a path.
    default: podman
    vars:
      - name: ansible_podman_executable
  pipelining:
    description: Send a module through standard input instead of copying it first.
    type: boolean
    default: true
    vars:
      - name: ansible_pipelining
"""

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.connection import ConnectionBase

try:
    from ansible_collections.containers.podman.plugins.connection.podman import Connection as PodmanConnection
except ImportError as error:
    PodmanConnection, MISSING = ConnectionBase, str(error)
else:
    MISSING = ""

#: What podman exec ends with when it could not run the command: no such container, or one that is stopped.
_NOT_RUN = (125, 255)


class Connection(PodmanConnection):
    """Podman's connection, with standard input passed on, and a mount only where a file is copied."""

    transport = "dcn.glance.lab"
    has_pipelining = True

    def __init__(self, *args, **kwargs):
        if MISSING:
            raise AnsibleError(
                f"The connection dcn.glance.lab needs the collection containers.podman ({MISSING}). "
                "Install it: ansible-galaxy collection install containers.podman"
            )
        super().__init__(*args, **kwargs)

    def _connect(self):
        self._connected = True

    def _podman(self, cmd, cmd_args=None, in_data=None, use_container_id=True):
        if in_data and cmd[0] == "exec":
            cmd = [cmd[0], "--interactive", *cmd[1:]]
        return super()._podman(cmd, cmd_args, in_data, use_container_id)

    def exec_command(self, cmd, in_data=None, sudoable=False):
        """Run a command; a container that is not there or not running is a host that cannot be reached."""
        rc, out, err = super().exec_command(cmd, in_data, sudoable)
        if rc in _NOT_RUN and err.startswith(b"Error: "):
            reason = err.decode(errors="replace").strip()
            where = self._container_id
            raise AnsibleConnectionFailure(f"podman runs nothing in {where}: {reason}. Look at podman ps -a.")
        return rc, out, err

    def put_file(self, in_path, out_path):
        """Copy a file into the container."""
        super()._connect()
        super().put_file(in_path, out_path)

    def fetch_file(self, in_path, out_path):
        """Copy a file from the container."""
        super()._connect()
        super().fetch_file(in_path, out_path)
