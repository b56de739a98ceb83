# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of an audit: one HTML file that loads nothing, for a screen in light and dark and for paper."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit import model
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_images import matrix
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_keys import keys
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_style import SCRIPT, style
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_text import number, table, text, words
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_topology import drawing, site_states
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import SEVERITIES

Report = Mapping[str, Any]
#: A kind with more findings is closed at first, so that all kinds are in sight.
_OPEN = 10
_HEADINGS = {"error": "Errors", "warning": "Warnings", "info": "Notes"}


def page(report: Report) -> str:
    """The page of a report in the shape of ``model.Report.as_dict``."""
    if report.get("version") != model.VERSION:
        raise DcnError(
            f"The report has version {report.get('version')}, but this collection reads version {model.VERSION}. Run"
            " the audit again with this version of the collection."
        )
    title = f"Images of {report['topology']['hub']} and its sites"
    parts = (
        _header(report, title),
        "<main>",
        _silent(report),
        _topology(report),
        _findings(report),
        f'<h2 id="images">Images and sites</h2>{matrix(report) if report["images"] else "<p>There is no image.</p>"}',
        _repairs(report),
        keys(report),
        "</main>",
        f"<footer>Made by dcn.glance.audit on {text(report['made_at'])}.</footer>",
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<style>{style()}</style></head>\n<body>{''.join(parts)}\n<script>{SCRIPT}</script></body></html>\n"
    )


def _policy() -> str:
    """Only the script of this page runs, and nothing is loaded."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def _header(report: Report, title: str) -> str:
    summary = report["summary"]
    tiles = [("", number(summary[name], name[:-1])) for name in ("sites", "stores", "images")]
    for severity in SEVERITIES:
        count = summary["severities"].get(severity, 0)
        name = {"error": "error", "warning": "warning", "info": "note"}.get(severity, severity)
        tiles.append((severity if count else "good" if severity == "error" else "", number(count, name)))
    items = "".join(_tile(style_name, shown) for style_name, shown in tiles)
    links = [("topology", "Sites"), ("findings", "Findings"), ("images", "Images"), ("keys", "Keys")]
    if report["repairs"]:
        links.insert(3, ("repairs", "Repairs"))
    nav = "".join(f'<a href="#{name}">{shown}</a>' for name, shown in links)
    return (
        f'<header><h1>{text(title)}</h1><p class="muted">Audit of {text(report["made_at"])}, platform'
        f' {text(report["topology"]["platform"])}</p><nav aria-label="Contents">{nav}</nav>'
        f'<ul class="tiles">{items}</ul></header>'
    )


def _tile(style_name: str, shown: str) -> str:
    count, _space, noun = shown.partition(" ")
    return f'<li class="{style_name}"><b>{text(count)}</b> {text(noun)}</li>'


def _silent(report: Report) -> str:
    """What did not answer, before anything else: the rest of the page says nothing about it."""
    if not report["unreachable"]:
        return ""
    items = "".join(
        f"<li>{text(item['what'])} <b>{text(item['name'])}</b> (site {text(item['site'])}): {text(item['why'])}</li>"
        for item in report["unreachable"]
    )
    return (
        '<div class="banner unknown" role="note"><b>Not everything answered.</b> Nothing is concluded from silence:'
        f" what is there may be right or wrong.<ul>{items}</ul></div>"
    )


def _topology(report: Report) -> str:
    rows = []
    for site in report["topology"]["sites"]:
        style_name, shown = site_states(report)[site["name"]]
        stores = "<br>".join(
            text(f"{item['id']} ({item['type']}{', default' if item['default'] else ''})") for item in site["stores"]
        )
        hosts = "<br>".join(text(f"{item['name']}: {', '.join(item['groups'])}") for item in site["hosts"])
        badge = f'<span class="badge {style_name}">{text(shown)}</span>'
        kind = "hub" if site["hub"] else "spoke"
        rows.append(
            [
                text(site["name"]),
                kind,
                badge,
                text(site["cluster"]),
                stores,
                f"<code>{text(site['endpoint'])}</code>",
                hosts,
            ]
        )
    heads = ("Site", "Kind", "State", "Cluster", "Stores", "Glance", "Hosts")
    return (
        f'<h2 id="topology">Sites</h2><div class="drawing">{drawing(report)}</div><p class="muted">A line joins sites'
        " that see each other's stores: the hub sees all, a spoke sees its own and those of the hub, and spokes never"
        " see each other. A dashed line leads to a site that did not answer.</p>"
        f"<details><summary>Sites as a table</summary><div>{table(heads, rows, 'Sites')}</div></details>"
    )


def _findings(report: Report) -> str:
    if not report["findings"]:
        silent = " of what answered" if report["unreachable"] else ""
        return f'<h2 id="findings">Findings</h2><p class="banner good">Everything{silent} is as it should be.</p>'
    parts = ['<h2 id="findings">Findings</h2>']
    for severity in SEVERITIES:
        found = [item for item in report["findings"] if item["severity"] == severity]
        if found:
            heading = _HEADINGS.get(severity, severity)
            parts.append(f'<h3><span class="badge {severity}">{len(found)}</span> {text(heading)}</h3>')
            parts += [_kind(kind, found, severity) for kind in dict.fromkeys(item["kind"] for item in found)]
    return "".join(parts)


def _kind(kind: str, found: list[Report], severity: str) -> str:
    items = [item for item in found if item["kind"] == kind]
    rows = [[_where(item), _what(item), text(item["why"]), text(item["repair"]), _mended(item)] for item in items]
    heads = ("Where", "What", "Why", "What to do", "Repair")
    shown = " open" if severity != "info" and len(items) <= _OPEN else ""
    return (
        f'<details{shown}><summary>{words(kind)} <span class="badge {severity}">{len(items)}</span></summary>'
        f"<div>{table(heads, rows, kind)}</div></details>"
    )


def _where(item: Report) -> str:
    """The site, and store and host where they have other names."""
    shown = [text(item["site"])] if item["site"] else []
    shown += [f"{kind} {text(item[kind])}" for kind in ("store", "host") if item[kind] not in ("", item["site"])]
    return f'<span class="where">{"<br>".join(shown) or "all sites"}</span>'


def _what(item: Report) -> str:
    parts = [f"<b>{text(item['name'])}</b>"] if item["name"] else []
    ids = [item["image"]] if item["image"] not in item["object"] else []
    parts += [f'<span class="id">{text(shown)}</span>' for shown in (*ids, item["object"]) if shown]
    return "<br>".join(parts)


def _mended(item: Report) -> str:
    if not item["repairable"]:
        return "by hand"
    if item["safe"]:
        return "<code>audit_repair=true</code>"
    return f"<code>audit_repair_kinds=[{text(item['kind'])}]</code>"


def _repairs(report: Report) -> str:
    if not report["repairs"]:
        return ""
    rows = []
    for item in report["repairs"]:
        state = ("good", "done") if item["done"] else ("warning", "not done")
        badge = f'<span class="badge {state[0]}">{state[1]}</span>'
        rows.append(
            [f'<span class="id">{text(item["finding"])}</span>', badge, text(item["what"]), text(item["error"])]
        )
    heads = ("Finding", "State", "What", "Why not")
    return f'<h2 id="repairs">Repairs of this run</h2>{table(heads, rows, "Repairs")}'
