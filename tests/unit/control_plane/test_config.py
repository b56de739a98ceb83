# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The managed stores and options in a customServiceConfig, in texts as people and other tools write them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config import (
    ConfigChange,
    DefaultStoreDeferred,
    edit_config,
    region_warning,
    with_deferred_stores,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config_check import find_unreadable
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._operators.glance_spec import operator_backends
from ansible_collections.dcn.glance.tests.support.builders.control_plane import EXISTING_CONFIG, desired, topology

HUB = desired(topology("dcn0")).apis[0]


def edit(text: str, removable: tuple[str, ...] = ()) -> ConfigChange:
    return edit_config(text, HUB.config, removable, "here")


def test_a_new_text_has_all_settings_of_the_topology_and_none_of_the_operator() -> None:
    assert edit("").after == (
        "[DEFAULT]\n"
        "enabled_backends = central:rbd,dcn0:rbd\n"
        "enabled_import_methods = [glance-direct,web-download,copy-image]\n"
        "\n"
        "[glance_store]\n"
        "default_backend = central\n"
        "\n"
        "[central]\n"
        "store_description = central rbd store\n"
        "rbd_store_pool = images\n"
        "rbd_store_user = glance.central\n"
        "rbd_store_ceph_conf = /etc/ceph/central.conf\n"
        "\n"
        "[dcn0]\n"
        "store_description = dcn0 rbd store\n"
        "rbd_store_pool = images\n"
        "rbd_store_user = glance.central\n"
        "rbd_store_ceph_conf = /etc/ceph/dcn0.conf\n"
        "\n"
        "[image_import_opts]\n"
        "image_import_plugins = ['image_conversion']\n"
        "\n"
        "[image_conversion]\n"
        "output_format = raw\n"
    )


def test_options_that_the_operator_sets_are_written_only_where_the_topology_states_them() -> None:
    assert "show_multiple_locations" not in edit("").after
    stated = topology("dcn0")
    stated["sites"]["central"]["glance"] = {"options": {"DEFAULT": {"show_multiple_locations": "True"}}}
    text = edit_config("", desired(stated).apis[0].config, (), "here").after
    assert "show_multiple_locations = True" in text
    assert "show_image_direct_url" not in text


@pytest.mark.parametrize(
    "text",
    [
        EXISTING_CONFIG,
        EXISTING_CONFIG.rstrip("\n"),
        EXISTING_CONFIG.replace("\n", "\r\n"),
        "[DEFAULT]\nenabled_backends=central:rbd, dcn0:rbd\n; a comment\n\n\n[central]\nrbd_store_pool: images\n",
        "\n\n[DEFAULT]\nenabled_import_methods=[copy-image, web-download,glance-direct]\n",
    ],
)
def test_unmanaged_lines_keep_their_place_and_a_second_edit_changes_nothing(text: str) -> None:
    first = edit(text)
    assert first.changed
    rest = iter(first.after.splitlines())
    assert all(line in rest for line in text.splitlines()), "an unmanaged line is gone or moved"
    assert not edit(first.after).changed


def test_placeholders_in_values_of_the_topology_are_written_unchanged() -> None:
    data = topology()
    data["sites"]["central"]["stores"] = {
        "central": {"type": "rbd", "default": True},
        "sw": {"type": "swift", "options": {"swift_store_auth_address": "{{ .KeystoneInternalURL }}"}},
    }
    text = edit_config("", desired(data).apis[0].config, (), "here").after
    assert "swift_store_auth_address = {{ .KeystoneInternalURL }}\n" in text


BACKENDS = [
    # live value, afterwards
    ("central:rbd", "central:rbd,dcn0:rbd"),
    ("central:rbd, other:file", "central:rbd, other:file, dcn0:rbd"),
    ("other:file,central:rbd", "other:file,central:rbd,dcn0:rbd"),
    ("central: rbd,dcn0 : rbd", "central:rbd,dcn0:rbd"),  # the operator does not recognize rbd after a blank
    ("central:rbd,dcn0:rbd,", "central:rbd,dcn0:rbd"),  # it stops at an empty entry
    ("central:rbd,\n   dcn0:rbd", "central:rbd,dcn0:rbd"),  # it reads one line
    ("central:file", "central:rbd,dcn0:rbd"),
    ("dcn0:rbd,central:rbd", "dcn0:rbd,central:rbd"),  # another order would recreate the StatefulSets
]


