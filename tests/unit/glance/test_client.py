# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client with a loopback Keystone and Glance: requests, and the text of each error.

The lab has the real ones; 413, 500, 502, a wrong password and an answer that is not JSON need the loopback.
"""

from __future__ import annotations

import socket

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.client import connect, root_url
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError, advice, plain_text
from ansible_collections.dcn.glance.tests.support.fakes.cloud import FakeCloud, Fault
from ansible_collections.dcn.glance.tests.support.fakes.glance import store

# openstacksdk warns of its own future.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]


@pytest.fixture
def api(cloud: FakeCloud):
    return connect({"auth": cloud.auth, "interface": "public", "api_timeout": 5})


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("suffix", ["", "/", "/v2", "/v2/"])
def test_the_catalog_is_used_with_or_without_a_version(cloud, suffix):
    cloud.catalog_suffix = suffix
    api = connect({"auth": cloud.auth})
    assert api.url == cloud.url
    assert api.import_methods() == ("glance-direct", "web-download", "copy-image")


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ("http://a:9292", "http://a:9292"),
        ("http://a:9292/v2/", "http://a:9292"),
        ("https://a/image/v2.0", "https://a/image"),
        ("https://a/image", "https://a/image"),
    ],
)
def test_root_url(given, root):
    assert root_url(given) == root


def test_the_endpoint_replaces_the_catalog(cloud):
    with FakeCloud().serve() as site:
        site.glance.stores = [store("dcn0", default="true")]
        api = connect({"auth": cloud.auth, "endpoint": f"{site.url}/v2"})
        assert [item.id for item in api.stores().stores] == ["dcn0"]
        assert api.url == site.url
    assert not [line for line in cloud.requests if "/v2" in line]


def test_one_token_is_used_for_all_requests(cloud, api):
    api.stores()
    api.import_methods()
    api.project_id()
    assert [line for line in cloud.requests if line.startswith("POST")] == ["POST /v3/auth/tokens"]
    assert len(cloud.requests) == 4


def test_stores(cloud, api):
    cloud.glance.stores[2] = store("dcn1", fsid=None)
    cloud.glance.stores[1]["read-only"] = "true"
    plain, detailed = api.stores(), api.store_details()
    assert (plain.default, detailed.default) == ("central", "central")
    assert plain.writable == ("central", "dcn1")
    assert [item.type for item in plain.stores] == ["", "", ""]
    assert [item.type for item in detailed.stores] == ["rbd"] * 3
    assert [item.unreachable for item in detailed.stores] == [False, False, True]
    assert (plain.detailed, detailed.detailed) == (False, True)


def test_store_details_fall_back_to_the_plain_list(cloud, api):
    cloud.glance.admin = False
    listing = api.store_details()
    assert [item.id for item in listing.stores] == ["central", "dcn0", "dcn1"]
    assert "not an administrator" in listing.note
    cloud.faults.append(Fault("GET", "stores/detail", 404))
    assert "no detailed list" in api.store_details().note
    cloud.faults[:] = [Fault("GET", "stores/detail", 500)]
    failed = api.store_details()
    assert (failed.severity, [item.id for item in failed.stores]) == ("warning", ["central", "dcn0", "dcn1"])
    assert "several directories" in failed.note


def test_images_by_name_follow_the_pages_and_find_hidden_ones(cloud, api):
    for number in range(5):
        cloud.glance.add(f"i{number}")
    cloud.glance.add("hidden", os_hidden=True)
    cloud.glance.add('odd "name", with comma')
    assert [image.name for image in api.images()] == [*(f"i{n}" for n in range(5)), 'odd "name", with comma', "hidden"]
    assert [image.name for image in api.images(["i3", "hidden"])] == ["i3", "hidden"]
    assert [image.name for image in api.images(['odd "name", with comma'])] == ['odd "name", with comma']
    assert api.images(["none"]) == ()


def test_many_names_need_few_requests(cloud, api):
    cloud.requests.clear()
    api.images([f"i{number}" for number in range(40)])
    assert len(cloud.requests) == 4


def test_create_stage_import_and_delete(cloud, api, tmp_path):
    path = tmp_path / "disk"
    path.write_bytes(b"x" * 3000000)
    image = api.create({"name": "a", "disk_format": "raw", "container_format": "bare"})
    assert api.image(image.id).status == "queued"
    cloud.glance.download = b"d" * 100000
    assert api.read_head(image, 32) == b"d" * 32
    assert len(api.read_head(image, 200000)) == 100000
    api.stage(image, str(path))
    assert cloud.staged == b"x" * 3000000
    assert api.start_import(image, {"method": {"name": "glance-direct"}, "stores": ["central", "dcn0"]})[:4] == "req-"
    for _number in range(5):
        image = api.image(image.id)
    assert (image.status, image.stores, image.lock) == ("active", ("central", "dcn0"), "")
    assert [task.status for task in api.tasks(image.id)] == ["success"]
    assert api.patch(image, [{"op": "add", "path": "/os", "value": "x"}]).properties["os"] == "x"
    api.remove_from_store(image, "dcn0")
    assert api.image(image.id).stores == ("central",)
    api.delete(image)
    assert api.image(image.id) is None


def refused(call) -> GlanceError:
    with pytest.raises(GlanceError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("fault", "call", "expected"),
    [
        (Fault("GET", "info/stores", 404), lambda api, image: api.stores(), "Multistore is disabled on this API"),
        (Fault("GET", "info/stores", 500), lambda api, image: api.stores(), "'Failed to load driver'"),
        (Fault("GET", "info/import", 500), lambda api, image: api.import_methods(), "without brackets"),
        (Fault("DELETE", "images", 500), lambda api, image: api.delete(image), "worker_self_reference_url"),
        (Fault("GET", "images", 502), lambda api, image: api.image(image.id), "has no working API"),
        (Fault("GET", "images", 599), lambda api, image: api.image(image.id), "Search the log of this Glance API"),
        (Fault("GET", "images", 418), lambda api, image: api.image(image.id), "See the log"),
        (Fault("POST", "images$", 403), lambda api, image: api.create({"name": "b"}), "is not allowed to do this"),
    ],
)
def test_text_of_errors(cloud, api, fault, call, expected):
    image = api.create({"name": "a"})
    cloud.faults.append(fault)
    error = refused(lambda: call(api, image))
    assert error.status == fault.status
    assert f"Glance at {cloud.url} refused to " in str(error)
    assert f"(HTTP {fault.status}, request {error.request_id})" in str(error)
    assert error.request_id.startswith("req-")
    assert expected in str(error)


def test_errors_contain_the_text_of_glance_without_markup(cloud, api):
    image = api.create({"name": "a"})
    cloud.glance.lock(cloud.glance.images[image.id])
    error = refused(lambda: api.start_import(image, {"method": {"name": "copy-image"}, "stores": ["dcn0"]}))
    assert error.locked
    assert f"refused to run copy-image for image a ({image.id}) (HTTP 409" in str(error)
    assert ". Its answer: Image has active task. Another import or copy has locked the image" in str(error)


def test_a_too_large_image_differs_from_a_full_staging_directory(cloud, api, tmp_path):
    path = tmp_path / "disk"
    path.write_bytes(b"x" * 100)
    cloud.glance.stage_limit = 10
    error = refused(lambda: api.stage(api.create({"name": "a"}), str(path)))
    assert error.status == 413
    assert f"stage {path} for image a" in str(error)
    assert "Raise user_storage_quota in glance-api.conf" in str(error)


def test_a_file_that_disappears(api, tmp_path):
    error = refused(lambda: api.stage(api.create({"name": "a"}), str(tmp_path / "gone")))
    assert "could not be read for image a" in str(error)
    assert not error.transient


def test_a_token_that_expires_while_data_are_sent_is_not_renewed_with_half_the_data(cloud, api, tmp_path):
    path = tmp_path / "disk"
    path.write_bytes(b"x" * 100)
    image = api.create({"name": "a"})
    cloud.faults.append(Fault("PUT", "stage", 401))
    assert refused(lambda: api.stage(image, str(path))).status == 401
    assert len([line for line in cloud.requests if line.endswith("/stage")]) == 1


def test_a_wrong_password(cloud):
    error = refused(lambda: connect({"auth": {**cloud.auth, "password": "wrong"}}))
    assert error.status == 401
    assert "Keystone refused the account" in str(error)
    assert "requires authentication" in str(error)
    assert "wrong" not in str(error)


def test_an_unknown_cloud():
    error = refused(lambda: connect({"cloud": "nowhere"}))
    assert "No session with Keystone could be opened" in str(error)
    assert "nowhere" in str(error)


def test_no_image_service_in_the_catalog(cloud):
    error = refused(lambda: connect({"auth": cloud.auth, "interface": "internal"}))
    assert "has no internal endpoint of type image in region (any); set endpoint" in str(error)


def test_keystone_is_unreachable(cloud):
    url = f"http://127.0.0.1:{closed_port()}/v3"
    error = refused(lambda: connect({"auth": {**cloud.auth, "auth_url": url}, "endpoint": cloud.url}))
    assert "No session with Keystone could be opened" in str(error)
    assert url in str(error)


def test_glance_is_unreachable(cloud):
    url = f"http://127.0.0.1:{closed_port()}"
    error = refused(lambda: connect({"auth": cloud.auth, "endpoint": url}).stores())
    assert (error.status, error.transient) == (0, True)
    assert f"Glance at {url} could not be reached to list its stores" in str(error)
    assert "firewall" in str(error)


def test_an_api_that_does_not_answer_in_time(cloud):
    cloud.faults.append(Fault("GET", "info/stores", 200, delay=1.3))
    error = refused(lambda: connect({"auth": cloud.auth, "api_timeout": 1}).stores())
    assert (error.status, error.transient) == (0, True)
    assert f"Glance at {cloud.url} did not answer in time (see api_timeout) to the request to list its stores" in str(
        error
    )


@pytest.mark.parametrize(("body", "expected"), [("<html>hello</html>", "not JSON"), ("[1]", "is not a JSON object")])
def test_an_answer_that_is_not_from_glance(cloud, api, body, expected):
    cloud.faults.append(Fault("GET", "info/stores", 200, body))
    assert expected in str(refused(api.stores))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"message": "Bad <b>thing</b><br /><br />\\n", "code": "409"}', "Bad thing"),
        ('{"error": {"message": "Could not find", "code": 404}}', "Could not find"),
        ('{"error": "text"}', "text"),
        ("<html><head><title>409</title></head><body><h1>409 Conflict</h1>In &amp; use<br></body></html>", "In & use"),
        ("plain", "plain"),
        ("", ""),
        ("[1]", "[1]"),
        ("x" * 900, "x" * 500),
    ],
)
def test_plain_text(body, text):
    assert plain_text(body) == text


@pytest.mark.parametrize(
    ("action", "status", "detail", "expected"),
    [
        ("import", 409, "Store for identifier zz not found", "use the endpoint of one that does"),
        ("import", 409, "Image needs to be staged before", "another worker may have lost them"),
        ("import", 409, "Only images with status active can be targeted", "Only an active image"),
        ("import", 400, "Unknown import method name 'x'.", "enabled_import_methods"),
        ("import", 403, "", "policy copy_image"),
        ("import", 500, "", "host that staged them"),
        ("remove", 403, "Cannot delete last location", "last copy; delete the image itself"),
        ("remove", 403, "Not authorized", "does not have the role admin"),
        ("remove", 409, "in use", "Clones"),
        ("delete", 403, "Image x is protected", "Set protected to false"),
        ("show", 401, "", "check cloud, auth"),
        ("show", 503, "", "not available"),
        ("stage", 413, "Image storage media is full: no space", "Free space in the staging directory of that worker"),
        ("stage", 413, "The incoming image is too large: 9", "Raise image_size_cap"),
        ("stage", 413, "Request denied", "larger than a quota allows, or the staging directory"),
        ("import", 413, "Resource image_size_total is over limit of 5", "Raise the limit of the project in Keystone"),
        ("create", 413, "Resource image_count_total is over limit of 1", "image_count_total"),
        ("stage", 409, "The image 1 has data on staging", "delete the image and import it again"),
    ],
)
def test_advice(action, status, detail, expected):
    assert expected in advice(action, status, detail)
