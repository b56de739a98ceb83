# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans the repair of findings, and says afterwards what was done about each.

Nothing is removed while a cluster or an API does not answer, and a copy only if another one is known to be good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import ASKED_KINDS
from ansible_collections.dcn.glance.plugins.module_utils._audit.model import OK, UNCHECKED
from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import FAILING

#: The kinds that change an RBD image, and the state of the module rbd_image that mends each.
_OBJECTS = {
    "snapshot_unprotected": "protected",
    "snapshot_missing": "protected",
    "partial_object": "absent",
    "untracked_copy": "absent",
    "orphan": "absent",
}
_FILES = ("stale_staging", "leftover_staging", "stray_keyring", "stray_conf")
_REMOVED_COPIES = ("object_missing", "removed_store", "copy_unwanted")
#: The kinds that are mended without a removal.
_ADDING = ("snapshot_unprotected", "snapshot_missing", "copy_wanted")

Item = Mapping[str, Any]


@dataclass
class RepairPlan:
    """What each system has to do.

    ``clusters`` has items of the module rbd_image by site, ``clients`` names of clients by site, ``files`` paths and
    ``secrets`` uuids by host, ``delete`` ids of images. ``keep`` has the stores that keep a copy, by image, ``copy``
    those that get one.
    ``actions`` has (what is done, where its result is found) by finding, ``refused`` the reason by finding.
    """

    clusters: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    clients: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    secrets: dict[str, list[str]] = field(default_factory=dict)
    delete: list[str] = field(default_factory=list)
    keep: dict[str, list[str]] = field(default_factory=dict)
    copy: dict[str, list[str]] = field(default_factory=dict)
    actions: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The plan for the tasks of a role."""
        return {
            "clusters": self.clusters,
            "clients": {
                site: [{"name": name, "state": "absent"} for name in names] for site, names in self.clients.items()
            },
            "files": self.files,
            "secrets": {
                host: [{"uuid": uuid, "state": "absent"} for uuid in uuids] for host, uuids in self.secrets.items()
            },
            "deletions": [{"name": image, "state": "absent"} for image in self.delete],
            "kept": [{"image": image, "stores": stores} for image, stores in self.keep.items()],
            "added": [{"image": image, "stores": stores} for image, stores in self.copy.items()],
            "actions": self.actions,
            "refused": self.refused,
        }


def check_kinds(kinds: object) -> tuple[str, ...]:
    """The kinds that the user has asked for. Raises InputErrors for others."""
    if not isinstance(kinds, (list, tuple)):
        raise InputErrors([Problem("audit_repair_kinds", f"must be a list, not {words.kind(kinds)}")])
    wrong = [
        Problem("audit_repair_kinds", f"{words.show(kind)} is not one of {words.one_of(ASKED_KINDS)}")
        for kind in kinds
        if kind not in ASKED_KINDS
    ]
    if wrong:
        raise InputErrors(wrong)
    return tuple(str(kind) for kind in kinds)


def plan_repairs(report: Item, kinds: object = ()) -> RepairPlan:
    """The plan for the findings of a report that are safe to repair, or whose kind is asked for."""
    asked = check_kinds(kinds)
    plan = RepairPlan()
    silent = sorted({f"{item['what']} {item['name']}" for item in report["unreachable"] if item["what"] != "host"})
    chosen = [item for item in report["findings"] if item["repairable"] and (item["safe"] or item["kind"] in asked)]
    for item in chosen:
        if silent and item["kind"] not in _ADDING:
            plan.refused[item["id"]] = f"nothing is removed, because {' and '.join(silent)} did not answer"
        elif item["kind"] in _OBJECTS:
            _object(plan, item)
        elif item["kind"] in _FILES:
            plan.files.setdefault(item["host"], []).append(item["object"])
            plan.actions[item["id"]] = f"remove {item['object']} on {item['host']}"
        elif item["kind"] == "stray_secret":
            plan.secrets.setdefault(item["host"], []).append(item["object"])
            plan.actions[item["id"]] = f"remove the secret {item['object']} from libvirt on {item['host']}"
        elif item["kind"] == "stray_client":
            plan.clients.setdefault(item["site"], []).append(item["object"])
            plan.actions[item["id"]] = f"remove {item['object']} from the cluster"
        elif item["kind"] == "stuck_import":
            plan.delete.append(item["image"])
            plan.actions[item["id"]] = "delete the image"
    images = {image["id"]: image for image in report["images"]}
    copies = [item for item in chosen if item["kind"] in (*_REMOVED_COPIES, "copy_wanted")]
    for image in dict.fromkeys(item["image"] for item in copies if item["id"] not in plan.refused):
        _copies(plan, images[image], [item for item in copies if item["image"] == image], bool(silent))
    return plan


def _object(plan: RepairPlan, item: Item) -> None:
    pool, _slash, name = item["object"].partition("/")
    state = _OBJECTS[item["kind"]]
    entry = {"pool": pool, "name": name, "state": state, "partial": item["kind"] == "partial_object"}
    plan.clusters.setdefault(item["site"], []).append(entry)
    verb = "remove" if state == "absent" else "protect"
    plan.actions[item["id"]] = f"{verb} {item['object']}{'' if verb == 'remove' else '@snap'} in the cluster"


def _copies(plan: RepairPlan, image: Item, items: Sequence[Item], silent: bool) -> None:
    """Remove copies if a good one stays, then make those that are wanted."""
    removed = {item["store"]: item for item in items if item["kind"] in _REMOVED_COPIES and not silent}
    present = [name for name, store in image["stores"].items() if store["state"] not in ("absent", "wanted", "copying")]
    kept = [name for name in present if name not in removed]
    if removed and not any(image["stores"][name]["state"] in (OK, UNCHECKED) for name in kept):
        plan.refused.update({item["id"]: "no other copy of the image is known to be good" for item in removed.values()})
        removed, kept = {}, present
    added = [item for item in items if item["kind"] == "copy_wanted"]
    if removed:
        plan.keep[image["id"]] = kept
        plan.actions.update({item["id"]: _removal(item) for item in removed.values()})
    plan.actions.update({item["id"]: f"copy the image to {item['store']}" for item in added})
    added += [item for item in removed.values() if item["kind"] == "object_missing"]
    if added:
        plan.copy[image["id"]] = [*kept, *(item["store"] for item in added)]


def _removal(item: Item) -> str:
    again = ", and copy the image there again" if item["kind"] == "object_missing" else ""
    return f"remove the copy in {item['store']}{again}"


def problems(report: Item, fail_on: str) -> list[str]:
    """A sentence for each finding that is severe enough and was not repaired, and for each repair that failed."""
    done = {item["finding"] for item in report["repairs"] if item["done"]}
    left = [item for item in report["findings"] if item["severity"] in FAILING[fail_on] and item["id"] not in done]
    found = [f"{item['severity'].upper()} {item['id']}: {item['why'].rstrip('.')}. {item['repair']}." for item in left]
    failed = [item for item in report["repairs"] if item["error"] and item["what"]]
    return found + [f"Not repaired: {item['finding']}: {item['error'].rstrip('.')}." for item in failed]


def outcomes(report: Item, plan: Item, results: Item, check: bool = False) -> Iterator[dict[str, Any]]:
    """What was done about each finding: items of the report's ``repairs``. With ``check`` it was only predicted.

    ``results`` has what the modules returned: ``clusters`` and ``clients`` by site, ``secrets`` and ``files`` by host
    (the latter a list of results), ``delete``, ``keep`` and ``copy``. A module that did not run has no result.
    """
    found = {item["id"]: item for item in report["findings"]}
    for name, why in plan["refused"].items():
        yield {"finding": name, "what": "", "done": False, "error": why}
    for name, what in plan["actions"].items():
        error = _error(found[name], results)
        yield {"finding": name, "what": what, "done": not (error or check), "error": error}


def _error(item: Item, results: Item) -> str:
    kind = item["kind"]
    if kind in _OBJECTS:
        pool, _slash, name = item["object"].partition("/")
        answer = (results.get("clusters") or {}).get(item["site"])
        return _of_list(answer, "images", lambda entry: (entry["pool"], entry["name"]) == (pool, name))
    if kind in _FILES:
        answers = (results.get("files") or {}).get(item["host"]) or ()
        answer = next((each for each in answers if each.get("item") == item["object"]), None)
        return "" if answer and not answer.get("failed") else _why(answer)
    if kind == "stray_secret":
        answer = (results.get("secrets") or {}).get(item["host"])
        return _of_list(answer, "secrets", lambda entry: entry["uuid"] == item["object"])
    if kind == "stray_client":
        answer = (results.get("clients") or {}).get(item["site"])
        return _of_list(answer, "clients", lambda entry: entry["name"] == item["object"])
    if kind == "stuck_import":
        return _of_list(results.get("delete"), "images", lambda entry: item["image"] in (entry["id"], entry["name"]))
    errors = [
        _of_list(results.get(step), "placements", lambda entry: item["image"] in (entry["id"], entry["image"]))
        for step in _steps(kind)
    ]
    return next((error for error in errors if error), "")


def _steps(kind: str) -> tuple[str, ...]:
    return {"copy_wanted": ("copy",), "object_missing": ("keep", "copy")}.get(kind, ("keep",))


def _of_list(answer: Item | None, key: str, chosen: Any) -> str:
    """The error of one item of a module's list of results."""
    entry = next((item for item in (answer or {}).get(key) or () if chosen(item)), None)
    if entry is None:
        return _why(answer)
    failed = entry.get("failed")
    stores = [store for store in entry.get("stores") or () if isinstance(store, Mapping) and store.get("message")]
    text = "; ".join(f"{store['store']}: {store['message']}" for store in stores if store["store"] in (failed or ()))
    return str(entry.get("error") or text or ("it failed" if failed else ""))


def _why(answer: Item | None) -> str:
    return str((answer or {}).get("msg") or "it was not done: the host was not reached")
