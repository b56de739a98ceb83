# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that the parser refuses, with the path and the message."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse

Changed = Callable[..., dict[str, Any]]

#: (path to change, value, path of the problem, part of its text)
REFUSED: list[tuple[str, Any, str, str]] = [
    # keys
    ("hubb", "x", "hubb", "is not a known key; did you mean 'hub'?"),
    ("sites/dcn0/cehp", {}, "sites.dcn0.cehp", "did you mean 'ceph'?"),
    ("sites/dcn0/ceph/pool", "x", "sites.dcn0.ceph.pool", "did you mean 'pools'?"),
    ("sites/dcn0/ceph/pools", {"image": "x"}, "sites.dcn0.ceph.pools.image", "did you mean 'images'?"),
    ("sites/dcn1/stores/dcn1/option", {}, "sites.dcn1.stores.dcn1.option", "did you mean 'options'?"),
    ("sites/dcn0/glance/endpiont", "x", "sites.dcn0.glance.endpiont", "did you mean 'endpoint'?"),
    ("sites/dcn0/glance/import", {"method": []}, "sites.dcn0.glance.import.method", "did you mean 'methods'?"),
    ("sites/dcn0/nova", {"snapshots": "clone"}, "sites.dcn0.nova.snapshots", "it must be one of direct, upload"),
    ("sites/dcn0/nova", {"option": {}}, "sites.dcn0.nova.option", "did you mean 'options'?"),
    ("client_names", {"swift": "x"}, "client_names.swift", "Known here: glance, nova, cinder"),
    # the hub
    ("hub", "centrl", "hub", "'centrl' is not one of the sites; did you mean 'central'?"),
    ("hub", None, "hub", "is missing"),
    ("hub", 5, "hub", "must be text, not a number (5); put it in quotes"),
    ("sites/central/stores", {}, "sites.central.stores", "the hub needs a store"),
    ("sites/central", {}, "sites.central", "is the hub and has no store"),
    ("hub", "edge", "sites.edge", "is the hub and has no store"),
    # sites
    ("sites", None, "sites", "is missing"),
    ("sites", ["central"], "sites", "must be a mapping, not a list"),
    ("sites/dcn0", None, "sites.dcn0", "set it to {} for a site without storage and settings"),
    ("sites/dcn0", "x", "sites.dcn0", "must be a mapping, not text ('x')"),
    ("sites/a b", {}, "sites.'a b'", "the name of a site consists of"),
    ("sites/-a", {}, "sites.-a", "the name of a site consists of"),
    ("sites/17", {}, "sites.17", "YAML reads this key as a number"),
    ("sites/true", {}, "sites.true", "YAML reads this key as a number, a boolean"),
    ("sites/nova", {}, "sites.nova", "is the name of a section of cinder.conf"),
    ("sites/DCN0", {}, "sites.DCN0", "is taken by sites.dcn0"),
    ("sites/dcn0/availability_zone", "a:b", "sites.dcn0.availability_zone", "letters, digits, blanks"),
    ("sites/dcn0/labels", ["north"], "sites.dcn0.labels", "must be a mapping"),
    ("sites/dcn0/labels", {"region": ""}, "sites.dcn0.labels.region", "cannot be used as a value"),
    ("sites/dcn0/labels", {"region": None}, "sites.dcn0.labels.region", "cannot be used as a value"),
    ("sites/dcn0/labels", {"a b": "c"}, "sites.dcn0.labels.'a b'", "cannot be used as a label"),
    ("sites/dcn0/availability_zone", 7, "sites.dcn0.availability_zone", "must be text"),
    # caches
    ("sites/dcn0/glance/cache", None, "sites.dcn0.glance.cache", "set it to {} for a cache with all defaults"),
    ("sites/dcn0/glance/cache", {"size": 1}, "sites.dcn0.glance.cache.size", "did you mean 'max_size'?"),
    ("sites/dcn0/glance/cache", {"max_size": "much"}, "sites.dcn0.glance.cache.max_size", "such as 10G or 20Gi"),
    ("sites/dcn0/glance/cache", {"max_size": 0}, "sites.dcn0.glance.cache.max_size", "0 cannot be used"),
    ("sites/dcn0/glance/cache", {"max_size": "1m"}, "sites.dcn0.glance.cache.max_size", "'1m' cannot be used"),
    ("sites/dcn0/glance/cache", {"max_size": [1]}, "sites.dcn0.glance.cache.max_size", "must be a size, not a list"),
    ("sites/dcn0/glance/cache", {"directory": "/"}, "sites.dcn0.glance.cache.directory", "below another directory"),
    ("sites/dcn0/glance/cache", {"driver": "db"}, "sites.dcn0.glance.cache.driver", "one of centralized_db, sqlite"),
    (
        "sites/dcn0/glance/cache",
        {"stall_time": "1h"},
        "sites.dcn0.glance.cache.stall_time",
        "a whole number of seconds",
    ),
    ("sites/dcn0/glance/cache", {"prefetch": "a"}, "sites.dcn0.glance.cache.prefetch", "must be a list"),
    ("sites/dcn0/glance/cache", {"prefetch": ["a", 1]}, "sites.dcn0.glance.cache.prefetch[1]", "the name or the id"),
    ("sites/dcn0/glance/cache", {"prefetch": ["a", "a"]}, "sites.dcn0.glance.cache.prefetch[1]", "in the list twice"),
    # clusters
    ("sites/dcn0/ceph", None, "sites.dcn0.ceph", "set it to {} for a cluster with all defaults"),
    ("sites/dcn0/ceph", True, "sites.dcn0.ceph", "must be a mapping, not a boolean (true)"),
    ("sites/dcn0/ceph/cluster", "dcn-0", "sites.dcn0.ceph.cluster", "letters and digits only"),
    ("sites/dcn0/ceph/cluster", 0, "sites.dcn0.ceph.cluster", "must be text"),
    ("sites/dcn0/ceph/cluster", "central", "sites.dcn0.ceph.cluster", "is taken by sites.central.ceph.cluster"),
    ("sites/dcn0/ceph/cluster", "CENTRAL", "sites.dcn0.ceph.cluster", "is taken by sites.central.ceph.cluster"),
    ("sites/dcn-2", {"ceph": {}}, "sites.dcn-2.ceph.cluster", "the name of the site cannot be used ('dcn-2')"),
    ("sites/dcn0/ceph/fsid", "1234", "sites.dcn0.ceph.fsid", "'1234' cannot be used: an fsid looks like"),
    ("sites/dcn0/ceph/fsid", 12, "sites.dcn0.ceph.fsid", "must be text"),
    ("sites/dcn0/ceph/mon_host", "a b;c", "sites.dcn0.ceph.mon_host", "the start of a comment"),
    ("sites/dcn0/ceph/mon_host", ["a"], "sites.dcn0.ceph.mon_host", "must be text, not a list"),
    ("sites/dcn0/ceph/pools/images", "a b", "sites.dcn0.ceph.pools.images", "the name of a pool"),
    ("sites/dcn0/ceph/pools/vms", "x,pool=y", "sites.dcn0.ceph.pools.vms", "the name of a pool"),
    ("sites/dcn0/ceph/options", {"fsid": "x"}, "sites.dcn0.ceph.options.fsid", "use `ceph.fsid`"),
    ("sites/dcn0/ceph/options", {"keyring": "x"}, "sites.dcn0.ceph.options.keyring", "cannot be set here"),
    ("sites/dcn0/ceph/options", {"a b": "x"}, "sites.dcn0.ceph.options.'a b'", "is not the name of an option"),
    ("sites/dcn0/ceph/options", {"a": "x\ny"}, "sites.dcn0.ceph.options.a", "line break"),
    ("sites/dcn0/ceph/options", {"a": []}, "sites.dcn0.ceph.options.a", "not a list"),
    ("sites/dcn0/ceph/options", {"a": "/var/log/a#b"}, "sites.dcn0.ceph.options.a", "Ceph would read another value"),
    ("sites/dcn0/ceph/options", {"a": "x;y"}, "sites.dcn0.ceph.options.a", "Ceph would read another value"),
    ("sites/dcn0/ceph/options", {"a": "x\\"}, "sites.dcn0.ceph.options.a", "cannot be written to the file"),
    ("sites/dcn0/ceph/options", {"a": "'x"}, "sites.dcn0.ceph.options.a", "cannot be written to the file"),
    ("sites/dcn0/ceph/options", {"a": ""}, "sites.dcn0.ceph.options.a", "is empty"),
    ("sites/dcn0/ceph/options", {"key": "AQhush=="}, "sites.dcn0.ceph.options.key", "every user can read the conf"),
    ("sites/dcn0/ceph/options", {"Key": "AQhush=="}, "sites.dcn0.ceph.options.Key", "every user can read the conf"),
    ("sites/dcn0/ceph/options", {"keyfile": "/k"}, "sites.dcn0.ceph.options.keyfile", "writes keys to keyrings"),
    ("sites/dcn0/ceph/options", {"mon-host": "x"}, "sites.dcn0.ceph.options.mon-host", "use `ceph.mon_host`"),
    ("sites/dcn0/ceph/options", {"rgw_password": "x"}, "sites.dcn0.ceph.options.rgw_password", "it is a secret"),
    *[
        ("sites/dcn0/ceph/options", {name: value}, f"sites.dcn0.ceph.options.{name}", "must be a number of seconds")
        for name in ("client_mount_timeout", "rados_mon_op_timeout")
        for value in ("ten", -1, "", True, "10s")
    ],
    ("sites/dcn0/ceph/mon_host", "10.0.0.1/24", "sites.dcn0.ceph.mon_host", "is a network"),
    ("sites/dcn0/ceph/mon_host", "10.0.0.1:6789/24", "sites.dcn0.ceph.mon_host", "is not an address"),
    ("sites/dcn0/ceph/mon_host", "v2:10.0.0.1:3300/0,127.0.0.1", "sites.dcn0.ceph.mon_host", "loopback"),
    ("sites/dcn0/ceph/mon_host", "[::1]:6789", "sites.dcn0.ceph.mon_host", "loopback"),
    ("sites/dcn0/ceph/mon_host", "localhost", "sites.dcn0.ceph.mon_host", "loopback"),
    ("sites/dcn0/ceph/mon_host", "0.0.0.0", "sites.dcn0.ceph.mon_host", "loopback"),
    # stores
    ("sites/dcn1/stores", None, "sites.dcn1.stores", "set it to {} for a site without stores"),
    ("sites/dcn1/stores", ["dcn1"], "sites.dcn1.stores", "must be a mapping, not a list"),
    ("sites/dcn1/stores/dcn1", None, "sites.dcn1.stores.dcn1", "set at least its `type`"),
    ("sites/dcn1/stores/dcn1", {}, "sites.dcn1.stores.dcn1.type", "is missing; it must be one of file, http, rbd"),
    ("sites/dcn1/stores/dcn1/type", "rdb", "sites.dcn1.stores.dcn1.type", "'rdb' is not one of file, http, rbd"),
    ("sites/dcn1/stores/dcn1/type", "rdb", "sites.dcn1.stores.dcn1.type", "did you mean 'rbd'?"),
    ("sites/dcn1/stores/dcn1/type", "RBD", "sites.dcn1.stores.dcn1.type", "did you mean 'rbd'?"),
    ("sites/dcn1/stores/dcn1/type", "ceph", "sites.dcn1.stores.dcn1.type", "did you mean 'rbd'?"),
    ("sites/dcn1/stores/dcn1/type", "filesystem", "sites.dcn1.stores.dcn1.type", "did you mean 'file'?"),
    ("sites/dcn1/stores/dcn1/type", "vmware", "sites.dcn1.stores.dcn1.type", "cannot use it next to other stores"),
    ("sites/dcn1/stores/dcn1/type", ["rbd"], "sites.dcn1.stores.dcn1.type", "a list is not one of"),
    ("sites/dcn1/stores/dcn1/default", "yes", "sites.dcn1.stores.dcn1.default", "must be true or false, not text"),
    ("sites/dcn1/stores/dcn1/default", 1, "sites.dcn1.stores.dcn1.default", "must be true or false, not a number"),
    ("sites/dcn1/stores/dcn1/default", False, "sites.dcn1.stores", "no store has `default: true`"),
    ("sites/central/stores/archive/default", True, "sites.central.stores", "2 stores (central, archive) have"),
    ("sites/central/stores/central/default", False, "sites.central.stores", "no store has"),
    ("sites/dcn1/stores/dcn1/description", "a\nb", "sites.dcn1.stores.dcn1.description", "one line of text"),
    ("sites/dcn1/stores/dcn1/description", 5, "sites.dcn1.stores.dcn1.description", "one line of text"),
    ("sites/dcn1/stores/dcn1/pool", "a b", "sites.dcn1.stores.dcn1.pool", "the name of a pool"),
    ("sites/central/stores/archive/pool", "x", "sites.central.stores.archive.pool", "is for rbd stores only"),
    ("sites/edge/stores", {"e": {"type": "rbd"}}, "sites.edge.stores.e.type", "the site has no `ceph`"),
    ("sites/dcn1/stores/os_glance_x", {"type": "s3"}, "sites.dcn1.stores.os_glance_x", "starts with os_glance_"),
    ("sites/dcn1/stores/OS_GLANCE_x", {"type": "s3"}, "sites.dcn1.stores.OS_GLANCE_x", "starts with os_glance_"),
    ("sites/dcn1/stores/DEFAULT", {"type": "s3"}, "sites.dcn1.stores.DEFAULT", "a section of glance-api.conf"),
    ("sites/dcn1/stores/database", {"type": "s3"}, "sites.dcn1.stores.database", "a section of glance-api.conf"),
    ("sites/dcn1/stores/wsgi", {"type": "s3"}, "sites.dcn1.stores.wsgi", "a section of glance-api.conf"),
    ("sites/dcn1/stores/17", {"type": "s3"}, "sites.dcn1.stores.17", "is read by YAML as a number"),
    ("sites/dcn1/stores/_x", {"type": "s3"}, "sites.dcn1.stores._x", "is not a store id"),
    ("sites/dcn1/stores/a.b", {"type": "s3"}, "sites.dcn1.stores.a.b", "is not a store id"),
    ("sites/dcn1/stores/central", {"type": "s3"}, "sites.dcn1.stores.central", "by sites.central.stores.central"),
    ("sites/dcn1/stores/Archive", {"type": "s3"}, "sites.dcn1.stores.Archive", "by sites.central.stores.archive"),
    ("sites/task", {"ceph": {}}, "sites.task.stores", "'task' is the name of a section of glance-api.conf"),
    # options of stores
    ("sites/dcn1/stores/dcn1/options", "x", "sites.dcn1.stores.dcn1.options", "must be a mapping, not text"),
    (
        "sites/dcn1/stores/dcn1/options",
        {"rbd_store_chunk_size": "eight"},
        "sites.dcn1.stores.dcn1.options.rbd_store_chunk_size",
        "must be a whole number, without a unit and without a comment after it, not 'eight'",
    ),
    (
        "sites/dcn1/stores/dcn1/options",
        {"rbd_store_chunk_size": True},
        "sites.dcn1.stores.dcn1.options.rbd_store_chunk_size",
        "must be a number, not a boolean",
    ),
    (
        "sites/dcn1/stores/dcn1/options",
        {"rbd_store_chunk_size": 0},
        "sites.dcn1.stores.dcn1.options.rbd_store_chunk_size",
        "must be 1 or more, not 0",
    ),
    (
        "sites/dcn1/stores/dcn1/options",
        {"rbd_thin_provisioning": "maybe"},
        "sites.dcn1.stores.dcn1.options.rbd_thin_provisioning",
        "must be true or false, not 'maybe'",
    ),
    (
        "sites/central/stores/archive/options",
        {"swift_store_endpoint_type": "internalUrl"},
        "sites.central.stores.archive.options.swift_store_endpoint_type",
        "did you mean 'internalURL'?",
    ),
    (
        "sites/central/stores/archive/options",
        {"swift_store_container": {"a": 1}},
        "sites.central.stores.archive.options.swift_store_container",
        "not a mapping",
    ),
    # glance
    ("sites/dcn0/glance", [], "sites.dcn0.glance", "must be a mapping, not a list"),
    ("sites/central/glance", {"enabled": False}, "sites.central.glance.enabled", "the hub needs a Glance"),
    ("sites/dcn0/glance/enabled", "no", "sites.dcn0.glance.enabled", "must be true or false"),
    ("sites/dcn0/glance/enabled", False, "sites.dcn0.glance.endpoint", "has no effect"),
    ("sites/dcn0/glance", {"enabled": False, "weight": {}}, "sites.dcn0.glance.weight", "did you mean 'weights'?"),
    ("sites/dcn0/glance/endpoint", "dcn0:9292", "sites.dcn0.glance.endpoint", "is not a URL"),
    ("sites/dcn0/glance/endpoint", 9292, "sites.dcn0.glance.endpoint", "must be text, not a number"),
    ("sites/dcn0/glance/import", {"methods": "copy-image"}, "sites.dcn0.glance.import.methods", "must be a list"),
    (
        "sites/dcn0/glance/import",
        {"methods": ["copy_image"]},
        "sites.dcn0.glance.import.methods[0]",
        "did you mean 'copy-image'?",
    ),
    (
        "sites/dcn0/glance/import",
        {"methods": ["copy-image", "copy-image"]},
        "sites.dcn0.glance.import.methods[1]",
        "is in the list twice",
    ),
    (
        "sites/dcn0/glance/import",
        {"plugins": {"image_convertion": {}}},
        "sites.dcn0.glance.import.plugins.image_convertion",
        "did you mean 'image_conversion'?",
    ),
    (
        "sites/dcn0/glance/import",
        {"plugins": {"image_conversion": {"output_format": "iso"}}},
        "sites.dcn0.glance.import.plugins.image_conversion.output_format",
        "must be one of raw, qcow2, vmdk, not 'iso'",
    ),
    (
        "sites/dcn0/glance/import",
        {"plugins": {"image_conversion": {"format": "raw"}}},
        "sites.dcn0.glance.import.plugins.image_conversion.format",
        "did you mean 'output_format'?",
    ),
    *[
        (
            "sites/dcn0/glance/import",
            {"plugins": {"inject_image_metadata": {"inject": value}}},
            "sites.dcn0.glance.import.plugins.inject_image_metadata.inject",
            text,
        )
        for value, text in (
            ({"os": "linux,unix"}, "has a comma in the value of 'os'"),
            ({"a,b": "x"}, "has the name 'a,b'"),
            ({"a:b": "x"}, "has the name 'a:b'"),
            ({"": "x"}, "has the name ''"),
            ("os", "has an entry without a colon"),
            ("a:1,b", "has an entry without a colon"),
            ("a:1,,b:2", "has an empty entry"),
            (":1", "has an entry without a name"),
            ({"a": ["x"]}, "must be text, a number or a boolean, not a list"),
            (["a:1"], "must be text"),
        )
    ],
    (
        "sites/dcn0/glance/import",
        {"plugins": {"image_decompression": {"format": "gz"}}},
        "sites.dcn0.glance.import.plugins.image_decompression.format",
        "No key is known here, so use {}",
    ),
    ("sites/dcn1/stores/dcn1/description", "'", "sites.dcn1.stores.dcn1.description", "cannot be written"),
    ("sites/dcn0/glance/weights", {"x\n": 1}, "sites.dcn0.glance.weights.'x\\n'", "is not the id of a store"),
    ("sites/dcn1/stores/x\n", {"type": "s3"}, "sites.dcn1.stores.'x\\n'", "is not a store id"),
    ("sites/dcn0/glance/weights", {"dcn0": "1"}, "sites.dcn0.glance.weights.dcn0", "must be a whole number"),
    ("sites/dcn0/glance/weights", {"dcn0": True}, "sites.dcn0.glance.weights.dcn0", "must be a whole number"),
    (
        "sites/dcn0/glance/options",
        {"DEFAULT": {"debug": "x"}},
        "sites.dcn0.glance.options.DEFAULT.debug",
        "true or false",
    ),
    (
        "sites/dcn0/glance/options",
        {"DEFAULT": {"workers": -1}},
        "sites.dcn0.glance.options.DEFAULT.workers",
        "0 or more",
    ),
    ("sites/dcn0/glance/options", {"DEFAULT": "x"}, "sites.dcn0.glance.options.DEFAULT", "must be a mapping"),
    ("sites/dcn0/glance/options", {"a]b": {"x": 1}}, "sites.dcn0.glance.options.'a]b'", "the name of a section"),
    ("sites/dcn0/nova/options", {"libvirt": {"a": {}}}, "sites.dcn0.nova.options.libvirt.a", "not a mapping"),
    ("sites/dcn0/cinder/options", {"x": {"a=b": 1}}, "sites.dcn0.cinder.options.x.'a=b'", "the name of an option"),
    ("sites/dcn0/nova/options", {"a": {"b": []}}, "sites.dcn0.nova.options.a.b", "is an empty list"),
    ("sites/dcn0/nova/options", {"a": {"b": "x\x00y"}}, "sites.dcn0.nova.options.a.b", "control character"),
    ("sites/dcn0/nova/options", {"a": {"b": ["x", "y\n"]}}, "sites.dcn0.nova.options.a.b", "use |- instead of |"),
    ("sites/dcn0/nova/options", {"a": {"b": '"'}}, "sites.dcn0.nova.options.a.b", "cannot be written to the file"),
    ("sites/dcn0/glance/options", {"default": {"debug": 1}}, "sites.dcn0.glance.options.default", "is called DEFAULT"),
    ("sites/dcn0/nova/options", {"DEFAULT ": {"a": 1}}, "sites.dcn0.nova.options.'DEFAULT '", "blank"),
    ("sites/dcn0/nova/options", {" libvirt": {"a": 1}}, "sites.dcn0.nova.options.' libvirt'", "blank"),
    # clients
    ("client_names", {"nova": "a", "cinder": "A"}, "client_names.cinder", "is already the name for nova"),
    ("client_names", {"glance": "bootstrap-osd"}, "client_names.glance", "belongs to the Ceph cluster itself"),
    ("client_names", {"glance": "x" * 101}, "client_names.glance", "is longer than 100 characters"),
    ("client_names", ["x"], "client_names", "must be a mapping"),
    ("client_names", {"nova": "glance"}, "client_names.nova", "is already the name for glance"),
    ("client_names", {"glance": "client glance"}, "client_names.glance", "the name of a client"),
]


