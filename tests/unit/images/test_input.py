# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as a user writes them: what they mean, and every problem with its path."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._images.data import as_data, from_data
from ansible_collections.dcn.glance.plugins.module_utils._images.input import parse_rules, parse_rules_partially
from ansible_collections.dcn.glance.plugins.module_utils._images.lint import image_findings
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

ID = "2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e"
FILE = {"src": "/srv/a.qcow2", "disk_format": "qcow2"}
TOPOLOGY = parse(
    {
        "hub": "hub",
        "sites": {
            "hub": {
                "ceph": {},
                "labels": {"region": "north"},
                "stores": {
                    "hub": {"type": "rbd", "default": True},
                    "archive": {"type": "file", "options": {"filesystem_store_datadir": "/srv/archive"}},
                    "web": {"type": "http"},
                },
            },
            "edge": {"ceph": {}, "labels": {"region": "north", "tier": 2}, "stores": {"fast": {"type": "rbd"}}},
            "far": {"ceph": {}, "labels": {"region": "south", "gpu": True}},
            "tiny": {},
        },
    }
)


@pytest.mark.parametrize(
    ("where", "stores"),
    [
        ({"sites": "all"}, ("hub", "fast", "far")),
        ({"sites": ["all"]}, ("hub", "fast", "far")),
        ({"sites": ["far", "hub"]}, ("far", "hub")),
        ({"sites": ["tiny"]}, ("hub",)),
        ({"labels": {"region": "north"}}, ("hub", "fast")),
        ({"labels": {"region": "north", "tier": 2}}, ("fast",)),
        ({"labels": {"gpu": True}}, ("far",)),
        ({"sites": ["edge", "far"], "labels": {"region": "north"}}, ("fast",)),
        ({"stores": ["archive", "fast", "archive"]}, ("archive", "fast")),
        ({"stores": "all"}, ("hub", "archive", "fast", "far")),
        ({"sites": ["far"], "stores": ["archive"]}, ("far", "archive")),
        ({"labels": {"region": "south"}, "stores": ["archive"]}, ("far", "archive")),
        ({"min_copies": 2}, ("hub", "fast", "far")),
        ({"min_copies": 1, "stores": ["archive", "fast"]}, ("archive", "fast")),
    ],
)
def test_where(where: dict[str, Any], stores: tuple[str, ...]) -> None:
    (rule,) = parse_rules([{"name": "a", **where}], TOPOLOGY)
    assert (rule.stores, rule.min_copies) == (stores, where.get("min_copies", 0))


ALL = {"sites": "all"}
#: (rule, path below dcn_images[0], part of the message)
REFUSED: list[tuple[Any, str, str]] = [
    ("debian", "", "must be a mapping, not text"),
    ({**ALL}, "", "selects no image; set at least one of id, name, tag, property"),
    ({"name": "a"}, "", "says nowhere to place images; set at least one of sites, labels"),
    ({"name": 12, **ALL}, ".name", "must be text, not a number (12)"),
    ({"name": " ", **ALL}, ".name", "must not be empty"),
    ({"id": "12", **ALL}, ".id", "'12' is not the id of an image"),
    ({"tag": "a", "os_hidden": "no", **ALL}, ".os_hidden", "must be true or false"),
    ({"property": {"a": []}, **ALL}, ".property.a", "must be text, not a list"),
    ({"name": "a", "sites": ["edeg"]}, ".sites", "did you mean 'edge'?"),
    ({"name": "a", "sites": "edge"}, ".sites", "must be a list of names or the word all"),
    ({"name": "a", "sites": []}, ".sites", "is empty; name at least one, or write all"),
    ({"name": "a", "sites": ["all", "edge"]}, ".sites[0]", "all cannot be combined with names"),
    ({"name": "a", "sites": [1]}, ".sites[0]", "must be text, not a number"),
    ({"name": "a", "stores": ["web"]}, ".stores", "'web' is not one of the stores that can be written"),
    ({"name": "a", "labels": {"region": "est"}}, ".labels", "no site has all of region=est; sites have region=north"),
    ({"name": "a", "labels": {}}, ".labels", "is empty"),
    ({"name": "a", "labels": {"region": None}}, ".labels.region", "must be the value of a label"),
    ({"name": "a", "sites": ["far"], "labels": {"region": "north"}}, ".labels", "no site of `sites` has all of"),
    ({"name": "a", "min_copies": 4}, ".min_copies", "is 4, but there are only 3 stores"),
    ({"name": "a", "min_copies": 0}, ".min_copies", "must be a whole number from 1 on"),
    ({"name": "a", "elsewhere": "drop", **ALL}, ".elsewhere", "it must be one of keep, remove"),
    ({"name": "a", "site": ["edge"], **ALL}, ".site", "is not a known key; did you mean 'sites'?"),
    ({"name": "a", "version": "2", **ALL}, ".version", "has no effect without `source`"),
    ({"name": "a", "old": "hide", **ALL}, ".old", "has no effect without `source`"),
    ({"name": "a", "tag": "b", "source": FILE, **ALL}, ".tag", "cannot be combined with `source`"),
    ({"name": ID, "source": FILE, **ALL}, ".name", "must not look like an id"),
    ({"name": "a", "source": FILE, "old": "delete", **ALL}, ".old", "nothing tells a new version"),
    ({"name": "a", "source": None, **ALL}, ".source", "is empty; set uri or src"),
    ({"name": "a", "source": {"disk_format": "raw"}, **ALL}, ".source", "set either uri"),
    ({"name": "a", "source": {**FILE, "uri": "http://a/b"}, **ALL}, ".source", "set either uri"),
    ({"name": "a", "source": {"src": "/a"}, **ALL}, ".source.disk_format", "is required"),
    ({"name": "a", "source": {"uri": "a", "disk_format": "raw"}, **ALL}, ".source.uri", "is not an http or https URL"),
    ({"name": "a", "source": {**FILE, "checksum": "md5:1"}, **ALL}, ".source.checksum", "ALGORITHM:HEXDIGEST"),
    ({"name": "a", "source": {**FILE, "tags": "b"}, **ALL}, ".source.tags", "must be a list of names, not text"),
    ({"name": "a", "source": {**FILE, "size": 0}, **ALL}, ".source.size", "must be a whole number from 1 on"),
    ({"name": "a", "source": {**FILE, "properties": {"name": 1}}, **ALL}, ".source.properties.name", "reserved"),
]


