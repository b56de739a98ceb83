# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""glance_store_config without Ansible: the arguments and a file in, the new file out."""

from __future__ import annotations

from typing import Any

import pytest
from oslo_config import types

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.file_state import FileState
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_input import ConfChange, plan_conf
from ansible_collections.dcn.glance.plugins.module_utils._glance.conf_plan import read_backends, read_list
from ansible_collections.dcn.glance.plugins.module_utils._glance.store_files import HostFiles

PATH = "/etc/glance/glance-api.conf"


def rbd(store: str, **more: Any) -> dict[str, Any]:
    options = {
        "rbd_store_pool": "images",
        "rbd_store_user": "glance.central",
        "rbd_store_ceph_conf": f"/etc/ceph/{store}.conf",
    }
    return {"id": store, "type": "rbd", "default": False, "description": None, "options": options, **more}


def params(*listed: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "stores": list(listed),
        "reserved": {},
        "import_methods": None,
        "import_plugins": None,
        "worker_self_reference_url": None,
        "options": [],
        "purge": "none",
        "purge_stores": None,
        "only_copies": None,
        "check_files": True,
        "missing_files": "fail",
        "deferred_stores": [],
        **more,
    }


CENTRAL = rbd("central", default=True)
PURGE: dict[str, Any] = {"purge": "managed", "only_copies": {}}
DCN0 = rbd("dcn0")
DCN1 = rbd("dcn1")
BODY = "rbd_store_pool = images\nrbd_store_user = glance.central\nrbd_store_ceph_conf = /etc/ceph/{0}.conf\n"
TWO = (
    "[DEFAULT]\nenabled_backends = central:rbd, dcn0:rbd\n\n[glance_store]\ndefault_backend = central\n\n"
    f"[central]\n{BODY.format('central')}\n[dcn0]\n{BODY.format('dcn0')}"
)


def work(text: str, arguments: dict[str, Any], missing: tuple[str, ...] = ()) -> ConfChange:
    files = HostFiles(exists=lambda path: path not in missing, read=lambda path: b"")
    state = FileState(PATH, PATH, text.encode())
    change = plan_conf(arguments, state, files)
    again = plan_conf(arguments, FileState(PATH, PATH, change.edit.after), files)
    assert again.edit.after == change.edit.after
    assert not any(operation.changed for operation in again.edit.operations)
    assert {each.action for each in again.stores} <= {"unchanged", "deferred", "kept"}
    return change


def after(text: str, arguments: dict[str, Any], missing: tuple[str, ...] = ()) -> str:
    return work(text, arguments, missing).edit.after.decode()


def did(change: ConfChange) -> dict[str, str]:
    return {each.id: each.action for each in change.stores}


def value_of(text: str, option: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith(f"{option} =")]
    return line.partition("=")[2].strip()


