# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the schemas of custom resources from files. The built-in schemas replace those that the files lack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import KINDS
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.sources import ManifestFiles
from ansible_collections.dcn.glance.plugins.module_utils._manifests.schema import builtin

try:
    import yaml
except ImportError:
    HAS_YAML = False
else:
    HAS_YAML = True

# The definition of the control plane has a megabyte: skip the files that define other kinds.
_KIND_LINE = re.compile(r"^\s+kind: [\"']?(?:" + "|".join(KINDS) + r")[\"']?\s*$", re.MULTILINE)


def load(files: ManifestFiles, paths: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """{kind: schema} of the definitions in these files and directories, completed with the built-in schemas."""
    schemas: dict[str, Mapping[str, Any]] = dict(builtin.schemas())
    problems: list[Problem] = []
    for path in paths:
        names = [path]
        if files.is_directory(path):
            names = [name for name in files.walk(path) if name.endswith((".yaml", ".yml", ".json"))]
        found: dict[str, Mapping[str, Any]] = {}
        for name in names:
            try:
                found.update(_schemas_of_file(files.read(name) or ""))
            except yaml.YAMLError as error:
                problems.append(Problem(name, f"cannot be parsed as YAML: {str(error).splitlines()[0]}"))
        schemas.update(found)
        if not found and not problems:
            message = f"has no CustomResourceDefinition of {', '.join(KINDS)}. Specify the file or directory that has"
            problems.append(Problem(path, message))
    if problems:
        raise InputErrors(problems)
    return schemas


def _schemas_of_file(text: str) -> dict[str, Mapping[str, Any]]:
    if "CustomResourceDefinition" not in text or (not text.lstrip().startswith("{") and not _KIND_LINE.search(text)):
        return {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Mapping[str, Any]] = {}
    for document in yaml.load_all(text, Loader=loader):  # both loaders are safe
        for each in (document.get("items") or [document]) if isinstance(document, dict) else []:
            definition = schema_of_definition(each)
            if definition is not None:
                found[definition[0]] = definition[1]
    return found


def schema_of_definition(definition: Any) -> tuple[str, Mapping[str, Any]] | None:
    """(kind, schema) of a CustomResourceDefinition that configures Glance, else None."""
    if not isinstance(definition, Mapping) or definition.get("kind") != "CustomResourceDefinition":
        return None
    spec = definition.get("spec") or {}
    kind = str((spec.get("names") or {}).get("kind"))
    if KINDS.get(kind) != spec.get("group"):
        return None
    served = [version for version in spec.get("versions") or [] if version.get("served", True)]
    stored = [version for version in served if version.get("storage")] or served
    schema = (stored[0].get("schema") or {}).get("openAPIV3Schema") if stored else None
    return (kind, schema) if isinstance(schema, Mapping) else None
