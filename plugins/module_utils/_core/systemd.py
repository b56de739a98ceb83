# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and wait for a systemd unit. ``module`` is an AnsibleModule with the options of service_restart."""

from __future__ import annotations

import contextlib
import json
import os
import time
import urllib.error
from dataclasses import replace
from typing import Any

from ansible.module_utils.urls import open_url

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.files import write_atomic
from ansible_collections.dcn.glance.plugins.module_utils._core.service import (
    PROPERTIES,
    Unit,
    failures,
    last_log_lines,
    parse_unit,
)

#: Which processes read their configuration again without a restart. Only root writes here, and a boot empties it.
_RECORDS = "/run/dcn-glance/reloads"


def read_unit(module: Any, systemctl: str) -> Unit:
    """The unit as it is now. A process that was reloaded counts as started at that moment."""
    name = module.params["name"]
    rc, out, err = module.run_command([systemctl, "show", "-p", ",".join(PROPERTIES), name])
    if rc != 0:
        raise DcnError(f"systemctl show {name} failed: {err.strip()}")
    unit = parse_unit(name, out, time.time(), time.clock_gettime(time.CLOCK_MONOTONIC))
    return replace(unit, started=max(unit.started, _reloaded_at(unit))) if unit.started is not None else unit


def record_reload(unit: Unit, moment: float) -> None:
    """Remember until the process ends that it read its configuration again, at a moment in seconds since 1970."""
    os.makedirs(_RECORDS, mode=0o755, exist_ok=True)
    text = json.dumps({"process": unit.process, "reloaded": moment})
    write_atomic(os.path.join(_RECORDS, f"{unit.name}.json"), text.encode(), 0o644)


def _reloaded_at(unit: Unit) -> float:
    """When the process of the unit last read its configuration again; 0 if it did not."""
    try:
        with open(os.path.join(_RECORDS, f"{unit.name}.json"), encoding="utf-8") as stream:
            record = json.load(stream)
    except (OSError, ValueError):
        return 0.0
    return float(record["reloaded"]) if record.get("process") == unit.process else 0.0


def written_at(paths: list[str]) -> dict[str, float]:
    """When each file that exists was last written."""
    found = {}
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            found[path] = os.stat(path).st_mtime
    return found


def wait(module: Any, systemctl: str) -> None:
    """Return when the API answers; DcnError with the last lines of the log when it does not."""
    url, deadline = module.params["url"], time.monotonic() + module.params["timeout"]
    while url:
        reason = answer(url, module.params["status_code"])
        if not reason:
            return
        if time.monotonic() > deadline:
            raise DcnError(
                f"{module.params['name']} is not ready: {url} did not answer as expected within "
                f"{module.params['timeout']} seconds: {reason}.{last_log(module)}"
            )
        time.sleep(0.5)
    if not read_unit(module, systemctl).active:
        raise DcnError(f"{module.params['name']} stopped right after it was started.{last_log(module)}")


def answer(url: str, status_codes: list[int]) -> str:
    """'' if the URL answers with one of the HTTP status codes, else why not."""
    try:
        status = open_url(url, timeout=10, follow_redirects="none", use_proxy=False).status
    except urllib.error.HTTPError as exc:
        status = exc.code
    except OSError as exc:
        return str(exc)
    return "" if status in status_codes else f"it answers with HTTP status {status}"


def last_log(module: Any) -> str:
    """The last lines of the logs of the unit, for the end of an error message."""
    name, log = module.params["name"], module.params["log_file"]
    rc, out, _err = module.run_command(["journalctl", "--no-pager", "-o", "cat", "-n", "40", "-u", name])
    found = [(f"journalctl -u {name}", last_log_lines(out.splitlines()) if rc == 0 else "")]
    if log:
        found.insert(0, (log, last_log_lines(failures(last_lines(log)))))
    shown = "".join(f" The last lines of its log ({source}):\n{lines}" for source, lines in found if lines)
    return shown or f" See journalctl -u {name}{f' and {log}' if log else ''}."


def last_lines(path: str, size: int = 65536) -> list[str]:
    """The last lines of a file, none if it cannot be read."""
    try:
        with open(path, "rb") as stream:
            stream.seek(max(0, os.stat(path).st_size - size))
            return stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
