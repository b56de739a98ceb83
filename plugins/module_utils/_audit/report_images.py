# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images and what each store has of them, as a table of the page of an audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit import model
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_text import size, text

#: {state of a copy: (mark, words)}, also for readers who see no colours.
STATES = {
    model.OK: ("\u2713", "copy"),
    model.UNCHECKED: ("\u25cb", "copy, data not read"),
    model.UNKNOWN: ("?", "copy, not checked: no answer"),
    model.BROKEN: ("\u2717", "broken copy"),
    model.COPYING: ("\u2192", "being copied"),
    model.WANTED: ("+", "missing: a rule wants a copy"),
    model.EXTRA: ("\u2212", "not wanted here"),
    model.ABSENT: ("\u00b7", "no copy"),
}
_BAD = (model.UNKNOWN, model.BROKEN, model.WANTED, model.EXTRA)
#: From this number of stores on, their names are written upwards.
_NARROW = 9


def columns(report: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """[(site, its stores)]; stores that no site has come last, under the name ''."""
    found = [(site["name"], [store["id"] for store in site["stores"]]) for site in report["topology"]["sites"]]
    known = {store for _site, stores in found for store in stores}
    others = sorted({store for image in report["images"] for store in image["stores"]} - known)
    return [*((site, stores) for site, stores in found if stores), *([("", others)] if others else [])]


def matrix(report: Mapping[str, Any]) -> str:
    """Controls, legend and table."""
    groups = columns(report)
    rows = "\n".join(_row(image, groups) for image in report["images"])
    head = _head(groups)
    caption = '<caption class="hidden-text">Images and the stores that have them</caption>'
    whole = f'<table id="matrix">{caption}{head}<tbody>{rows}</tbody></table>'
    region = f'<div class="scroll" tabindex="0" role="region" aria-label="Images">{whole}</div>'
    return f"{_controls(groups)}{legend()}{region}"


def _controls(groups: Sequence[tuple[str, Sequence[str]]]) -> str:
    options = "".join(
        f'<option value="s{index}">{text(_site(site))}</option>' for index, (site, _stores) in enumerate(groups)
    )
    return (
        '<div class="controls" id="controls" hidden>'
        '<label>Filter <input type="search" id="filter" placeholder="name, id, format, status"></label>'
        '<label><input type="checkbox" id="wrong"> only images with a problem</label>'
        f'<label>problem at <select id="site"><option value="">any site</option>{options}</select></label>'
        '<span id="count" role="status" aria-live="polite" class="muted"></span></div>'
    )


def legend() -> str:
    """What the marks mean."""
    items = (f'<li><span class="{state}">{mark}</span>{text(words)}</li>' for state, (mark, words) in STATES.items())
    return f'<ul class="legend">{"".join(items)}</ul>'


def _site(name: str) -> str:
    return name or "not in the topology"


def _head(groups: Sequence[tuple[str, Sequence[str]]]) -> str:
    narrow = sum(len(stores) for _site, stores in groups) >= _NARROW
    sites, stores = [], []
    for site, ids in groups:
        own = len(ids) == 1 and ids[0] == site
        name = f'<div class="up">{text(_site(site))}</div>' if narrow and len(ids) == 1 else text(_site(site))
        if own:
            sites.append(f'<th scope="col" rowspan="2">{name}</th>')
            continue
        sites.append(f'<th scope="colgroup" colspan="{len(ids)}">{name}</th>')
        up = ("<div class=up>", "</div>") if narrow else ("", "")
        stores += [f'<th scope="col">{up[0]}{text(store)}{up[1]}</th>' for store in ids]
    fixed = "".join(f'<th scope="col" rowspan="2">{name}</th>' for name in ("Format", "Size", "Status"))
    second = f"<tr>{''.join(stores)}</tr>" if stores else "<tr hidden></tr>"
    corner = '<th scope="col" rowspan="2" class="corner">Image</th>'
    return f"<thead><tr>{corner}{fixed}{''.join(sites)}</tr>{second}</thead>"


def _row(image: Mapping[str, Any], groups: Sequence[tuple[str, Sequence[str]]]) -> str:
    cells, bad = [], []
    for index, (_site_name, stores) in enumerate(groups):
        for store in stores:
            state = (image["stores"].get(store) or {}).get("state", model.ABSENT)
            mark, words = STATES.get(state, ("?", str(state)))
            cells.append(f'<td class="{text(state)}">{mark}<i>{text(words)}</i></td>')
            if state in _BAD and f"s{index}" not in bad:
                bad.append(f"s{index}")
    state = image["state"] or image["status"]
    if state not in ("active", "running", "uploading") and not bad:
        bad.append("image")
    hidden = " (hidden)" if image["hidden"] else ""
    name = f'<b>{text(image["name"] or "without name")}{hidden}</b><span class="id muted">{text(image["id"])}</span>'
    return (
        f'<tr data-bad="{" ".join(bad)}"><th scope="row">{name}</th><td class="text">{text(image["format"])}</td>'
        f'<td class="number">{size(image["size"])}</td><td class="text">{text(state)}</td>{"".join(cells)}</tr>'
    )
