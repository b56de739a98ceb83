# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read about the workers in pods: a table, and sentences of what is wrong.

``seen`` is what the module glance_pod_info returned, ``proved`` what glance_import_probe returned, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._verify.table import table

Answer = Mapping[str, Any]
COLUMNS = (
    *("worker", "ready", "restarts", "volume", "staged", "free"),
    *("own URL", "reaches", "client files", "import from"),
)


def pods_table(seen: Answer, proved: Answer) -> str:
    """One line per worker."""
    imports = {pair["imported_by"]: pair for api in proved.get("apis") or () for pair in api.get("pairs") or ()}
    return table(COLUMNS, [_row(pod, imports) for pod in seen.get("pods") or ()])


def _row(pod: Answer, imports: Mapping[str, Answer]) -> dict[str, str]:
    claim, staging, mounts = pod.get("pvc") or {}, pod.get("staging") or {}, pod.get("mounts") or {}
    wrong = [name for kind in ("missing", "unreadable", "extra") for name in mounts.get(kind) or ()]
    reaches = pod.get("reaches") or {}
    failed = [name for name, verdict in reaches.items() if verdict != "ok"]
    return {
        "worker": str(pod["name"]),
        "ready": "yes" if pod.get("ready") else f"no, {pod.get('phase')}",
        "restarts": str(pod.get("restarts", 0)),
        "volume": f"{claim.get('phase')}, {claim.get('size')}" if claim else "none",
        "staged": str(len(staging["files"])) if staging.get("files") is not None else "unknown",
        "free": f"{staging['free_bytes'] / 2**30:.1f} GiB" if staging.get("free_bytes") is not None else "unknown",
        "own URL": "yes" if pod.get("url_unique") and pod.get("worker_url") else "no",
        "reaches": f"{len(reaches) - len(failed)} of {len(reaches)}" if reaches else "-",
        "client files": "yes" if mounts and not wrong else ", ".join(wrong) or "unknown",
        "import from": _import(imports.get(str(pod["name"]))),
    }


def _import(pair: Answer | None) -> str:
    if not pair:
        return "-"
    return f"{pair['staged_by']}: {'yes' if pair.get('ok') else pair.get('status')}"


def pods_problems(seen: Answer, proved: Answer, linted: Answer) -> list[str]:
    """Everything that makes a verification fail; ``linted`` is what manifest_lint returned for the live object."""
    unjudged = [] if "report" in linted else [f"manifest: {linted.get('msg') or 'nobody looked'}"]
    errors = (line for line in linted.get("report") or () if line.startswith("ERROR "))
    return [*_seen_problems(seen), *_proved_problems(proved), *unjudged, *(f"manifest: {line[6:]}" for line in errors)]


def _seen_problems(seen: Answer) -> Iterator[str]:
    if "pods" not in seen:
        yield f"workers: {seen.get('msg') or 'nobody looked'}"
    elif not seen["pods"]:
        yield "workers: no Glance worker is there; scale an API up (playbook dcn.glance.scale)"
    for item in seen.get("problems") or ():
        if item["severity"] == "error":
            yield f"{item['pod']}: {item['message']} {item['hint']} [{item['rule']}]"


def _proved_problems(proved: Answer) -> Iterator[str]:
    if proved and "apis" not in proved:
        yield f"distributed import: {proved.get('msg')}"
    for item in proved.get("earlier") or ():
        if item.get("removed") is False:
            yield f"left behind by an earlier proof: image {item['image']}: {item['reason']}"
    for api in proved.get("apis") or ():
        if api.get("not_ready"):
            yield f"{api['api']}: not ready, so nothing was staged or imported there: {', '.join(api['not_ready'])}"
        for pair in api.get("pairs") or ():
            if pair.get("ok") is False:
                where = f"staged by {pair['staged_by']}, imported by {pair['imported_by']}"
                yield f"{api['api']}: {where}: {pair['error']} {pair['hint']}".rstrip()
        yield from (f"{api['api']}: left behind: {item}" for item in api.get("leftovers") or ())
