# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""statefulset_scale against kubernetes.core.k8s_scale: requests, seconds from ready to return, correct results.

    PYTHONPATH=.cache/collections .venv/bin/python tests/benchmarks/kube/scale.py

Both run as processes on the same StatefulSets, one after the other, through a proxy that counts requests.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._kube.model import PODS, STATEFULSETS
from ansible_collections.dcn.glance.tests.support.kube.scale import MODULE, Running, Space, connect
from ansible_collections.dcn.glance.tests.support.wait import until

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from counting_proxy import CountingProxy

OWN = "/var/lib/dcn-glance-kube/admin.kubeconfig"
K8S_SCALE = "ansible_collections.kubernetes.core.plugins.modules.k8s_scale"
TEN = tuple(f"ten-{index}" for index in range(10))


@dataclass
class Row:
    """One measured call."""

    case: str
    tool: str
    calls: int
    wall: float
    late: float | None
    answer: str
    correct: bool


class Observer(threading.Thread):
    """Notes when the StatefulSets of a namespace had exactly the desired pods, all ready, and the right status."""

    def __init__(self, space: Space, names: Sequence[str], replicas: int) -> None:
        super().__init__(daemon=True)
        self._space, self._names, self._replicas = space, names, replicas
        self._api = connect(space.kubeconfig)
        self.when: float | None = None
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            if self._as_desired():
                self.when = self.when or time.monotonic()
            else:
                self.when = None
            time.sleep(0.02)

    def _as_desired(self) -> bool:
        for body in self._api.list(STATEFULSETS, self._space.name)[0]:
            if body["metadata"]["name"] in self._names:
                status = body["status"]
                counts = {body["spec"]["replicas"], status.get("replicas", 0), status.get("readyReplicas", 0)}
                if counts != {self._replicas} or status["observedGeneration"] != body["metadata"]["generation"]:
                    return False
        pods = self._api.list(PODS, self._space.name)[0]
        mine = [pod for pod in pods if pod["metadata"]["name"].rpartition("-")[0] in self._names]
        return len(mine) == self._replicas * len(self._names)

    def end(self) -> float | None:
        self._ended.set()
        self.join()
        return self.when


class Reverter(threading.Thread):
    """An operator that reverts the replicas at once, as real ones do."""

    def __init__(self, space: Space, name: str, replicas: int) -> None:
        super().__init__(daemon=True)
        self._space, self._name, self._replicas = space.name, name, replicas
        self._api = connect(space.kubeconfig)

    def run(self) -> None:
        body = self._api.get(STATEFULSETS, self._space, self._name) or {}
        version = body["metadata"]["resourceVersion"]
        where = f"metadata.name={self._name}"
        for _kind, now in self._api.watch(
            STATEFULSETS, self._space, fields=where, resource_version=version, timeout=120
        ):
            if now.get("spec", {}).get("replicas", self._replicas) != self._replicas:
                back = {"spec": {"replicas": self._replicas}}
                self._api.patch(STATEFULSETS, self._space, self._name, back, subresource="scale")


Tool = tuple[str, str, Callable[[Sequence[str], int], dict[str, Any]]]


def arguments_of_this_module(names: Sequence[str], replicas: int) -> dict[str, Any]:
    return {"targets": [{"name": name, "replicas": replicas} for name in names], "timeout": 120}


def arguments_of_k8s_scale(sleep: int) -> Callable[[Sequence[str], int], dict[str, Any]]:
    """One call for all targets: k8s_scale selects several objects by a label."""

    def arguments(names: Sequence[str], replicas: int) -> dict[str, Any]:
        which = {"name": names[0]} if len(names) == 1 else {"label_selectors": ["bench=ten"]}
        common = {"api_version": "apps/v1", "kind": "StatefulSet", "replicas": replicas}
        return {**common, **which, "wait_sleep": sleep, "wait_timeout": 120}

    return arguments


