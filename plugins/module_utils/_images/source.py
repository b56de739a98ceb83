# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the source of an image: where the data of a missing image come from."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._glance.images_plan import DIGEST_LENGTHS
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import BASE_ATTRIBUTES, RESERVED_PREFIX
from ansible_collections.dcn.glance.plugins.module_utils._images.model import CHECKSUM, REPLACED_BY, SIZE, VERSION
from ansible_collections.dcn.glance.plugins.module_utils._images.values import names, number, text
from ansible_collections.dcn.glance.plugins.module_utils._ini.redact import mask_urls
from ansible_collections.dcn.glance.plugins.module_utils._topology.reader import MappingReader

DISK_FORMATS = ("ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "ploop", "iso")
CONTAINER_FORMATS = ("ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed")
VISIBILITIES = ("community", "private", "public", "shared")
_OWN = (VERSION, CHECKSUM, SIZE, REPLACED_BY)


def parse_source(reader: MappingReader) -> dict[str, Any]:
    """The source of a rule, in the form of an image of the module glance_image_import; empty if there is none."""
    source = reader.mapping("source", empty="is empty; set uri or src, or remove the key")
    if source is None:
        return {}
    found: dict[str, Any] = {
        "uri": text(source, "uri"),
        "src": text(source, "src"),
        "disk_format": source.choice("disk_format", DISK_FORMATS),
        "container_format": source.choice("container_format", CONTAINER_FORMATS),
        "checksum": _checksum(source),
        "size": number(source, "size", 1),
        "visibility": source.choice("visibility", VISIBILITIES),
        "protected": source.flag("protected"),
        "min_disk": number(source, "min_disk"),
        "min_ram": number(source, "min_ram"),
        "tags": list(names(source, "tags") or ()),
        "properties": _properties(source),
    }
    if bool(found["uri"]) == bool(found["src"]):
        source.problem(source.path, "set either uri (a URL for Glance to download) or src (a file on the client host)")
    if found["uri"] and not re.match(r"https?://[^/]", found["uri"]):
        source.problem(source.at("uri"), f"{words.show(mask_urls(found['uri']))} is not an http or https URL")
    if source.raw("disk_format") is None:
        source.problem(source.at("disk_format"), "is required: the format of the data, such as qcow2 or raw")
    source.finish()
    return {key: value for key, value in found.items() if value not in (None, "", {}, [])}


def _checksum(source: MappingReader) -> str:
    value = text(source, "checksum").lower()
    algorithm, _colon, digest = value.partition(":")
    length = DIGEST_LENGTHS.get(algorithm, 0)
    if value and not (length and re.fullmatch(f"[0-9a-f]{{{length}}}", digest)):
        source.problem(source.at("checksum"), f"must be ALGORITHM:HEXDIGEST with one of {words.one_of(DIGEST_LENGTHS)}")
        return ""
    return value


def _properties(source: MappingReader) -> dict[str, str]:
    properties = source.optional("properties")
    found = {}
    for key, value in properties.items():
        if key in BASE_ATTRIBUTES or key.startswith(RESERVED_PREFIX) or key in _OWN:
            properties.problem(properties.at(key), "cannot be set here: the name is reserved")
        elif isinstance(value, (str, int, float)):
            found[key] = str(value).lower() if isinstance(value, bool) else str(value)
        else:
            properties.problem(properties.at(key), f"must be text, not {words.kind(value)}")
    return found
