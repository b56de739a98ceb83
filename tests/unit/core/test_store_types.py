# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of store types, import methods and import plugins."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core import import_methods
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import (
    DERIVED_RBD,
    STORE_TYPES,
    TYPE_HINTS,
    TYPE_NAMES,
    looks_like_a_store,
    options_of,
    other_type_of,
)


@pytest.mark.parametrize("name", TYPE_NAMES)
def test_entries_of_a_type_name_its_own_options(name: str) -> None:
    entry = STORE_TYPES[name]
    assert entry.name == name
    assert {"store_description", "weight"} <= set(entry.options)
    assert {*entry.required, *entry.together, *entry.derived} <= set(entry.options)
    assert all(any(option.startswith(prefix) for option in entry.options) for prefix in entry.prefixes)
    assert all(key == option.name for key, option in entry.options.items())


def test_prefixes_belong_to_one_type() -> None:
    prefixes = [prefix for entry in STORE_TYPES.values() for prefix in entry.prefixes]
    assert len(prefixes) == len(set(prefixes))


def test_no_hint_names_a_supported_type() -> None:
    assert not set(TYPE_HINTS) & set(TYPE_NAMES)
    assert DERIVED_RBD == ("rbd_store_pool", "rbd_store_user", "rbd_store_ceph_conf")


@pytest.mark.parametrize(
    ("option", "store_type", "other"),
    [
        ("rbd_store_pool", "file", "rbd"),
        ("rbd_store_pool", "rbd", ""),
        ("s3_store_host", "swift", "s3"),
        ("no_such_option", "rbd", ""),
    ],
)
def test_the_other_type_that_reads_an_option(option: str, store_type: str, other: str) -> None:
    assert other_type_of(option, store_type) == other


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["rbd_store_user"], True),
        (["store_description", "filesystem_store_datadir"], True),
        (["cinder_volume_type"], True),
        (["connection", "weight"], False),
        ([], False),
    ],
)
def test_sections_that_look_like_a_store(options: list[str], expected: bool) -> None:
    assert looks_like_a_store(options) is expected


def test_an_unknown_type_has_no_options() -> None:
    assert options_of("vmware") == {}


def test_import_defaults_are_known_methods_and_plugins() -> None:
    assert set(import_methods.DEFAULT_METHODS) <= set(import_methods.IMPORT_METHODS)
    assert set(import_methods.OPERATOR_METHODS) <= set(import_methods.IMPORT_METHODS)
    for name, options in import_methods.DEFAULT_PLUGINS.items():
        assert set(options) <= set(import_methods.IMPORT_PLUGINS[name].options)


def test_plugins_with_options_have_a_section() -> None:
    assert {name for name, each in import_methods.IMPORT_PLUGINS.items() if each.options} == {
        name for name, each in import_methods.IMPORT_PLUGINS.items() if each.section
    }
