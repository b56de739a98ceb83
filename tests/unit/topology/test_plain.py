# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules and filters read the same values, in whatever types YAML and Ansible give them."""

from __future__ import annotations

import datetime
import json
from typing import Any, Callable

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.plain import plain

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
    assert found["sites.'a date'"] == "the key is a date, not text; put it in quotes"


def test_endless_data_is_not_followed() -> None:
    endless: list[Any] = []
    endless.append({"a": endless})
    assert plain(endless)
