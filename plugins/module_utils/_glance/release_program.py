# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe the Glance of this Python: its version, import methods and plugins, and words in its sources.

The source of this file is run by the Python of Glance: ``python - FILE WORD [FILE WORD ...]``. It prints the result as
JSON. It imports the standard library only, and does not run Glance.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from typing import Any

_GROUP = "glance.image_import."


def main(words: list[str]) -> dict[str, Any]:
    """``{version, methods, plugins, words}``, or ``{error}`` if this Python has no Glance."""
    try:
        version, names = described()
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {
        "version": version,
        "methods": sorted(name.replace("_", "-") for group, name in names if group == _GROUP + "internal_plugins"),
        "plugins": sorted(name for group, name in names if group == _GROUP + "plugins"),
        "words": [has(file, word) for file, word in zip(words[::2], words[1::2])],
    }


def described() -> tuple[str, list[tuple[str, str]]]:
    """The version of the package of Glance, and the groups and names of its entry points."""
    try:
        metadata: Any = importlib.import_module("importlib.metadata")
    except ImportError:  # before Python 3.8
        found = importlib.import_module("pkg_resources").get_distribution("glance")
        groups = found.get_entry_map()
        return str(found.version), [(group, name) for group in groups for name in groups[group]]
    found = metadata.distribution("glance")
    return str(found.version), [(entry.group, entry.name) for entry in found.entry_points]


def has(file: str, word: str) -> bool:
    """Whether a source, such as ``glance/common/config.py``, contains a word."""
    package, _slash, rest = file.partition("/")
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = os.path.join(place, rest)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as stream:
                return word in stream.read()
    return False


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main(sys.argv[1:])) + "\n")
