# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributed import tried for real: stage through one worker, import through the next, and clean up."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._kube.model import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._workers import mark as pods_mark
from ansible_collections.dcn.glance.plugins.module_utils._workers import ring as pods_ring
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import image as pods_inside_image
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker
from ansible_collections.dcn.glance.plugins.module_utils._workers.ring import Earlier, Pair, Ring
from ansible_collections.dcn.glance.plugins.module_utils._workers.run import PodFault, everywhere, run

# What an exec may take beyond what its program waits for.
MARGIN = 20.0


@dataclass(frozen=True)
class Probe:
    """How to try. ``identity`` goes to the pods by standard input: a token, an account, or the word to use theirs."""

    identity: Mapping[str, Any] = field(repr=False)
    size: int = 1024 * 1024
    stores: tuple[str, ...] = ()
    timeout: float = 120.0
    request_timeout: float = 60.0
    concurrency: int = 4

    def ends(self) -> float:
        """When a pair that is begun now has surely come to its end, cleaning included."""
        requests = 3 + 2 + 3 * 2
        return time.time() + self.timeout + requests * self.request_timeout + 5 * MARGIN


def try_rings(client: KubeClient, rings: Sequence[Ring], urls: Mapping[str, str], probe: Probe) -> list[dict[str, Any]]:
    """Every pair of every ring; one result per API."""
    pairs = [pair for ring in rings for pair in ring.pairs]
    done = everywhere(lambda pair: _try(client, pair, urls, probe), pairs, probe.concurrency)
    by_image = {result["image"]: (result, left) for result, left in done}
    return [_describe(ring, [by_image[pair.image] for pair in ring.pairs]) for ring in rings]


def remove_earlier(client: KubeClient, workers: Sequence[Worker], probe: Probe) -> list[dict[str, Any]]:
    """Remove what a proof that was killed has left behind; one result per image."""
    found: list[Earlier] = []
    for worker in workers:
        answer = _ask(client, worker, {"step": "find", "tag": pods_ring.NAME}, probe, 2 * probe.request_timeout)
        if answer["ok"]:
            found = pods_ring.earlier(answer["images"], time.time(), pods_mark.gone)
            break
    return [_remove(client, item, workers, probe) for item in found]


def _remove(client: KubeClient, item: Earlier, workers: Sequence[Worker], probe: Probe) -> dict[str, Any]:
    """Through every worker: one of them has the staged data, and only with a URL of its own is it asked by the rest."""
    result = {"image": item.image, "name": item.name, "removed": None, "reason": item.reason}
    if item.reason:
        return result
    wish = {"step": "clean", "image": item.image}
    for _again in range(2):
        answers = everywhere(
            lambda worker: _ask(client, worker, wish, probe, 2 * probe.request_timeout), workers, probe.concurrency
        )
        wrong = [str(answer["error"]) for answer in answers if answer.get("error")]
        if not wrong:
            break
    return {**result, "removed": not wrong, "reason": wrong[0] if wrong else ""}


def planned(rings: Sequence[Ring]) -> list[dict[str, Any]]:
    """What would be tried."""
    return [_describe(ring, [({**pair.place(), "image": ""}, []) for pair in ring.pairs]) for ring in rings]


def _describe(ring: Ring, done: Sequence[tuple[dict[str, Any], list[str]]]) -> dict[str, Any]:
    pairs = [result for result, _left in done]
    tried = [pair["ok"] for pair in pairs]
    return {
        "api": ring.api,
        "workers": list(ring.workers),
        "not_ready": list(ring.not_ready),
        "skipped": ring.reason,
        "ok": None if not pairs or None in tried else all(tried),
        "pairs": pairs,
        "leftovers": [text for _result, left in done for text in left],
    }


def _try(client: KubeClient, pair: Pair, urls: Mapping[str, str], probe: Probe) -> tuple[dict[str, Any], list[str]]:
    """One pair; whatever happens, what it made is removed."""
    trouble: DcnError | None = None
    staged: dict[str, Any] = {"ok": False, "error": "it was not asked", "seconds": 0.0}
    imported = None
    try:
        tags = pods_ring.tags(probe.ends(), pods_mark.own())
        wish = {"name": pair.name, "size": probe.size, "tags": tags}
        staged = _step(client, pair.staging, pair, "stage", wish, probe, 3 * probe.request_timeout)
        if staged["ok"]:
            wait = {"wait": probe.timeout, "stores": list(probe.stores)}
            limit = probe.timeout + 2 * probe.request_timeout
            imported = _step(client, pair.importing, pair, "import", wait, probe, limit)
    except DcnError as error:
        trouble = error
    left = [] if staged.get("made") is False else _clean(client, pair, probe)
    if trouble is not None:
        # For every pod alike, such as a missing right: told once what was cleaned, then raised.
        raise trouble
    return pods_ring.judge(pair, staged, imported, urls), left


def _step(
    client: KubeClient,
    worker: Worker,
    pair: Pair,
    step: str,
    options: Mapping[str, Any],
    probe: Probe,
    limit: float,
) -> dict[str, Any]:
    return _ask(client, worker, {**options, "step": step, "image": pair.image}, probe, limit)


def _ask(client: KubeClient, worker: Worker, options: Mapping[str, Any], probe: Probe, limit: float) -> dict[str, Any]:
    sent = {"image": "", **options, **probe.identity, "url": worker.url, "limit": probe.request_timeout}
    try:
        return run(client, worker, pods_inside_image, sent, limit + MARGIN)
    except PodFault as fault:
        return {"ok": False, "error": str(fault).rstrip("."), "seconds": 0.0, "made": options["step"] == "stage"}


def _clean(client: KubeClient, pair: Pair, probe: Probe) -> list[str]:
    """Remove the image and its staged data; what cannot be removed is told.

    First through the worker that staged it, which another one would ask anyhow; where that cannot, through the other,
    and then the staged file.
    """
    told: list[str] = []
    for worker in (pair.staging, pair.importing, pair.staging):
        try:
            result = _step(client, worker, pair, "clean", {}, probe, 2 * probe.request_timeout)
        except DcnError as error:
            result = {"ok": False, "error": str(error)}
        told = [str(result["error"])] if result.get("error") else []
        if result.get("deleted") and worker is pair.staging and not told:
            return []
    what = f"the image {pair.image} or its data in the staging directory of {pair.staging.name}"
    return [f"{what} could not be removed: {told[0] if told else 'the worker did not answer'}"]