TOOLS: list[Tool] = [
    ("k8s_scale", K8S_SCALE, arguments_of_k8s_scale(5)),
    ("k8s_scale, wait_sleep 1", K8S_SCALE, arguments_of_k8s_scale(1)),
    ("statefulset_scale", MODULE, arguments_of_this_module),
]


class Bench:
    """The StatefulSets, the proxy and the measurements."""

    def __init__(self, kubeconfig: str) -> None:
        self.space = Space(kubeconfig)
        self.proxy = CountingProxy(kubeconfig)
        self._directory = tempfile.TemporaryDirectory()
        self._way = self.proxy.kubeconfig(pathlib.Path(self._directory.name))
        self.rows: list[Row] = []

    def close(self) -> None:
        self.proxy.close()
        self._directory.cleanup()
        self.space.close()

    def call(self, tool: Tool, names: Sequence[str], replicas: int) -> Any:
        arguments = tool[2](names, replicas)
        return Running({"kubeconfig": self._way, "namespace": self.space.name, **arguments}, tool[1]).end()

    def measure(self, case: str, tool: Tool, names: Sequence[str], replicas: int) -> None:
        self.proxy.take()
        observer = Observer(self.space, names, replicas)
        observer.start()
        run = self.call(tool, names, replicas)
        calls = len(self.proxy.take())
        until("the pods are ready", lambda: observer.when, 120)
        when = observer.end()
        late = run.ended - when if when is not None and run.result.get("changed") else None
        self._row(case, tool, calls, run, late, late is None or late > -0.1)

    def revert(self, tool: Tool) -> None:
        """Measure a scale to 3 that is reverted to 1."""
        name = "kept"
        self.proxy.take()
        run = self.call(tool, [name], 3)
        now = self.space.replicas(name)
        succeeded = run.rc == 0
        self._row("operator reverts 1 -> 3", tool, len(self.proxy.take()), run, None, succeeded == (now == 3))

    def _row(self, case: str, tool: Tool, calls: int, run: Any, late: float | None, correct: bool) -> None:
        word = "ok" if run.rc == 0 else f"failed, {run.result.get('reason') or run.msg[:20]}"
        answer = f"{word}, changed={str(run.result.get('changed', False)).lower()}"
        self.rows.append(Row(case, tool[0], calls, run.seconds, late, answer, correct))

    def run(self) -> None:
        self.space.statefulset("one", 1)
        for name in TEN:
            self.space.statefulset(name, 0, ready=False, labels={"bench": "ten"})
        self.call(TOOLS[0], ["one"], 1)  # from now on its discovery is cached on disk
        for tool in TOOLS:
            self.measure("1 target, 1 -> 3", tool, ["one"], 3)
            self.measure("1 target, no change", tool, ["one"], 3)
            self.measure("1 target, 3 -> 1", tool, ["one"], 1)
        for tool in TOOLS:
            self.measure("10 targets, 0 -> 1", tool, TEN, 1)
            self.measure("10 targets, 1 -> 0", tool, TEN, 0)
        self.space.statefulset("kept", 1)
        Reverter(self.space, "kept", 1).start()
        for tool in TOOLS:
            self.revert(tool)


def table(rows: Sequence[Row]) -> str:
    """The rows by case, with the ratio of the requests to those of statefulset_scale."""
    lines = [
        "| case | module | API calls | x | process, s | ready to return, s | answer | correct |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for case in dict.fromkeys(row.case for row in rows):
        mine = [row for row in rows if row.case == case]
        base = mine[-1].calls or 1
        for row in mine:
            late = "" if row.late is None else f"{row.late:.2f}"
            lines.append(
                f"| {case} | {row.tool} | {row.calls} | {row.calls / base:.1f} | {row.wall:.1f} | {late} "
                f"| {row.answer} | {'yes' if row.correct else '**no**'} |"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", default=os.environ.get("KUBECONFIG") or OWN)
    bench = Bench(parser.parse_args().kubeconfig)
    try:
        bench.run()
    finally:
        bench.close()
    print(table(bench.rows))


if __name__ == "__main__":
    main()
