# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scale is asked to do: the module's options, checked before anything is contacted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import NONE, READY

MAXIMUM = 2**31 - 1  # of the field
GLANCE_MAXIMUM = 32  # what the operator's definition allows for a Glance API


_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


@dataclass(frozen=True)
class Target:
    """One number to set: a StatefulSet's, or that of a Glance API (a key of ``glanceAPIs``)."""

    namespace: str
    replicas: int
    name: str = ""
    api: str = ""
    expect: int | None = None

    @property
    def label(self) -> str:
        """The target in messages."""
        if self.api:
            return f"Glance API {self.api} in namespace {self.namespace}"
        return f"StatefulSet {self.namespace}/{self.name}"


@dataclass(frozen=True)
class Wishes:
    """Everything else that was asked."""

    targets: tuple[Target, ...]
    via: str = "auto"
    wait: str = READY
    timeout: float | None = None
    progress_timeout: float | None = None
    stable_seconds: float = 0.0
    pvc: str = "report"
    pvc_reuse: str = "warn"
    volume_shortage: str = "fail"
    on_mismatch: str = "fail"
    guard_staged: bool = True
    staging_path: str = "/var/lib/glance/os_glance_staging_store"
    check: bool = False


def wishes(params: Mapping[str, Any], check: bool) -> Wishes:
    """Read the module's options; every problem of all targets is raised at once."""
    problems: list[Problem] = []
    targets = _targets(params, problems)
    for option in ("timeout", "progress_timeout", "stable_seconds"):
        if params.get(option) is not None and params[option] < 0:
            problems.append(Problem(option, f"{params[option]} is negative"))
    if params["pvc"] == "delete_removed" and params["wait"] == NONE:
        problems.append(
            Problem("pvc", "delete_removed needs a wait: a claim must not go before the pods of its ordinal have gone")
        )
    if params["timeout"] is not None and params["stable_seconds"] > params["timeout"] >= 0:
        problems.append(Problem("stable_seconds", "it is longer than the timeout, so no wait could ever succeed"))
    if problems:
        raise InputErrors(problems)
    same = ("via", "wait", "timeout", "progress_timeout", "stable_seconds", "pvc", "pvc_reuse", "volume_shortage")
    more = ("on_mismatch", "guard_staged", "staging_path")
    return Wishes(tuple(targets), check=check, **{name: params[name] for name in (*same, *more)})


def _targets(params: Mapping[str, Any], problems: list[Problem]) -> list[Target]:
    """From the list, or from the options that stand for a list of one."""
    given = params.get("targets")
    items = given if given is not None else [{key: params.get(key) for key in ("name", "api", "replicas")}]
    if given is not None and not given:
        problems.append(Problem("targets", "the list is empty"))
    found: list[Target] = []
    seen: set[tuple[str, str, str]] = set()
    for index, item in enumerate(items):
        path = f"targets[{index}]" if given is not None else ""
        target = _target(path, item, params, problems)
        key = (target.namespace, target.name, target.api)
        if key in seen:
            problems.append(Problem(path, f"{target.label} is listed twice"))
        seen.add(key)
        found.append(target)
    return found


def _target(path: str, item: Mapping[str, Any], params: Mapping[str, Any], problems: list[Problem]) -> Target:
    def at(option: str) -> str:
        return f"{path}.{option}" if path else option

    name, api = item.get("name") or "", item.get("api") or ""
    namespace = item.get("namespace") or params.get("namespace") or ""
    replicas = item.get("replicas")
    if bool(name) == bool(api):
        problems.append(Problem(at("name"), "state exactly one of 'name' (a StatefulSet) and 'api' (a Glance API)"))
    for option, value in (("name", name), ("api", api), ("namespace", namespace)):
        if value and not _NAME.fullmatch(value):
            problems.append(Problem(at(option), f"'{value}' cannot be the name of a Kubernetes object"))
    if not namespace:
        problems.append(Problem(at("namespace"), "state the namespace, here or for all targets"))
    if replicas is None:
        problems.append(Problem(at("replicas"), "state the number of replicas"))
    elif replicas < 0:
        problems.append(Problem(at("replicas"), f"{replicas} is negative"))
    elif replicas > MAXIMUM:
        problems.append(Problem(at("replicas"), f"{replicas} is more than a StatefulSet can have ({MAXIMUM})"))
    elif api and replicas > GLANCE_MAXIMUM:
        problems.append(Problem(at("replicas"), f"{replicas} is more than a Glance API can have ({GLANCE_MAXIMUM})"))
    expect = item.get("expect_replicas")
    return Target(namespace, replicas or 0, name, api, expect if expect is not None else params.get("expect_replicas"))


def default_timeout(before: Sequence[Mapping[str, Any]], replicas: int) -> float:
    """Time enough for what has to happen, with room for slow images: one after the other takes longer."""
    longest = 0.0
    for statefulset in before:
        spec = statefulset.get("spec") or {}
        delta = replicas - int(spec.get("replicas") or 0)
        step = 15.0 if spec.get("podManagementPolicy") == "Parallel" else 60.0
        pod = (spec.get("template") or {}).get("spec") or {}
        grace = float(pod.get("terminationGracePeriodSeconds") or 30) if delta < 0 else 0.0
        seconds = 180.0 + abs(delta) * step + (grace if step == 15.0 else abs(delta) * grace)
        longest = max(longest, seconds + float(spec.get("minReadySeconds") or 0))
    return longest or 180.0
