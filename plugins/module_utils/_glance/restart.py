# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart a unit without an outage that can be avoided: ask first, wait, and return to what worked.

``module`` is an AnsibleModule with the options of service_restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.previous import forget, kept_files, restore
from ansible_collections.dcn.glance.plugins.module_utils._core.service import Unit
from ansible_collections.dcn.glance.plugins.module_utils._core.systemd import last_log, wait
from ansible_collections.dcn.glance.plugins.module_utils._glance.dry_run import DryRun, dry_run, glance_python
from ansible_collections.dcn.glance.plugins.module_utils._glance.reload import reload_workers
from ansible_collections.dcn.glance.plugins.module_utils._glance.running_imports import wait_for_imports
from ansible_collections.dcn.glance.plugins.module_utils._glance.start_check import PASSED, REFUSED
from ansible_collections.dcn.glance.plugins.module_utils._ini import redact
from ansible_collections.dcn.glance.plugins.module_utils._ini.module import file_secrets


def ask_glance(module: Any, unit: Unit) -> DryRun:
    """The answer of Glance's own code; DcnError if it refuses the configuration."""
    conf = module.params["files"][0]
    command, timeout = module.params["python_exec"], module.params["dry_run_timeout"]
    if command:
        answer = dry_run(command, module.params["dry_run_file"] or conf, "", timeout)
    else:
        answer = dry_run(glance_python(module.get_bin_path("glance-api")), conf, unit.user, timeout)
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


@dataclass(frozen=True)
class Restarted:
    """What Glance answered, whether a reload was enough, and why it was not although it was wanted."""

    answer: DryRun
    reloaded: bool = False
    not_reloaded: str = ""


def reload_or_restart(module: Any, systemctl: str, unit: Unit) -> Restarted:
    """Ask, and reload the unit if that is wanted and enough; otherwise restart it."""
    answer = ask_glance(module, unit) if module.params["dry_run"] == "glance" else DryRun("")
    why = ""
    _wait_for_imports(module, unit)
    if module.params["reload"]:
        why = reload_workers(unit, module.params["files"], answer.state == PASSED)
        if not why:
            return Restarted(answer, reloaded=True)
    _restart(module, systemctl, unit)
    return Restarted(answer, not_reloaded=why)


def _wait_for_imports(module: Any, unit: Unit) -> None:
    """Give imports and copies in progress time to end, and name those that do not."""
    staging, seconds = module.params["staging"], module.params["import_timeout"]
    cut = wait_for_imports(staging, seconds) if staging and unit.active and seconds > 0 else []
    if cut:
        named = f"{', '.join(cut[:20])}{', ...' if len(cut) > 20 else ''}"
        module.warn(
            f"{unit.name} still worked on {len(cut)} imports or copies after {seconds} seconds, and its restart or "
            f"reload ended them. Import or copy these images again: {named}"
        )


def _restart(module: Any, systemctl: str, unit: Unit) -> None:
    if module.params["enable"] and unit.disabled and not unit.active:
        rc, _out, err = module.run_command([systemctl, "enable", unit.name])
        if rc != 0:
            raise DcnError(f"{unit.name} cannot be enabled: {err.strip()}")
    rc, _out, err = module.run_command([systemctl, "restart", unit.name])
    if rc != 0:
        raise DcnError(f"{unit.name} cannot be restarted: {err.strip()}{last_log(module)}")


def hold(module: Any, unit: Unit, reason: str) -> str:
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


def wait_or_restore(module: Any, systemctl: str, before: Unit, restarted: bool, waiting: bool) -> None:
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


def restored(module: Any, systemctl: str, kept: list[str]) -> str:
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
