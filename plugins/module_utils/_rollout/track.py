# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was seen to happen to one StatefulSet in a wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import Object
from ansible_collections.dcn.glance.plugins.module_utils._kube.statefulset import asked, counts
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import (
    CREATED,
    NONE,
    RECREATED,
    ROLLING,
    SCALED,
)

#: Pods were not ready yet, for something that was over before the wait.
STARTING = "starting"
_SEVERITY = (NONE, STARTING, SCALED, ROLLING, CREATED, RECREATED)


@dataclass
class Track:
    """``action`` is the most severe thing that was seen, in the words of a forecast and one more."""

    action: str = NONE
    done_since: float | None = None
    seconds: float = 0.0
    seen: bool = False
    uid: str = ""
    revision: str = ""
    replicas: int = -1

    def see(self, statefulset: Object | None, done: bool, now: float, seconds: float) -> None:
        """One look; ``seconds`` are those since the wait began."""
        uid = str(statefulset["metadata"]["uid"]) if statefulset is not None else ""
        if not done or uid != self.uid:
            self.done_since = None
        if done and self.done_since is None:
            self.done_since, self.seconds = now, seconds
        if statefulset is not None:
            self._notice(statefulset, uid)
        self.seen = True

    def _notice(self, statefulset: Object, uid: str) -> None:
        status: dict[str, Any] = statefulset.get("status") or {}
        newest, replicas = str(status.get("updateRevision") or ""), asked(statefulset)
        moving = bool(newest and replicas) and status.get("currentRevision") not in ("", None, newest)
        if self.seen and uid != self.uid:
            self._note(RECREATED if self.uid else CREATED)
        elif moving or (self.revision and newest and newest != self.revision):
            self._note(ROLLING)
        elif self.replicas not in (-1, replicas) or counts(statefulset)["replicas"] > replicas:
            self._note(SCALED)
        elif counts(statefulset)["readyReplicas"] < replicas:
            # So it is with a set that was just made, too.
            self._note(STARTING)
        self.uid, self.revision, self.replicas = uid, newest or self.revision, replicas

    def _note(self, action: str) -> None:
        self.action = max(self.action, action, key=_SEVERITY.index)
