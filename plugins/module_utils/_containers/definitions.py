# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file from which TripleO creates a container again: its image.

A file holds one container, or several by their names, as the files of Train that hold a whole step.
"""

from __future__ import annotations

import json
import re
from typing import Any


def image_in(text: str, name: str) -> str | None:
    """The image of a container in a file, None if the file does not have it. ValueError if it is no JSON."""
    entry = _entry(json.loads(text), name)
    return None if entry is None else str(entry.get("image", ""))


def with_image(text: str, name: str, image: str) -> str:
    """The file with another image of the container. The order of its keys and its indentation stay."""
    data = json.loads(text)
    entry = _entry(data, name)
    if entry is None or entry.get("image") == image:
        return text
    entry["image"] = image
    indent = re.match(r"\s*\{\n( +)", text)
    separators = (",", ":") if not indent and '": ' not in text else None
    end = text[len(text.rstrip()) :]
    return json.dumps(data, indent=len(indent[1]) if indent else None, separators=separators) + end


def _entry(data: Any, name: str) -> dict[str, Any] | None:
    """The part of the data that describes the container."""
    if not isinstance(data, dict):
        return None
    if isinstance(data.get(name), dict):
        return dict.get(data, name)
    return data if isinstance(data.get("image"), str) else None