@pytest.mark.parametrize(("rule", "path", "text"), REFUSED)
def test_refused_with_path_and_reason(rule: Any, path: str, text: str) -> None:
    _rules, (problem,) = parse_rules_partially([rule], TOPOLOGY)
    assert problem.path == f"dcn_images[0]{path}"
    assert text in problem.message


def test_problems_of_all_rules_at_once() -> None:
    rules = [{"name": "a", "sites": ["x", "y"]}, {"name": "b", **ALL}, {"nam": "c"}, 7]
    with pytest.raises(InputErrors) as caught:
        parse_rules(rules, TOPOLOGY)
    paths = [problem.path for problem in caught.value.problems]
    assert paths == [
        *["dcn_images[0].sites"] * 2,
        "dcn_images[2]",
        "dcn_images[2]",
        "dcn_images[2].nam",
        "dcn_images[3]",
    ]


def test_a_source_needs_the_name_of_its_image() -> None:
    _rules, problems = parse_rules_partially([{"tag": "a", "source": FILE, **ALL}], TOPOLOGY)
    assert [str(problem) for problem in problems] == [
        "dcn_images[0].name: is required with `source`: it is the name of the new image",
        "dcn_images[0].tag: cannot be combined with `source`, which imports the image by its name",
    ]


def test_one_source_for_each_name() -> None:
    rule = {"name": "a", "source": FILE, **ALL}
    _rules, (problem,) = parse_rules_partially([rule, rule], TOPOLOGY)
    assert str(problem) == "dcn_images[1].source: image 'a' has a source in dcn_images[0] already"


@pytest.mark.parametrize("data", ["all", {"name": "a"}, None])
def test_not_even_a_list(data: object) -> None:
    _rules, (problem,) = parse_rules_partially(data, TOPOLOGY)
    assert problem.path == "dcn_images"


@pytest.mark.parametrize(
    "rule",
    [
        {"id": ID.upper(), **ALL},
        {"property": {"image_type": "snapshot", "hw_boot_menu": True}, "os_hidden": False, "owner": "p", **ALL},
        {"tag": "gold", "min_copies": 2, "elsewhere": "remove"},
        {
            "name": "a",
            "source": {**FILE, "checksum": "md5:" + "A" * 32, "tags": ["b"]},
            "old": "delete",
            **ALL,
        },
        {"name": "a", "source": {"uri": "https://h/a", "disk_format": "raw"}, "version": "12.7", **ALL},
    ],
)
def test_plain_data_and_back(rule: dict[str, Any]) -> None:
    rules = parse_rules([rule], TOPOLOGY)
    assert [from_data(as_data(item)) for item in rules] == list(rules)


def test_a_password_in_a_url_is_in_no_finding() -> None:
    source = {"uri": "ftp://user:pass%20word@h/a", "disk_format": "raw"}
    (finding,) = image_findings([{"name": "a", "source": source, **ALL}], TOPOLOGY)
    assert "not an http or https URL" in finding.message
    assert "pass" not in str(finding)


def test_without_a_topology_only_the_rest_is_checked() -> None:
    (finding,) = image_findings([{"name": "a", "sites": ["nowhere"], "elsewhere": "x"}], None)
    assert finding.path == "dcn_images[0].elsewhere"
