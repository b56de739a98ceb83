# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read out of text: lists of stores, placeholders, quantities, switches."""

from __future__ import annotations

import pytest
from standin.backends import enabled_backends, is_file_only, typed
from standin.config import quantity
from standin.gotemplate import TemplateError, expand, render
from standin.settings import Switches

KNOWN = {"Region": "RegionOne", "ServicePassword": "p", "Wsgi": True}


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", []),
        ("[DEFAULT]\nenabled_backends=a:rbd,b:rbd\n", ["a:rbd", "b:rbd"]),
        ("enabled_backends = a:rbd , b:file", ["a:rbd", "b:file"]),
        # Any section, the first line only, no continuation, no comment: as the operator scans.
        ("[x]\nenabled_backends=a:rbd\n[DEFAULT]\nenabled_backends=b:rbd", ["a:rbd"]),
        ("enabled_backends=a:rbd,\n  b:rbd", ["a:rbd", ""]),
        ("#enabled_backends=a:rbd", []),
        ("enabled_backends: a:rbd", []),
    ],
)
def test_enabled_backends(text: str, entries: list[str]) -> None:
    assert enabled_backends(text) == entries


def test_type_keeps_its_blank() -> None:
    assert typed(["a: rbd"]) == [("a", " rbd")]


@pytest.mark.parametrize("entries", [["a"], ["a:rbd", ""]])
def test_entry_without_a_type_stops_the_operator(entries: list[str]) -> None:
    with pytest.raises(ValueError, match="index out of range"):
        typed(entries)


@pytest.mark.parametrize(
    ("text", "alone"),
    [("", False), ("enabled_backends=a:file", True), ("enabled_backends=a:file,b:rbd", False)],
)
def test_is_file_only(text: str, alone: bool) -> None:
    assert is_file_only(text) is alone


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("region={{ .Region }}", "region=RegionOne"),
        ("{{.Region}}-{{ .ServicePassword}}", "RegionOne-p"),
        ("a {{- .Region -}} b", "aRegionOneb"),
        ("a {{- .Region }}", "aRegionOne"),
        ("{{/* nothing */}}x", "x"),
        ("wsgi={{ .Wsgi }}", "wsgi=true"),
        ("a } b { c", "a } b { c"),
    ],
)
def test_render(text: str, rendered: str) -> None:
    assert expand(text, KNOWN) == rendered


@pytest.mark.parametrize("text", ["{{ .Missing }}", "{{ if .Region }}x{{ end }}", "{{ .Region", "{{ Region }}"])
def test_text_with_a_failing_placeholder_is_not_changed(text: str) -> None:
    whole = f"a={{{{ .Region }}}}\nb={text}\n"
    with pytest.raises(TemplateError):
        render(whole, KNOWN)
    assert expand(whole, KNOWN) == whole


@pytest.mark.parametrize(("text", "number"), [("10G", 10**10), ("1Gi", 2**30), ("512", 512), ("1.5k", 1500)])
def test_quantity(text: str, number: int) -> None:
    assert quantity(text) == number


@pytest.mark.parametrize("text", ["", "10 G", "ten", "1GB"])
def test_invalid_quantity(text: str) -> None:
    with pytest.raises(ValueError, match="quantities must match"):
        quantity(text)


def test_switches_from_a_config_map() -> None:
    switches = Switches(lag=3.0).changed(
        {"stuck": "yes", "error": "so", "delay": "1.5", "webhooks": "off", "other": "x"}
    )
    assert switches == Switches(stuck=True, error="so", delay=1.5, lag=3.0, webhooks=False)
    assert Switches().changed({"delay": "soon", "stuck": "perhaps"}) == Switches()
