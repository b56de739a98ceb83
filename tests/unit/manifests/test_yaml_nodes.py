# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsed YAML: values, line numbers and faults."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.nodes import from_plain, join, walk
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.yaml_nodes import load


def values(text: str) -> list[Any]:
    documents, faults = load(text, "f.yaml")
    assert not faults
    return [document.plain() for document in documents]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# only a comment\n---\n", []),
        ("a: 1\n---\nb: x\n...\n", [{"a": 1}, {"b": "x"}]),
        ("\ufeffa: yes", [{"a": True}]),
        ("a: 2020-01-01\nb: null\nc: 1.5\n", [{"a": "2020-01-01", "b": None, "c": 1.5}]),
        ("x: &x {k: 1, l: 2}\ny:\n  <<: *x\n  l: 3\n", [{"x": {"k": 1, "l": 2}, "y": {"k": 1, "l": 3}}]),
        ("a: {{ .Region }}\n", [{"a": "{{ .Region }}"}]),
        ('a: {{ x | default("y") }}\nb: http://{{ h }}/z\n- ', None),
        (
            'a: {{ x | default("y") }}\nb: http://{{ h }}/z\n',
            [{"a": '{{ x | default("y") }}', "b": "http://{{ h }}/z"}],
        ),
        ("{{ name }}: 1\n", [{"{{ name }}": 1}]),
        ("a: |\n  [x]\n  y = {{ .Z }}\n", [{"a": "[x]\ny = {{ .Z }}\n"}]),
        ("a:\r\n  b: 1\r\n", [{"a": {"b": 1}}]),
        ("--- {a: 1}\n--- # comment\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ('{"a": [1, {"b": "c"}]}', [{"a": [1, {"b": "c"}]}]),
    ],
)
def test_parsed_values(text: str, expected: Any) -> None:
    if expected is None:
        assert load(text, "f.yaml")[1]
    else:
        assert values(text) == expected


def lines_of(text: str, *path: str) -> list[int]:
    (document,), _faults = load(text, "f.yaml")
    node = document.get(*path)
    assert node is not None
    return [node.line_location(number).line for number in range(1, node.string().count("\n") + 2)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: |\n  [x]\n\n  y = 1\n", [2, 3, 4, 5]),
        ("a: |-  # comment\n  [x]\n  y = 1\n", [2, 3]),
        ("a:\n  |\n    [x]\n    y = 1\n", [3, 4, 5]),
        ("a: '[x]\n\n  y = 1\n\n  z = 2\n\n  '\n", [1, 3, 5, 5]),
        ('a: "[x]\\ny = 1\\n"\n', [1, 1, 1]),
        ("a: >\n  [x]\n\n  y = 1\n  z\n", [2, 4, 4]),
        ("a: one line\n", [1]),
    ],
)
def test_lines_of_text(text: str, expected: list[int]) -> None:
    assert lines_of(text, "a") == expected


def test_lines_of_keys_and_documents() -> None:
    documents, _faults = load("# c\n---\na:\n  - b: 1\n    c: 2\n---\nd: 3\n", "f.yaml", first=10)
    item = documents[0].list("a")[0]
    entry = item.entry("c")
    assert entry is not None
    assert (entry.location.file, entry.location.line) == ("f.yaml", 14)
    assert documents[1].location_of("d").line == 16
    assert documents[0].location_of("a", "nothing").line == 12


@pytest.mark.parametrize(
    ("text", "rule", "line", "documents"),
    [
        ("a: 1\n---\nb: {\n---\nc: 3\n", "yaml-invalid", 3, 2),
        ("a: 1\n b: 2\n", "yaml-invalid", 2, 0),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", "yaml-duplicate-key", 4, 1),
        ("a: 1\n{% if x %}\nb: 2\n{% endif %}\n", "template-file", 2, 0),
        ("a: \x01\n", "yaml-invalid", 1, 0),
        ("a: *nothing\n", "yaml-invalid", 1, 0),
        ("[" * 150, "yaml-invalid", 1, 0),
    ],
)
def test_yaml_faults(text: str, rule: str, line: int, documents: int) -> None:
    found, faults = load(text, "f.yaml")
    assert [(fault.rule, fault.location.line) for fault in faults] == [(rule, line)]
    assert len(found) == documents


def test_deep_nesting_is_rejected() -> None:
    documents, faults = load("[" * 3000 + "]" * 3000, "f.yaml")
    assert not documents
    assert [fault.rule for fault in faults] == ["yaml-invalid"]


def test_field_paths() -> None:
    tree = from_plain({"a": [{"b/c": 1}], "d": {"": 2}})
    assert [path for path, _node in walk(tree)] == ["", "a", "a[0]", 'a[0]["b/c"]', "d", 'd[""]']
    assert join("", "x") == "x"
    assert tree.plain() == {"a": [{"b/c": 1}], "d": {"": 2}}


def test_missing_values() -> None:
    tree = from_plain({"a": 1, "b": True, "c": None, "d": {"e": "f"}})
    assert tree.get("a", "b") is None
    assert tree.string("c") == tree.string("x") == tree.string("d") == ""
    assert (tree.string("b"), tree.string("a")) == ("true", "1")
    assert (tree.integer("b"), tree.integer("a"), tree.flag("a"), tree.flag("b")) == (None, 1, None, True)
    assert tree.list("d") == () and tree.children("a") == {}


def test_nested_aliases_are_limited() -> None:
    levels = [f"- &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]" for number in range(1, 12)]
    found, faults = load("\n".join(["- &a0 [x]", *levels]) + "\n---\nkind: x\n", "f.yaml")
    assert [fault.rule for fault in faults] == ["yaml-invalid"]
    assert [node.string("kind") for node in found] == ["x"]
    few, faults = load("a: &a [x]\nb: [*a, *a]\n", "f.yaml")
    assert (few[0].plain(), faults) == ({"a": ["x"], "b": [["x"], ["x"]]}, [])
