# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the place of the action that runs modules: answers for them without a process, so that no system is touched.

Only modules that read or change a host or a service are answered here. Actions that work on the controller alone, such
as set_fact, add_host, assert and topology_info, do their own work.
"""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase


def answers(name: str, arguments: dict[str, Any], host: str) -> dict[str, Any]:
    """The result that the module would have on a converged host."""
    site = host.partition("-")[0]
    if name == "key_recipient":
        return {"public_key": f"key of {host}", "key_ids": {}}
    if name == "ceph_client":
        clients = [
            {"name": item["name"], "action": "none", "changed": False, "key_id": "3f0c9d1e77ab"}
            for item in arguments["clients"]
        ]
        sealed = {item["host"]: dict.fromkeys(item["clients"], "sealed") for item in arguments["recipients"]}
        return {"clients": clients, "sealed": sealed, "cluster_info": {"fsid": None, "mon_host": f"{site}.example.org"}}
    if name == "ceph_client_files":
        return {"files": [{"path": f"/etc/ceph/{item['cluster']}.conf"} for item in arguments["clusters"]]}
    if name == "ceph_store_probe":
        return {"probes": [{"store": item["store"], "ok": True, "status": "ok"} for item in arguments["stores"]]}
    if name == "glance_store_config":
        stores = [{"id": item["id"], "action": "unchanged"} for item in arguments["stores"]]
        return {"stores": stores, "deferred": [], "restart_blocked": "", "written": False}
    if name == "glance_store_info":
        return {"stores": [], "problems": []}
    if name == "service_restart":
        return {"held": "", "reason": ""}
    if name == "stat":
        return {"stat": {"exists": False}}
    return {"written": False, "secrets": []}


class ActionModule(ActionBase):
    """Answer for a module."""

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        name = self._task.action.rpartition(".")[2]
        super().run(tmp, task_vars)
        return {"changed": False, **answers(name, self._task.args, str(task_vars["inventory_hostname"]))}
