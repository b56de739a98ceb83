# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the answers of APIs and workers prove, and which images a killed run has left."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._verify import apis, qcow2
from ansible_collections.dcn.glance.plugins.module_utils._verify.apis import Api

NOW = datetime.datetime(2026, 11, 29, 12, 0, 0, tzinfo=datetime.timezone.utc)
DISK = hashlib.sha512(qcow2.content(apis.TEXT)).hexdigest()
GOOD = Image(
    id="1",
    stores=("central", "dcn0"),
    size=qcow2.VIRTUAL_SIZE,
    virtual_size=qcow2.VIRTUAL_SIZE,
    disk_format="raw",
    hash_algo="sha512",
    hash_value=DISK,
)


def worker(name: str, site: str = "central", **changes: Any) -> Api:
    return Api(site, name, f"http://{name}:9292", imports=True, converts=True, stores=("central", "dcn0"), **changes)


def test_each_worker_stages_once_and_imports_once() -> None:
    asked = [worker("a"), Api("central", "endpoint", "http://vip"), worker("b"), worker("c"), worker("e", "dcn0")]
    found = [(pair.staging.name, pair.importing.name, pair.name) for pair in apis.pairs(asked, "run")]
    assert found == [
        ("a", "b", "run-central-0"),
        ("b", "c", "run-central-1"),
        ("c", "a", "run-central-2"),
        ("e", "e", "run-dcn0-0"),
    ]


def left(**changes: Any) -> Image:
    image = Image(id="old", name="dcn-verify-20261129090000", tags=(apis.TAG,), created_at="2026-11-29T09:00:00Z")
    return dataclasses.replace(image, **changes)


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({}, True),
        ({"tags": ()}, False),
        ({"tags": ("other",)}, False),
        ({"name": "web-server"}, False),
        ({"id": "current"}, False),
        ({"created_at": "2026-11-29T11:59:00Z"}, False),
        ({"created_at": ""}, False),
        ({"status": "importing"}, True),
    ],
)
def test_only_old_images_with_tag_and_name_are_left_over(changes: dict[str, Any], ours: bool) -> None:
    assert bool(apis.leftovers([left(**changes)], "current", 7200, NOW)) is ours


@pytest.mark.parametrize(
    ("image", "listed", "expected"),
    [
        (GOOD, ["1"], ""),
        (None, [], "has no image 1"),
        (dataclasses.replace(GOOD, status="queued"), ["1"], "has the status queued"),
        (dataclasses.replace(GOOD, stores=("central",)), ["1"], "not in the store dcn0, but in central"),
        (GOOD, ["2"], "does not list it"),
    ],
)
def test_what_an_api_must_say_about_the_image(image: Image | None, listed: list[str], expected: str) -> None:
    found = apis.read_problem(Api("dcn0", "edge", "http://edge", store="dcn0"), image, "1", listed)
    assert expected in found if expected else not found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"virtual_size": None}, ""),
        ({"disk_format": "qcow2"}, "was sent as qcow2 and is stored as qcow2"),
        ({"size": 24576}, "has 24576 bytes, but the disk has 1050112"),
        ({"virtual_size": 512}, "but the disk has 1050112"),
        ({"hash_value": "0" * 128}, "has other data"),
        ({"stores": ("central",)}, "was not written to dcn0"),
        (
            {"status": "importing", "stores": ()},
            "its import failed, and its status remains importing. See the glance-api",
        ),
    ],
)
def test_an_import_is_right_only_with_all_stores_and_the_disk(changes: dict[str, Any], expected: str) -> None:
    pair = apis.pairs([worker("a"), worker("b")], "run")[0]
    image = dataclasses.replace(GOOD, **changes)
    found = apis.import_problem(pair, image, classify(image))
    assert expected in found if expected else not found


def test_the_reason_of_a_failed_import_names_the_url_of_the_other_worker() -> None:
    image = dataclasses.replace(GOOD, status="importing")
    two = apis.import_problem(apis.pairs([worker("a"), worker("b")], "run")[0], image, classify(image))
    one = apis.import_problem(apis.pairs([worker("a")], "run")[0], image, classify(image))
    assert "worker_self_reference_url of a" in two
    assert "worker_self_reference_url" not in one


def test_data_are_compared_with_the_hash() -> None:
    assert apis.data_problem(GOOD, DISK) == ""
    assert "SHA-512 0000" in apis.data_problem(GOOD, "0" * 128)
    assert apis.data_problem(dataclasses.replace(GOOD, hash_algo=""), "0" * 128) == ""


def test_the_qcow2_file_refers_to_the_disk_that_it_promises() -> None:
    data = qcow2.qcow2(apis.TEXT)

    def number(start: int, size: int) -> int:
        return int.from_bytes(data[start : start + size], "big")

    assert data[:8] == b"QFI\xfb\0\0\0\x03"
    assert (number(24, 8), len(data) % 4096) == (qcow2.VIRTUAL_SIZE, 0)
    second = number(number(40, 8), 8) & ~(1 << 63)
    first = number(second, 8) & ~(1 << 63)
    assert data[first : first + 4096] == qcow2.content(apis.TEXT)[:4096]
    assert qcow2.content(apis.TEXT)[4096:] == bytes(qcow2.VIRTUAL_SIZE - 4096)
