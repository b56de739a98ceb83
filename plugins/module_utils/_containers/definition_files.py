# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the image into the files from which a deployment tool creates the container again."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._containers.definitions import image_in, with_image
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file, replace_atomic


def stale_definitions(module: Any, reference: str) -> dict[str, str]:
    """The files that name another image, and that image. Files that do not exist are left out."""
    found = {}
    for path in module.params["definitions"]:
        image = _image(path, module.params["name"])
        if image not in (None, reference):
            found[path] = str(image)
    return found


def known_definitions(module: Any) -> list[str]:
    """The files that exist and hold the container."""
    name = module.params["name"]
    return [path for path in module.params["definitions"] if _image(path, name) is not None]


def write_definitions(module: Any, reference: str) -> list[str]:
    """Write the image into the files that name another one, and return their paths."""
    paths = sorted(stale_definitions(module, reference))
    for path in paths:
        state = read_file(path)
        text = with_image((state.data or b"").decode("utf-8"), module.params["name"], reference)
        replace_atomic(path, text.encode("utf-8"), read=state)
    return paths


def _image(path: str, name: str) -> str | None:
    state = read_file(path)
    if state.data is None:
        return None
    try:
        return image_in(state.data.decode("utf-8"), name)
    except ValueError as error:
        raise DcnError(f"{path} is not JSON ({error}). The container was not touched. Repair the file.") from error
