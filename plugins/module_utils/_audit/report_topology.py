# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drawing of the sites and their stores, as SVG within the page of an audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit.report_text import number, size, text

Site = Mapping[str, Any]
_WIDTH = 1200
_HUB_WIDTH = 420
_GAP = 24
_LINE = 22
_HEAD = 64
#: States of an image in which a store holds data of it.
_HELD = ("ok", "unchecked", "unknown", "broken", "extra")


def site_states(report: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """{site: (class, words)}: the worst that the report says about each site."""
    silent = {item["site"] for item in report["unreachable"]}
    counts: dict[str, dict[str, int]] = {}
    for finding in report["findings"]:
        found = counts.setdefault(finding["site"], {})
        found[finding["severity"]] = found.get(finding["severity"], 0) + 1
    states = {}
    for site in report["topology"]["sites"]:
        own = counts.get(site["name"], {})
        if own.get("error"):
            state = ("error", number(own["error"], "error"))
        elif site["name"] in silent:
            state = ("unknown", "no answer")
        elif own.get("warning"):
            state = ("warning", number(own["warning"], "warning"))
        else:
            state = ("good", "no problem")
        states[site["name"]] = (state[0], f"{state[1]}, no answer" if site["name"] in silent and own else state[1])
    return states


def held(report: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """{store: (number of images, bytes)} of the copies in each store."""
    found: dict[str, tuple[int, int]] = {}
    for image in report["images"]:
        for store, state in image["stores"].items():
            if state["state"] in _HELD:
                count, total = found.get(store, (0, 0))
                found[store] = (count + 1, total + int(image["size"] or 0))
    return found


def drawing(report: Mapping[str, Any]) -> str:
    """The hub above its spokes, and a wire where the two see each other's stores."""
    sites = report["topology"]["sites"]
    hubs, spokes = [site for site in sites if site["hub"]], [site for site in sites if not site["hub"]]
    states, copies = site_states(report), held(report)
    silent = {item["site"] for item in report["unreachable"]}
    columns = len(spokes) if len(spokes) <= 4 else 4 if len(spokes) <= 24 else 6
    parts, y = [], 8
    for hub in hubs[:1]:
        height = _height([hub])
        parts.append(_card(hub, (_WIDTH - _HUB_WIDTH) / 2, y, _HUB_WIDTH, height, states, copies))
        y += height
    for start in range(0, len(spokes), columns or 1):
        row = spokes[start : start + columns]
        height, top = _height(row), y + 44
        width = min(380.0, (_WIDTH - 16 - _GAP * (columns - 1)) / columns)
        left = (_WIDTH - columns * width - _GAP * (columns - 1)) / 2
        parts.append(_wires(row, y, top, left, width, silent))
        for index, site in enumerate(row):
            parts.append(_card(site, left + index * (width + _GAP), top, width, height, states, copies))
        # An even number of columns leaves the middle free, so that the wire can go on to the next row.
        if start + columns < len(spokes):
            parts.insert(0, _line(_WIDTH / 2, y, _WIDTH / 2, top + height))
        y = top + height
    label = f"The hub {', '.join(site['name'] for site in hubs)} and {number(len(spokes), 'spoke')}"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {y + 8}" role="img" aria-label="{text(label)}">'
        f"<title>{text(label)}</title>{''.join(parts)}</svg>"
    )


def _height(sites: Sequence[Site]) -> int:
    return _HEAD + _LINE * max([1, *(len(site["stores"]) for site in sites)]) + 38


def _line(x1: float, y1: float, x2: float, y2: float, cut: bool = False) -> str:
    style = "wire cut" if cut else "wire"
    return f'<path class="{style}" d="M{x1:.0f} {y1:.0f}L{x2:.0f} {y2:.0f}"/>'


def _wires(row: Sequence[Site], y: float, top: float, left: float, width: float, silent: set[str]) -> str:
    """From the middle at ``y`` down to a bus, and from the bus to each site of the row."""
    middle, bus = _WIDTH / 2, (y + top) / 2
    centres = [left + index * (width + _GAP) + width / 2 for index in range(len(row))]
    wires = [_line(middle, y, middle, bus), _line(min([middle, *centres]), bus, max([middle, *centres]), bus)]
    wires += [_line(x, bus, x, top, site["name"] in silent) for x, site in zip(centres, row)]
    return "".join(wires)


def _card(
    site: Site,
    x: float,
    y: float,
    width: float,
    height: float,
    states: Mapping[str, tuple[str, str]],
    copies: Mapping[str, tuple[int, int]],
) -> str:
    style, words = states[site["name"]]
    kind = "hub" if site["hub"] else "spoke"
    zone = f", zone {site['zone']}" if site["zone"] and site["zone"] != site["name"] else ""
    room = int(width / 8.2)
    mark = 8.0 * len(words) + 18
    parts = [
        f"<g><title>{text(_tip(site, words))}</title>"
        f'<rect class="card {kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="10"/>',
        _text("name", x + 14, y + 27, _cut(site["name"], int((width - 28) / 10))),
        f'<rect class="mark {style}" x="{x + width - mark - 10:.0f}" y="{y + 33:.0f}" width="{mark:.0f}" height="21"'
        ' rx="10"/>',
        _text(f"word {style}", x + width - mark - 10 + mark / 2, y + 48, words, "middle"),
        _text(
            "small", x + 14, y + 48, _cut(f"{kind}, {number(len(site['hosts']), 'host')}{zone}", room - int(mark / 8.2))
        ),
    ]
    for index, store in enumerate(site["stores"] or [None]):
        line = y + _HEAD + _LINE * index + 12
        if store is None:
            parts.append(_text("small", x + 14, line, "no store of its own"))
            continue
        count, total = copies.get(store["id"], (0, 0))
        amount = f"{number(count, 'image')}, {size(total)}" if count else "no image"
        if not store["reachable"]:
            amount = "no answer"
        name = store["type"] if store["id"] == site["name"] else f"{store['id']} ({store['type']})"
        parts.append(_text("", x + 14, line, _cut(name, room - len(amount) - 2)))
        parts.append(_text("small", x + width - 14, line, amount, "end"))
    parts.append(_text("small", x + 14, y + height - 12, _cut(site["endpoint"].partition("://")[2], room + 3)))
    return "".join(parts) + "</g>"


def _tip(site: Site, words: str) -> str:
    stores = ", ".join(f"{store['id']} ({store['type']})" for store in site["stores"]) or "none"
    return f"{site['name']}: {words}. Cluster: {site['cluster'] or 'none'}. Stores: {stores}. {site['endpoint']}"


def _text(style: str, x: float, y: float, value: str, anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{text(value)}</text>'


def _cut(value: str, length: int) -> str:
    length = max(4, length)
    return value if len(value) <= length else f"{value[: length - 1]}\u2026"
