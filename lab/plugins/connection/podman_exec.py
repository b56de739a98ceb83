# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection to a container of the lab."""

from __future__ import annotations

DOCUMENTATION = r"""
name: podman_exec
short_description: Run tasks in a container of the lab
description:
  - Runs every command in the namespaces of the first process of the container, or by C(podman exec) if the user is
    not root, or if a task names a user in the container. Copies files through standard input and output.
  - Made for the containers of the role P(dcn.glance_lab.lab#role), whose tasks run as root and never ask for input.
version_added: 1.0.0
author:
  - The dcn.glance authors (@dcn-glance)
requirements:
  - Podman on the controller.
options:
  remote_addr:
    description: Name of the container.
    default: inventory_hostname
    vars:
      - name: inventory_hostname
      - name: ansible_host
  remote_user:
    description: User in the container. Without it, the user of the image.
    vars:
      - name: ansible_user
  podman_executable:
    description: Name or path of podman.
    default: podman
    vars:
      - name: ansible_podman_executable
  podman_sudo:
    description:
      - Whether to run podman by C(sudo), which must not ask for a password.
      - By default only where the controller's user is not root, because the containers are root's.
    type: boolean
    vars:
      - name: ansible_podman_sudo
  network:
    description: The network of the lab. Its name is part of the path of the files with the ids of processes.
    default: dcn-glance-lab
    vars:
      - name: lab_network
  pipelining:
    description: Send a module through standard input instead of copying it first.
    type: boolean
    default: true
    vars:
      - name: ansible_pipelining
"""

import os
import shlex
import subprocess

from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible.plugins.connection import ConnectionBase
from ansible.utils.display import Display

from ansible_collections.dcn.glance_lab.plugins.plugin_utils import namespaces

display = Display()

#: Exit codes of podman exec when it could not run the command: no such container, or one that is stopped.
_NOT_RUN = (125, 255)


class Connection(ConnectionBase):
    """One container, by podman on the controller."""

    transport = "dcn.glance_lab.podman_exec"
    has_pipelining = True

    def _connect(self):
        self._connected = True
        return self

    def close(self):
        """Forget the container; there is no process to end."""
        self._connected = False

    def _command(self, command, interactive):
        """The command line that runs ``command``, a list, in the container, and its environment, None for ours."""
        sudo = self.get_option("podman_sudo")
        if sudo is None:
            sudo = os.geteuid() != 0
        user = self.get_option("remote_user")
        entered = [] if user or sudo else namespaces.enter(self.get_option("remote_addr"), self.get_option("network"))
        if entered:
            return [*entered, *command], namespaces.ENVIRONMENT
        return [
            *(["sudo", "--non-interactive"] if sudo else []),
            self.get_option("podman_executable"),
            "exec",
            *(["--interactive"] if interactive else []),
            *([f"--user={user}"] if user else []),
            self.get_option("remote_addr"),
            *command,
        ], None

    def _run(self, command, *, data=None, stdin=None, stdout=subprocess.PIPE):
        """Run a command in the container and return its exit code and output; raise where podman could not run it."""
        container = self.get_option("remote_addr")
        line, environment = self._command(command, interactive=data is not None or stdin is not None)
        display.vvv(f"EXEC {shlex.join(command)}", host=container)
        given = {"input": data} if data is not None else {"stdin": stdin or subprocess.DEVNULL}
        try:
            done = subprocess.run(line, **given, env=environment, stdout=stdout, stderr=subprocess.PIPE, check=False)
        except OSError as error:
            raise AnsibleConnectionFailure(
                f"Cannot run {line[0]} to reach the container {container}: {error.strerror}. "
                "Install it on the controller; lab_up does."
            ) from error
        if environment is None and done.returncode in _NOT_RUN and done.stderr.startswith(b"Error: "):
            reason = done.stderr.decode(errors="replace").strip()
            raise AnsibleConnectionFailure(
                f"The container {container} does not run commands ({reason}). See podman ps --all; lab_up starts it."
            )
        return done.returncode, done.stdout or b"", done.stderr

    def exec_command(self, cmd, in_data=None, sudoable=True):
        """Run a shell command; a container that is missing or stopped is an unreachable host."""
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        # Ansible's commands are shell words already, mostly: /bin/sh -c '...'
        return self._run(shlex.split(cmd), data=in_data or None)

    def put_file(self, in_path, out_path):
        """Copy a file of the controller into the container."""
        super().put_file(in_path, out_path)
        if not os.path.exists(in_path):
            raise AnsibleFileNotFound(f"{in_path} does not exist on the controller, so it cannot be copied.")
        with open(in_path, "rb") as stream:
            self._copied(self._run(["sh", "-c", 'cat >"$1"', "sh", out_path], stdin=stream), out_path)

    def fetch_file(self, in_path, out_path):
        """Copy a file of the container to the controller."""
        super().fetch_file(in_path, out_path)
        with open(out_path, "wb") as stream:
            self._copied(self._run(["cat", "--", in_path], stdout=stream), in_path)

    def _copied(self, result, path):
        code, _stdout, stderr = result
        if code:
            reason = stderr.decode(errors="replace").strip()
            raise AnsibleError(f"Cannot copy {path} of the container {self.get_option('remote_addr')}: {reason}.")
