# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proof of distributed import: which worker stages and which imports, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    "The importing worker passes the request to the URL that the staging one advertises: glance_pod_info tests it."
)


@dataclass(frozen=True)
class Pair:
    """Stage through one worker, import through the next. The image's id is chosen first, so it can be cleaned up."""

    api: str
    staging: Worker
    importing: Worker
    image: str

    @property
    def name(self) -> str:
        """What the image is called while it exists."""
        return f"{NAME}-{self.api}-{self.staging.ordinal}-{self.importing.ordinal}"

    def place(self) -> dict[str, Any]:
        """How results begin."""
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
class Earlier:
    """An image of an earlier proof; ``reason`` says why it is left alone, empty when nobody works on it any more."""

    image: str
    name: str
    reason: str = ""


def tags(until: float, mark: str) -> list[str]:
    """How an image says that a proof made it, until when that is at work at most, and which process it is."""
    return [NAME, f"until-{int(until)}", *([f"by-{mark}"] if mark else [])]


def earlier(images: Sequence[Mapping[str, Any]], now: float, gone: Callable[[str], bool]) -> list[Earlier]:
    """Which images an earlier proof has left behind, because it was killed; ``gone``: of the mark of a process."""
    found = []
    for image in images:
        known = [str(tag) for tag in image.get("tags") or []]
        ends = [tag[6:] for tag in known if tag.startswith("until-") and tag[6:].isdigit()]
        if NAME not in known or not ends or not str(image.get("name") or "").startswith(NAME):
            continue
        left = int(ends[0]) - now
        dead = left < 0 or any(gone(tag[3:]) for tag in known if tag.startswith("by-"))
        text = f"another proof may still be at work with it, for {int(left)} seconds at most"
        found.append(Earlier(str(image["id"]), str(image["name"]), "" if dead else text))
    return found


@dataclass(frozen=True)
class Ring:
    """The pairs of one API; without any, ``reason`` says why."""

    api: str
    workers: tuple[str, ...]
    not_ready: tuple[str, ...]
    pairs: tuple[Pair, ...]
    reason: str = ""


def rings(workers: Sequence[Worker], alone: bool, new_id: Any) -> list[Ring]:
    """One ring per API: every ready worker stages once and imports once. ``alone``: a lone worker does both."""
    result = []
    for api in dict.fromkeys(worker.api for worker in workers):
        members = [worker for worker in workers if worker.api == api]
        ready = [worker for worker in members if worker.ready and not worker.trouble]
        enough = len(ready) >= (1 if alone else 2)
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
    """Of an API that has no worker at all."""
    return Ring(api, (), (), (), f"API {api} has no worker.")


def _too_few(api: str, number: int) -> str:
    if not number:
        return f"No worker of API {api} is ready."
    return f"API {api} has one ready worker, so nothing is imported by another than the one that staged it."


def judge(
    pair: Pair, staged: Mapping[str, Any], imported: Mapping[str, Any] | None, urls: Mapping[str, str]
) -> dict[str, Any]:
    """What came of a pair; ``urls`` is what each worker advertises."""
    result = pair.place()
    host = str(staged.get("stage_host") or "")
    parts = [part for part in (staged, imported) if part]
    result.update(staged_url=urls.get(pair.staging.name, ""), stage_host=host)
    result.update(note=str(staged.get("note") or ""), seconds=round(sum(float(p["seconds"]) for p in parts), 3))
    shared = _shared(pair, urls)
    if not staged["ok"]:
        return _fail(
            result, f"Staging through {pair.staging.name} failed: {staged['error']}.", _log_hint(staged, pair.staging)
        )
    if imported is None or not imported["ok"]:
        why = imported["error"] if imported else "it was not asked"
        text = f"{pair.importing.name} did not import what {pair.staging.name} had staged: {why}."
        return _fail(result, text, shared or REACH_HINT)
    image = Image.parse(imported["image"])
    state = classify(image, [Task.parse(item) for item in imported.get("tasks", [])])
    result["status"] = image.status
    if image.status == ACTIVE:
        result["ok"] = True
        result["note"] = result["note"] or _doubt(pair, host, urls)
        return result
    result["ok"] = False
    ended = "stays in" if imported["finished"] else f"is after {imported['seconds']:.0f} seconds still in"
    result["error"] = (
        f"Staged through {pair.staging.name} and imported through {pair.importing.name}, the image {ended}"
        f" '{image.status}', as its users see it: {state.explanation}."
    )
    result["hint"] = shared or _host_hint(pair, host, urls)
    return result


def _fail(result: dict[str, Any], text: str, hint: str) -> dict[str, Any]:
    return {**result, "status": FAILED, "ok": False, "error": text.replace("..", "."), "hint": hint}


def _log_hint(answer: Mapping[str, Any], worker: Worker) -> str:
    server = int(answer.get("status") or 0) >= 500
    return f"The log of {worker.name} says why, under that request." if server else ""


def _shared(pair: Pair, urls: Mapping[str, str]) -> str:
    """The explanation when the two advertise one URL."""
    url = urls.get(pair.staging.name)
    if pair.staging.name == pair.importing.name or url is None or url != urls.get(pair.importing.name):
        return ""
    if not url:
        return f"Neither worker advertises a URL, so each looks only into its own staging directory. {OVERRIDE_HINT}"
    which = "All workers advertise" if len({*urls.values()}) == 1 else "Both workers advertise"
    return (
        f"{which} the same URL {url}: {pair.importing.name} takes what was staged elsewhere for its own, and does not"
        f" find it in its own staging directory. {OVERRIDE_HINT}"
    )


def _host_hint(pair: Pair, host: str, urls: Mapping[str, str]) -> str:
    own = urls.get(pair.staging.name, "")
    if host and own and host.rstrip("/") != own:
        return (
            f"{pair.staging.name} recorded {host} as the place of the data, and its configuration says {own} now: it"
            " was not restarted after a change."
        )
    return (
        f"The log of {pair.staging.name} says why its import failed; glance_store_info shows whether its stores work."
    )


def _doubt(pair: Pair, host: str, urls: Mapping[str, str]) -> str:
    """Active, and yet no proof."""
    if pair.staging.name == pair.importing.name:
        return "One worker did both: this proves the import, and nothing about other workers."
    if _shared(pair, urls):
        return "It became active although both advertise one URL: do they share one staging directory?"
    if host and host.rstrip("/") != urls.get(pair.staging.name, host.rstrip("/")):
        return f"The database names {host}, which is not what {pair.staging.name} is configured to advertise now."
    return ""


def failures(results: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]] = ()) -> list[str]:
    """A line for each pair that did not pass, and for whatever is left behind."""
    text = "The image {image}, which an earlier proof has left behind, could not be removed: {reason}."
    lines = [text.format(**item).replace("..", ".") for item in before if item["removed"] is False]
    for api in results:
        for pair in api["pairs"]:
            if pair["ok"] is False:
                lines.append(f"API {api['api']}: {pair['error']}{' ' + pair['hint'] if pair['hint'] else ''}")
        lines += [f"API {api['api']}: {text}" for text in api["leftovers"]]
    return lines
