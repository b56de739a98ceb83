# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions of custom resources from files, or the short ones that come with the collection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._manifests.collect import Tree
from ansible_collections.dcn.glance.plugins.module_utils._manifests.schema import builtin_schema, schema
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import KINDS

try:
    import yaml
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = True

# The control plane's definition is a megabyte: what does not matter is not parsed.
_MATTERS = re.compile(r"^\s+kind: [\"']?(?:" + "|".join(KINDS) + r")[\"']?\s*$", re.MULTILINE)


def load(files: Tree, paths: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """{kind: schema}: from the files, and what they lack from the collection's own."""
    found: dict[str, Mapping[str, Any]] = dict(builtin_schema.schemas())
    problems: list[Problem] = []
    for path in paths:
        names = [path]
        if files.is_directory(path):
            names = [name for name in files.walk(path) if name.endswith((".yaml", ".yml", ".json"))]
        kinds = 0
        for name in names:
            try:
                read = _definitions(files.read(name) or "")
            except yaml.YAMLError as error:
                problems.append(Problem(name, f"is no definition that can be read: {str(error).splitlines()[0]}"))
                continue
            found.update(read)
            kinds += len(read)
        if not kinds and not problems:
            message = f"holds no CustomResourceDefinition of {', '.join(KINDS)}. Name the file or directory that does"
            problems.append(Problem(path, message))
    if problems:
        raise InputErrors(problems)
    return found


def _definitions(text: str) -> dict[str, Mapping[str, Any]]:
    if "CustomResourceDefinition" not in text or (not text.lstrip().startswith("{") and not _MATTERS.search(text)):
        return {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Mapping[str, Any]] = {}
    for document in yaml.load_all(text, Loader=loader):  # a safe loader, whichever of the two
        for each in (document.get("items") or [document]) if isinstance(document, dict) else []:
            definition = schema.of_definition(each)
            if definition is not None:
                found[definition[0]] = definition[1]
    return found
