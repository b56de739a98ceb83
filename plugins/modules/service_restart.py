#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service_restart
short_description: Restart a service that is older than its configuration, and wait for its API
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Restarts a systemd unit if one of its files was written after its process started, or if the unit does not run.
    Otherwise it does nothing. Unlike a handler, it also restarts a unit when an earlier run was interrupted between
    writing a file and restarting the unit.
  - Waits until the API of the service answers, whether or not the unit was restarted.
  - Does not restart a running unit that cannot start with its new configuration. The old process continues to serve.
  - If the unit ran before, and its API does not come back after the restart, the module restores the old content of the
    files that were written with O(dcn.glance.oslo_config#module:keep_previous=true), restarts the unit once more, and
    fails with the reason from the log. If O(dry_run) refuses the files, it restores them without a restart. The next
    run writes the new content again.
options:
  name:
    description: The unit, such as V(glance-api).
    type: str
    required: true
  files:
    description: The files that the service reads when it starts. Files that do not exist are ignored.
    type: list
    elements: path
    required: true
  url:
    description: URL that answers when the service is ready. If not set, the unit must be active.
    type: str
  status_code:
    description: HTTP status codes of an answer of a service that is ready.
    type: list
    elements: int
    default: [200, 300]
  timeout:
    description: Seconds to wait for the API.
    type: int
    default: 180
  log_file:
    description: The file to which the service logs beside the journal. Error messages quote its last errors.
    type: path
  required:
    description: Whether the unit must exist. With V(false), the module does nothing if the unit does not exist.
    type: bool
    default: true
  enable:
    description:
      - Whether a unit that does not run, and that does not start at boot either, is enabled when the module starts it.
        So a service that was stopped and disabled comes back completely.
      - A unit that runs is left as it is.
    type: bool
    default: false
  pending:
    description: In check mode, whether an earlier step of this run would write one of the files.
    type: bool
    default: false
  blocked:
    description:
      - Why the service cannot start with its new configuration, such as
        RV(dcn.glance.glance_store_config#module:restart_blocked). Empty if nothing is known against it.
      - If not empty, the module warns and does not restart a running unit; a later run restarts it. The module fails if
        the unit does not run.
    type: str
    default: ""
  dry_run:
    description:
      - What to ask before a restart.
      - V(glance) loads the first file of O(files) and creates the stores with the Python and the code of Glance on this
        host, as the user of the unit, or with O(python_exec), without connecting to a cluster and without writing
        anything. If Glance cannot start with the file, the unit is not restarted and the module fails. If Glance cannot
        be asked, for example because it runs in a container and O(python_exec) is not set, the unit is restarted. The
        module warns about values that Glance cannot read, and about stores that it cannot write to, such as a
        directory without the permission.
      - V(none) asks nothing.
    type: str
    choices: [none, glance]
    default: none
  dry_run_file:
    description:
      - The path of the first file of O(files) inside the container of O(python_exec), such as
        V(/etc/glance/glance-api.conf). By default the same path.
    type: path
  dry_run_timeout:
    description: Seconds to wait for the answer of O(dry_run). Without an answer, the unit is restarted.
    type: int
    default: 60
  reload:
    description:
      - Whether a reload replaces the restart of Glance where it is enough.
      - The module sends SIGHUP to C(glance-api). Its old workers complete their requests, while new workers serve new
        requests with the new configuration. Imports and copies in progress end, see O(staging).
      - A reload is enough if only the stores, their options and the default store differ from the content that the
        worker runs with, and if O(dry_run) passed. Otherwise, and where Glance runs in a container or in uWSGI, the
        unit is restarted.
    type: bool
    default: false
  staging:
    description:
      - The directory for staged data of Glance, as its process sees it.
      - If set, the module waits before a restart or reload until the worker has no import and no copy in progress. They
        would end with its process. The worker serves other requests meanwhile.
    type: path
  import_timeout:
    description:
      - Seconds to wait for imports and copies in progress. After that, the module restarts the worker all the same, and
        warns with the ids of the images. V(0) does not wait.
    type: int
    default: 300
extends_documentation_fragment:
  - dcn.glance.attributes
  - dcn.glance.python_exec
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: dcn.glance.glance_store_config
"""

EXAMPLES = r"""
- name: Restart Glance if it is older than its configuration, and only if it can start with it
  dcn.glance.service_restart:
    name: glance-api
    files: [/etc/glance/glance-api.conf]
    url: http://glance1:9292/versions
    dry_run: glance
    reload: true
    staging: /var/lib/glance/os_glance_staging_store

- name: Restart Nova compute where it is installed
  dcn.glance.service_restart:
    name: nova-compute
    files: [/etc/nova/nova.conf]
    required: false
"""

RETURN = r"""
reason:
  description: Why the unit was restarted, or has to be restarted; empty if it does not have to be.
  returned: success
  type: str
  sample: its process is older than /etc/glance/glance-api.conf
held:
  description: Why the unit was not restarted although it has to be, from O(blocked); otherwise empty.
  returned: success
  type: str
  sample: ""
dry_run:
  description: The answer of O(dry_run), which is C(passed), C(skipped) or C(unknown). Empty if nothing was asked.
  returned: success
  type: str
  sample: passed
dry_run_reason:
  description: Why O(dry_run) was skipped or has no answer.
  returned: success
  type: str
  sample: ""
reloaded:
  description: Whether a reload was enough.
  returned: success
  type: bool
  sample: true
not_reloaded:
  description: Why a reload was not enough, if O(reload=true) and the unit was restarted; otherwise empty.
  returned: success
  type: str
  sample: "it reads [database] connection only when it starts"
pid:
  description: Main process of the unit; 0 if there is none.
  returned: success
  type: int
  sample: 812
seconds:
  description: Seconds until the API answered.
  returned: success
  type: float
  sample: 11.3
"""

import time

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.python_exec import PYTHON_EXEC
from ansible_collections.dcn.glance.plugins.module_utils._core.service import restart_reason
from ansible_collections.dcn.glance.plugins.module_utils._core.systemd import read_unit, written_at
from ansible_collections.dcn.glance.plugins.module_utils._glance.dry_run import DryRun
from ansible_collections.dcn.glance.plugins.module_utils._glance.restart import (
    Restarted,
    hold,
    reload_or_restart,
    wait_or_restore,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.start_check import PASSED


def run(module: AnsibleModule) -> dict[str, object]:
    """Read the unit, restart it if needed, and wait."""
    systemctl, begin = module.get_bin_path("systemctl", required=True), time.monotonic()
    unit, done = read_unit(module, systemctl), Restarted(DryRun(""))
    if not unit.exists:
        if module.params["required"]:
            raise DcnError(
                f"The unit {unit.name} does not exist on this host. Install the service, or correct its name."
            )
        return result(False, "", "", done, 0, begin)
    reason = restart_reason(unit, written_at(module.params["files"]), module.params["pending"])
    held = hold(module, unit, reason)
    if not module.check_mode:
        if reason and not held:
            done = reload_or_restart(module, systemctl, unit)
        wait_or_restore(module, systemctl, unit, restarted=bool(reason and not held), waiting=bool(held))
        unit = read_unit(module, systemctl)
    return result(bool(reason and not held), reason, held, done, unit.pid, begin)


def result(changed: bool, reason: str, held: str, done: Restarted, pid: int, begin: float) -> dict[str, object]:
    """What the module returns."""
    return {
        "changed": changed,
        "reason": reason,
        "held": held,
        "dry_run": done.answer.state,
        "dry_run_reason": "" if done.answer.state == PASSED else done.answer.reason,
        "reloaded": done.reloaded,
        "not_reloaded": done.not_reloaded,
        "pid": pid,
        "seconds": round(time.monotonic() - begin, 1),
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "files": {"type": "list", "elements": "path", "required": True},
            "url": {"type": "str"},
            "status_code": {"type": "list", "elements": "int", "default": [200, 300]},
            "timeout": {"type": "int", "default": 180},
            "log_file": {"type": "path"},
            "required": {"type": "bool", "default": True},
            "enable": {"type": "bool", "default": False},
            "pending": {"type": "bool", "default": False},
            "blocked": {"type": "str", "default": ""},
            "dry_run": {"type": "str", "choices": ["none", "glance"], "default": "none"},
            "dry_run_file": {"type": "path"},
            "python_exec": PYTHON_EXEC,
            "dry_run_timeout": {"type": "int", "default": 60},
            "reload": {"type": "bool", "default": False},
            "staging": {"type": "path"},
            "import_timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    try:
        returned = run(module)
    except DcnError as exc:
        module.fail_json(msg=str(exc))
    module.exit_json(**returned)


if __name__ == "__main__":
    main()
