# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each part of a reconciliation needs: the cluster, the settings, the switches, the time."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from datetime import datetime, timezone

from .apply import Applier
from .cluster import CONFIG_MAPS, SECRETS, Cluster, Kind
from .conditions import Problem
from .names import Object, finalizer, is_owned
from .settings import CONFIG_MAP, Settings, Switches


class Stop(Exception):
    """The reconciliation of this object cannot continue; its condition says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = replace(problem, stops=True)


class Late:
    """Counts that are reported some seconds after they changed."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[int, float]] = {}

    def shown(self, key: str, reported: int, actual: int, lag: float, now: float) -> tuple[int, float | None]:
        """The count to report, and the seconds until the next run if it is not the actual one."""
        if actual == reported:
            self._since.pop(key, None)
            return reported, None
        seen, since = self._since.get(key, (actual, now))
        if seen != actual:
            since = now
        self._since[key] = (actual, since)
        if now - since >= lag:
            del self._since[key]
            return actual, None
        return reported, since + lag - now


class Context:
    def __init__(self, cluster: Cluster, settings: Settings, switches: Switches) -> None:
        self.cluster = cluster
        self.settings = settings
        self.applier = Applier(cluster)
        self.late = Late()
        self.first_ready: dict[str, float] = {}
        self._switches = switches
        self._again: list[float] = []

    @property
    def switches(self) -> Switches:
        """The switches of the command line, replaced by those of the ConfigMap."""
        found = self.cluster.store.get(CONFIG_MAPS, CONFIG_MAP)
        return self._switches.changed((found or {}).get("data") or {})

    def requeue(self, seconds: float | None) -> None:
        """Request another run after so many seconds, even if nothing changes until then."""
        if seconds is not None:
            self._again.append(seconds)

    def next_run(self) -> float | None:
        wanted, self._again = self._again, []
        return min(wanted, default=None)

    def alive(self, kind: Kind) -> list[Object]:
        """All objects of a kind that are not being deleted."""
        return [obj for obj in self.cluster.store.list(kind) if not obj["metadata"].get("deletionTimestamp")]

    def leaving(self, kind: Kind) -> list[Object]:
        """All objects of a kind that are being deleted and have the operator's finalizer."""
        return [
            obj
            for obj in self.cluster.store.list(kind)
            if obj["metadata"].get("deletionTimestamp") and finalizer(obj) in obj["metadata"].get("finalizers", [])
        ]

    def owned(self, kind: Kind, owner: Object) -> list[Object]:
        return [obj for obj in self.alive(kind) if is_owned(obj, owner)]

    def secret(self, name: str) -> dict[str, str] | None:
        """The content of a Secret as text."""
        found = self.cluster.store.get(SECRETS, name)
        if found is None:
            return None
        return {key: base64.b64decode(value).decode() for key, value in (found.get("data") or {}).items()}

    def late_count(self, key: str, reported: int, actual: int) -> int:
        count, again = self.late.shown(key, reported, actual, self.switches.lag, time.monotonic())
        self.requeue(again)
        return count

    @staticmethod
    def now() -> str:
        return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def encoded(files: dict[str, str]) -> dict[str, str]:
    return {name: base64.b64encode(text.encode()).decode() for name, text in files.items()}
