# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses what pods of the operators get beyond their stores: volumes, and more fields of the operator's objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import DNS_LABEL, DNS_LABEL_RULE
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Volume
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import unreadable
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader

_ABSOLUTE = re.compile(r"/[^\s:]*[^\s:/]")
_RELATIVE = re.compile(r"(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\s:]+")
_WORD = re.compile(r"[A-Za-z0-9_-]+")

#: Fields of one API with another key in the topology, or that follow from it.
API_SPEC: Mapping[str, str] = {
    "type": "use `api.type`",
    "replicas": "use `api.replicas`",
    "storage": "use `api.storage_request` and `api.storage_class`",
    "customServiceConfig": "use `stores` and `glance.options`",
    "extraMounts": "an API has no such field; use `api.volumes`",
    "preserveJobs": "an API has no such field; use `operators.spec`",
    "quotas": "an API has no such field; use `operators.spec`",
}
#: The same for the Glance spec.
GLANCE_SPEC: Mapping[str, str] = {
    "glanceAPIs": "use `sites.SITE.glance.api`",
    "keystoneEndpoint": "it is the API of the hub",
    "storage": "use `sites.SITE.glance.api.storage_request` and `storage_class`",
    "extraMounts": "use `sites.SITE.glance.api.volumes`",
    "customServiceConfig": "use `stores` and `glance.options` of the sites",
    "customServiceConfigSecrets": "use `sites.SITE.glance.api.spec.customServiceConfigSecrets`",
    "containerImage": "the control plane takes it from the OpenStackVersion",
}

Check = Callable[[object], str]


def _is_text(value: object) -> str:
    return "" if isinstance(value, str) else f"must be text, not {words.kind(value)}"


def _is_mapping(value: object) -> str:
    return "" if isinstance(value, Mapping) else f"must be a mapping, not {words.kind(value)}"


def _is_flag(value: object) -> str:
    return "" if isinstance(value, bool) else f"must be true or false, not {words.kind(value)}"


def _is_seconds(value: object) -> str:
    right = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    return "" if right else f"must be a whole number of seconds from 1, not {words.show(value)}"


def _is_texts(value: object) -> str:
    right = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    return "" if right else "must be a list of texts"


def _is_mapping_of_texts(value: object) -> str:
    if not isinstance(value, Mapping):
        return _is_mapping(value)
    wrong = [key for key, item in value.items() if not isinstance(item, str)]
    return f"{words.show(wrong[0])} must have a text; put the value in quotes" if wrong else ""


def _is_mapping_of_numbers(value: object) -> str:
    if not isinstance(value, Mapping):
        return _is_mapping(value)
    wrong = [key for key, item in value.items() if isinstance(item, bool) or not isinstance(item, int) or item < 0]
    return f"{words.show(wrong[0])} must have a whole number from 0" if wrong else ""


def _is_override(value: object) -> str:
    """Services and probes by name, each a mapping."""
    if not isinstance(value, Mapping):
        return _is_mapping(value)
    for name in ("service", "probes"):
        part = value.get(name)
        if part is not None and not isinstance(part, Mapping):
            return f"{name} {_is_mapping(part)}"
        wrong = [key for key, item in (part or {}).items() if item is not None and not isinstance(item, Mapping)]
        if wrong:
            return f"{name}.{wrong[0]} must be a mapping"
    return ""


def _is_reference(value: object) -> str:
    name = value.get("name") if isinstance(value, Mapping) else None
    return "" if isinstance(name, str) and name else "must be a mapping with the `name` of an object"


#: The form of the fields that are known. Others are passed on as they are.
_FORMS: Mapping[str, Check] = {
    "apiTimeout": _is_seconds,
    "auth": _is_mapping,
    "customServiceConfigSecrets": _is_texts,
    "databaseAccount": _is_text,
    "databaseInstance": _is_text,
    "dbPurge": _is_mapping,
    "imageCache": _is_mapping_of_texts,
    "memcachedInstance": _is_text,
    "networkAttachments": _is_texts,
    "nodeSelector": _is_mapping_of_texts,
    "notificationsBus": _is_mapping_of_texts,
    "override": _is_override,
    "passwordSelectors": _is_mapping_of_texts,
    "preserveJobs": _is_flag,
    "quotas": _is_mapping_of_numbers,
    "resources": _is_mapping,
    "secret": _is_text,
    "serviceUser": _is_text,
    "tls": _is_mapping,
    "topologyRef": _is_reference,
}