def problems(text: str, arguments: dict[str, Any], missing: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    with pytest.raises(InputErrors) as caught:
        work(text, arguments, missing)
    return [(problem.path, problem.message) for problem in caught.value.problems]


def test_an_empty_file() -> None:
    arguments = params(
        rbd("central", default=True, description="The hub"),
        {"id": "archive", "type": "file", "default": False, "description": None, "options": {
            "filesystem_store_datadirs": ["/a:1", "/b:2"], "filesystem_thin_provisioning": True}},
        reserved={"staging": "/s", "tasks": "/t"},
        import_methods=["glance-direct", "copy-image"],
        import_plugins=["image_decompression", "image_conversion"],
        worker_self_reference_url="http://glance-0:9292",
        options=[{"section": "image_conversion", "option": "output_format", "value": "raw"}],
    )  # fmt: skip
    change = work("", arguments)
    assert change.edit.after.decode() == (
        "[DEFAULT]\nenabled_backends = central:rbd, archive:file\nworker_self_reference_url = http://glance-0:9292\n"
        "enabled_import_methods = [glance-direct,copy-image]\n\n"
        "[glance_store]\ndefault_backend = central\n\n"
        f"[central]\nstore_description = The hub\n{BODY.format('central')}\n"
        "[archive]\nfilesystem_store_datadirs = /a:1\nfilesystem_store_datadirs = /b:2\n"
        "filesystem_thin_provisioning = True\nfilesystem_store_datadir =\n\n"
        "[os_glance_staging_store]\nfilesystem_store_datadir = /s\n\n"
        "[os_glance_tasks_store]\nfilesystem_store_datadir = /t\n\n"
        "[image_import_opts]\nimage_import_plugins = ['image_decompression','image_conversion']\n\n"
        "[image_conversion]\noutput_format = raw\n"
    )
    assert did(change) == {"central": "added", "archive": "added"}
    assert not work(change.edit.after.decode(), arguments).edit.changed


def test_nothing_to_do() -> None:
    change = work(TWO, params(CENTRAL, DCN0))
    assert not change.edit.changed
    assert did(change) == {"central": "unchanged", "dcn0": "unchanged"}


BACKENDS: list[tuple[str, str, list[dict[str, Any]], str]] = [
    ("same, spaces do not count", "central:rbd ,dcn0 : rbd", [CENTRAL, DCN0], "central:rbd ,dcn0 : rbd"),
    ("same, order does not count", "dcn0:rbd, central:rbd", [CENTRAL, DCN0], "dcn0:rbd, central:rbd"),
    (
        "appended, existing order kept",
        "dcn0:rbd, central:rbd",
        [CENTRAL, DCN1, DCN0],
        "dcn0:rbd, central:rbd, dcn1:rbd",
    ),
    ("appended, tight", "central:rbd,dcn0:rbd", [CENTRAL, DCN0, DCN1], "central:rbd,dcn0:rbd,dcn1:rbd"),
    ("entries that stay keep their text", "central : rbd", [CENTRAL, DCN0], "central : rbd, dcn0:rbd"),
    ("type replaced, not appended", "central:rbd, dcn0:file", [CENTRAL, DCN0], "central:rbd, dcn0:rbd"),
    ("not listed: out", "central:rbd, old:file, dcn0:rbd", [CENTRAL, DCN0], "central:rbd, dcn0:rbd"),
    ("broken by a comment", "central:rbd, dcn0:rbd # x", [CENTRAL, DCN0], "central:rbd, dcn0:rbd"),
    ("broken by a comma", "central:rbd, dcn0:rbd,", [CENTRAL, DCN0], "central:rbd, dcn0:rbd"),
    ("broken by a repeated id", "central:rbd, dcn0:file, dcn0:rbd", [CENTRAL, DCN0], "central:rbd, dcn0:rbd"),
    ("broken by a missing type", "central:rbd, dcn0", [CENTRAL, DCN0], "central:rbd, dcn0:rbd"),
    ("empty", "", [CENTRAL, DCN0], "central:rbd, dcn0:rbd"),
]


@pytest.mark.parametrize(("before", "wished", "result"), [row[1:] for row in BACKENDS], ids=[r[0] for r in BACKENDS])
def test_enabled_backends(before: str, wished: list[dict[str, Any]], result: str) -> None:
    change = work(TWO.replace("central:rbd, dcn0:rbd", before), params(*wished, **PURGE))
    text = change.edit.after.decode()
    assert value_of(text, "enabled_backends") == result
    assert set(types.Dict()(value_of(text, "enabled_backends"))) == {store["id"] for store in wished}
    broken = [warning for warning in change.warnings if "cannot be read by Glance" in warning]
    assert bool(broken) == (
        "#" in before or before.endswith(",") or "dcn0:file, dcn0" in before or before[-4:] == "dcn0"
    )


def test_backends_over_several_lines_are_the_same() -> None:
    text = TWO.replace("central:rbd, dcn0:rbd", "central:rbd,\n    dcn0:rbd")
    assert after(text, params(CENTRAL, DCN0)) == text
    assert value_of(after(text, params(CENTRAL, **PURGE)), "enabled_backends") == "central:rbd"


def test_a_store_that_is_no_longer_listed_loses_entry_and_section() -> None:
    text = TWO + "\n# about x\n[x]\ny = 1\n"
    change = work(text, params(CENTRAL, **PURGE))
    assert change.edit.after.decode() == (
        "[DEFAULT]\nenabled_backends = central:rbd\n\n[glance_store]\ndefault_backend = central\n\n"
        f"[central]\n{BODY.format('central')}\n# about x\n[x]\ny = 1\n"
    )
    assert did(change) == {"central": "unchanged", "dcn0": "removed"}


def test_without_purge_it_stays() -> None:
    change = work(TWO, params(CENTRAL))
    assert not change.edit.changed
    assert did(change) == {"central": "unchanged", "dcn0": "kept"}


def test_only_the_stores_to_purge_are_removed() -> None:
    three = after(TWO, params(CENTRAL, DCN0, DCN1))
    change = work(three, params(CENTRAL, **PURGE, purge_stores=["dcn1"]))
    assert did(change) == {"central": "unchanged", "dcn1": "removed", "dcn0": "kept"}
    assert change.edit.after.decode() == TWO
    assert [text.partition(",")[0] for text in change.warnings] == [
        "Store dcn0 is enabled in the file",
        "Store dcn1 is removed",
    ]


def test_the_section_of_a_store_keeps_only_its_comments() -> None:
    text = TWO.replace("[dcn0]\n", "[dcn0]\n# why 5\nrados_connect_timeout = 5\n").replace(
        "images\nrbd_store_user", "other\nrbd_store_user"
    )
    change = work(text, params(CENTRAL, DCN0))
    assert change.edit.after.decode() == TWO.replace("[dcn0]\n", "[dcn0]\n# why 5\n")
    assert did(change) == {"central": "changed", "dcn0": "changed"}


def test_another_default() -> None:
    change = work(TWO, params(rbd("central"), rbd("dcn0", default=True)))
    assert value_of(change.edit.after.decode(), "default_backend") == "dcn0"
    assert did(change) == {"central": "changed", "dcn0": "changed"}


def test_obsolete_options_are_removed() -> None:
    old = "[glance_store]\nstores = file,http\ndefault_store = file\nenabled_backends = a:b\n"
    text = TWO.replace("[glance_store]\n", old)
    text = text.replace("[DEFAULT]\n", "[DEFAULT]\nregistry_host = 127.0.0.1\ndefault_backend = x\n")
    assert after(text, params(CENTRAL, DCN0)) == TWO


def test_unmanaged_options_stay() -> None:
    text = TWO.replace("default_backend = central\n", "default_backend = central\nfilesystem_store_datadir = /x\n")
    text += "\n[os_glance_staging_store]\nfilesystem_store_datadir = /s\nfilesystem_store_chunk_size = 1\n"
    arguments = params(CENTRAL, DCN0, reserved={"staging": "/new", "tasks": None})
    assert after(text, arguments) == text.replace("= /s\n", "= /new\n")


BOTH = ["web-download", "copy-image"]
LISTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("order and spaces do not count", {"import_methods": ["copy-image", "web-download"]},
     "[web-download, copy-image]", "[web-download, copy-image]"),
    ("quotes do not count", {"import_methods": ["copy-image"]}, "['copy-image']", "['copy-image']"),
    ("without brackets Glance answers 500", {"import_methods": BOTH},
     "web-download,copy-image", "[web-download,copy-image]"),
    ("brackets in the middle", {"import_methods": BOTH}, "[web-download],copy-image", "[web-download,copy-image]"),
    ("one less", {"import_methods": ["copy-image"]}, "[web-download,copy-image]", "[copy-image]"),
    ("one less, the others keep their quotes", {"import_methods": ["copy-image", "glance-direct"]},
     "['web-download', \"copy-image\", glance-direct]", "[\"copy-image\", glance-direct]"),
    ("one more, the others keep their position", {"import_methods": ["glance-direct", *BOTH]},
     "[copy-image,web-download]", "[copy-image,web-download,glance-direct]"),
    ("one more, with the quotes and spaces of the others", {"import_methods": ["glance-direct", *BOTH]},
     "['copy-image', 'web-download']", "['copy-image', 'web-download', 'glance-direct']"),
    ("one more, after a comma at the end", {"import_methods": BOTH}, "[web-download],", "[web-download,copy-image]"),
    ("a method twice", {"import_methods": BOTH}, "[copy-image,copy-image]", "[copy-image,web-download]"),
    ("an empty list", {"import_methods": BOTH}, "[]", "[web-download,copy-image]"),
    ("not given", {}, "x", "x"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "before", "result"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_import_methods(more: dict[str, Any], before: str, result: str) -> None:
    text = TWO.replace("dcn0:rbd\n", f"dcn0:rbd\nenabled_import_methods = {before}\n", 1)
    assert after(text, params(CENTRAL, DCN0, **more)) == text.replace(f"methods = {before}", f"methods = {result}")


def test_methods_over_several_lines() -> None:
    text = TWO.replace("dcn0:rbd\n", "dcn0:rbd\nenabled_import_methods = [web-download,\n  copy-image]\n", 1)
    assert after(text, params(CENTRAL, DCN0, import_methods=BOTH)) == text
    more = after(text, params(CENTRAL, DCN0, import_methods=["glance-direct", *BOTH]))
    assert value_of(more, "enabled_import_methods") == "[web-download,copy-image,glance-direct]"


def test_the_order_of_plugins_matters() -> None:
    text = TWO + "\n[image_import_opts]\nimage_import_plugins = [a, 'b']\n"
    assert after(text, params(CENTRAL, DCN0, import_plugins=["a", "b"])) == text
    changed = after(text, params(CENTRAL, DCN0, import_plugins=["b", "a"]))
    assert value_of(changed, "image_import_plugins") == "['b', a]"
    new = after(TWO, params(CENTRAL, DCN0, import_plugins=["b", "a"]))
    assert value_of(new, "image_import_plugins") == "['b','a']"
    emptied = after(text, params(CENTRAL, DCN0, import_plugins=[]))
    assert value_of(emptied, "image_import_plugins") == "[]"


@pytest.mark.parametrize("value", ["[]", "[a]", "[a,b]", "['a', \"b\"]", "[ a ]", "a,b", "[a", "a]", "[a],"])
def test_lists_are_read_as_glance_reads_them(value: str) -> None:
    theirs = types.List(item_type=types.String(quotes=True), bounds=True)
    try:
        expected = theirs(value)
    except ValueError:
        expected = None
    assert read_list(value) == expected


@pytest.mark.parametrize("value", ["", "a:rbd", " a : rbd , b:file", "a:rbd,", "a", "a:rbd,a:rbd", ":rbd", "a:rbd,b"])
def test_backends_are_refused_where_glance_refuses_them(value: str) -> None:
    found, broken = read_backends(value)
    try:
        expected = types.Dict()(value)
    except ValueError:
        assert broken
    else:
        assert not broken and found == expected


MISSING = ("/etc/ceph/dcn0.conf",)
KEYRINGS = (
    "/etc/ceph/{0}.client.glance.central.keyring",
    "/etc/ceph/{0}.keyring",
    "/etc/ceph/keyring",
    "/etc/ceph/keyring.bin",
)
DEBUG = {"section": "DEFAULT", "option": "debug", "value": True}


def test_a_missing_conf_is_an_error() -> None:
    assert problems("", params(CENTRAL, DCN0), MISSING) == [
        (
            "stores[1].options.rbd_store_ceph_conf",
            "store 'dcn0': /etc/ceph/dcn0.conf does not exist on this host, and Glance does not start without it. "
            "Write the file first",
        )
    ]
    assert did(work("", params(CENTRAL, DCN0, check_files=False), MISSING)) == {"central": "added", "dcn0": "added"}


def test_a_missing_keyring_is_an_error() -> None:
    keyrings = tuple(path.format("dcn0") for path in KEYRINGS)
    assert problems("", params(CENTRAL, DCN0), keyrings) == [
        (
            "stores[1].options.rbd_store_ceph_conf",
            "store 'dcn0': /etc/ceph/dcn0.client.glance.central.keyring does not exist on this host, and Glance cannot "
            "connect to the cluster without it. Write the file first",
        )
    ]


def test_a_store_with_a_missing_conf_is_not_added() -> None:
    change = work("", params(CENTRAL, DCN0, missing_files="defer"), MISSING)
    assert value_of(change.edit.after.decode(), "enabled_backends") == "central:rbd"
    assert "[dcn0]" not in change.edit.after.decode()
    assert did(change) == {"central": "added", "dcn0": "deferred"}
    assert (change.deferred, change.restart_blocked) == (("dcn0",), "")
    assert change.warnings == ("Store dcn0 is left as it is: /etc/ceph/dcn0.conf does not exist on this host.",)


#: The files of store dcn0, each of which can be missing on one worker.
FILES = [MISSING, tuple(path.format("dcn0") for path in KEYRINGS)]


@pytest.mark.parametrize("missing", FILES)
@pytest.mark.parametrize("more", [{}, {"deferred_stores": ["dcn0"]}, PURGE])
def test_a_store_whose_files_are_gone_is_disabled_until_they_are_back(
    missing: tuple[str, ...], more: dict[str, Any]
) -> None:
    """Glance does not start without the conf of an enabled store, so it must not be enabled."""
    arguments = params(CENTRAL, DCN0, missing_files="defer", options=[DEBUG], **more)
    change = work(TWO, arguments, missing)
    text = change.edit.after.decode()
    assert value_of(text, "enabled_backends") == "central:rbd"
    assert text == TWO.replace(", dcn0:rbd", "").replace("central:rbd\n", "central:rbd\ndebug = True\n", 1)
    assert did(change) == {"central": "unchanged", "dcn0": "disabled"}
    assert (change.deferred, change.restart_blocked) == (("dcn0",), "")
    assert f"Store dcn0 is disabled in this Glance until its files exist: {missing[0]}" in change.warnings[0]
    arguments["deferred_stores"] = []
    healed = work(text, arguments)
    assert value_of(healed.edit.after.decode(), "enabled_backends") == "central:rbd, dcn0:rbd"
    assert did(healed) == {"central": "unchanged", "dcn0": "added"}


def test_a_default_store_without_files_blocks_the_restart() -> None:
    missing = ("/etc/ceph/central.conf",)
    change = work(TWO, params(CENTRAL, DCN0, missing_files="defer", options=[DEBUG]), missing)
    assert change.edit.after.decode() == TWO.replace("dcn0:rbd\n", "dcn0:rbd\ndebug = True\n", 1)
    assert did(change) == {"central": "deferred", "dcn0": "unchanged"}
    assert change.restart_blocked == (
        "/etc/ceph/central.conf does not exist on this host, and store central is the default store, so that Glance "
        "cannot be without it"
    )


def test_the_default_stays_while_the_new_one_has_no_files() -> None:
    change = work(TWO, params(rbd("central"), rbd("dcn0", default=True), missing_files="defer"), MISSING)
    text = change.edit.after.decode()
    assert (value_of(text, "default_backend"), value_of(text, "enabled_backends")) == ("central", "central:rbd")
    assert did(change) == {"central": "unchanged", "dcn0": "disabled"}
    assert change.restart_blocked == ""
    assert "The default store stays central, because dcn0 cannot be used" in change.warnings[1]


def test_a_new_default_without_files_waits_while_another_store_serves() -> None:
    one = TWO.replace(", dcn0:rbd", "")
    change = work(one, params(rbd("central"), rbd("dcn0", default=True), missing_files="defer"), MISSING)
    assert change.edit.after.decode() == one
    assert did(change) == {"central": "unchanged", "dcn0": "deferred"}


def test_the_disabled_store_is_found_in_a_list_with_other_spaces() -> None:
    text = TWO.replace("central:rbd, dcn0:rbd", "dcn0 : rbd,central:rbd,dcn1:rbd")
    change = work(text, params(CENTRAL, DCN0, DCN1, missing_files="defer"), MISSING)
    assert value_of(change.edit.after.decode(), "enabled_backends") == "central:rbd,dcn1:rbd"


def test_stores_can_be_deferred_by_name() -> None:
    change = work(TWO, params(CENTRAL, DCN1, DCN0, deferred_stores=["dcn1", "unknown"]))
    assert not change.edit.changed
    assert did(change) == {"central": "unchanged", "dcn1": "deferred", "dcn0": "unchanged"}
    assert [each.reason for each in change.stores] == ["", "deferred_stores names it", ""]


def test_a_default_store_that_the_file_does_not_have_cannot_be_deferred() -> None:
    arguments = params(rbd("central"), rbd("dcn0", default=True), missing_files="defer")
    assert problems("", arguments, MISSING) == [
        (
            "stores[1]",
            "store 'dcn0' is the default and cannot be deferred: /etc/ceph/dcn0.conf does not exist on this host",
        )
    ]
    named = params(rbd("central"), rbd("dcn0", default=True), deferred_stores=["dcn0"])
    assert problems("", named) == [
        ("stores[1]", "store 'dcn0' is the default and cannot be deferred: deferred_stores names it")
    ]
    assert value_of(after(TWO, named), "default_backend") == "dcn0"


def test_the_same_store_in_another_case_is_no_other_section() -> None:
    text = TWO.replace("dcn0:rbd", "DCN0:rbd").replace("[dcn0]", "[DCN0]")
    for more in ({}, {"purge": "managed"}):
        changed = work(text, params(CENTRAL, DCN0, **more))
        assert changed.edit.after.decode() == text.replace("DCN0:rbd", "dcn0:rbd")
        assert did(changed) == {"central": "unchanged", "dcn0": "added", "DCN0": "removed"}


def test_all_problems_are_reported_at_once() -> None:
    arguments = params(
        rbd("dcn0", default=True),
        rbd("DCN0", default=True),
        rbd("database"),
        rbd("os_glance_x"),
        rbd("a b"),
        {"id": "x", "type": "rdb", "default": False, "description": None, "options": {"k": {"a": 1}, "l": None}},
        {"id": "web", "type": "http", "default": True, "description": None, "options": {}},
        {"id": "r", "type": "rbd", "default": False, "description": None, "options": {}},
        reserved={"staging": "s", "tasks": "s"},
        import_methods=["copy-images"],
        worker_self_reference_url="glance-0:9292",
        options=[{"section": "a", "option": "b"}],
    )
    assert problems("junk\n", arguments) == [
        ("stores[5].options.k", "must be text, a number, a boolean, or a list of those"),
        ("stores[5].options.l", "must be text, a number, a boolean, or a list of those"),
        ("options[0]", "[a] b: value or values is missing (to remove it, use state: absent)"),
        ("stores[1]", "store 'DCN0' has the same id as stores[0] (Glance ignores case)"),
        ("stores[2]", "store id 'database' is the name of a section that Glance uses for other options"),
        ("stores[3]", "store id 'os_glance_x': names that begin with os_glance_ are reserved for Glance"),
        ("stores[4]", "store id 'a b' can have letters, digits, _ and - only"),
        ("stores[5]", "store 'x': type 'rdb' is not one of file, http, rbd, swift, cinder, s3"),
        ("stores[6]", "store 'web' is the default, but http stores are read-only"),
        ("stores[7]", "store 'r': rbd_store_user is missing. Without it the driver connects as client.None"),
        ("stores", "exactly one store must have default: true; dcn0, DCN0, web have it"),
        ("import_methods", "'copy-images' is not one of glance-direct, web-download, copy-image, glance-download"),
        ("reserved.staging", "'s' is not an absolute path"),
        ("reserved.tasks", "'s' is not an absolute path"),
        ("reserved", "staging and tasks are the same directory"),
        ("worker_self_reference_url", "'glance-0:9292' is not an http or https URL"),
        (f"{PATH}, line 1", "oslo.config cannot load it: neither '=' nor ':' in the line: 'junk'"),
    ]
    assert problems("", params(rbd("a"))) == [("stores", "exactly one store must have default: true; none has it")]


def test_two_stores_in_one_pool_are_reported() -> None:
    other = rbd("dcn0")
    other["options"] = {**CENTRAL["options"], "rbd_store_user": "x"}
    assert work("", params(CENTRAL, other)).warnings == (
        "Stores central and dcn0 both write to pool images of the cluster in /etc/ceph/central.conf. Give each store "
        "its own pool or cluster.",
    )


def test_an_unknown_plugin_is_reported() -> None:
    (warning,) = work("", params(CENTRAL, import_plugins=["image_convertion"])).warnings
    assert "'image_convertion' is not a plugin of Glance itself" in warning


def test_an_option_that_contradicts_a_store() -> None:
    extra = {"section": "central", "option": "rbd_store_pool", "value": "other"}
    assert problems("", params(CENTRAL, options=[extra])) == [
        ("options[0]", "[central] rbd_store_pool is set twice, to different values (first in store central)")
    ]


def test_a_further_option_in_a_section_of_a_store_stays() -> None:
    extra = {"section": "central", "option": "weight", "value": 10}
    text = after(TWO, params(CENTRAL, DCN0, options=[extra]))
    assert text == TWO.replace("central.conf\n", "central.conf\nweight = 10\n")


VALUES = [
    ("rbd", "rbd_store_chunk_size", "8  # MB", "must be a whole number, without a unit and without a comment after it"),
    ("rbd", "rbd_store_chunk_size", "0", "must be 1 or more"),
    ("rbd", "rbd_thin_provisioning", "yes please", "must be true or false"),
    ("swift", "swift_store_endpoint_type", "public", "must be one of publicURL, adminURL, internalURL"),
    ("swift", "swift_store_multiple_containers_seed", 33, "must be 32 or less"),
    ("http", "http_proxy_information", "http", "has an entry without a colon"),
    ("http", "http_proxy_information", {"http": "a,b"}, "has a comma in the value of 'http'"),
]


@pytest.mark.parametrize(("kind", "option", "value", "reason"), VALUES)
def test_values_that_oslo_config_cannot_convert_are_refused(kind: str, option: str, value: Any, reason: str) -> None:
    other = {"id": "x", "type": kind, "default": False, "description": None, "options": {option: value}}
    if kind == "rbd":
        other["options"]["rbd_store_user"] = "x"
    found = problems("", params(CENTRAL, other, check_files=False))
    assert found[0][0] == f"stores[1].options.{option}"
    assert reason in found[0][1]


@pytest.mark.parametrize(
    ("kind", "option", "value", "written"),
    [
        ("rbd", "rbd_store_chunk_size", "'8'", "'8'"),
        ("rbd", "rbd_thin_provisioning", True, "True"),
        ("http", "http_proxy_information", {"http": "proxy:3128", "https": "proxy"}, "http:proxy:3128,https:proxy"),
        ("rbd", "an_option_that_is_not_known", "8  # MB", "8  # MB"),
    ],
)
def test_values_that_oslo_config_can_convert(kind: str, option: str, value: Any, written: str) -> None:
    other = {"id": "x", "type": kind, "default": False, "description": None, "options": {option: value}}
    if kind == "rbd":
        other["options"]["rbd_store_user"] = "x"
    assert value_of(after("", params(CENTRAL, other, check_files=False)), option) == written


@pytest.mark.parametrize(
    ("section", "option", "value", "reason"),
    [
        ("DEFAULT", "image_size_cap", "13743895347           # ~12.8 GB", "must be a whole number"),
        ("DEFAULT", "image_cache_stall_time", "86400         # 24h", "must be a whole number"),
        ("DEFAULT", "show_image_direct_url", "yes please", "must be true or false"),
        ("DEFAULT", "workers", "4G", "must be a whole number"),
        ("DEFAULT", "enabled_import_methods", "web-download", "must be a list in brackets"),
        ("inject_metadata_properties", "inject", "a,b", "write NAME:VALUE,NAME:VALUE"),
        ("Inject_Metadata_Properties", "inject", "note:1,2", "cannot contain a comma"),
        ("image_conversion", "output_format", "vdi", "must be one of raw, qcow2, vmdk"),
    ],
)
def test_further_options_of_glance_that_cannot_be_converted(section: str, option: str, value: str, reason: str) -> None:
    extra = {"section": section, "option": option, "value": value}
    ((path, message),) = problems("", params(CENTRAL, options=[extra]))
    assert path == "options[0]"
    assert message.startswith(f"[{section}] {option} ") and reason in message


def test_further_options_of_other_types_are_not_judged() -> None:
    extra = [
        {"section": "DEFAULT", "option": "workers", "value": 4},
        {"section": "DEFAULT", "option": "log_file", "value": "a # b"},
        {"section": "other", "option": "workers", "value": "4G"},
    ]
    assert "workers = 4\n" in after("", params(CENTRAL, options=extra))


def test_removed_stores_are_reported() -> None:
    """The first run on a Glance with stores of its own."""
    text = "[DEFAULT]\nenabled_backends = file:file,http:http\n[glance_store]\ndefault_backend = file\n"
    change = work(text, params(CENTRAL))
    assert did(change) == {"central": "added", "file": "kept", "http": "kept"}
    assert value_of(change.edit.after.decode(), "enabled_backends") == "file:file,http:http,central:rbd"
    starts = [warning.partition(",")[0] for warning in change.warnings]
    assert starts == ["Store file is enabled in the file", "Store http is enabled in the file"]
    change = work(text, params(CENTRAL, **PURGE))
    assert did(change) == {"central": "added", "file": "removed", "http": "removed"}
    starts = [warning.partition(",")[0] for warning in change.warnings]
    assert starts == ["Store file is removed", "Store http is removed"]


@pytest.mark.parametrize(
    ("only_copies", "reasons"),
    [
        (None, ["store 'dcn0' cannot be removed: nobody looked", "store 'dcn1' cannot be removed: nobody looked"]),
        ({"dcn1": ["a (1)"]}, ["store 'dcn1' cannot be removed: it has the only copy of 1 image: a (1), which"]),
        (
            {"dcn0": [], "dcn1": list("abcdefg"), "central": ["z"]},
            ["store 'dcn1' cannot be removed: it has the only copy of 7 images: a, b, c, d, e and 2 more, which"],
        ),
        ({"dcn1": "a"}, ["only_copies.dcn1: must be a list of images"]),
    ],
)
def test_the_only_copy_of_an_image_is_not_removed(only_copies: Any, reasons: list[str]) -> None:
    three = after(TWO, params(CENTRAL, DCN0, DCN1))
    with pytest.raises(InputErrors) as caught:
        work(three, params(CENTRAL, purge="managed", only_copies=only_copies))
    found = [str(problem).removeprefix("purge: ") for problem in caught.value.problems]
    assert (
        [text.startswith(start) for text, start in zip(found, reasons)] == [True] * len(reasons) == [True] * len(found)
    )
    assert not work(TWO, params(CENTRAL, DCN0, purge="managed")).edit.changed


def test_the_first_new_default_keeps_the_old_default_store() -> None:
    text = "[DEFAULT]\nenabled_backends = file:file\n[glance_store]\ndefault_backend = file\n"
    assert value_of(after(text, params(CENTRAL)), "default_backend") == "central"


def test_a_store_can_have_the_name_of_its_type() -> None:
    """Glance reads sections such as [cinder] and [file] only for stores."""
    stores = [{"id": kind, "type": kind, "default": kind == "file", "description": None, "options": {}}
              for kind in ("file", "cinder", "http", "swift", "s3")]  # fmt: skip
    text = after("", params(*stores))
    assert value_of(text, "enabled_backends") == "file:file, cinder:cinder, http:http, swift:swift, s3:s3"
