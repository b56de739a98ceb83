# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options, diffs without secrets, and values that no message may contain."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.input import parse_allow_recreate, parse_files
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import (
    config_secrets,
    config_texts,
    hidden_values,
    spec_diff,
    yaml_lines,
)
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.target import compare_answer
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask

ALLOWED = [
    (True, True),
    (False, False),
    (None, False),
    ("yes", True),
    ("False", False),
    ("", False),
    (["central"], ("central",)),
    ([], ()),
    ("central, dcn0", ("central", "dcn0")),
]


@pytest.mark.parametrize(("value", "expected"), ALLOWED)
def test_allow_recreate_is_a_boolean_or_names(value: Any, expected: Any) -> None:
    assert parse_allow_recreate(value) == expected


def test_invalid_files_are_reported_with_their_paths() -> None:
    wrong: dict[str, Any] = {
        "a": "x",
        "b": [{"clients": []}],
        "c": [{"cluster": "c", "clients": ["x"]}],
        "d": [{"cluster": "c", "state": "absent"}],
    }
    with pytest.raises(InputErrors) as caught:
        parse_files(wrong)
    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["files.a", "files.b[0]", "files.c[0].clients", "files.d[0].state"]
    assert parse_files({"a": [{"cluster": "c"}]}) == {"a": [{"cluster": "c", "clients": []}]}


ODD = {
    "numbers": {"int": 3, "text": "3", "float": "1.5", "version": "1.2.3"},
    "words": ["yes", "no", "null", "on", "~", "", "-", "a: b", "a #b", "{{ .X }}", "10G", "1 0 * * *", "*/30 * * * *"],
    "truth": [True, False, None],
    "empty": {"list": [], "map": {}, "text": ""},
    "nested": [[{"a": [1]}], []],
    "text": "one\n\n  two\n",
    "open": "one\ntwo",
}


def test_shown_lines_are_yaml_of_the_same_content() -> None:
    content = {key: value for key, value in ODD.items() if key != "nested"}
    assert yaml.safe_load("\n".join(yaml_lines(content)) + "\n") == content


CONFIG = "[a]\nswift_store_key = {key}\nplain = {plain}\nurl = http://u:{key}@host/\n"


def part(key: str, plain: str) -> dict[str, Any]:
    return {"spec": {"glanceAPIs": {"central": {"customServiceConfig": CONFIG.format(key=key, plain=plain)}}}}


def test_a_diff_marks_a_changed_secret_and_hides_its_value() -> None:
    shown = spec_diff("x", part("oldsecret", "1"), part("newsecret", "2"))["prepared"]
    assert "secret" not in shown.replace("x", "")
    assert "-        swift_store_key = ******** (old)\n" in shown
    assert "+        swift_store_key = ******** (new)\n" in shown
    assert "-        plain = 1\n" in shown and "+        plain = 2\n" in shown
    assert "http://u:********@host/" in shown
    assert spec_diff("x", part("same", "1"), part("same", "1"))["prepared"] == ""


def test_secrets_of_nested_configurations_are_found() -> None:
    found = [secret for text in config_texts([part("key-of-swift", "1")]) for secret in config_secrets(text)]
    assert found == ["key-of-swift"]
    assert config_secrets("no configuration") == set()
    assert (
        list(yaml_lines({"customServiceConfig": "password secret"}))[1]
        == "  (not shown: oslo.config cannot parse this text)"
    )


def test_hidden_values_are_those_behind_the_mask() -> None:
    data = {
        "operators": {"secret_name": "ceph-conf-files"},
        "sites": {"a": {"stores": {"s": {"options": {"swift_store_key": "k3y-of-swift", "x": "plain"}}}}},
        "list": [{"options": {"url": "http://user:pass-word@host"}}],
    }
    shown = mask(data)
    assert hidden_values(data, shown) == {"k3y-of-swift", "pass-word"}
    assert shown["operators"] == {"secret_name": "ceph-conf-files"}
    assert "k3y" not in str(shown) and "pass-word" not in str(shown)


ANSWERS = [
    # sent, answered, paths of what is lost, how many others
    ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, [], 0),
    ({"a": {"b": 1}}, {"a": {}}, ["spec.a.b"], 0),
    ({"a": {"b": False, "c": "", "d": [], "e": {}}}, {"a": {}}, [], 0),
    ({"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 1}]}, ["spec.a[0].c"], 0),
    ({"a": 1}, {"a": 2}, [], 1),
    ({"a": [1]}, {"a": [1, 2]}, [], 1),
]


@pytest.mark.parametrize(("sent", "answer", "lost", "other"), ANSWERS)
def test_dropped_and_changed_fields_of_an_answer(sent: Any, answer: Any, lost: list[str], other: int) -> None:
    problems, sentences = compare_answer(sent, answer, "spec")
    assert [problem.path for problem in problems] == lost
    assert len(sentences) == other