@pytest.mark.parametrize(("key", "value", "path", "text"), REFUSED)
def test_refused_with_path_and_reason(changed: Changed, key: str, value: Any, path: str, text: str) -> None:
    with pytest.raises(InputErrors) as caught:
        parse(changed(key, value))
    found = {problem.path: problem.message for problem in caught.value.problems}
    assert path in found, f"no problem at {path}: {found}"
    assert text in found[path]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, "dcn_topology: is not set"),
        ([], "dcn_topology: is a list"),
        ("hub", "dcn_topology: is text"),
        (True, "dcn_topology: is a boolean"),
    ],
)
def test_not_even_a_mapping(data: object, text: str) -> None:
    with pytest.raises(InputErrors, match=text):
        parse(data)


def test_an_empty_mapping_names_both_keys() -> None:
    with pytest.raises(InputErrors) as caught:
        parse({})
    assert sorted(problem.path for problem in caught.value.problems) == ["hub", "sites"]


@pytest.mark.parametrize(("key", "shown"), [(1, "1"), (True, "true"), (None, "null"), (("a", "b"), "'a list'")])
def test_keys_that_are_not_text(changed: Changed, key: object, shown: str) -> None:
    with pytest.raises(InputErrors) as caught:
        parse(changed("sites/dcn0", {key: {}}))
    assert f"sites.dcn0.{shown}" in [problem.path for problem in caught.value.problems]


def test_all_problems_at_once(changed: Changed) -> None:
    broken = changed(
        "hub", "nowhere",
        "sites/central/stores/central/type", "rdb",
        "sites/dcn0/ceph/fsid", "x",
        "sites/dcn0/glance/endpoint", "x",
        "sites/dcn1/stores/dcn1/default", "no",
        "sites/edge", None,
        "client_names", {"nova": 3},
    )  # fmt: skip
    with pytest.raises(InputErrors) as caught:
        parse(broken)
    assert [problem.path for problem in caught.value.problems] == [
        "sites.central.stores.central.type",
        "sites.dcn0.ceph.fsid",
        "sites.dcn0.glance.endpoint",
        "sites.dcn1.stores.dcn1.default",
        "sites.edge",
        "client_names.nova",
        "hub",
    ]


def test_one_mistake_is_one_problem(changed: Changed) -> None:
    for key, value, _path, _text in REFUSED:
        with pytest.raises(InputErrors) as caught:
            parse(changed(key, value))
        paths = [problem.path for problem in caught.value.problems]
        assert len(paths) == len(set(paths)), paths
