# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test distributed import: stage through one worker, import through the next, and remove the test image."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import keystone_token
from ansible_collections.dcn.glance.plugins.module_utils._kube.client import KubeClient
from ansible_collections.dcn.glance.plugins.module_utils._workers import ring
from ansible_collections.dcn.glance.plugins.module_utils._workers.input import pod_credentials
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import import_steps
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker
from ansible_collections.dcn.glance.plugins.module_utils._workers.ring import Pair, Ring, StaleImage
from ansible_collections.dcn.glance.plugins.module_utils._workers.run import PodError, run_parallel, run_program

# Seconds that a command in a pod may take beyond the time limits inside its program.
MARGIN = 20.0


@dataclass(frozen=True)
class ProbeOptions:
    """How to test. Times are in seconds, ``size`` in bytes.

    ``identity`` is sent to the pods by standard input: a token, credentials, or the request to use their own account.
    """

    identity: Mapping[str, Any] = field(repr=False)
    size: int = 1024 * 1024
    stores: tuple[str, ...] = ()
    timeout: float = 120.0
    request_timeout: float = 60.0
    concurrency: int = 4

    def ends(self) -> float:
        """When a pair that starts now has certainly ended, including the removal of its image."""
        requests = 3 + 2 + 3 * 2
        return time.time() + self.timeout + requests * self.request_timeout + 5 * MARGIN


def identity(authenticate: str, openstack: Mapping[str, Any]) -> dict[str, Any]:
    """What the programs in the pods need to authenticate, by the option ``authenticate``."""
    if authenticate == "worker":
        return {"service": True}
    if authenticate == "host":
        return {"token": keystone_token(openstack)}
    return {"auth": pod_credentials(openstack.get("auth") or {})}


def probe_rings(
    client: KubeClient, rings: Sequence[Ring], urls: Mapping[str, str], options: ProbeOptions
) -> list[dict[str, Any]]:
    """Test every pair of every ring; one result per API."""
    pairs = [pair for each in rings for pair in each.pairs]
    done = run_parallel(lambda pair: _probe(client, pair, urls, options), pairs, options.concurrency)
    by_image = {result["image"]: (result, leftovers) for result, leftovers in done}
    return [_api_result(each, [by_image[pair.image] for pair in each.pairs]) for each in rings]


def remove_stale_images(client: KubeClient, workers: Sequence[Worker], options: ProbeOptions) -> list[dict[str, Any]]:
    """Remove the test images of earlier runs that were killed; one result per image."""
    found: list[StaleImage] = []
    for worker in workers:
        answer = _ask(client, worker, {"step": "find", "tag": ring.NAME}, options, 2 * options.request_timeout)
        if answer["ok"]:
            found = ring.stale_images(answer["images"], time.time())
            break
    return [_remove(client, item, workers, options) for item in found]


def _remove(client: KubeClient, item: StaleImage, workers: Sequence[Worker], options: ProbeOptions) -> dict[str, Any]:
    """Remove an image through every worker: only one has the staged data, and not each reaches it through others."""
    result = {"image": item.image, "name": item.name, "removed": None, "reason": item.reason}
    if item.reason:
        return result
    request = {"step": "clean", "image": item.image}
    for _attempt in range(2):
        answers = run_parallel(
            lambda worker: _ask(client, worker, request, options, 2 * options.request_timeout),
            workers,
            options.concurrency,
        )
        errors = [str(answer["error"]) for answer in answers if answer.get("error")]
        if not errors:
            break
    return {**result, "removed": not errors, "reason": errors[0] if errors else ""}


def planned(rings: Sequence[Ring]) -> list[dict[str, Any]]:
    """The results of check mode: the pairs that would be tested."""
    return [_api_result(each, [({**pair.empty_result(), "image": ""}, []) for pair in each.pairs]) for each in rings]


def _api_result(api: Ring, done: Sequence[tuple[dict[str, Any], list[str]]]) -> dict[str, Any]:
    pairs = [result for result, _leftovers in done]
    tried = [pair["ok"] for pair in pairs]
    return {
        "api": api.api,
        "workers": list(api.workers),
        "not_ready": list(api.not_ready),
        "skipped": api.reason,
        "ok": None if not pairs or None in tried else all(tried),
        "pairs": pairs,
        "leftovers": [text for _result, leftovers in done for text in leftovers],
    }


def _probe(
    client: KubeClient, pair: Pair, urls: Mapping[str, str], options: ProbeOptions
) -> tuple[dict[str, Any], list[str]]:
    """The result of one pair, and what could not be removed. The test image is removed in any case."""
    failure: DcnError | None = None
    staged: dict[str, Any] = {"ok": False, "error": "no request was sent", "seconds": 0.0}
    imported = None
    try:
        request = {"name": pair.name, "size": options.size, "tags": ring.tags(options.ends())}
        staged = _step(client, pair.staging, pair, "stage", request, options, 3 * options.request_timeout)
        if staged["ok"]:
            request = {"wait": options.timeout, "stores": list(options.stores)}
            limit = options.timeout + 2 * options.request_timeout
            imported = _step(client, pair.importing, pair, "import", request, options, limit)
    except DcnError as error:
        failure = error
    leftovers = [] if staged.get("created") is False else _clean(client, pair, options)
    if failure is not None:
        # The same for every pair, such as a missing permission.
        raise failure
    return ring.pair_result(pair, staged, imported, urls), leftovers


def _step(
    client: KubeClient,
    worker: Worker,
    pair: Pair,
    step: str,
    request: Mapping[str, Any],
    options: ProbeOptions,
    limit: float,
) -> dict[str, Any]:
    return _ask(client, worker, {**request, "step": step, "image": pair.image}, options, limit)


def _ask(
    client: KubeClient, worker: Worker, request: Mapping[str, Any], options: ProbeOptions, limit: float
) -> dict[str, Any]:
    sent = {"image": "", **request, **options.identity, "url": worker.url, "limit": options.request_timeout}
    try:
        return run_program(client, worker, import_steps, sent, limit + MARGIN)
    except PodError as error:
        created = request["step"] == "stage"  # it may have been
        return {"ok": False, "error": str(error).rstrip("."), "seconds": 0.0, "created": created}


def _clean(client: KubeClient, pair: Pair, options: ProbeOptions) -> list[str]:
    """Remove the image and its staged data; returns what could not be removed.

    First through the staging worker, to which any other worker would forward the request. Where that fails, through
    the importing worker, and then the staged file through the staging worker.
    """
    errors: list[str] = []
    for worker in (pair.staging, pair.importing, pair.staging):
        try:
            result = _step(client, worker, pair, "clean", {}, options, 2 * options.request_timeout)
        except DcnError as error:
            result = {"ok": False, "error": str(error)}
        errors = [str(result["error"])] if result.get("error") else []
        if result.get("deleted") and worker is pair.staging and not errors:
            return []
    what = f"the image {pair.image} or its data in the staging directory of {pair.staging.name}"
    return [f"{what} could not be removed: {errors[0] if errors else 'the worker did not answer'}"]