@pytest.mark.parametrize(("live", "expected"), BACKENDS)
def test_the_list_of_stores_keeps_its_order_and_the_operator_can_read_it(live: str, expected: str) -> None:
    change = edit(f"[DEFAULT]\nenabled_backends = {live}\n")
    assert f"enabled_backends = {expected}\n" in change.after
    assert operator_backends(change.after) == [item.strip() for item in expected.split(",")]


def test_only_managed_stores_can_be_removed() -> None:
    text = "[DEFAULT]\nenabled_backends=dcn9:rbd,file:file,central:rbd\n[dcn9]\nrbd_store_pool=images\n[file]\na=b\n"
    kept = edit(text)
    assert "enabled_backends=dcn9:rbd,file:file,central:rbd,dcn0:rbd\n" in kept.after
    purged = edit(text, removable=("dcn9",))
    assert "enabled_backends=file:file,central:rbd,dcn0:rbd\n" in purged.after
    assert "[dcn9]" not in purged.after
    assert "[file]\na=b\n" in purged.after
    assert [(each.id, each.action) for each in purged.actions] == [
        ("central", "changed"),
        ("dcn0", "added"),
        ("dcn9", "removed"),
        ("file", "kept"),
    ]


def test_a_store_whose_files_are_missing_is_deferred() -> None:
    confs = {"/etc/ceph/central.conf": "central", "/etc/ceph/dcn0.conf": "dcn0"}
    change = edit_config("", with_deferred_stores(HUB.config, confs, {"dcn0"}), (), "here")
    assert "enabled_backends = central:rbd\n" in change.after
    assert "[dcn0]" not in change.after
    assert change.store_ids == ("central",)
    assert "cluster dcn0" in change.actions[1].reason


def test_an_api_whose_default_store_is_missing_is_deferred() -> None:
    confs = {"/etc/ceph/central.conf": "central"}
    with pytest.raises(DefaultStoreDeferred, match="'central' is the default and cannot be deferred"):
        edit_config("", with_deferred_stores(HUB.config, confs, {"central"}), (), "here")
    # A store that is enabled already stays.
    standing = edit("").after
    assert not edit_config(standing, with_deferred_stores(HUB.config, confs, {"central"}), (), "here").changed


def test_a_text_that_oslo_config_cannot_parse_is_refused_with_its_line() -> None:
    with pytest.raises(InputErrors, match="here, line 2.*neither"):
        edit("[DEFAULT]\nthis is nothing\n")


def test_what_the_operator_reads_differently_is_a_warning() -> None:
    shared = edit("[DEFAULT]\nworker_self_reference_url = http://glance:9292\n")
    assert "all pods of the API get the same value" in " ".join(shared.warnings)
    twice = edit("[elsewhere]\nenabled_backends = a:file\n[DEFAULT]\n")
    assert "and the operator reads a:file, because it takes the first line" in " ".join(twice.warnings)
    colon = edit("[DEFAULT]\nenabled_backends: a:file\n")
    assert "and the operator reads (none), because" in " ".join(colon.warnings)
    assert not edit(EXISTING_CONFIG).warnings


@pytest.mark.parametrize(
    ("text", "registered", "warned"),
    [
        ("a = {{ .Region }}", False, True),
        ("a = {{.Region}}", False, True),
        ("a = {{ .Region }}", True, False),
        ("a = {{ .RegionX }}", False, False),
        ("a = b", False, False),
    ],
)
def test_the_region_is_known_only_for_the_api_in_the_catalog(text: str, registered: bool, warned: bool) -> None:
    assert bool(region_warning(text, "here", registered)) == warned


