# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of an audit: complete, escaped, self-contained, legible. test_browser.py tests it in a browser."""

from __future__ import annotations

import copy
import html.parser
import json
import pathlib
import re
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._audit import model, report_style
from ansible_collections.dcn.glance.plugins.module_utils._audit.report import page
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_images import STATES, columns
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_text import size, text
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_topology import drawing, held, site_states
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.tests.support.builders.audits import fleet

SAMPLE = json.loads((pathlib.Path(__file__).parent / "data" / "sample.json").read_text())
EVIL = "\"><script>alert(1)</script>'{{ 7*7 }}&"
_VOID = ("meta", "link", "br", "input")


class Page(html.parser.HTMLParser):
    """Tags with attributes, the open tags at each point, and the text of table cells."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data


def matrix_row(source: str, name: str) -> list[str]:
    return next(row for row in Page(source).rows if row and row[0].startswith(name) and len(row) > 6)


def test_every_tag_is_closed() -> None:
    assert Page(page(SAMPLE)).open == []


def test_the_matrix_has_a_cell_for_every_image_and_store() -> None:
    source = page(SAMPLE)
    assert columns(SAMPLE) == [
        ("central", ["central", "archive"]),
        ("dcn0", ["dcn0"]),
        ("dcn1", ["dcn1"]),
        ("", ["old"]),
    ]
    shown = matrix_row(source, "cirros")
    assert shown[1:4] == ["raw", "112 MiB", "active"]
    assert [cell[0] for cell in shown[4:]] == [
        STATES[state][0] for state in ("ok", "unchecked", "broken", "unknown", "absent")
    ]
    assert matrix_row(source, "debian-12")[-1] == "\u2212not wanted here"


def test_every_state_has_a_mark_words_and_a_colour() -> None:
    assert set(STATES) == set(model.STORE_STATES)
    assert len({mark for mark, _words in STATES.values()}) == len(STATES), "marks differ without colours"
    for state in STATES:
        assert re.search(rf"^\.{state}{{", report_style.style(), re.M), state


def test_findings_say_where_what_why_and_what_to_do() -> None:
    rows = Page(page(SAMPLE)).rows
    assert next(r for r in rows if "protected, so" in "".join(r))[:2] == [
        "dcn0",
        "cirrosimages/2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e",
    ]
    repairs = {row[3]: row[4] for row in rows if len(row) == 5 and row[0] in ("dcn0", "central", "all sites", "dcn1")}
    assert repairs["protect the snapshot"] == "audit_repair=true"
    assert repairs["delete the image and import it again; audit_repair_kinds=[stuck_import] deletes it"] == (
        "audit_repair_kinds=[stuck_import]"
    )
    assert "by hand" in repairs.values()


def evil(value: Any, key: str = "") -> Any:
    """A report with every free text replaced."""
    if isinstance(value, dict):
        return {name: evil(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [evil(item, key) for item in value]
    fixed = ("severity", "state", "made_at", "platform", "site", "hub")
    return f"{value}{EVIL}" if isinstance(value, str) and key not in fixed else value


def test_texts_cannot_become_tags_scripts_or_templates() -> None:
    changed = evil(copy.deepcopy(SAMPLE))
    for item in (*changed["findings"], *changed["unreachable"], *changed["keys"]):
        item["site"] = item["site"] and f"{item['site']}{EVIL}"
    source = page(changed)
    assert [tag for tag, _attributes in Page(source).tags].count("script") == 1
    assert "alert(1)" in source
    assert "<script>alert" not in source
    assert "{{" not in source.replace(report_style.SCRIPT, "")
    assert not any(name.startswith("on") for _tag, attributes in Page(source).tags for name in attributes)


def test_nothing_is_loaded_and_only_its_own_script_runs() -> None:
    source = page(SAMPLE)
    for tag, attributes in Page(source).tags:
        assert not {"src", "srcset", "action", "background"} & set(attributes), tag
        assert (attributes.get("href") or "#").startswith(("#", "data:")), tag
    assert not re.search(r"url\(|@import|fetch\(|XMLHttp|WebSocket", source)
    (policy,) = (
        item["content"] for tag, item in Page(source).tags if item.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'")
    assert "script-src 'sha256-" in policy


def test_credentials_in_urls_are_masked() -> None:
    changed = copy.deepcopy(SAMPLE)
    changed["findings"][0]["why"] = "swift+https://glance:hunter2@store/v1 does not answer"
    assert "hunter2" not in page(changed)
    assert "swift+https://***@store/v1" in page(changed)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


PAIRS = [(name, name[:-5]) for name in report_style.PALETTE if name.endswith("-text")] + [
    (name, ground) for name in ("text", "muted", "link") for ground in ("page", "card")
]


@pytest.mark.parametrize("screen", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "ground"), PAIRS)
def test_contrast_is_enough_to_read(front: str, ground: str, screen: int) -> None:
    high, low = sorted((luminance(report_style.PALETTE[name][screen]) for name in (front, ground)), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_state_of_a_site_is_the_worst_of_its_findings() -> None:
    states = site_states(SAMPLE)
    assert states["central"] == ("warning", "1 warning")
    assert states["dcn1"] == ("error", "1 error, no answer")
    quiet = {**SAMPLE, "findings": []}
    assert site_states(quiet)["dcn1"] == ("unknown", "no answer")
    assert site_states(quiet)["dcn0"] == ("good", "no problem")


def test_the_drawing_has_every_site_and_a_wire_for_every_spoke() -> None:
    assert held(SAMPLE)["central"] == (2, 117440512 + 2147483648)
    shown = drawing(SAMPLE)
    assert shown.count('<rect class="card') == 3
    assert "2 images, 2.1 GiB" in shown
    assert shown.count("wire cut") == 1, "the spoke that did not answer"


@pytest.mark.parametrize("spokes", [0, 1, 4, 5, 19, 30])
def test_cards_of_a_drawing_do_not_overlap(spokes: int) -> None:
    shown = drawing(fleet(spokes, 3))
    found = re.findall(r'<rect class="card \w+" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', shown)
    boxes = [tuple(map(int, box)) for box in found]
    assert len(boxes) == spokes + 1
    for index, (x, y, width, height) in enumerate(boxes):
        assert x >= 0 and x + width <= 1200
        for other in boxes[index + 1 :]:
            apart = x + width <= other[0] or other[0] + other[2] <= x or y + height <= other[1]
            assert apart, (boxes[index], other)


def test_a_large_fleet_is_one_page_of_less_than_a_megabyte() -> None:
    source = page(fleet(19, 500))
    assert len(source) < 2**20
    assert len([row for row in Page(source).rows if len(row) == 4 + 20]) == 1 + 500


def test_a_fleet_without_findings_says_so() -> None:
    good = {**SAMPLE, "findings": [], "unreachable": [], "repairs": []}
    assert "Everything is as it should be." in page(good)
    assert "Everything of what answered is as it should be." in page({**SAMPLE, "findings": []})


def test_a_report_of_another_version_is_refused() -> None:
    with pytest.raises(DcnError, match="has version 2, but this collection reads version 1"):
        page({**SAMPLE, "version": 2})


@pytest.mark.parametrize(
    ("number", "shown"),
    [(None, ""), (0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (117440512, "112 MiB"), (2**50 * 3000, "3000 PiB")],
)
def test_sizes_for_people(number: int | None, shown: str) -> None:
    assert size(number) == shown


def test_text_of_nothing() -> None:
    assert text(None) == ""
