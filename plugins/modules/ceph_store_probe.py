#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ceph_store_probe
short_description: Check that RBD stores can be written and read
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Checks each store with its conf, client and keyring, as the system user of Glance, and with the same operations as
    Glance. The module creates a small image in the pool, writes to it, creates and protects a snapshot, reads the
    snapshot, and removes the image. The image has a unique name that starts with C(dcn-probe-).
  - Also checks that the client has no access to the pools in O(stores[].denied_pools).
  - Glance starts without an error when a key is wrong or a pool is missing. Only a later import fails.
options:
  user:
    description: System user that runs the check, such as C(glance). By default the user of the task.
    type: str
  stores:
    description: The stores. They are checked in parallel.
    type: list
    elements: dict
    required: true
    suboptions:
      store:
        description: Name of the store in the result.
        type: str
        required: true
      cluster:
        description: Name of the cluster in messages.
        type: str
        required: true
      conf:
        description: Path of the conf of the cluster on this host.
        type: path
        required: true
      client:
        description: Name of the client with the prefix C(client.).
        type: str
        required: true
      keyring:
        description: Path of the keyring of the client. By default Ceph uses the conf and its default paths.
        type: path
      pool:
        description: Pool of the store.
        type: str
        required: true
      denied_pools:
        description: Pools that the client must not be able to read or write.
        type: list
        elements: str
        default: []
      fsid:
        description: Id that the cluster must have.
        type: str
  timeout:
    description:
      - Seconds to wait for a cluster before it counts as unreachable.
      - The check of a store is stopped after twice this time plus 5 seconds.
    type: int
    default: 15
  fail:
    description: Whether the task fails if a store fails. All stores are checked first.
    type: bool
    default: true
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.python_exec
attributes:
  check_mode:
    description: Connects if the files exist, and writes nothing.
    support: full
  diff_mode:
    support: none
requirements:
  - The Python bindings of librados and librbd (python3-rados and python3-rbd) on the host, or in O(python_exec).
seealso:
  - module: dcn.glance.ceph_client_files
  - module: dcn.glance.glance_store_info
notes:
  - The task never reports a change.
"""

EXAMPLES = r"""
- name: Check that Glance on this host can write both stores
  dcn.glance.ceph_store_probe:
    user: glance
    stores:
      - store: central
        cluster: central
        conf: /etc/ceph/central.conf
        client: client.glance.central
        pool: images
        denied_pools: [volumes, vms]
      - store: dcn0
        cluster: dcn0
        conf: /etc/ceph/dcn0.conf
        client: client.glance.central
        pool: images
        fsid: "{{ dcn0_clients.cluster_info.fsid }}"
"""

RETURN = r"""
probes:
  description: The result of each store, in the order of O(stores). Also returned on failure.
  returned: always
  type: list
  elements: dict
  contains:
    store:
      description: Name of the store.
      type: str
    cluster:
      description: Name of the cluster.
      type: str
    client:
      description: Name of the client.
      type: str
    pool:
      description: Pool of the store.
      type: str
    ok:
      description: Whether the store passed. Null if it was skipped in check mode.
      type: bool
    status:
      description: >-
        V(ok), in check mode V(connected) or V(skipped), or the kind of failure: V(conf_missing), V(conf_unreadable),
        V(keyring_missing), V(keyring_unreadable), V(auth_failed), V(mon_unreachable), V(wrong_cluster),
        V(pool_missing), V(not_permitted), V(too_much_access), V(timed_out), V(tool_missing) or V(failed).
      type: str
    error:
      description: Error message.
      type: str
    fsid:
      description: Id of the cluster.
      type: str
    denied:
      description: For each pool of O(stores[].denied_pools) V(refused), V(missing), V(readable) or V(writable).
      type: dict
    leftover:
      description: Image that may be left over.
      type: str
    steps:
      description: Steps that were started, in order.
      type: list
      elements: str
    seconds:
      description: Duration in seconds.
      type: float
  sample:
    - store: central
      cluster: central
      client: client.glance.central
      pool: images
      ok: true
      status: ok
      error: null
      fsid: 5f0ad2a8-1a3f-4a0e-9c57-6f7a6d2f9f10
      denied: {volumes: refused, vms: refused}
      leftover: null
      steps: [connect, fsid, create, write, snapshot, protect, read, clean, denied volumes, denied vms]
      seconds: 0.214
reason:
  description: Kind of failure if no store could be checked, such as V(tool_missing) or V(input_invalid).
  returned: when no store could be checked
  type: str
  sample: tool_missing
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_module import run_work
from ansible_collections.dcn.glance.plugins.module_utils._ceph.rbd_work import probe_stores
from ansible_collections.dcn.glance.plugins.module_utils._ceph.store_probe import failures
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.python_exec import PYTHON_EXEC

STORE = {
    "store": {"type": "str", "required": True},
    "cluster": {"type": "str", "required": True},
    "conf": {"type": "path", "required": True},
    "client": {"type": "str", "required": True},
    "keyring": {"type": "path", "no_log": False},
    "pool": {"type": "str", "required": True},
    "denied_pools": {"type": "list", "elements": "str", "default": []},
    "fsid": {"type": "str"},
}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "user": {"type": "str"},
            "stores": {"type": "list", "elements": "dict", "required": True, "options": STORE},
            "timeout": {"type": "int", "default": 15},
            "fail": {"type": "bool", "default": True},
            "python_exec": PYTHON_EXEC,
        },
        supports_check_mode=True,
    )
    try:
        probes = run_work(module, module.params["timeout"] * 2 + 5, probe_stores, {})["probes"]
    except DcnError as error:
        module.fail_json(msg=str(error), reason=error.reason, probes=[])
    failed = failures(probes)
    if failed and module.params["fail"]:
        module.fail_json(msg="\n".join(failed), probes=probes)
    module.exit_json(changed=False, probes=probes)


if __name__ == "__main__":
    main()
