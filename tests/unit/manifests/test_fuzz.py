# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is in a manifest, the linter reports and does not fall over."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import lines

from .conftest import good, lint_files, lint_objects, secret, topology

DATA = sorted(Path(__file__).with_name("data").glob("*.yaml"))
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    3.5,
    "",
    "x",
    "{{ x }}",
    "\n",
    "a\nb = c",
    [],
    [None],
    ["x", {}],
    {},
    {"": ""},
    {"a": {"b": []}},
]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in pairs:
        yield from places(inner, (*path, key))


@pytest.mark.parametrize("make", [good, lambda: secret("dcn0")], ids=["control plane", "secret"])
def test_every_value_replaced_by_odd_ones(make: Any) -> None:
    chance = random.Random(1)
    for path in places(make()):
        for odd in chance.sample(ODD, 2):
            document = copy.deepcopy(make())
            node = document
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = odd
            assert all(isinstance(line, str) for line in lines(lint_objects(document, with_topology=topology())))


@pytest.mark.parametrize("path", DATA, ids=lambda path: str(path.name))
def test_broken_text(path: Path) -> None:
    chance = random.Random(path.name)
    text = path.read_text(encoding="utf-8")
    for _round in range(60):
        at = chance.randrange(len(text))
        piece = chance.choice(
            ["", "\n", "  ", ":", "- ", "{", "}}", "{{", "[", "'", '"', "#", "&a ", "*a ", "\t", "---\n", "é", "\x00"]
        )
        broken = text[:at] + piece + text[at + chance.randrange(4) :]
        found = lint_files({"f.yaml": broken})
        assert all(finding.line <= broken.count("\n") + 1 for finding in found)


@pytest.mark.parametrize("path", DATA[:3], ids=lambda path: str(path.name))
def test_cut_lines(path: Path) -> None:
    text = path.read_text(encoding="utf-8").split("\n")
    for number in range(len(text)):
        lint_files({"f.yaml": "\n".join(text[:number] + text[number + 1 :])})


KUSTOMIZATION: dict[str, Any] = {
    "kind": "Kustomization",
    "resources": ["cp.yaml", "../x", "https://example.com/y"],
    "components": ["../part"],
    "patches": [
        {"path": "p.yaml", "target": {"kind": "OpenStackControlPlane", "name": ".*"}},
        {"patch": "[{op: replace, path: /spec/secret, value: x}]", "target": {"kind": "OpenStackControlPlane"}},
    ],
    "patchesStrategicMerge": ["p.yaml"],
    "patchesJson6902": [{"path": "j.yaml", "target": {"kind": "Glance"}}],
    "secretGenerator": [{"name": "s", "files": ["a", "b=c"], "literals": ["d=e"], "envs": ["f"]}],
    "replacements": [
        {
            "source": {
                "kind": "OpenStackControlPlane",
                "fieldPath": "spec.secret",
                "options": {"delimiter": "-", "index": 0},
            },
            "targets": [
                {"select": {"kind": ".*"}, "fieldPaths": ["spec.x.[a=b].c", "spec.0.-"], "options": {"create": True}}
            ],
        }
    ],
}


def test_odd_kustomizations() -> None:
    patch = [
        {"op": op, "path": path, "from": "/spec", "value": 1}
        for op in ("add", "move", "x")
        for path in ("/a/0/-", "", "b")
    ]
    others = {"k/cp.yaml": good(), "k/p.yaml": {"kind": "OpenStackControlPlane", "metadata": None}, "k/j.yaml": patch}
    files = {name: yaml.safe_dump(text) for name, text in others.items()}
    chance = random.Random(2)
    for path in places(KUSTOMIZATION):
        for odd in chance.sample(ODD, 3):
            document = copy.deepcopy(KUSTOMIZATION)
            node = document
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = odd
            lint_files({**files, "k/kustomization.yaml": yaml.safe_dump(document)}, "k")
