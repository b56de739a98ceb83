# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stages keys beside keyrings, switches keyrings to them at a given time, and proves what the cluster then accepts."""

from __future__ import annotations

import contextlib
import os
import pwd
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import (
    child_processes,
    keyring,
    switch_plan,
    transport_rados,
)
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import AUTH_FAILED, CephError
from ansible_collections.dcn.glance.plugins.module_utils._ceph.model import HideSecret, ReportStep
from ansible_collections.dcn.glance.plugins.module_utils._ceph.recipient import private_path
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import Openssl, unseal
from ansible_collections.dcn.glance.plugins.module_utils._ceph.switch_plan import (
    CLEARED,
    SWITCHED,
    SwitchedKeyring,
    SwitchPlan,
)
from ansible_collections.dcn.glance.plugins.module_utils._core import files
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

#: Seconds between two attempts with an old key.
_PAUSE = 1.0


@dataclass(frozen=True)
class SwitchRun:
    """What a run asks for. ``at`` is the time of the switch, ``user`` the one that proves the keyrings.

    ``sent`` is the time at which the controller sent the task.
    """

    state: str
    recipient_directory: str
    user: str | None
    timeout: int
    refused_within: int
    at: float | None
    check: bool
    sent: float | None = None


@dataclass
class _Outcome:
    """What was found out about one keyring. ``old`` is the key before the switch."""

    plan: SwitchPlan
    ok: bool | None = None
    error: str | None = None
    old_refused: bool | None = None
    old: str | None = field(default=None, repr=False)


def manage(
    items: Sequence[SwitchedKeyring], run: SwitchRun, openssl: Callable[[], Openssl], hide: HideSecret
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Do it, or with ``check`` only predict it. Returns the values of the module and its diff."""
    user = child_processes.account(run.user) if not run.check else None
    if run.state == SWITCHED and not run.check and run.at is not None:
        time.sleep(max(0.0, run.at - time.time()))
    clock = switch_plan.clock_problem(run.sent, time.time())
    outcomes = [_apply(item, run, openssl, hide) for item in items]
    for each in outcomes if clock else ():
        each.ok, each.error = False, clock
    if not run.check and run.state != CLEARED:
        _prove(outcomes, run, user)
        _restore(outcomes)
        _wait_until_refused([each for each in outcomes if each.ok and each.old], run)
    diffs = [switch_plan.diff(each.plan) for each in outcomes if each.plan.changed]
    return {"changed": bool(diffs), "keyrings": [_described(each) for each in outcomes]}, diffs


def _apply(item: SwitchedKeyring, run: SwitchRun, openssl: Callable[[], Openssl], hide: HideSecret) -> _Outcome:
    """Change one keyring. An error does not prevent the others."""
    with files.locked(item.path, shared=run.check):
        state = files.read_file(item.path)
        found = switch_plan.held(item, state, files.read_file(item.staged_path(state)))
        plan = switch_plan.plan(item, found, run.state, run.check)
        outcome = _Outcome(plan, None if plan.problem is None else False, plan.problem)
        if run.check or plan.problem:
            return outcome
        try:
            _write(plan, run, openssl, hide, outcome)
        except DcnError as error:
            outcome.ok, outcome.error = False, str(error)
    return outcome


def _write(
    plan: SwitchPlan, run: SwitchRun, openssl: Callable[[], Openssl], hide: HideSecret, outcome: _Outcome
) -> None:
    item, state = plan.item, plan.held.state
    staged_path = item.staged_path(state)
    texts = {}
    for key_id in (plan.write, plan.stage):
        if key_id:
            private = private_path(run.recipient_directory)
            key = unseal(openssl(), private, item.sealed[key_id], item.cluster, item.client, key_id)
            hide(key)
            texts[key_id] = keyring.with_key(_text(state.data), item.client, key).encode("utf-8")
    if plan.write:
        files.replace_atomic(item.path, texts[plan.write], read=state)
    if plan.stage:
        files.write_atomic(staged_path, texts[plan.stage], state.mode, state.uid, state.gid, read=plan.held.staged)
    if plan.clears:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(staged_path)
    if plan.action == "switch":
        outcome.old = _key(state.data, item.client)
        if outcome.old:
            hide(outcome.old)
        os.rename(staged_path, state.real_path)


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace")


def _key(data: bytes | None, client: str) -> str | None:
    try:
        return keyring.key_of(_text(data), client)
    except keyring.KeyringError:
        return None


def _prove(outcomes: Sequence[_Outcome], run: SwitchRun, user: pwd.struct_passwd | None) -> None:
    """Connect with each keyring, as the service does."""
    tried = [each for each in outcomes if each.error is None]
    results = child_processes.run_all([_connection(each, run) for each in tried], user, run.timeout * 2 + 5)
    for each, result in zip(tried, results):
        each.ok = result.value is not None
        if result.killed:
            each.error = f"The cluster {each.plan.item.cluster} did not answer in time: the check was stopped."
        elif not each.ok:
            each.error = result.error
            if result.reason != AUTH_FAILED:
                # The cluster did not refuse the key, so the keyring stays.
                each.old = None


def _connection(outcome: _Outcome, run: SwitchRun) -> child_processes.ChildFunction:
    item = outcome.plan.item

    def connect(_report: ReportStep) -> dict[str, Any]:
        handle = transport_rados.connect(item.conf, item.client, item.path, run.timeout, item.cluster)
        try:
            return {"fsid": handle.get_fsid()}
        finally:
            handle.shutdown()

    return connect


def _restore(outcomes: Sequence[_Outcome]) -> None:
    """Put the old keyring back where the cluster refuses the new key."""
    for each in outcomes:
        data = each.plan.held.state.data
        if each.ok is False and each.old and data is not None:
            files.replace_atomic(each.plan.item.path, data)
            each.error = f"{each.error} The old keyring was restored."


def _wait_until_refused(outcomes: Sequence[_Outcome], run: SwitchRun) -> None:
    """Try the old keys until the clusters refuse them. A cluster commits the new key after its first use."""
    deadline = time.monotonic() + run.refused_within
    waiting = list(outcomes)
    while waiting:
        results = child_processes.run_all([_attempt(each, run) for each in waiting], None, run.timeout * 2 + 5)
        for each, result in zip(waiting, results):
            if result.value is not None:
                each.old_refused = bool(result.value["refused"])
        waiting = [each for each in waiting if not each.old_refused]
        if not waiting or time.monotonic() >= deadline:
            return
        time.sleep(_PAUSE)


def _attempt(outcome: _Outcome, run: SwitchRun) -> child_processes.ChildFunction:
    item, old = outcome.plan.item, str(outcome.old)

    def attempt(_report: ReportStep) -> dict[str, Any]:
        try:
            accepted = transport_rados.accepts(item.conf, item.client, old, run.timeout, item.cluster)
        except CephError as error:
            return {"refused": False, "error": str(error)}
        return {"refused": not accepted}

    return attempt


def _described(outcome: _Outcome) -> Mapping[str, Any]:
    plan = outcome.plan
    return {
        "cluster": plan.item.cluster,
        "client": plan.item.client,
        "path": plan.item.path,
        "action": plan.action,
        "changed": plan.changed,
        "ok": outcome.ok,
        "error": outcome.error,
        "old_refused": outcome.old_refused,
    }
