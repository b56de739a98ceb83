# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of an import in a pod, against Keystone and Glance on a loopback port."""

from __future__ import annotations

import json
import sys
import types

import pytest

from ansible_collections.dcn.glance.tests.support.fakes.cloud import PASSWORD, Fault, FakeCloud  # isort: skip
from ansible_collections.dcn.glance.plugins.module_utils._workers.inside import identity, import_steps

IMAGE = "1b2a3a5e-4c0f-4d53-9d2b-6a2c9e0f7a11"


@pytest.fixture
def cloud():
    with FakeCloud().serve() as running:
        yield running


@pytest.fixture
def pod(cloud, monkeypatch, tmp_path):
    """Steps in a pod whose configuration has the service's account."""
    found = {
        ("keystone_authtoken", "auth_url"): cloud.url,
        ("keystone_authtoken", "username"): "glance",
        ("keystone_authtoken", "password"): PASSWORD,
        ("keystone_authtoken", "project_name"): "service",
        ("DEFAULT", "enabled_backends"): "a:rbd",
        ("os_glance_staging_store", "filesystem_store_datadir"): str(tmp_path),
        ("database", "connection"): "mysql+pymysql://glance:hunter2x@db/glance",
    }
    monkeypatch.setattr(import_steps, "settings", lambda: found)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)

    def step(what, **options):
        given = {"step": what, "image": IMAGE, "url": cloud.url, "limit": 5.0, "token": "token", **options}
        result = import_steps.main(given)
        assert PASSWORD not in json.dumps(result)
        assert "hunter2x" not in json.dumps(result)
        return result

    step.settings = found
    step.staging = tmp_path
    return step


WHAT = {"name": "probe", "size": 2048}
PAGE = "<html><h1>403</h1>not <b>you</b></html>"


def test_stage_import_and_clean(pod, cloud):
    staged = pod("stage", **WHAT)
    assert (staged["ok"], staged["stage_host"]) == (True, "")
    assert staged["note"] == "The database could not be read: ModuleNotFoundError"
    assert (len(cloud.staged), cloud.staged[:512]) == (2048, bytes(512))
    assert cloud.glance.images[IMAGE]["visibility"] == "private"
    imported = pod("import", wait=20)
    assert (imported["image"]["status"], imported["finished"]) == ("active", True)
    assert [task["status"] for task in imported["tasks"]] == ["success"]
    (pod.staging / IMAGE).write_text("x")
    (pod.staging / f"{IMAGE}.raw").write_text("x")
    (pod.staging / "another").write_text("x")
    cleaned = pod("clean")
    assert (cleaned["deleted"], len(cleaned["files"])) == (True, 2)
    assert [path.name for path in pod.staging.iterdir()] == ["another"]
    again = pod("clean")
    assert (again["deleted"], again["error"]) == (True, "")


def test_import_to_named_stores(pod, cloud):
    pod("stage", **WHAT)
    pod("import", wait=20, stores=["dcn1"])
    body = cloud.glance.bodies[-1]
    assert (body["stores"], body["all_stores_must_succeed"]) == (["dcn1"], True)
    assert cloud.glance.images[IMAGE]["stores"] == "dcn1"


def test_a_failed_import_ends_the_wait(pod, cloud):
    cloud.glance.failing, cloud.glance.reverts = {"central"}, False
    pod("stage", **WHAT)
    result = pod("import", wait=60)
    assert (result["image"]["status"], result["finished"]) == ("importing", True)
    assert result["seconds"] < 20


def test_an_import_that_is_not_over_in_time(pod, cloud):
    cloud.glance.dying = {"central"}
    pod("stage", **WHAT)
    result = pod("import", wait=0.5)
    assert (result["ok"], result["finished"]) == (True, False)


@pytest.mark.parametrize(
    ("fault", "error", "created"),
    [
        (Fault("POST", "/v2/images$", 403, PAGE), "create the image: HTTP 403: 403 not you", False),
        (Fault("POST", "/v2/images$", 500, ""), "create the image: HTTP 500: Internal Server Error", True),
        (Fault("PUT", "/stage$", 503, '{"message": "full."}'), "stage its data: HTTP 503: full", True),
    ],
)
def test_failed_requests(pod, cloud, fault, error, created):
    cloud.faults.append(fault)
    result = pod("stage", **WHAT)
    assert result["error"].startswith(error)
    assert f"(request {result['request_id']})" in result["error"]
    assert (result["ok"], result["status"], result["created"]) == (False, fault.status, created)


