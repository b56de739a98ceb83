# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test of distributed import: which worker stages, which worker imports, and the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, Task
from ansible_collections.dcn.glance.plugins.module_utils._workers.model import Worker
from ansible_collections.dcn.glance.plugins.module_utils._workers.urls import OVERRIDE_HINT

NAME = "dcn-glance-import-probe"
SKIPPED = "skipped"
PLANNED = "planned"
FAILED = "failed"
ACTIVE = "active"
REACH_HINT = (
    "The importing worker forwards the request to the URL that the staging worker advertises. Test that URL with the"
    " module glance_pod_info."
)


@dataclass(frozen=True)
class Pair:
    """Stage through one worker, import through the next. The image id is known before, so the image can be removed."""

    api: str
    staging: Worker
    importing: Worker
    image: str

    @property
    def name(self) -> str:
        """The name of the test image."""
        return f"{NAME}-{self.api}-{self.staging.ordinal}-{self.importing.ordinal}"

    def empty_result(self) -> dict[str, Any]:
        """The result of a pair that was not tried."""
        return {
            "staged_by": self.staging.name,
            "imported_by": self.importing.name,
            "image": self.image,
            "staged_url": "",
            "stage_host": "",
            "status": PLANNED,
            "ok": None,
            "error": "",
            "hint": "",
            "note": "",
            "seconds": 0.0,
        }


@dataclass(frozen=True)
class StaleImage:
    """A test image of an earlier run; ``reason`` is why it cannot be removed yet; empty if it can."""

    image: str
    name: str
    reason: str = ""


def tags(until: float) -> list[str]:
    """The tags of a test image: the name of the test, and the latest end of its run in seconds since 1970."""
    return [NAME, f"until-{int(until)}"]


def stale_images(images: Sequence[Mapping[str, Any]], now: float) -> list[StaleImage]:
    """The test images that earlier runs have left behind, because they were killed. Other images are never listed."""
    found = []
    for image in images:
        known = [str(tag) for tag in image.get("tags") or []]
        ends = [tag[6:] for tag in known if tag.startswith("until-") and tag[6:].isdigit()]
        if NAME not in known or not ends or not str(image.get("name") or "").startswith(NAME):
            continue
        left = int(ends[0]) - now
        text = f"another run may still use it, for at most {int(left)} seconds" if left >= 0 else ""
        found.append(StaleImage(str(image["id"]), str(image["name"]), text))
    return found


@dataclass(frozen=True)
class Ring:
    """The pairs of one API; ``reason`` is why there are none."""

    api: str
    workers: tuple[str, ...]
    not_ready: tuple[str, ...]
    pairs: tuple[Pair, ...]
    reason: str = ""


def rings(workers: Sequence[Worker], single: bool, new_id: Any) -> list[Ring]:
    """One ring per API: every ready worker stages once and imports once. With ``single``, a single worker does both."""
    result = []
    for api in dict.fromkeys(worker.api for worker in workers):
        members = [worker for worker in workers if worker.api == api]
        ready = [worker for worker in members if worker.ready and not worker.unavailable]
        enough = len(ready) >= (1 if single else 2)
        pairs = [Pair(api, one, ready[(i + 1) % len(ready)], str(new_id())) for i, one in enumerate(ready)]
        result.append(
            Ring(
                api,
                tuple(worker.name for worker in ready),
                tuple(worker.name for worker in members if worker not in ready),
                tuple(pairs) if enough else (),
                "" if enough else _too_few(api, len(ready)),
            )
        )
    return result


def empty_ring(api: str) -> Ring:
    """The ring of an API that has no worker."""
    return Ring(api, (), (), (), f"API {api} has no worker.")


def _too_few(api: str, number: int) -> str:
    if not number:
        return f"No worker of API {api} is ready."
    return f"API {api} has one ready worker, so there is no second worker that could import."


