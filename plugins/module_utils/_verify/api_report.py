# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the report says about APIs, workers, copies by ordinary users, and compute hosts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.tables import table

Answer = Mapping[str, Any]
#: The name of the entry of a site's endpoint among the APIs; the others are workers.
ENDPOINT = "endpoint"
COLUMNS = ("worker", "site", "reads", "imports from", "qcow2 to raw", "stores")
NOT_TESTED = "not tested"


def probe_failures(probed: Answer) -> list[str]:
    """A sentence for everything that glance_api_probe found wrong."""
    return [text for _site, text in _probe_problems(probed)]


def _probe_problems(probed: Answer) -> Iterator[tuple[str, str]]:
    for api in probed.get("apis") or ():
        if not api["ok"]:
            yield api["site"], f"{_named(api)}: {api['error']}"
    for item in probed.get("imports") or ():
        way = f"staged through {item['staged_by']}, imported through {item['imported_by']}"
        if item["error"]:
            yield item["site"], f"{way}: {item['error']}"
        if item["undeleted"]:
            yield item["site"], f"{way}: the test image {item['image']} could not be deleted: {item['undeleted']}"
    yield from (
        ("", f"a test image of an earlier run could not be deleted: {text}") for text in probed.get("left") or ()
    )


def _named(api: Answer) -> str:
    return f"the endpoint {api['url']}" if api["name"] == ENDPOINT else f"the worker {api['name']} at {api['url']}"


def probe_problems(probed: Answer | None) -> list[str]:
    """The problems of workers and imports; those of endpoints are in the row of their site."""
    if not probed:
        return []
    if probed.get("msg") and "apis" not in probed:
        return [f"workers: {probed['msg']}"]
    shown = {**probed, "apis": [api for api in probed.get("apis") or () if api["name"] != ENDPOINT]}
    return [f"{site}: {text}" if site else text for site, text in _probe_problems(shown)]


def endpoint(probed: Answer | None, site: str) -> Answer | None:
    """What the endpoint of a site said; None if it was not asked."""
    entries = (probed or {}).get("apis") or ()
    return next((api for api in entries if (api["site"], api["name"]) == (site, ENDPOINT)), None)


def workers_table(probed: Answer) -> str:
    """One line for each worker; empty if there are none."""
    imports = {(item["site"], item["staged_by"]): item for item in probed.get("imports") or ()}
    importers = {(item["site"], item["imported_by"]): item for item in probed.get("imports") or ()}
    rows = []
    for api in probed.get("apis") or ():
        if api["name"] == ENDPOINT:
            continue
        key = (api["site"], api["name"])
        staged, imported = imports.get(key), importers.get(key)
        rows.append(
            {
                "worker": api["name"],
                "site": api["site"],
                "reads": f"yes, {api['seconds']:.1f} s" if api["ok"] else f"no: {api['error']}",
                "imports from": "-" if imported is None else f"{imported['staged_by']}: {_yes(imported)}",
                "qcow2 to raw": _yes(staged) if staged and staged["converted"] else "-",
                "stores": "-" if staged is None else ", ".join(staged["stores"]) or "none",
            }
        )
    return table(COLUMNS, rows, 40) if rows else ""


def _yes(item: Answer) -> str:
    return "no" if item["error"] else "yes"


def copy_failures(sites: Iterable[Answer]) -> list[str]:
    """A sentence for each site where the copy by an ordinary user was not as it must be."""
    found = []
    for site in sites:
        if site["error"]:
            found.append(f"{site['site']}: {site['error']}")
        if site["undeleted"]:
            found.append(f"{site['site']}: the test image {site['image']} could not be deleted: {site['undeleted']}")
    return found


def copy_cell(copies: Answer | None, site: str, expected: bool) -> str:
    """Whether an ordinary user can copy to a site; '-' where the topology says nothing about it."""
    if not expected:
        return "-"
    if not copies:
        return NOT_TESTED
    found = next((item for item in copies.get("sites") or () if item["site"] == site), None)
    if found is None:
        return str(copies.get("msg") or NOT_TESTED)
    if found["skipped"]:
        return "- an administrator"
    if found["error"]:
        return str(found["error"])
    return f"yes, {found['seconds']:.0f} s" if found["allowed"] else "yes, refused"


def nova_problem(endpoints: Sequence[Answer], wanted: str, image: str, store: str) -> str:
    """Why Nova of a compute host cannot use Glance as it must; empty where it can."""
    if wanted and wanted.rstrip("/") not in [item["url"].rstrip("/") for item in endpoints]:
        named = ", ".join(item["url"] for item in endpoints) or "the catalog of Keystone"
        return (
            f"nova.conf names {named}, not {wanted} of the topology. Run dcn.glance.site, which sets endpoint_override,"
            " and remove api_servers from section glance, which Nova prefers."
        )
    for item in endpoints:
        if not item["ok"]:
            return str(item["error"])
        if image and item["status"] and (item["status"] != "active" or (store and store not in item["stores"])):
            stores = ", ".join(item["stores"]) or "none"
            return f"{item['url']} shows the test image with the status {item['status']} and the stores {stores}."
    return ""


def nova_cell(answer: Answer | None, has_hosts: bool) -> str:
    """What Nova of a site sees; '-' where the site has no compute host, or its Nova uses the catalog."""
    if not has_hosts:
        return "-"
    if not answer:
        return NOT_TESTED
    if answer.get("problem") or answer.get("msg"):
        return str(answer.get("problem") or answer["msg"])
    endpoints = answer.get("endpoints") or ()
    if not endpoints:
        return "- the catalog"
    if endpoints[0]["note"]:
        return "yes, answers"
    return "yes, active" if endpoints[0]["status"] else "yes, answers"
