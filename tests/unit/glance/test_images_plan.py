# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.disk_format import Source
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance.images_plan import (
    PlanContext,
    diff_state,
    metadata_patch,
    parse_images,
    plan_images,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, ListedStore, StoreListing, Task

LISTING = StoreListing((ListedStore("central", default=True), ListedStore("dcn0"), ListedStore("web", read_only=True)))
METHODS = ("glance-direct", "web-download")
RAW = Source("/i", 512, b"\0" * 512)
QCOW2 = Source("/i", 512, b"QFI\xfb" + b"\0" * 508)


def item(**changes):
    return {"name": "a", "src": "/i", "disk_format": "raw", **changes}


def plan(raw, existing=(), source=RAW, methods=METHODS, **context):
    desired = parse_images([raw], LISTING)
    return plan_images(
        desired, {"a": existing}, PlanContext(LISTING, methods, "p", {raw.get("src"): source}, **context)
    )[0]


def problems(*raw) -> list[str]:
    with pytest.raises(InputErrors) as caught:
        parse_images(raw, LISTING)
    return [str(problem) for problem in caught.value.problems]


def test_every_problem_is_reported_at_once():
    assert problems(
        {"name": ""},
        item(uri="http://x/y", stores=[]),
        item(name="b", disk_format=None, stores=["dcn9", "os_glance_staging_store"]),
        item(name="b", stores=["web"], all_stores=True),
        item(name="2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e"),
        item(name="c", properties={"os_glance_import_task": "x", "size": 3, "fine": "y"}),
    ) == [
        "images[0] (): a name is required",
        "images[0] (): set either src (a file on this host) or uri (for Glance to download)",
        "images[0] ().disk_format: the format of the data is required, such as raw or qcow2",
        "images[1] (a): set either src (a file on this host) or uri (for Glance to download)",
        "images[1] (a).stores: the list is empty; name at least one store, or set it to all",
        "images[2] (b).disk_format: the format of the data is required, such as raw or qcow2",
        "images[2] (b).stores: the API has no store 'dcn9'; it has central, dcn0, web",
        "images[2] (b).stores: os_glance_staging_store is reserved by Glance; an image in it would be lost",
        "images[3] (b): the name is in the list twice",
        "images[3] (b): stores and all_stores are mutually exclusive",
        "images[3] (b).stores: store 'web' is read-only",
        "images[4] (2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e).name: an image to import needs a name that is not an id",
        "images[5] (c).properties.os_glance_import_task: the name is reserved by Glance",
        "images[5] (c).properties.size: the name is reserved by Glance",
    ]


@pytest.mark.parametrize(
    ("raw", "stores", "targets"),
    [
        ({}, (), ("central",)),
        ({"stores": ["dcn0", "central", "dcn0"]}, ("dcn0", "central"), ("dcn0", "central")),
        ({"stores": ["all"]}, ("central", "dcn0"), ("central", "dcn0")),
        ({"all_stores": True}, ("central", "dcn0"), ("central", "dcn0")),
    ],
)
def test_a_new_image_is_imported(raw, stores, targets):
    result = plan(item(**raw))
    assert (result.action, result.desired.stores, result.targets, result.changes) == ("import", stores, targets, True)


@pytest.mark.parametrize(
    ("image", "tasks", "action"),
    [
        (Image("1", "a", owner="p", stores=("central",)), None, "none"),
        (Image("1", "a", owner="p", stores=("central",), failed=("dcn0",)), None, "none"),
        (Image("1", "a", owner="p", status="importing", lock="t"), [Task("t", "processing")], "wait"),
        (Image("1", "a", owner="p", status="saving"), None, "wait"),
        (Image("1", "a", owner="other", stores=("central",)), None, "import"),
    ],
)
def test_what_an_existing_image_needs(image, tasks, action):
    assert plan(item(), [image], tasks={"1": tasks}).action == action


def test_stores_without_an_existing_image_are_only_reported():
    result = plan(item(stores=["central", "dcn0"]), [Image("1", "a", owner="p", stores=("central",))])
    assert (result.action, result.missing, result.changes) == ("none", ("dcn0",), False)


@pytest.mark.parametrize(
    ("image", "tasks", "expected"),
    [
        (Image("1", "a", owner="p", status="importing", failed=("central",)), [], "its status remains importing"),
        (Image("1", "a", owner="p", status="queued"), [], "it has no data"),
        (Image("1", "a", owner="p", status="uploading"), [], "no import was requested"),
        (Image("1", "a", owner="p", status="killed"), [], "its upload failed"),
        (Image("1", "a", owner="p", status="importing", lock="t"), [Task("t", "failure")], "is over (failure)"),
    ],
)
def test_a_stuck_image_is_an_error_or_is_replaced(image, tasks, expected):
    with pytest.raises(InputErrors) as caught:
        plan(item(), [image], tasks={"1": tasks})
    assert "image 1 exists and cannot be used" in str(caught.value)
    assert expected in str(caught.value)
    assert "replace_failed=true" in str(caught.value)
    assert plan(item(), [image], tasks={"1": tasks}, replace_failed=True).action == "replace"


def test_several_images_of_one_name_are_listed():
    images = [Image("1", "a", owner="p"), Image("2", "a", owner="p"), Image("3", "a", owner="q")]
    for state in ("present", "absent"):
        with pytest.raises(InputErrors, match=r"images\[0\] \(a\): .* several images with this name: 1, 2; keep one"):
            plan(item(state=state), images)


@pytest.mark.parametrize(
    ("raw", "existing", "action"),
    [
        ({"name": "a", "state": "absent"}, [], "none"),
        ({"name": "a", "state": "absent"}, [Image("1", "a", owner="q")], "none"),
        ({"name": "a", "state": "absent"}, [Image("1", "a", owner="p", status="killed")], "delete"),
    ],
)
def test_absent(raw, existing, action):
    assert plan(raw, existing).action == action


def test_absent_by_id_finds_an_image_of_any_project():
    name = "2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e"
    desired = parse_images([{"name": name, "state": "absent"}], LISTING)
    found = {name: (Image(name, "a", owner="q"),)}
    (result,) = plan_images(desired, found, PlanContext(LISTING, (), "p", {}))
    assert result.action == "delete"


@pytest.mark.parametrize(
    ("source", "disk_format", "expected"),
    [
        (QCOW2, "raw", "is a qcow2 file, but disk_format is raw; set disk_format to qcow2"),
        (RAW, "qcow2", "has no signature of a known format (it may be raw), but disk_format is qcow2"),
        (QCOW2, "vmdk", "is a qcow2 file, but disk_format is vmdk"),
        (Source("/i", 0, b""), "raw", "/i is empty"),
        (Source("/i", error="No such file or directory"), "raw", "/i cannot be read: No such file or directory"),
        (
            Source("/i", 512, bytes(9), missing="a table"),
            "raw",
            "/i is incomplete: it has 512 bytes, and a table is missing",
        ),
    ],
)
def test_a_file_that_does_not_match_its_disk_format(source, disk_format, expected):
    with pytest.raises(InputErrors) as caught:
        plan(item(disk_format=disk_format), source=source)
    assert "images[0] (a).src: /i" in str(caught.value)
    assert expected in str(caught.value)


SHA1 = "sha1:a9993e364706816aba3e25717850c26c9cd0d89d"


@pytest.mark.parametrize(
    ("given", "digest", "expected"),
    [
        ({"size": 512}, "", ""),
        ({"size": 511}, "", "/i has 512 bytes, but size is 511; copy or download it again"),
        ({"size": 0}, "", "/i has 512 bytes, but size is 0"),
        ({"checksum": SHA1}, SHA1[5:], ""),
        ({"checksum": f" {SHA1.upper()} "}, SHA1[5:], ""),
        ({"checksum": SHA1}, "0" * 40, f"/i has the checksum sha1:{'0' * 40}, but checksum is {SHA1}"),
    ],
)
def test_size_and_checksum_are_compared_before_the_import(given, digest, expected):
    source = Source("/i", 512, bytes(512), digests={"sha1": digest})
    if not expected:
        assert plan(item(**given), source=source).action == "import"
        return
    with pytest.raises(InputErrors) as caught:
        plan(item(**given), source=source)
    assert f"images[0] (a).src: {expected}" in str(caught.value)
    assert plan(item(**given), [Image("1", "a", owner="p")], source=source).action == "none"


@pytest.mark.parametrize(
    "text",
    ["a9993e36", "sha1:", "sha1:xyz", f"md5{SHA1[4:]}", f"crc32{SHA1[4:]}", f":{SHA1[5:]}", "sha1", f"{SHA1}0", ":"],
)
def test_a_checksum_that_is_not_valid(text):
    assert problems(item(checksum=text)) == [
        "images[0] (a).checksum: must be ALGORITHM:HEXDIGEST with one of md5, sha1, sha224, sha256, sha384, sha512"
    ]


@pytest.mark.parametrize("given", [{"checksum": SHA1}, {"size": 0}])
def test_what_glance_converts_after_a_download_cannot_be_compared(given):
    found = problems(item(src=None, uri="http://x/y", disk_format="qcow2", **given))
    assert len(found) == 1 and "what it stores then has another checksum and size" in found[0]
    raw = item(src=None, uri="http://x/y", **given)
    assert plan(raw).action == "import"


def test_what_the_content_is_compared_with():
    assert problems(item(src=None, uri="http://x/y", verify_content=True)) == [
        "images[0] (a).verify_content: this host does not have the data of a uri to compare with; set checksum, or src"
    ]
    assert plan(item(disk_format="qcow2", verify_content=True), source=QCOW2).action == "import"
    for given, source, text in (
        (item(disk_format="qcow2", verify_content=True), QCOW2, "this host needs qemu-img"),
        (item(verify_content=True), Source("/i", 9, b"\x1f\x8b"), "/i is compressed"),
    ):
        with pytest.raises(InputErrors, match=text):
            plan(given, source=source, qemu_img=False)


@pytest.mark.parametrize(("container", "refused"), [("bare", True), ("ova", False), ("compressed", False)])
def test_only_bare_data_are_compared_with_the_disk_format(container, refused):
    given = item(disk_format="vmdk", container_format=container)
    if refused:
        with pytest.raises(InputErrors, match="has no signature of a known format"):
            plan(given)
    else:
        packed = Source("/i", 9, b"\x1f\x8b") if container == "compressed" else RAW
        assert plan(given, source=packed).action == "import"
    with pytest.raises(InputErrors, match="is an HTML page"):
        plan(given, source=Source("/i", 9, b"<html>"))


def test_the_file_is_not_needed_when_the_image_is_there():
    assert plan(item(), [Image("1", "a", owner="p")], source=Source("/i", error="gone")).action == "none"


@pytest.mark.parametrize(
    ("raw", "method"), [({}, "glance-direct"), ({"src": None, "uri": "http://x/y"}, "web-download")]
)
def test_an_import_method_that_is_off_is_an_error(raw, method):
    with pytest.raises(InputErrors, match=f"does not offer the import method {method}; it has copy-image"):
        plan(item(**raw), methods=("copy-image",))


def test_a_compressed_file_is_a_warning():
    assert "compressed (gzip)" in plan(item(), source=Source("/i", 9, b"\x1f\x8b123456"), methods=METHODS).warnings[0]


@pytest.mark.parametrize(
    ("given", "operations"),
    [
        ({"visibility": "public", "min_disk": 1, "min_ram": 0, "protected": False}, []),
        ({"properties": {"os": "debian", "absent": None}}, []),
        ({"visibility": "private"}, [{"op": "replace", "path": "/visibility", "value": "private"}]),
        ({"min_disk": 2}, [{"op": "replace", "path": "/min_disk", "value": 2}]),
        ({"protected": True}, [{"op": "replace", "path": "/protected", "value": True}]),
        ({"properties": {"os": "x"}}, [{"op": "replace", "path": "/os", "value": "x"}]),
        ({"properties": {"a/b~c": 5}}, [{"op": "add", "path": "/a~1b~0c", "value": "5"}]),
        ({"properties": {"agent": True}}, [{"op": "add", "path": "/agent", "value": "true"}]),
        ({"properties": {"os": None}}, [{"op": "remove", "path": "/os"}]),
    ],
)
def test_metadata_patch(given, operations):
    image = Image("1", "a", owner="p", visibility="public", min_disk=1, properties={"os": "debian", "mine": "x"})
    result = plan(item(**given), [image])
    assert list(result.patch) == operations
    assert result.action == ("update" if operations else "none")
    assert list(metadata_patch(result.desired, image)) == operations


def test_tags_are_compared_as_a_set():
    image = Image.parse({"id": "1", "name": "a", "owner": "p", "status": "active", "tags": ["two", "one"]})
    assert plan(item(tags=["one", "two", "one"]), [image]).action == "none"
    assert plan(item(), [image]).action == "none", "tags that are not named stay"
    changed = plan(item(tags=["one"]), [image])
    assert changed.patch == ({"op": "replace", "path": "/tags", "value": ["one"]},)
    assert diff_state(changed, False)["tags"] == ["one", "two"]


def test_the_diff_contains_only_desired_metadata():
    image = Image("1", "a", owner="p", stores=("dcn0", "central"), min_disk=1, properties={"os": "x", "mine": "y"})
    result = plan(item(min_disk=2, properties={"os": "z"}), [image])
    before = {"status": "active", "stores": ["central", "dcn0"], "min_disk": 1, "properties": {"os": "x"}}
    assert diff_state(result, False) == before
    assert diff_state(result, True) == {**before, "min_disk": 2, "properties": {"os": "z"}}
    new = plan(item(stores=["dcn0"]))
    assert diff_state(new, False) is None
    assert diff_state(new, True) == {"status": "active", "stores": ["dcn0"], "properties": {}}
    gone = plan({"name": "a", "state": "absent"}, [image])
    assert diff_state(gone, True) is None
