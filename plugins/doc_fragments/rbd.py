# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The connection of the modules that look at RBD images."""

    DOCUMENTATION = r"""
options:
  conf:
    description: Path of the conf of the cluster on this host.
    type: path
    default: /etc/ceph/ceph.conf
  client:
    description: Client that connects to the cluster, with the prefix C(client.).
    type: str
    default: client.admin
  keyring:
    description: Path of the keyring of the client. By default Ceph uses the conf and its default paths.
    type: path
  timeout:
    description: Seconds to wait for the cluster before it counts as unreachable.
    type: int
    default: 15
requirements:
  - The Python bindings of librados and librbd (python3-rados and python3-rbd) on the host, or in O(python_exec).
"""
