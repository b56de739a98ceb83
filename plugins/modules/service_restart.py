#!/usr/bin/python
# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service_restart
short_description: Restart a service whose configuration is newer than its process, and wait for its API
version_added: 1.0.0
author: the dcn.glance authors (@dcn-glance)
description:
  - Restarts a systemd unit if one of its files was written after its process started, or if it does not run, and does
    nothing otherwise. Unlike a handler it cannot be forgotten, so a run that was cut off is healed by the next one.
  - Waits until the API of the service answers, whether or not it was restarted.
options:
  name:
    description: The unit, such as V(glance-api).
    type: str
    required: true
  files:
    description: The files that the service reads when it starts. Those that do not exist count as never written.
    type: list
    elements: path
    required: true
  url:
    description: URL that answers once the service is ready. Not given, the unit being active is enough.
    type: str
  status_code:
    description: HTTP status codes that count as an answer.
    type: list
    elements: int
    default: [200, 300]
  timeout:
    description: Seconds to wait for the API.
    type: int
    default: 180
  required:
    description: Whether the unit must exist. With V(false), a unit that does not exist is passed over.
    type: bool
    default: true
  pending:
    description: In check mode, whether an earlier step of this run would write one of the files.
    type: bool
    default: false
extends_documentation_fragment:
  - dcn.glance.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Bring Glance up to its configuration
  dcn.glance.service_restart:
    name: glance-api
    files: [/etc/glance/glance-api.conf]
    url: http://glance1:9292/versions

- name: Nova compute, where it is installed
  dcn.glance.service_restart:
    name: nova-compute
    files: [/etc/nova/nova.conf]
    required: false
"""

RETURN = r"""
reason:
  description: Why the unit was restarted; empty if it was not.
  returned: success
  type: str
  sample: its process is older than /etc/glance/glance-api.conf
pid:
  description: Main process of the unit; 0 if there is none.
  returned: success
  type: int
  sample: 812
seconds:
  description: How long it took until the API answered.
  returned: success
  type: float
  sample: 11.3
"""

import contextlib  # noqa: E402
import os  # noqa: E402
import time  # noqa: E402
import urllib.error  # noqa: E402

from ansible.module_utils.basic import AnsibleModule  # noqa: E402
from ansible.module_utils.urls import open_url  # noqa: E402

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError  # noqa: E402
from ansible_collections.dcn.glance.plugins.module_utils._core.service import (
    PROPERTIES,
    Unit,
    last_words,
    parse_unit,
    restart_reason,
)


def show(module: AnsibleModule, systemctl: str) -> Unit:
    """The unit as it is now."""
    name = module.params["name"]
    rc, out, err = module.run_command([systemctl, "show", "-p", ",".join(PROPERTIES), name])
    if rc != 0:
        raise DcnError(f"systemd cannot be asked about {name}: {err.strip()}")
    return parse_unit(name, out, time.time(), time.clock_gettime(time.CLOCK_MONOTONIC))


def written(paths: list[str]) -> dict[str, float]:
    """When each file that exists was last written."""
    found = {}
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            found[path] = os.stat(path).st_mtime
    return found


def wait(module: AnsibleModule, systemctl: str) -> None:
    """Return when the API answers; DcnError with the last words of the service when it does not."""
    url, deadline = module.params["url"], time.monotonic() + module.params["timeout"]
    reason = ""
    while url:
        try:
            status = open_url(url, timeout=10, follow_redirects="none", use_proxy=False).status
        except urllib.error.HTTPError as exc:
            status = exc.code
        except OSError as exc:
            status, reason = 0, str(exc)
        if status in module.params["status_code"]:
            return
        reason = f"it answers with HTTP status {status}" if status else reason
        if time.monotonic() > deadline:
            raise DcnError(
                f"{module.params['name']} is not ready: {url} did not answer as expected within "
                f"{module.params['timeout']} seconds: {reason}.{log(module)}"
            )
        time.sleep(0.5)
    if not show(module, systemctl).active:
        raise DcnError(f"{module.params['name']} stopped right after it was started.{log(module)}")


def log(module: AnsibleModule) -> str:
    """What the service said last, as a tail for an error message."""
    name = module.params["name"]
    rc, out, _err = module.run_command(["journalctl", "--no-pager", "-o", "cat", "-n", "40", "-u", name])
    words = last_words(out.splitlines()) if rc == 0 else ""
    return f" Its last words (journalctl -u {name}):\n{words}" if words else f" See journalctl -u {name}."


def run(module: AnsibleModule) -> dict[str, object]:
    """Look, restart if needed, wait."""
    systemctl, begin = module.get_bin_path("systemctl", required=True), time.monotonic()
    unit = show(module, systemctl)
    if not unit.exists:
        if module.params["required"]:
            raise DcnError(f"There is no unit {unit.name} on this host: install the service, or correct its name.")
        return {"changed": False, "reason": "", "pid": 0, "seconds": 0.0}
    reason = restart_reason(unit, written(module.params["files"]), module.params["pending"])
    if not module.check_mode:
        if reason:
            rc, _out, err = module.run_command([systemctl, "restart", unit.name])
            if rc != 0:
                raise DcnError(f"{unit.name} cannot be restarted: {err.strip()}{log(module)}")
        wait(module, systemctl)
        unit = show(module, systemctl)
    return {
        "changed": bool(reason),
        "reason": reason,
        "pid": unit.pid,
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
            "required": {"type": "bool", "default": True},
            "pending": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except DcnError as exc:
        module.fail_json(msg=str(exc))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
