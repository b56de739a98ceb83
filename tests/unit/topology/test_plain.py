# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules and filters read the same values, although YAML and Ansible give them different types."""

from __future__ import annotations

import datetime
import json
from typing import Any, Callable

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse, parse_partially
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import PROBLEM, plain
from ansible_collections.dcn.glance.plugins.module_utils._topology.result import examine

Changed = Callable[..., dict[str, Any]]


class Text(str):
    """A subclass of text, as Ansible tags values."""


class Encrypted:
    """Text that Ansible decrypts on conversion."""

    __ENCRYPTED__ = True

    def __str__(self) -> str:
        return "decrypted"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05"),
        (Text("a"), "a"),
        (Encrypted(), "decrypted"),
        (True, True),
        (7, 7),
        (1.5, 1.5),
        (None, None),
        (("a", Text("b")), ["a", "b"]),
        ({1: {True: {None: {1.5: Text("x")}}}}, {"1": {"true": {"null": {"1.5": "x"}}}}),
    ],
)
def test_values_become_plain(value: Any, expected: Any) -> None:
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)


def test_a_filter_reads_what_a_module_reads() -> None:
    text = "{a: 2026-01-02, 1: [yes, no], true: {~: 1.0}, 08: 0x1f}"
    data = yaml.safe_load(text)
    as_json = json.loads(json.dumps(data, default=lambda value: value.isoformat()))
    assert plain(data) == as_json
    assert plain(as_json) == as_json


def test_a_date_is_the_text_that_the_user_wrote(changed: Changed) -> None:
    site = parse(changed("sites/dcn0/availability_zone", datetime.date(2026, 1, 2))).site("dcn0")
    assert site.availability_zone == "2026-01-02"


def test_a_date_as_a_key_is_refused(changed: Changed) -> None:
    with pytest.raises(InputErrors) as caught:
        parse(changed("sites", {datetime.date(2026, 1, 2): {}}))
    found = {problem.path: problem.message for problem in caught.value.problems}
    assert found["sites.2026-01-02"] == "the key is a date, not text; put it in quotes"


class Template(dict[str, Any]):
    """A mapping of Ansible, in which reading a value can fail."""

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        if isinstance(value, Exception):
            raise value
        return value


class Templates(list[Any]):
    """A list of Ansible, in which reading an item can fail."""

    def __getitem__(self, index: Any) -> Any:
        value = super().__getitem__(index)
        if isinstance(value, Exception):
            raise value
        return value


NOSUCH = NameError("'nosuch' is undefined")


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("hub", NOSUCH, "hub"),
        ("sites", NOSUCH, "sites"),
        ("client_names", NOSUCH, "client_names"),
        ("sites/dcn0", NOSUCH, "sites.dcn0"),
        ("sites/central/ceph", NOSUCH, "sites.central.ceph"),
        ("sites/dcn0/stores", NOSUCH, "sites.dcn0.stores"),
        ("sites/dcn0/colour", NOSUCH, "sites.dcn0.colour"),
        ("sites/dcn1/stores/dcn1/type", NOSUCH, "sites.dcn1.stores.dcn1.type"),
        ("sites/dcn1/stores/dcn1/options", Template(weight=NOSUCH), "sites.dcn1.stores.dcn1.options.weight"),
        ("sites/dcn0/glance/import", {"methods": Templates([NOSUCH])}, "sites.dcn0.glance.import.methods[0]"),
        ("sites/dcn0/nova", {"options": {"a": {"b": Templates([NOSUCH])}}}, "sites.dcn0.nova.options.a.b"),
    ],
)
def test_an_undefined_variable_is_one_problem(base: dict[str, Any], path: str, value: Any, where: str) -> None:
    *parents, last = path.split("/")
    node = base
    for key in parents:
        node = node[key]
    node[last] = value

    def as_ansible(data: Any) -> Any:
        if isinstance(data, dict) and not isinstance(data, Template):
            return Template({key: as_ansible(item) for key, item in data.items()})
        return data

    with pytest.raises(InputErrors) as caught:
        parse(as_ansible(base))
    problems = [(problem.path, problem.message) for problem in caught.value.problems]
    assert problems == [(where, "cannot be evaluated: 'nosuch' is undefined")]
    assert parse_partially(json.loads(json.dumps(plain(as_ansible(base))))).problems == caught.value.problems


def test_the_text_of_another_error_is_not_shown() -> None:
    found = plain(Template(password=ValueError("could not convert 'hush'")))
    assert found == {"password": {PROBLEM: "cannot be evaluated: it has an error (ValueError)"}}


def test_an_undefined_variable_of_a_secret_is_named(base: dict[str, Any]) -> None:
    options = Template(s3_store_secret_key=NameError("'vault_key' is undefined"))
    base["sites"]["dcn1"]["stores"]["s"] = {"type": "s3", "options": options}
    found = [(finding.path, finding.message) for finding in examine(base).findings if finding.rule == "syntax"]
    assert found == [
        ("sites.dcn1.stores.s.options.s3_store_secret_key", "cannot be evaluated: 'vault_key' is undefined")
    ]


def test_a_topology_that_cannot_be_read_at_all() -> None:
    with pytest.raises(InputErrors, match="dcn_topology: cannot be evaluated"):
        parse({PROBLEM: "cannot be evaluated: 'x' is undefined"})


def test_endless_data_is_not_followed() -> None:
    endless: list[Any] = []
    endless.append({"a": endless})
    assert plain(endless)
