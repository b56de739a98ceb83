# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an audit as text for a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SEVERITIES
from ansible_collections.dcn.glance.plugins.module_utils._core.tables import table

#: More images or findings than this are counted, not shown. The file has all of them.
MOST = 60
_FINDING = ("severity", "kind", "where", "what")


def screen(report: Mapping[str, Any]) -> str:
    """The summary, the images by store, the findings, and the repairs."""
    return "\n".join(_parts(report))


def _parts(report: Mapping[str, Any]) -> Iterator[str]:
    summary = report["summary"]
    severities = ", ".join(f"{summary['severities'][name]} {name}" for name in SEVERITIES)
    yield (
        f"Audit of {report['made_at']}: {summary['sites']} sites, {summary['stores']} stores,"
        f" {summary['images']} images. Findings: {severities}."
    )
    images = sorted(report["images"], key=lambda image: not _interesting(image))
    if images:
        yield from ("", table(_columns(report), [_image(image) for image in images[:MOST]], 36))
        yield from _more(images, "images")
    if report["findings"]:
        rows = [_finding(item) for item in report["findings"][:MOST]]
        yield from ("", table(_FINDING, rows, 400))
        yield from _more(report["findings"], "findings")
    if report["repairs"]:
        rows = [
            {
                "finding": item["finding"],
                "repair": item["error"] or item["what"],
                "done": "yes" if item["done"] else "no",
            }
            for item in report["repairs"]
        ]
        yield from ("", table(("done", "finding", "repair"), rows, 200))


def _more(items: Sequence[Any], what: str) -> Iterator[str]:
    if len(items) > MOST:
        yield f"... and {len(items) - MOST} more {what}"


def _columns(report: Mapping[str, Any]) -> list[str]:
    stores = dict.fromkeys(store["id"] for site in report["topology"]["sites"] for store in site["stores"])
    stores.update(dict.fromkeys(store for image in report["images"] for store in image["stores"]))
    return ["image", "format", "MiB", *stores]


def _interesting(image: Mapping[str, Any]) -> bool:
    """Whether a copy of the image is not as it should be: these come first."""
    return any(store["state"] not in ("ok", "absent", "unchecked") for store in image["stores"].values())


def _image(image: Mapping[str, Any]) -> dict[str, str]:
    size = image["size"]
    return {
        "image": image["name"] or image["id"],
        "format": image["format"],
        "MiB": "-" if size is None else f"{size / 2**20:.1f}",
        **{name: "-" if store["state"] == "absent" else store["state"] for name, store in image["stores"].items()},
    }


def _finding(item: Mapping[str, Any]) -> dict[str, str]:
    places = dict.fromkeys(text for text in (item["site"], item["store"], item["host"]) if text)
    image = item["name"] or item["image"]
    return {
        "severity": item["severity"],
        "kind": item["kind"],
        "where": " ".join((*places, *([image] if image else []))),
        "what": f"{item['why'].rstrip('.')}. Repair: {item['repair']}",
    }
