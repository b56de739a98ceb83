# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of an audit in a real browser: light, dark, on paper, without scripts, and without a network."""

from __future__ import annotations

import copy
import json
import pathlib
from collections.abc import Iterator

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._audit.report import page
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_images import STATES
from ansible_collections.dcn.glance.plugins.module_utils._audit.report_style import PALETTE
from ansible_collections.dcn.glance.tests.support.browser import PROGRAMS, Browser, program, running
from ansible_collections.dcn.glance.tests.support.builders.audits import fleet

SAMPLE = json.loads((pathlib.Path(__file__).parents[1] / "unit" / "audit" / "data" / "sample.json").read_text())
VISIBLE = "[...document.querySelectorAll('#matrix tbody tr')].filter(row => row.offsetHeight).length"
CELLS = "[...document.querySelectorAll('#matrix tbody tr')].map(row => [...row.cells].map(cell => cell.innerText))"
#: What the browser says when something goes wrong, and what it may ask for.
WRONG = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "Page.javascriptDialogOpening")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not program():
        pytest.skip(f"this machine has no browser ({', '.join(PROGRAMS)}): make test-long installs one")
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pathlib.Path]:
    folder = tmp_path_factory.mktemp("pages")
    evil = copy.deepcopy(SAMPLE)
    text = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'"
    for item in (*evil["images"], *evil["findings"]):
        item["name"] = text
    found = {}
    for name, report in {"sample": SAMPLE, "fleet": fleet(19, 500), "evil": evil}.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(page(report))
    return found


def require_quiet(browser: Browser, path: pathlib.Path) -> None:
    """No error, no message, no dialog, and no request but that for the file itself."""
    assert browser.said(*WRONG) == []
    asked = [event["request"]["url"] for event in browser.said("Network.requestWillBeSent")]
    assert [url for url in asked if url != path.as_uri() and not url.startswith("data:")] == []


@pytest.mark.parametrize(("scheme", "colour"), [("light", 0), ("dark", 1)])
@pytest.mark.parametrize("name", ["sample", "fleet", "evil"])
def test_it_has_the_colours_of_the_screen_and_asks_for_nothing(
    browser: Browser, pages: dict[str, pathlib.Path], name: str, scheme: str, colour: int, tmp_path: pathlib.Path
) -> None:
    browser.open(pages[name], scheme=scheme)
    found = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    wanted = PALETTE["page"][colour]
    assert found == f"rgb({', '.join(str(int(wanted[i : i + 2], 16)) for i in (1, 3, 5))})"
    browser.screenshot(tmp_path / "screen.png")
    assert (tmp_path / "screen.png").stat().st_size > 20000, "an empty screen is smaller"
    require_quiet(browser, pages[name])


def test_the_matrix_has_the_cells_of_the_report(browser: Browser, pages: dict[str, pathlib.Path]) -> None:
    browser.open(pages["sample"])
    rows = browser.evaluate(CELLS)
    stores = ("central", "archive", "dcn0", "dcn1", "old")
    for image, row in zip(SAMPLE["images"], rows):
        assert row[0].startswith(image["name"])
        states = [image["stores"].get(store, {"state": "absent"})["state"] for store in stores]
        assert [cell[0] for cell in row[4:]] == [STATES[state][0] for state in states]
    assert browser.evaluate("document.querySelectorAll('th:not([scope])').length") == 0


def test_filters_hide_rows_and_count_them(browser: Browser, pages: dict[str, pathlib.Path]) -> None:
    browser.open(pages["fleet"])

    def enter(script: str) -> tuple[int, str]:
        browser.evaluate(f"{script}; document.getElementById('filter').dispatchEvent(new Event('input'))")
        return browser.evaluate(VISIBLE), browser.evaluate("document.getElementById('count').textContent")

    assert enter("filter.value = ''") == (500, "500 of 500 images")
    assert enter("filter.value = 'IMAGE-04 raw'") == (10, "10 of 500 images")
    wrong = browser.evaluate("document.querySelectorAll('#matrix tr[data-bad~=s3]').length")
    assert 0 < wrong < 500
    assert enter("filter.value = ''; site.value = 's3'") == (wrong, f"{wrong} of 500 images")


def test_heads_stay_in_sight(browser: Browser, pages: dict[str, pathlib.Path]) -> None:
    browser.open(pages["fleet"])
    script = """(() => {
        const box = document.querySelector('.scroll'), place = box.getBoundingClientRect();
        box.scrollTo(400, 9000);
        const head = document.querySelector('#matrix .corner').getBoundingClientRect();
        const name = [...document.querySelectorAll('#matrix tbody th')].find(
            cell => cell.getBoundingClientRect().top > head.bottom).getBoundingClientRect();
        return [box.scrollTop, head.top - place.top, head.left - place.left, name.left - place.left];
    })()"""
    scrolled, top, left, name = browser.evaluate(script)
    assert scrolled == 9000
    assert (round(top), round(left), round(name)) == (1, 1, 1), "within the border of the box"


@pytest.mark.parametrize("width", [420, 1400])
def test_only_tables_and_the_drawing_are_wider_than_a_screen(
    browser: Browser, pages: dict[str, pathlib.Path], width: int
) -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    try:
        browser.open(pages["fleet"])
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        browser.call("Emulation.clearDeviceMetricsOverride")


def test_without_scripts_all_rows_are_there_and_no_controls(browser: Browser, pages: dict[str, pathlib.Path]) -> None:
    browser.open(pages["fleet"], scripts=False)
    assert browser.evaluate(VISIBLE) == 500
    assert browser.evaluate("document.getElementById('controls').offsetHeight") == 0
    require_quiet(browser, pages["fleet"])


def test_on_paper_it_is_light_complete_and_without_controls(browser: Browser, pages: dict[str, pathlib.Path]) -> None:
    browser.open(pages["sample"], media="print", scheme="dark")
    shown = "[...document.querySelectorAll('nav, .controls')].filter(item => item.offsetHeight).length"
    assert browser.evaluate(shown) == 0
    assert browser.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    paper = browser.pdf()
    assert paper.startswith(b"%PDF")
    assert browser.evaluate("document.querySelectorAll('details:not([open])').length") == 0, "closed parts are printed"
    require_quiet(browser, pages["sample"])


def test_texts_of_a_report_are_texts(browser: Browser, pages: dict[str, pathlib.Path]) -> None:
    browser.open(pages["evil"])
    assert browser.evaluate("document.querySelectorAll('img').length") == 0
    assert browser.evaluate("document.scripts.length") == 1
    assert "<script>alert(2)</script>" in browser.evaluate("document.querySelector('#matrix tbody th b').textContent")
    require_quiet(browser, pages["evil"])