@pytest.mark.parametrize("line", ["{{ if .Region }}", "{{- end -}}  \r", "{{ .Region }}"])
def test_a_text_with_conditions_is_refused(line: str) -> None:
    with pytest.raises(InputErrors, match="here, line 2: '{{.*the values that apply are unknown") as caught:
        edit(f"[DEFAULT]\n{line}\ndebug = {{{{ .X }}}}\n")
    assert "\r" not in str(caught.value)


UNREADABLE = [
    # text, the part of the message that names the cause
    (
        "[DEFAULT]\ndebug=true\nenabled_backends=backend1:type1 # CHANGE_ME\n",
        "the store backend1 has the type 'type1', which",
    ),
    ("[DEFAULT]\nenabled_backends=backend1:type1,central:rbd\n", "the store backend1 has the type 'type1', which"),
    ("[DEFAULT]\nenabled_backends=a:RBD\n", "the store a has the type 'RBD', which"),
    ("[DEFAULT]\nenabled_backends=central:rbd,abc\n", "'abc:' is not id:type"),
    ("[DEFAULT]\nenabled_backends=a:\n", "'a:' is not id:type"),
]


@pytest.mark.parametrize(("text", "cause"), UNREADABLE)
def test_a_text_whose_stores_glance_cannot_load_is_refused(text: str, cause: str) -> None:
    with pytest.raises(InputErrors) as caught:
        edit(text)
    assert str(caught.value).startswith("here: Glance cannot load [DEFAULT] enabled_backends: ")
    assert cause in str(caught.value)


VALUES = [
    # text, the part of the message that names the cause
    ("[DEFAULT]\nimage_size_cap = 13743895347  # 12.8 GB\n", "[DEFAULT] image_size_cap must be a whole number"),
    ("[DEFAULT]\nshow_image_direct_url = yes please\n", "[DEFAULT] show_image_direct_url must be true or false"),
    ("[DEFAULT]\nenabled_backends=x:rbd\n[x]\nrbd_store_chunk_size = 8 # MB\n", "[x] rbd_store_chunk_size must be"),
    ("[DEFAULT]\nenabled_backends=x:rbd,X:rbd\n", "the store X is listed twice"),
]


@pytest.mark.parametrize(("text", "cause"), VALUES)
def test_a_text_with_values_that_glance_cannot_read_is_refused(text: str, cause: str) -> None:
    with pytest.raises(InputErrors) as caught:
        edit(text)
    assert cause in str(caught.value) and "12.8" not in str(caught.value) and "please" not in str(caught.value)


def test_values_of_the_operator_are_not_judged() -> None:
    text = "[DEFAULT]\nworkers = {{ .Workers }}\nmy_own = 8 # MB\n[oslo_limit]\nauth_url = {{ .KeystoneInternalURL }}\n"
    assert "my_own = 8 # MB" in edit(text).after


def test_a_default_store_that_is_not_enabled_is_found() -> None:
    text = "[DEFAULT]\nenabled_backends=a:rbd\n[glance_store]\ndefault_backend=b\n"
    (problem,) = find_unreadable(text, "here")
    assert problem.path == "here" and "default_backend is 'b', which" in problem.message
    assert find_unreadable(text.replace("=b", "=a"), "here") == []


OPERATOR = [
    ("", []),
    ("enabled_backends=a:rbd", ["a:rbd"]),
    ("  enabled_backends = a:rbd , b:file", ["a:rbd", "b:file"]),
    ("#enabled_backends=a:rbd\n[x]\nenabled_backends=b:rbd\nenabled_backends=c:rbd", ["b:rbd"]),
    ("enabled_backends=a:rbd,\n  b:rbd", ["a:rbd", ""]),
    ("enabled_backends: a:rbd", []),
]


@pytest.mark.parametrize(("text", "expected"), OPERATOR)
def test_the_stores_that_the_operator_reads(text: str, expected: list[str]) -> None:
    assert operator_backends(text) == expected


def test_problems_of_the_desired_stores_are_raised() -> None:
    without_stores = replace(HUB.config, stores=())
    with pytest.raises(InputErrors, match="exactly one store"):
        edit_config("", without_stores, (), "here")
