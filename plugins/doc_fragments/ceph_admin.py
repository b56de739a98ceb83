# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The connection of the modules that administer a cluster."""

    DOCUMENTATION = r"""
options:
  cluster:
    description: Name of the cluster in messages, such as the name of its site.
    type: str
    required: true
  conf:
    description: Path of the conf of the cluster, on this host or, with O(exec), where the command runs.
    type: path
    default: /etc/ceph/ceph.conf
  admin:
    description: Name of the client with which the module connects. It needs permission for what the module does.
    type: str
    default: client.admin
  admin_keyring:
    description: Path of the keyring of O(admin). By default Ceph searches its default paths.
    type: path
  exec:
    description: Command, as a list, that runs the ceph program, see O(dcn.glance.ceph_client#module:exec).
    type: list
    elements: str
    default: []
  transport:
    description: How to connect to the cluster, see O(dcn.glance.ceph_client#module:transport).
    type: str
    choices: [auto, rados, cli]
    default: auto
  timeout:
    description: Seconds to wait for the cluster before it counts as unreachable.
    type: int
    default: 10
requirements:
  - The Python binding of librados (python3-rados), or the ceph program (ceph-common), on the host or behind O(exec).
"""
