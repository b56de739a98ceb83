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
        host, as the user of the unit, without connecting to a cluster and without writing anything. If Glance cannot
        start with the file, the unit is not restarted and the module fails. If Glance cannot be asked, for example
        because it runs in a container, the unit is restarted. The module warns about values that Glance cannot read,
        and about stores that it cannot write to, such as a directory without the permission.
      - V(none) asks nothing.
    type: str
    choices: [none, glance]
    default: none
  dry_run_timeout:
    description: Seconds to wait for the answer of O(dry_run). Without an answer, the unit is restarted.
    type: int
    default: 60
extends_documentation_fragment:
  - dcn.glance.attributes
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
from ansible_collections.dcn.glance.plugins.module_utils._core.previous import forget, kept_files, restore
from ansible_collections.dcn.glance.plugins.module_utils._core.service import Unit, restart_reason
from ansible_collections.dcn.glance.plugins.module_utils._core.systemd import last_log, read_unit, wait, written_at
from ansible_collections.dcn.glance.plugins.module_utils._glance.dry_run import DryRun, dry_run
from ansible_collections.dcn.glance.plugins.module_utils._glance.start_check import PASSED, REFUSED
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.module import file_secrets


def ask_glance(module: AnsibleModule, unit: Unit) -> DryRun:
    """The answer of Glance's own code; DcnError if it refuses the configuration."""
    conf = module.params["files"][0]
    answer = dry_run(module.get_bin_path("glance-api"), conf, unit.user, module.params["dry_run_timeout"])
    for secret in file_secrets(conf):
        module.no_log_values.add(secret)
    if answer.state == REFUSED:
        now = "It continues to run with its old configuration" if unit.active else "It does not run"
        kept = kept_files(module.params["files"]) if unit.active else []
        for path in kept:
            restore(path)
        now += f", and the old content of {', '.join(kept)} was restored" if kept else ""
        raise DcnError(
            f"{unit.name} cannot start with {conf}: {redact.mask_urls(answer.reason)[:500]}. {now}. Correct the "
            "configuration, then run again."
        )
    for option in answer.unreadable:
        module.warn(f"Glance cannot read the value of {option} of {conf}, and fails when it needs it. Correct it.")
    for why in answer.unwritable:
        module.warn(f"With {conf}, Glance starts, but refuses images for a store: {redact.mask_urls(why)[:500]}")
    return answer


def restart(module: AnsibleModule, systemctl: str, unit: Unit) -> DryRun:
    """Ask, and restart the unit."""
    answer = ask_glance(module, unit) if module.params["dry_run"] == "glance" else DryRun("")
    rc, _out, err = module.run_command([systemctl, "restart", unit.name])
    if rc != 0:
        raise DcnError(f"{unit.name} cannot be restarted: {err.strip()}{last_log(module)}")
    return answer


def hold(module: AnsibleModule, unit: Unit, reason: str) -> str:
    """Why a restart that is needed must not happen now, '' if it may; DcnError if the unit does not run at all."""
    blocked = str(module.params["blocked"]).rstrip(".")
    if not (reason and blocked):
        return ""
    if not unit.active:
        raise DcnError(f"{unit.name} does not run, and cannot start: {blocked}.")
    module.warn(
        f"{unit.name} was not restarted although {reason}, because it cannot start now: {blocked}. It continues to run "
        "with its old configuration. A later run restarts it."
    )
    return blocked


def wait_or_restore(module: AnsibleModule, systemctl: str, before: Unit, restarted: bool, waiting: bool) -> None:
    """Wait for the API. If it does not come back after a restart, return to the configuration that it ran with.

    ``waiting``: the unit still runs its old configuration, and a later run restarts it.
    """
    kept = kept_files(module.params["files"])
    try:
        wait(module, systemctl)
    except DcnError as error:
        if not (restarted and before.active and kept):
            raise
        raise DcnError(f"{error}\n{restored(module, systemctl, kept)}") from error
    if restarted or not waiting:
        forget(kept)


def restored(module: AnsibleModule, systemctl: str, kept: list[str]) -> str:
    """Restore the old files, restart once more, and say how that ended."""
    for path in kept:
        restore(path)
    done = f"The old content of {', '.join(kept)} was restored"
    module.run_command([systemctl, "restart", module.params["name"]])
    try:
        wait(module, systemctl)
    except DcnError as error:
        return f"{done}, but {module.params['name']} does not run with it, either: {error}"
    return (
        f"{done}, and {module.params['name']} runs with it again. Correct the configuration, then run again: the new "
        "content is written again."
    )


def run(module: AnsibleModule) -> dict[str, object]:
    """Read the unit, restart it if needed, and wait."""
    systemctl, begin = module.get_bin_path("systemctl", required=True), time.monotonic()
    unit, answer = read_unit(module, systemctl), DryRun("")
    if not unit.exists:
        if module.params["required"]:
            raise DcnError(
                f"The unit {unit.name} does not exist on this host. Install the service, or correct its name."
            )
        return {
            "changed": False,
            "reason": "",
            "held": "",
            "dry_run": "",
            "dry_run_reason": "",
            "pid": 0,
            "seconds": 0.0,
        }
    reason = restart_reason(unit, written_at(module.params["files"]), module.params["pending"])
    held = hold(module, unit, reason)
    if not module.check_mode:
        if reason and not held:
            answer = restart(module, systemctl, unit)
        wait_or_restore(module, systemctl, unit, restarted=bool(reason and not held), waiting=bool(held))
        unit = read_unit(module, systemctl)
    return result(bool(reason and not held), reason, held, answer, unit.pid, begin)


def result(changed: bool, reason: str, held: str, answer: DryRun, pid: int, begin: float) -> dict[str, object]:
    """What the module returns."""
    return {
        "changed": changed,
        "reason": reason,
        "held": held,
        "dry_run": answer.state,
        "dry_run_reason": "" if answer.state == PASSED else answer.reason,
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
            "pending": {"type": "bool", "default": False},
            "blocked": {"type": "str", "default": ""},
            "dry_run": {"type": "str", "choices": ["none", "glance"], "default": "none"},
            "dry_run_timeout": {"type": "int", "default": 60},
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