def test_a_worker_that_does_not_answer(pod, cloud):
    result = pod("stage", url="http://127.0.0.1:1", **WHAT)
    assert "create the image: " in result["error"] and "refused" in result["error"]
    assert (result["status"], result["created"]) == (0, True)
    cloud.faults.append(Fault("DELETE", IMAGE, 409, '{"message": "in use"}'))
    (pod.staging / IMAGE).write_text("x")
    cleaned = pod("clean")
    assert (cleaned["deleted"], cleaned["files"]) == (False, [])
    assert cleaned["error"].startswith("delete the image: HTTP 409: in use")
    assert (pod.staging / IMAGE).exists()


@pytest.mark.parametrize(
    "given", [{"service": True}, {"auth": {"username": "a", "password": PASSWORD, "project_name": "b"}}]
)
def test_pods_get_a_token_from_keystone(pod, cloud, given):
    assert pod("stage", token="", **given, **WHAT)["ok"]
    assert cloud.requests[0] == "POST /v3/auth/tokens"


def test_keystone_refuses_the_account(pod):
    result = pod("stage", token="", auth={"username": "a", "password": "other", "project_name": "b"}, **WHAT)
    assert "get a token from Keystone at http" in result["error"]
    assert "HTTP 401: The request you have made requires authentication" in result["error"]
    assert (result["created"], "other" in result["error"]) == (False, False)
    lacking = pod("stage", token="", auth={"username": "a"}, **WHAT)
    assert lacking["error"].endswith("the account has no password")


def test_the_body_of_the_token_request():
    both = {"username": "u", "password": "p", "project_name": "j"}
    body = identity.identity_body({**both, "user_domain_name": "D", "project_domain_id": "i"})["auth"]
    assert body["identity"]["password"]["user"] == {"name": "u", "password": "p", "domain": {"name": "D"}}
    assert body["scope"] == {"project": {"name": "j", "domain": {"id": "i"}}}
    body = identity.identity_body({"user_id": "1", "password": "p", "project_id": "2"})["auth"]
    assert (body["identity"]["password"]["user"], body["scope"]) == (
        {"password": "p", "id": "1"},
        {"project": {"id": "2"}},
    )
    plain = identity.identity_body(both)["auth"]
    assert plain["identity"]["password"]["user"]["domain"] == plain["scope"]["project"]["domain"] == {"name": "Default"}
    body = identity.identity_body({"application_credential_id": "i", "application_credential_secret": "s"})["auth"]
    assert body == {
        "identity": {"methods": ["application_credential"], "application_credential": {"id": "i", "secret": "s"}}
    }


def test_the_database_names_the_staging_host(pod, monkeypatch):
    asked = []

    class Link:
        def __enter__(self):
            return self

        def __exit__(self, *_arguments):
            return None

        def execute(self, query, values):
            asked.append((query, values))
            return types.SimpleNamespace(fetchone=lambda: ("http://own:9292",))

    engine = types.SimpleNamespace(connect=Link, dispose=lambda: None)
    library = types.SimpleNamespace(text=str, create_engine=lambda url: asked.append(url) or engine)
    monkeypatch.setitem(sys.modules, "sqlalchemy", library)
    assert pod("stage", **WHAT)["stage_host"] == "http://own:9292"
    assert asked == [pod.settings["database", "connection"], (import_steps.STAGE_HOST, {"image": IMAGE})]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ({"status": "active"}, True),
        ({"status": "active", "os_glance_import_task": "t"}, False),
        ({"status": "importing"}, False),
        ({"status": "importing", "os_glance_failed_import": "a"}, True),
        ({"status": "importing", "os_glance_failed_import": "a", "os_glance_import_task": "t"}, False),
        ({"status": "uploading", "os_glance_failed_import": ""}, False),
        ({"status": "killed"}, True),
    ],
)
def test_when_an_import_is_over(image, expected):
    assert import_steps.finished(image) is expected


def test_images_are_found_by_their_tag(pod, cloud):
    pod("stage", **WHAT, tags=["probe", "until-5"])
    found = pod("find", tag="probe")
    assert [(item["id"], item["tags"]) for item in found["images"]] == [(IMAGE, ["probe", "until-5"])]
