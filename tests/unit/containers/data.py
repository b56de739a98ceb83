# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Podman 4.3 and 5.4 report about containers made as TripleO and kolla-ansible make them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._containers.model import (
    Container,
    Image,
    read_container,
    read_image,
)

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "containers"
VERSIONS = ("podman-4", "podman-5")


def reported(name: str) -> dict[str, Any]:
    """The data of an engine, which a test may change."""
    return dict(json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8")))


def container(name: str) -> Container:
    return read_container(reported(name))


def image(version: str) -> Image:
    return read_image(reported(f"{version}-image"))


def changed(base: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The data with another value at a path such as ``HostConfig.Memory``."""
    data = copy.deepcopy(base)
    *parents, last = path.split(".")
    inner = data
    for key in parents:
        inner = inner[key]
    inner[last] = value
    return data
