# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report about the workers in pods: a table, and one sentence per problem.

``inspected`` is the result of the module glance_pod_info, ``probed`` that of glance_import_probe (empty: not run),
``linted`` that of manifest_lint for the live object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.tables import table

Answer = Mapping[str, Any]
COLUMNS = (
    *("worker", "ready", "restarts", "volume", "staged", "free"),
    *("own URL", "reaches", "client files", "imports from"),
)


def pods_table(inspected: Answer, probed: Answer) -> str:
    """A table with one line per worker."""
    imports = {pair["imported_by"]: pair for api in probed.get("apis") or () for pair in api.get("pairs") or ()}
    return table(COLUMNS, [_row(pod, imports) for pod in inspected.get("pods") or ()])


def _row(pod: Answer, imports: Mapping[str, Answer]) -> dict[str, str]:
    claim, staging, mounts = pod.get("pvc") or {}, pod.get("staging") or {}, pod.get("mounts") or {}
    wrong = [name for kind in ("missing", "unreadable", "extra") for name in mounts.get(kind) or ()]
    reaches = pod.get("reaches") or {}
    failed = [name for name, result in reaches.items() if result != "ok"]
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
        "imports from": _import(imports.get(str(pod["name"]))),
    }


def _import(pair: Answer | None) -> str:
    if not pair:
        return "-"
    return f"{pair['staged_by']}: {'yes' if pair.get('ok') else pair.get('status')}"


def pods_problems(inspected: Answer, probed: Answer, linted: Answer) -> list[str]:
    """All problems for which the verification fails."""
    checked = "report" in linted or linted.get("skipped")
    unchecked = [] if checked else [f"manifest: {linted.get('msg') or 'not checked'}"]
    errors = (line for line in linted.get("report") or () if line.startswith("ERROR "))
    found = [*_worker_problems(inspected), *_probe_problems(probed)]
    return [*found, *unchecked, *(f"manifest: {line[6:]}" for line in errors)]


def _worker_problems(inspected: Answer) -> Iterator[str]:
    if "pods" not in inspected:
        yield f"workers: {inspected.get('msg') or 'not inspected'}"
    elif not inspected["pods"]:
        yield "workers: there is no Glance worker; scale an API up (playbook dcn.glance.scale)"
    for item in inspected.get("problems") or ():
        if item["severity"] == "error":
            yield f"{item['pod']}: {item['message']} {item['hint']} [{item['rule']}]"


def _probe_problems(probed: Answer) -> Iterator[str]:
    if probed and "apis" not in probed:
        yield f"distributed import: {probed.get('msg')}"
    for item in probed.get("stale_images") or ():
        if item.get("removed") is False:
            yield f"distributed import: the test image {item['image']} of an earlier run remains: {item['reason']}"
    for api in probed.get("apis") or ():
        if api.get("not_ready"):
            yield f"{api['api']}: not ready, so distributed import was not tested: {', '.join(api['not_ready'])}"
        for pair in api.get("pairs") or ():
            if pair.get("ok") is False:
                where = f"staged by {pair['staged_by']}, imported by {pair['imported_by']}"
                yield f"{api['api']}: {where}: {pair['error']} {pair['hint']}".rstrip()
        yield from (f"{api['api']}: not removed: {item}" for item in api.get("leftovers") or ())
