# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reduced definitions: the real ones' fields, less of them."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[4]
REDUCED = sorted((ROOT / "lab" / "roles" / "kubernetes" / "files" / "crds").glob("*.yaml"))
REAL = ROOT.parent / "shared" / "crds"
SAME = ("type", "default", "minimum", "maximum", "format", "minLength", "pattern")
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: pathlib.Path) -> dict[str, Any]:
    return dict(yaml.load(path.read_text(), Loader=Loader))


def version(definition: dict[str, Any]) -> dict[str, Any]:
    (found,) = definition["spec"]["versions"]
    return dict(found)


def below(schema: dict[str, Any]) -> dict[str, Any]:
    found = dict(schema.get("properties", {}))
    if "items" in schema:
        found["[]"] = schema["items"]
    if isinstance(schema.get("additionalProperties"), dict):
        found["*"] = schema["additionalProperties"]
    return found


def differences(reduced: dict[str, Any], real: dict[str, Any], path: str = "") -> Iterator[str]:
    """Fields of a reduced definition that differ from the real one."""
    for name, field in below(reduced).items():
        where = f"{path}.{name}"
        other = below(real).get(name)
        if other is None:
            yield f"{where} is not in the real definition"
            continue
        if field.get("x-kubernetes-preserve-unknown-fields"):
            continue
        for word in SAME:
            if field.get(word) != other.get(word) and not field.get("x-kubernetes-int-or-string"):
                yield f"{where}: {word} is {field.get(word)!r}, really {other.get(word)!r}"
        for word in ("required", "enum"):
            if sorted(field.get(word, [])) != sorted(other.get(word, [])):
                yield f"{where}: {word} is {field.get(word)!r}, really {other.get(word)!r}"
        yield from differences(field, other, where)


def test_all_four_definitions_exist() -> None:
    kinds = [load(path)["spec"]["names"]["kind"] for path in REDUCED]
    assert kinds == ["OpenStackControlPlane", "OpenStackVersion", "GlanceAPI", "Glance"]


@pytest.mark.parametrize("path", REDUCED, ids=lambda path: path.stem)
def test_only_the_status_is_a_subresource(path: pathlib.Path) -> None:
    assert version(load(path))["subresources"] == {"status": {}}


@pytest.mark.skipif(not REAL.is_dir(), reason="the real definitions are not beside the checkout")
@pytest.mark.parametrize("path", REDUCED, ids=lambda path: path.stem)
def test_fields_are_those_of_the_real_definitions(path: pathlib.Path) -> None:
    reduced, real = load(path), load(REAL / path.name)
    assert reduced["metadata"]["name"] == real["metadata"]["name"]
    assert reduced["spec"]["names"] == real["spec"]["names"]
    columns = [version(definition)["additionalPrinterColumns"] for definition in (reduced, real)]
    assert [[column["name"], column["jsonPath"]] for column in columns[0]] == [
        [column["name"], column["jsonPath"]] for column in columns[1]
    ]
    schemas = [version(definition)["schema"]["openAPIV3Schema"] for definition in (reduced, real)]
    assert list(differences(*schemas)) == []