def pair_result(
    pair: Pair, staged: Mapping[str, Any], imported: Mapping[str, Any] | None, urls: Mapping[str, str]
) -> dict[str, Any]:
    """The result of a pair; ``urls`` maps each worker to the URL that it advertises."""
    result = pair.empty_result()
    host = str(staged.get("stage_host") or "")
    parts = [part for part in (staged, imported) if part]
    result.update(staged_url=urls.get(pair.staging.name, ""), stage_host=host)
    result.update(note=str(staged.get("note") or ""), seconds=round(sum(float(p["seconds"]) for p in parts), 3))
    shared = _shared_url(pair, urls)
    if not staged["ok"]:
        return _fail(
            result, f"Staging through {pair.staging.name} failed: {staged['error']}.", _log_hint(staged, pair.staging)
        )
    if imported is None or not imported["ok"]:
        why = imported["error"] if imported else "no request was sent"
        text = f"{pair.importing.name} did not import the image that {pair.staging.name} staged: {why}."
        return _fail(result, text, shared or REACH_HINT)
    image = Image.parse(imported["image"])
    state = classify(image, [Task.parse(item) for item in imported.get("tasks", [])])
    result["status"] = image.status
    if image.status == ACTIVE:
        result["ok"] = True
        result["note"] = result["note"] or _caveat(pair, host, urls)
        return result
    result["ok"] = False
    ended = "stays" if imported["finished"] else f"after {imported['seconds']:.0f} seconds is still"
    result["error"] = (
        f"The image that was staged through {pair.staging.name} and imported through {pair.importing.name} {ended} in"
        f" status '{image.status}': {state.explanation}."
    )
    result["hint"] = shared or _host_hint(pair, host, urls)
    return result


def _fail(result: dict[str, Any], text: str, hint: str) -> dict[str, Any]:
    return {**result, "status": FAILED, "ok": False, "error": text.replace("..", "."), "hint": hint}


def _log_hint(answer: Mapping[str, Any], worker: Worker) -> str:
    server = int(answer.get("status") or 0) >= 500
    return f"See the log of {worker.name} for that request id." if server else ""


def _shared_url(pair: Pair, urls: Mapping[str, str]) -> str:
    """The explanation when both workers advertise one URL, or none; else empty."""
    url = urls.get(pair.staging.name)
    if pair.staging.name == pair.importing.name or url is None or url != urls.get(pair.importing.name):
        return ""
    if not url:
        return f"Neither worker advertises a URL, so each reads only its own staging directory. {OVERRIDE_HINT}"
    which = "All workers advertise" if len({*urls.values()}) == 1 else "Both workers advertise"
    return (
        f"{which} the same URL {url}: {pair.importing.name} treats data staged on the other worker as its own, and does"
        f" not find them in its staging directory. {OVERRIDE_HINT}"
    )


def _host_hint(pair: Pair, host: str, urls: Mapping[str, str]) -> str:
    own = urls.get(pair.staging.name, "")
    if host and own and host.rstrip("/") != own:
        return (
            f"{pair.staging.name} recorded {host} as the host of the data, but its configuration now has {own}: it was"
            " not restarted after a change."
        )
    return f"See the log of {pair.staging.name} for the reason, and check its stores with the module glance_store_info."


def _caveat(pair: Pair, host: str, urls: Mapping[str, str]) -> str:
    """Why an image that became active does not prove distributed import; empty when it does."""
    if pair.staging.name == pair.importing.name:
        return "One worker staged and imported: this proves nothing about other workers."
    if _shared_url(pair, urls):
        return "It became active although both advertise one URL: check whether they share one staging directory."
    if host and host.rstrip("/") != urls.get(pair.staging.name, host.rstrip("/")):
        return f"The database names {host}, but {pair.staging.name} is now configured to advertise another URL."
    return ""


def failures(results: Sequence[Mapping[str, Any]], stale: Sequence[Mapping[str, Any]] = ()) -> list[str]:
    """A line for each failed pair and for everything that could not be removed; ``stale``: images of earlier runs."""
    text = "The test image {image} of an earlier run could not be removed: {reason}."
    lines = [text.format(**item).replace("..", ".") for item in stale if item["removed"] is False]
    for api in results:
        for pair in api["pairs"]:
            if pair["ok"] is False:
                lines.append(f"API {api['api']}: {pair['error']}{' ' + pair['hint'] if pair['hint'] else ''}")
        lines += [f"API {api['api']}: {text}" for text in api["leftovers"]]
    return lines
