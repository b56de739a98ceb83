# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of statefulset_scale, checked before any request is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import NONE, READY
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import DNS_SUBDOMAIN, MAX_REPLICAS

MAXIMUM = 2**31 - 1  # of the field spec.replicas of a StatefulSet


@dataclass(frozen=True)
class DesiredReplicas:
    """The desired replicas of one StatefulSet, or of one Glance API (a key of ``glanceAPIs``)."""

    namespace: str
    replicas: int
    name: str = ""
    api: str = ""

    @property
    def label(self) -> str:
        """The target in messages."""
        if self.api:
            return f"Glance API {self.api} in namespace {self.namespace}"
        return f"StatefulSet {self.namespace}/{self.name}"


@dataclass(frozen=True)
class ScaleOptions:
    """All options of one call. Times are in seconds; without ``timeout`` a default is calculated."""

    targets: tuple[DesiredReplicas, ...]
    via: str = "auto"
    wait: str = READY
    timeout: float | None = None
    stable_seconds: float = 0.0
    pvc: str = "report"
    pvc_reuse: str = "warn"
    volume_shortage: str = "fail"
    guard_staged: bool = True
    staging_path: str = "/var/lib/glance/os_glance_staging_store"
    check: bool = False


def read_options(params: Mapping[str, Any], check: bool) -> ScaleOptions:
    """Read the module's options. Raises ``InputErrors`` with the problems of all targets."""
    problems: list[Problem] = []
    targets = _targets(params, problems)
    for option in ("timeout", "stable_seconds"):
        if params.get(option) is not None and params[option] < 0:
            problems.append(Problem(option, f"{params[option]} is negative"))
    if params["pvc"] == "delete_removed" and params["wait"] == NONE:
        problems.append(
            Problem("pvc", "delete_removed requires a wait, because a claim is deleted after the pods that use it")
        )
    if params["timeout"] is not None and params["stable_seconds"] > params["timeout"] >= 0:
        problems.append(Problem("stable_seconds", "it is longer than the timeout, so the wait can never succeed"))
    if problems:
        raise InputErrors(problems)
    names = ("via", "wait", "timeout", "stable_seconds", "pvc", "pvc_reuse", "volume_shortage", "guard_staged")
    options = {name: params[name] for name in (*names, "staging_path")}
    return ScaleOptions(tuple(targets), check=check, **options)


def _targets(params: Mapping[str, Any], problems: list[Problem]) -> list[DesiredReplicas]:
    """From the list ``targets``, or from the options that describe a single target."""
    given = params.get("targets")
    items = given if given is not None else [{key: params.get(key) for key in ("name", "api", "replicas")}]
    if given is not None and not given:
        problems.append(Problem("targets", "the list is empty"))
    found: list[DesiredReplicas] = []
    known: set[tuple[str, str, str]] = set()
    for index, item in enumerate(items):
        path = f"targets[{index}]" if given is not None else ""
        target = _target(path, item, params, problems)
        key = (target.namespace, target.name, target.api)
        if key in known:
            problems.append(Problem(path, f"{target.label} is listed twice"))
        known.add(key)
        found.append(target)
    return found


def _target(path: str, item: Mapping[str, Any], params: Mapping[str, Any], problems: list[Problem]) -> DesiredReplicas:
    def at(option: str) -> str:
        return f"{path}.{option}" if path else option

    name, api = item.get("name") or "", item.get("api") or ""
    namespace = item.get("namespace") or params.get("namespace") or ""
    replicas = item.get("replicas")
    if bool(name) == bool(api):
        problems.append(Problem(at("name"), "specify either 'name' (a StatefulSet) or 'api' (a Glance API)"))
    for option, value in (("name", name), ("api", api), ("namespace", namespace)):
        if value and not DNS_SUBDOMAIN.fullmatch(value):
            problems.append(Problem(at(option), f"'{value}' is not a valid name of a Kubernetes object"))
    if not namespace:
        problems.append(Problem(at("namespace"), "specify the namespace, here or for all targets"))
    if replicas is None:
        problems.append(Problem(at("replicas"), "specify the number of replicas"))
    elif replicas < 0:
        problems.append(Problem(at("replicas"), f"{replicas} is negative"))
    elif replicas > MAXIMUM:
        problems.append(Problem(at("replicas"), f"{replicas} is more than a StatefulSet can have ({MAXIMUM})"))
    elif api and replicas > MAX_REPLICAS:
        problems.append(Problem(at("replicas"), f"{replicas} is more than a Glance API can have ({MAX_REPLICAS})"))
    return DesiredReplicas(namespace, replicas or 0, name, api)


def default_timeout(statefulsets: Sequence[Mapping[str, Any]], replicas: int) -> float:
    """Seconds for a change to that many replicas, with room for slow images. OrderedReady takes longer."""
    longest = 0.0
    for statefulset in statefulsets:
        spec = statefulset.get("spec") or {}
        delta = replicas - int(spec.get("replicas") or 0)
        step = 15.0 if spec.get("podManagementPolicy") == "Parallel" else 60.0
        pod = (spec.get("template") or {}).get("spec") or {}
        grace = float(pod.get("terminationGracePeriodSeconds") or 30) if delta < 0 else 0.0
        seconds = 180.0 + abs(delta) * step + (grace if step == 15.0 else abs(delta) * grace)
        longest = max(longest, seconds + float(spec.get("minReadySeconds") or 0))
    return longest or 180.0