def parse_spec(reader: MappingReader, taken: Mapping[str, str]) -> Mapping[str, Any]:
    """More fields, with the operator's names. ``taken`` are those that have another key, with the advice."""
    found: dict[str, Any] = {}
    spec = reader.optional("spec")
    for name, value in spec.items():
        form = _FORMS.get(name)
        problem = f"cannot be set here: {taken[name]}" if name in taken else ""
        if not problem and value is not None and form is not None:
            problem = form(value)
        problem = problem or _unreadable_below(value)
        if problem:
            spec.problem(spec.at(name), problem)
        else:
            found[name] = value
    return found


def _unreadable_below(value: object, depth: int = 0) -> str:
    """What Kubernetes could not hold: keys that are not text, dates, and values that cannot be read."""
    if unreadable(value):
        return unreadable(value)
    if depth > 20:
        return "is nested too deeply"
    if isinstance(value, Mapping):
        odd = [key for key in value if not isinstance(key, str)]
        below = [text for item in value.values() if (text := _unreadable_below(item, depth + 1))]
        return f"the key {words.show(odd[0])} is not text; put it in quotes" if odd else (below or [""])[0]
    if isinstance(value, (list, tuple)):
        return next((text for item in value if (text := _unreadable_below(item, depth + 1))), "")
    if value is None or isinstance(value, (str, bool, int, float)):
        return ""
    return f"holds {words.kind(value)}, which Kubernetes objects cannot hold"


def parse_volumes(reader: MappingReader) -> tuple[Volume, ...]:
    """Volumes for the pods of one API, by name."""
    volumes = reader.optional("volumes")
    found = []
    for name, _value in volumes.items():
        content = volumes.mapping(name, empty="is empty; set at least its `mount_path` and `source`")
        if not DNS_LABEL.fullmatch(name):
            volumes.problem(volumes.at(name), f"{words.show(name)} cannot be the name of a volume: {DNS_LABEL_RULE}")
        if content is not None:
            found.append(_volume(name, content))
    return tuple(found)


def _volume(name: str, reader: MappingReader) -> Volume:
    path = reader.text("mount_path", _ABSOLUTE, "use an absolute path without a slash at the end")
    if reader.raw("mount_path") is None:
        reader.problem(reader.at("mount_path"), "is missing; name the directory in the pods")
    sub_path = reader.text("sub_path", _RELATIVE, "use a relative path inside the volume, without ..")
    kind = reader.text("type", _WORD, "use letters, digits, _ and - only")
    read_only = reader.flag("read_only")
    source = _source(reader)
    reader.finish()
    implied = "Nfs" if "nfs" in source else ""
    return Volume(name, path or "", source, kind or implied, sub_path, bool(read_only))


def _source(reader: MappingReader) -> Mapping[str, Any]:
    """The source of a volume: one key, such as nfs, with what Kubernetes expects below it."""
    source = reader.mapping("source")
    where = reader.at("source")
    if source is None:
        if reader.raw("source") is None:
            reader.problem(where, "is missing; set one source of a volume, such as nfs: {server: ..., path: ...}")
        return {}
    found = dict(source.items())
    if len(found) != 1:
        reader.problem(where, f"must have exactly one key, such as nfs or configMap, not {len(found)}")
    for kind, value in found.items():
        problem = _is_mapping(value) or _unreadable_below(value)
        if kind == "nfs" and isinstance(value, Mapping) and not problem:
            lacks = [key for key in ("server", "path") if not value.get(key)]
            problem = f"has no {' and no '.join(lacks)}" if lacks else ""
        elif kind == "hostPath":
            problem = "is not a volume that the operators know; use persistentVolumeClaim with a volume of that path"
        if problem:
            reader.problem(f"{where}.{words.key(kind)}", problem)
    return found
