# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the variable dcn_images, and replaces sites and labels by stores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._glance.images_plan import as_text
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import looks_like_id
from ansible_collections.dcn.glance.plugins.module_utils._images import source
from ansible_collections.dcn.glance.plugins.module_utils._images.model import DELETE, HIDE, KEEP, REMOVE, ImageRule
from ansible_collections.dcn.glance.plugins.module_utils._images.places import stores_of
from ansible_collections.dcn.glance.plugins.module_utils._images.values import text
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Topology
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import plain, unreadable
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader

ROOT = "dcn_images"
_SELECTORS = ("id", "name", "tag", "property", "os_hidden", "owner")
_WITH_SOURCE = ("version", "old")


def parse_rules(data: object, topology: Topology) -> tuple[ImageRule, ...]:
    """The rules, with the stores of the topology. Raises InputErrors with every problem of every rule."""
    rules, problems = parse_rules_partially(data, topology)
    if problems:
        raise InputErrors(problems)
    return rules


def parse_rules_partially(data: object, topology: Topology | None) -> tuple[tuple[ImageRule, ...], list[Problem]]:
    """The rules and every problem. Without a topology, nothing is said about sites and stores."""
    problems: list[Problem] = []
    data = plain(data)
    if unreadable(data):
        return (), [Problem(ROOT, unreadable(data))]
    if not isinstance(data, (list, tuple)):
        return (), [Problem(ROOT, f"must be a list of rules, not {words.kind(data)}")]
    rules = []
    for index, item in enumerate(data):
        path = f"{ROOT}[{index}]"
        if unreadable(item) or not isinstance(item, Mapping):
            why = unreadable(item) or f"must be a mapping, not {words.kind(item)}"
            problems.append(Problem(path, why))
        else:
            rules.append(_rule(MappingReader(item, path, problems), topology))
    problems += _same_name(rules)
    return tuple(rules), problems


def _rule(reader: MappingReader, topology: Topology | None) -> ImageRule:
    selectors = _selectors(reader)
    stores, copies = stores_of(reader, topology)
    elsewhere = reader.choice("elsewhere", (KEEP, REMOVE)) or KEEP
    found = source.parse_source(reader)
    version = text(reader, "version")
    old = reader.choice("old", (HIDE, DELETE)) or HIDE
    written = reader.has("source")
    if written:
        _check_source(reader, found, version)
    for key in _WITH_SOURCE:
        if not written and reader.raw(key) is not None:
            reader.problem(reader.at(key), "has no effect without `source`; add it, or remove this key")
    reader.finish()
    return ImageRule(
        reader.path, stores, min_copies=copies, elsewhere=elsewhere, source=found, version=version, old=old, **selectors
    )


def _selectors(reader: MappingReader) -> dict[str, Any]:
    found: dict[str, Any] = {key: text(reader, key) for key in ("id", "name", "tag", "owner")}
    found["id"] = found["id"].lower()
    if found["id"] and not looks_like_id(found["id"]):
        example = "2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e"
        reader.problem(reader.at("id"), f"{words.show(found['id'])} is not the id of an image, such as {example}")
    found["hidden"] = reader.flag("os_hidden")
    properties = reader.optional("property")
    found["properties"] = {}
    for key, value in properties.items():
        if isinstance(value, (str, int, float)):
            found["properties"][key] = str(as_text(value))
        else:
            properties.problem(properties.at(key), f"must be text, not {words.kind(value)}")
    if not any(reader.raw(key) not in (None, "", {}) for key in _SELECTORS):
        reader.problem(reader.path, f"selects no image; set at least one of {words.one_of(_SELECTORS)}")
    return found


def _check_source(reader: MappingReader, found: Mapping[str, Any], version: str) -> None:
    """A rule with a source imports one image, so it must name it."""
    if reader.raw("name") is None:
        reader.problem(reader.at("name"), "is required with `source`: it is the name of the new image")
    elif looks_like_id(str(reader.raw("name"))):
        reader.problem(reader.at("name"), "must not look like an id, because the image gets this name")
    for key in _SELECTORS:
        if key != "name" and reader.raw(key) is not None:
            reader.problem(reader.at(key), "cannot be combined with `source`, which imports the image by its name")
    if reader.raw("old") is not None and not (version or found.get("checksum") or found.get("size") is not None):
        reader.problem(
            reader.at("old"), "has no effect, because nothing tells a new version; set `version`, or a checksum"
        )


def _same_name(rules: list[ImageRule]) -> list[Problem]:
    first: dict[str, str] = {}
    problems = []
    for rule in rules:
        if rule.source and rule.name in first:
            where = first[rule.name]
            problems.append(Problem(f"{rule.path}.source", f"image '{rule.name}' has a source in {where} already"))
        elif rule.source:
            first[rule.name] = rule.path
    return problems
