# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What adopt writes for each source, compared with files.

After an intended change: DCN_UPDATE_GOLDEN=1 pytest tests/unit/adopt/test_golden.py, then read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._adopt.gather import gather
from ansible_collections.dcn.glance.plugins.module_utils._adopt.model import Evidence
from ansible_collections.dcn.glance.plugins.module_utils._adopt.report import result
from ansible_collections.dcn.glance.plugins.module_utils._adopt.write import load_documents
from ansible_collections.dcn.glance.plugins.module_utils._manifests.read import read
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.disk import Disk
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.tests.support.builders import directional_keys

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "adopt"


def tripleo() -> Evidence:
    files = {"control-plane": ["control-plane", "control-plane-ceph"], "dcn0": ["dcn0"], "dcn1": ["dcn1"]}
    (stacks,) = load_documents(
        [{"name": n, "files": [str(FIXTURES / "tripleo" / f"{f}.yaml") for f in names]} for n, names in files.items()]
    )
    return gather([], stacks=stacks)


def kolla() -> Evidence:
    (clouds,) = load_documents([{"name": "central", "files": [str(FIXTURES / "kolla" / "globals.yml")]}])
    return gather([], kolla=clouds)


def operators() -> Evidence:
    return gather([], operators=read(Disk(), [str(FIXTURES / "operators")]))


def hosts() -> Evidence:
    return gather(directional_keys.hosts())


def hosts_without_sites() -> Evidence:
    return gather({**host, "site": ""} for host in directional_keys.hosts())


SOURCES = (tripleo, kolla, operators, hosts, hosts_without_sites)


def text_of(found: dict[str, Any]) -> str:
    """All texts that a user gets."""
    parts = [found["topology_text"], found["inventory_text"], "\n".join(found["report"]) + "\n"]
    return "\n".join(parts).replace(f"{FIXTURES}/", "")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_what_is_written(source: Any) -> None:
    found = result(source())
    golden = FIXTURES / f"{source.__name__}.golden.txt"
    if os.environ.get("DCN_UPDATE_GOLDEN"):
        golden.write_text(text_of(found))
    assert text_of(found) == golden.read_text()
    parse(found["topology"])


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_the_same_input_gives_the_same_text(source: Any) -> None:
    assert text_of(result(source())) == text_of(result(source()))
