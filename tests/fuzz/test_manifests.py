# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random faults in manifests: the linter reports findings, and never fails or shows a secret.

``FUZZ_DOCUMENTS`` is the number of documents of each kind, ``FUZZ_SEED`` the seed of the first one.
"""

from __future__ import annotations

import copy
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import Finding, lines
from ansible_collections.dcn.glance.tests.support.builders.manifests import (
    ROOT,
    SECRET,
    good,
    lint_files,
    lint_objects,
    secret,
    topology,
)

DOCUMENTS = int(os.environ.get("FUZZ_DOCUMENTS", "500"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))
DATA = sorted((ROOT / "tests/unit/manifests/data").glob("*.yaml"))
ODD_VALUES: list[Any] = [
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
PIECES = ["", "\n", "  ", ":", "- ", "{", "}}", "{{", "[", "'", '"', "#", "&a ", "*a ", "\t", "---\n", "\u00e9", "\x00"]
INI_LINES = (
    """
[DEFAULT]|[default]|[GLOBAL]|[dcn0]|[central]|[glance_store]|[import_filtering_opts]|[x|[]|enabled_backends = a:rbd
enabled_backends: a: cinder|enabled_backends = "a:rbd,b"|enabled_backends =|default_backend = a|default_backend =
default_backend|workers = 4G|image_size_cap = 1 # x|allowed_ports = 80|inject = "a":"b"|inject = a,b|debug = maybe
rbd_store_pool = {{ .Region }}|rbd_store_user = {{|rbd_store_ceph_conf = /etc/ceph//dcn0.conf|  continued|; comment|# x
description = x|filesystem_store_datadir = /|image_import_plugins = [no_op,|enabled_import_methods = web-download|=|:|a
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


def chances(name: str) -> Iterator[random.Random]:
    """A generator of random numbers for each document. The seed shows in the assertion message."""
    for number in range(SEED, SEED + DOCUMENTS):
        yield random.Random(f"{name} {number}")


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a document."""
    found = [path] if path else []
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in pairs:
        found += paths(inner, (*path, key))
    return found


def with_value(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the document with another value at the path."""
    result = copy.deepcopy(document)
    node = result
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return result


def mutated(document: Any, chance: random.Random) -> Any:
    """The document with one to three random values replaced, removed or copied from elsewhere."""
    for _number in range(chance.randint(1, 3)):
        existing = paths(document)
        if not existing:
            break
        path = chance.choice(existing)
        value = chance.choice(ODD_VALUES)
        if chance.random() < 0.3:
            value = copy.deepcopy(node_at(document, chance.choice(existing)))
        document = with_value(document, path, value)
    return document


def node_at(document: Any, path: tuple[Any, ...]) -> Any:
    """The value at a path."""
    for key in path:
        document = document[key]
    return document


def check(findings: tuple[Finding, ...], text: str = "") -> None:
    """What holds for all findings: they can be shown, have a line of the file, and no secret."""
    shown = "\n".join(lines(findings))
    assert SECRET not in shown
    for finding in findings:
        assert finding.severity in ("error", "warning", "info") and finding.message
        assert not text or finding.line <= text.count("\n") + 1


@pytest.mark.parametrize("make", [good, lambda: secret("dcn0")], ids=["control plane", "secret"])
def test_mutated_objects(make: Callable[[], dict[str, Any]]) -> None:
    document = make()
    for chance in chances("objects"):
        check(lint_objects(mutated(document, chance), with_topology=topology()))


def test_mutated_text_of_customserviceconfig() -> None:
    document = good()
    path = ("spec", "glance", "template", "glanceAPIs", "dcn0", "customServiceConfig")
    for chance in chances("ini"):
        text = node_at(document, path).split("\n")
        for _number in range(chance.randint(1, 6)):
            at = chance.randrange(len(text) + 1)
            text[at : at + chance.randrange(3)] = [chance.choice(INI_LINES)]
        changed = with_value(document, path, "\n".join(text))
        found = lint_objects(changed, with_topology=topology())
        check(found)
        assert found == lint_objects(changed, with_topology=topology())


def test_broken_yaml() -> None:
    texts = [path.read_text(encoding="utf-8") for path in DATA]
    for chance in chances("yaml"):
        text = chance.choice(texts)
        for _number in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(PIECES) + text[at + chance.randrange(4) :]
        check(lint_files({"f.yaml": text}), text)


@pytest.mark.parametrize("path", DATA[:3], ids=lambda path: str(path.name))
def test_missing_lines(path: Path) -> None:
    text = path.read_text(encoding="utf-8").split("\n")
    for number in range(len(text)):
        check(lint_files({"f.yaml": "\n".join(text[:number] + text[number + 1 :])}), "\n".join(text))


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


def test_mutated_kustomizations() -> None:
    patch = [
        {"op": op, "path": path, "from": "/spec", "value": 1}
        for op in ("add", "move", "x")
        for path in ("/a/0/-", "", "b")
    ]
    others = {"k/cp.yaml": good(), "k/p.yaml": {"kind": "OpenStackControlPlane", "metadata": None}, "k/j.yaml": patch}
    files = {name: yaml.safe_dump(document) for name, document in others.items()}
    for chance in chances("kustomizations"):
        kustomization = yaml.safe_dump(mutated(KUSTOMIZATION, chance))
        check(lint_files({**files, "k/kustomization.yaml": kustomization}, "k"))
