# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests of APIs and of copies against a Glance in memory, for faults that a real one does not make on request."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient, connect
from ansible_collections.dcn.glance.plugins.module_utils._verify import api_probe, apis, copies
from ansible_collections.dcn.glance.plugins.module_utils._verify.api_probe import ProbeOptions
from ansible_collections.dcn.glance.plugins.module_utils._verify.api_report import (
    copy_cell,
    copy_failures,
    probe_failures,
    workers_table,
)
from ansible_collections.dcn.glance.plugins.module_utils._verify.apis import Api
from ansible_collections.dcn.glance.tests.support.fakes.cloud import FakeCloud, Fault

# openstacksdk warns of its own future.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]
OPTIONS = ProbeOptions(image="", leftover_age=7200, timeout=5, interval=0.01)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[FakeCloud]:
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(api_probe, "SOURCES", f"{tmp_path}/dcn-verify-*")
    with FakeCloud().serve() as running:
        yield running


@pytest.fixture
def client(cloud: FakeCloud) -> GlanceClient:
    return connect({"auth": cloud.auth, "interface": "public"})


def worker(cloud: FakeCloud, name: str, **changes: Any) -> Api:
    return Api("central", name, cloud.url, **{"imports": True, "stores": ("central", "dcn0"), **changes})


def test_workers_import_and_leave_nothing(cloud: FakeCloud, client: GlanceClient) -> None:
    found = api_probe.probe(client, [worker(cloud, "a"), worker(cloud, "b")], "run", OPTIONS)
    assert probe_failures(found) == []
    assert [(item["staged_by"], item["imported_by"], item["stores"]) for item in found["imports"]] == [
        ("a", "b", ["central", "dcn0"]),
        ("b", "a", ["central", "dcn0"]),
    ]
    assert cloud.glance.images == {}


def test_a_worker_that_does_not_convert_is_named(cloud: FakeCloud, client: GlanceClient) -> None:
    (item,) = api_probe.probe(client, [worker(cloud, "a", converts=True)], "run", OPTIONS)["imports"]
    assert "was sent as qcow2 and is stored as qcow2" in item["error"]
    assert cloud.staged.startswith(b"QFI\xfb")
    assert cloud.glance.images == {}


def test_a_store_that_takes_no_data_is_named(cloud: FakeCloud, client: GlanceClient) -> None:
    cloud.glance.failing.add("dcn0")
    found = api_probe.probe(client, [worker(cloud, "a")], "run", OPTIONS)
    (text,) = probe_failures(found)
    assert text == "staged through a, imported through a: The image was not written to dcn0."


def test_an_image_that_cannot_be_deleted_is_named(cloud: FakeCloud, client: GlanceClient) -> None:
    cloud.faults.append(Fault("DELETE", "/v2/images", 500, "no", times=9))
    (text,) = probe_failures(api_probe.probe(client, [worker(cloud, "a")], "run", OPTIONS))
    assert "could not be deleted" in text
    assert "HTTP 500" in text


def test_every_api_must_serve_the_image(cloud: FakeCloud, client: GlanceClient) -> None:
    image = cloud.glance.add("dcn-verify-1", tags=[apis.TAG])
    options = ProbeOptions(image["id"], 7200, 5, 0.01)
    asked = [
        Api("central", "endpoint", ""),
        Api("dcn0", "edge", cloud.url, store="dcn0"),
        Api("dcn1", "down", "http://127.0.0.1:9"),
    ]
    found = api_probe.probe(client, asked, "run", options)
    assert [api["ok"] for api in found["apis"]] == [True, False, False]
    edge, down = probe_failures(found)
    assert edge.startswith(f"the worker edge at {cloud.url}: The image {image['id']} is not in the store dcn0")
    assert "Glance at http://127.0.0.1:9 could not be reached" in down
    assert workers_table(found).count("no: ") == 2


def test_leftovers_are_deleted_and_files_too(cloud: FakeCloud, client: GlanceClient, tmp_path: Any) -> None:
    left = cloud.glance.add("dcn-verify-1", tags=[apis.TAG], created_at="2026-01-01T00:00:00Z")
    cloud.glance.add("web", tags=[apis.TAG], created_at="2026-01-01T00:00:00Z")
    source, fresh = tmp_path / "dcn-verify-1", tmp_path / "dcn-verify-2"
    for path in (source, fresh):
        path.write_text("x")
    os.utime(source, (0, 0))
    found = api_probe.probe(client, [], "run", OPTIONS)
    assert found["removed"] == [str(source), f"dcn-verify-1 ({left['id']})"]
    assert [image["name"] for image in cloud.glance.images.values()] == ["web"]
    assert (source.exists(), fresh.exists()) == (False, True)


def site(cloud: FakeCloud, expected: str = "allowed") -> dict[str, str]:
    return {"site": "dcn0", "store": "dcn0", "url": cloud.url, "expected": expected}


def copied(cloud: FakeCloud, expected: str = "allowed") -> dict[str, Any]:
    def member() -> GlanceClient:
        return connect({"auth": cloud.auth, "interface": "public"})

    (found,) = copies.copy_probe(member, [site(cloud, expected)], "central", "run", OPTIONS)
    return found


def test_a_member_copies_and_leaves_nothing(cloud: FakeCloud) -> None:
    cloud.glance.admin = False
    found = copied(cloud)
    assert (found["allowed"], found["ok"], cloud.glance.images) == (True, True, {})
    assert copy_cell({"sites": [found]}, "dcn0", True).startswith("yes")
    assert "permits an ordinary user" in copied(cloud, "refused")["error"]


@pytest.mark.parametrize(("expected", "wrong"), [("allowed", True), ("refused", False), ("any", False)])
def test_a_policy_that_refuses(cloud: FakeCloud, expected: str, wrong: bool) -> None:
    cloud.glance.admin = False
    body = "You are not authorized to complete copy_image action."
    cloud.fault = lambda method, path: (  # type: ignore[method-assign]
        Fault(method, path, 403, body) if method == "POST" and "import" in path and imports_again(cloud) else None
    )
    found = copied(cloud, expected)
    assert (found["allowed"], bool(copy_failures([found]))) == (False, wrong)
    assert cloud.glance.images == {}


def imports_again(cloud: FakeCloud) -> bool:
    """Whether the request is the second import, which is the copy."""
    return len([line for line in cloud.requests if line.endswith("/import")]) > 1


def test_an_administrator_proves_nothing(cloud: FakeCloud) -> None:
    found = copied(cloud)
    assert (found["skipped"], found["ok"], cloud.glance.images) == (copies.ADMIN, None, {})
    assert copy_cell({"sites": [found]}, "dcn0", True) == "- an administrator"
