# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes of many stores at once, and what they say together."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph import forked
from ansible_collections.dcn.glance.plugins.module_utils._ceph.errors import FAILED, TIMED_OUT
from ansible_collections.dcn.glance.plugins.module_utils._ceph.store_probe import (
    Connect,
    ProbeResult,
    StoreProbe,
    probe,
)
from ansible_collections.dcn.glance.plugins.module_utils._core import ceph_names
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem


def unique_name(host: str, kind: str = "probe") -> str:
    """A name that tells where it comes from, should it ever stay behind."""
    place = re.sub(r"[^A-Za-z0-9-]", "-", host.split(".")[0]) or "host"
    return f"dcn-{kind}-{place}-{secrets.token_hex(6)}"


def wanted_probes(items: Sequence[Mapping[str, Any]], host: str) -> list[StoreProbe]:
    """Read the module's ``stores``."""
    problems = []
    result = []
    for index, item in enumerate(items):
        path = f"stores[{index}]"
        for key, problem in (
            ("client", ceph_names.client_name_problem(item["client"])),
            ("denied_pools", f"'{item['pool']}' is the store's own" if item["pool"] in item["denied_pools"] else None),
        ):
            if problem:
                problems.append(Problem(f"{path}.{key}", problem))
        result.append(
            StoreProbe(
                item["store"],
                item["cluster"],
                item["conf"],
                item["client"],
                item["pool"],
                unique_name(host),
                item["keyring"],
                tuple(item["denied_pools"]),
                item["fsid"],
            )
        )
    if problems:
        raise InputErrors(problems)
    return result


def run(
    wanted: Sequence[StoreProbe], connect: Connect, user: str | None, timeout: int, check: bool
) -> list[dict[str, Any]]:
    """Probe all stores side by side, each in a process of its own."""
    try:
        account = forked.account(user)
    except DcnError as error:
        if not check:
            raise
        return [_entry(item, ProbeResult(None, "skipped", str(error)).values(), [], 0.0) for item in wanted]

    def job(item: StoreProbe) -> forked.Job:
        return lambda note: probe(item, connect, note, writes=not check).values()

    # librados gives up by itself after the timeout; the limit is for one that does not.
    outcomes = forked.run_all([job(item) for item in wanted], account, timeout * 2 + 5)
    return [_result(item, outcome) for item, outcome in zip(wanted, outcomes)]


def _result(item: StoreProbe, outcome: forked.Outcome) -> dict[str, Any]:
    if outcome.value is not None:
        return _entry(item, outcome.value, outcome.steps, outcome.seconds)
    last = outcome.steps[-1] if outcome.steps else "start"
    if outcome.killed:
        status = TIMED_OUT
        text = f"The cluster {item.cluster} did not answer in time at the step '{last}', and the probe was ended."
    else:
        status, text = FAILED, f"At the step '{last}': {outcome.error}"
    leftover = f"{item.pool}/{item.image}" if "create" in outcome.steps else None
    return _entry(item, ProbeResult(False, status, text, leftover=leftover).values(), outcome.steps, outcome.seconds)


def _entry(item: StoreProbe, values: Mapping[str, Any], steps: Sequence[str], seconds: float) -> dict[str, Any]:
    place = {"store": item.store, "cluster": item.cluster, "client": item.client, "pool": item.pool}
    return {**place, **values, "steps": list(steps), "seconds": seconds}


def failures(probes: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each store that did not pass."""
    lines = []
    for item in probes:
        if item["ok"] is False:
            rest = f" It may have left the image {item['leftover']}." if item["leftover"] else ""
            lines.append(f"store {item['store']} (cluster {item['cluster']}): {item['error']}{rest}")
    return lines
