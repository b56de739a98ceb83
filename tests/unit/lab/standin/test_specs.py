# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who inherits what, what the webhooks would add and refuse, and where extra mounts go."""

from __future__ import annotations

from typing import Any

import pytest
from standin.mounts import propagated
from standin.names import api_names, glance_name, labels, set_name
from standin.settings import Settings
from standin.specs import apis_of, glance_of
from standin.webhook import defaulted, refusals

VERSION = {
    "status": {
        "containerImages": {"glanceAPIImage": "image:1"},
        "serviceDefaults": {"glanceWsgi": "true", "glanceLocationAPI": "false"},
    }
}


def glance(plane: dict[str, Any]) -> dict[str, Any]:
    found = glance_of(plane, plane["spec"]["glance"]["template"], VERSION)
    found["metadata"].update(uid="g-1", generation=1)
    return found


def apis(plane: dict[str, Any]) -> dict[str, Any]:
    found = glance(plane)
    return {api["metadata"]["name"]: api for api in apis_of(found, found["spec"], Settings().database_host)}


@pytest.mark.parametrize(
    ("kind", "names", "sets"),
    [
        (
            "split",
            ["glance-k-external", "glance-k-internal"],
            ["glance-k-external-api", "glance-k-internal-api"],
        ),
        ("single", ["glance-k-single"], ["glance-k-single"]),
        ("edge", ["glance-k-edge"], ["glance-k-edge-api"]),
    ],
)
def test_names(kind: str, names: list[str], sets: list[str]) -> None:
    found = api_names("glance", "k", {"type": kind})
    assert [name for name, _spec in found] == names
    objects = [{"metadata": {"name": name}, "spec": {"apiType": api_type}} for name, api_type in found]
    assert [set_name(api) for api in objects] == sets


def test_name_of_the_glance(make_plane: Any) -> None:
    plane = make_plane()
    assert glance_name(plane) == "glance"
    plane["spec"]["glance"]["uniquePodNames"] = True
    assert glance_name(plane) == "glance-abcde"
    plane["spec"]["glance"]["serviceName"] = "glance-12345"
    assert glance_name(plane) == "glance-12345"


def test_labels_say_glance_whatever_the_glance_is_called(make_plane: Any) -> None:
    plane = make_plane()
    plane["spec"]["glance"].update(uniquePodNames=True, serviceName="glance-12345")
    assert labels(apis(plane)["glance-12345-far-edge"]) == {
        "service": "glance",
        "component": "glance-api",
        "glanceAPI": "glance-far-edge",
        "owner": "glance-12345-far-edge",
    }


def test_a_glance_inherits_from_its_control_plane(make_plane: Any) -> None:
    plane = make_plane(extraMounts=[{"name": "own"}], secret="", databaseInstance="")
    plane["spec"].update(extraMounts=[{"name": "outer"}], nodeSelector={"a": "b"})
    spec = glance(plane)["spec"]
    assert [entry["name"] for entry in spec["extraMounts"]] == ["own", "outer"]
    assert (spec["secret"], spec["databaseInstance"]) == ("osp-secret", "openstack")
    assert (spec["storage"]["storageClass"], spec["nodeSelector"]) == ("local", {"a": "b"})
    services = spec["glanceAPIs"]["far"]["override"]["service"]
    assert list(services) == ["internal"]
    assert services["internal"]["metadata"]["labels"]["tlGlanceAPI"] == "glance-far-edge"


@pytest.mark.parametrize(
    ("top", "own", "storage"),
    [
        ({"storageRequest": "10G"}, {}, {"storageRequest": "10G"}),
        ({"storageRequest": "10G"}, {"storageRequest": "20G"}, {"storageRequest": "20G"}),
        # The trap: an own request under an external that the webhook wrote above it.
        ({"external": True}, {"storageRequest": "20G"}, {"external": True, "storageRequest": "20G"}),
        ({"external": True, "storageRequest": "1G"}, {"external": False}, {"external": True, "storageRequest": "1G"}),
    ],
)
def test_storage(make_plane: Any, top: dict[str, Any], own: dict[str, Any], storage: dict[str, Any]) -> None:
    found = apis(make_plane(storage=top, glanceAPIs={"k": {"type": "edge", "storage": own}}))
    assert found["glance-k-edge"]["spec"]["storage"] == {"storageClass": "local", **storage}


def test_configuration_is_inherited_whole_or_not_at_all(make_plane: Any) -> None:
    keys = {"a": {"type": "edge"}, "b": {"type": "edge", "customServiceConfig": "[b]\n"}}
    found = apis(make_plane(customServiceConfig="[top]\n", glanceAPIs=keys))
    assert found["glance-a-edge"]["spec"]["customServiceConfig"] == "[top]\n"
    assert found["glance-b-edge"]["spec"]["customServiceConfig"] == "[b]\n"


def test_only_the_registered_key_is_marked(make_plane: Any) -> None:
    marked = [name for name, api in apis(make_plane()).items() if "keystoneEndpoint" in api["metadata"]["annotations"]]
    assert marked == ["glance-hub-external", "glance-hub-internal"]


def test_defaults_of_the_webhook() -> None:
    found = defaulted({})
    assert found["storage"] == {"external": True}
    assert found["glanceAPIs"]["default"]["replicas"] == 0
    assert found["keystoneEndpoint"] == "default"
    assert found["dbPurge"]["schedule"]
    kept = defaulted({"storage": {"storageRequest": "1G", "external": True}, "glanceAPIs": {"a": {}, "b": {}}})
    assert kept["storage"] == {"storageRequest": "1G", "external": True}
    assert "keystoneEndpoint" not in kept


FILE = "enabled_backends=a:file\n"
RBD = "enabled_backends=a:rbd\n"


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ({"glanceAPIs": {"a": {"customServiceConfig": RBD}}, "keystoneEndpoint": "b"}, "keystoneEndpoint"),
        ({"glanceAPIs": {"a": {"type": "edge", "customServiceConfig": RBD}}}, "keystoneEndpoint"),
        ({"glanceAPIs": {"a": {"customServiceConfig": FILE}}}, "File and NFS"),
        ({"glanceAPIs": {"a": {}}}, "File and NFS"),
        ({"glanceAPIs": {"a": {}}, "customServiceConfig": FILE}, "File and NFS"),
        ({"glanceAPIs": {"Foo_bar": {"customServiceConfig": RBD}}}, "DNS label"),
        ({"glanceAPIs": {"a" * 40: {"customServiceConfig": RBD}}}, "at most 39 characters"),
        ({"glanceAPIs": {"a": {"customServiceConfig": RBD, "override": {"service": {"admin": {}}}}}}, "admin"),
    ],
)
def test_rejected(spec: dict[str, Any], word: str) -> None:
    found = refusals(defaulted(spec), "glance", "spec")
    assert len(found) == 1
    assert word in found[0]


@pytest.mark.parametrize(
    "spec",
    [
        {"glanceAPIs": {"a": {"customServiceConfig": RBD}}},
        {"glanceAPIs": {"a": {"replicas": 0}}},
        {"glanceAPIs": {"a": {"customServiceConfig": FILE, "type": "single"}}},
        {"glanceAPIs": {"a": {"customServiceConfig": "enabled_backends=a:file,b:rbd\n"}}},
        {"glanceAPIs": {"a": {}}, "customServiceConfig": RBD},
        {"glanceAPIs": {"a" * 39: {"customServiceConfig": RBD}}},
        {},
    ],
)
def test_accepted(spec: dict[str, Any]) -> None:
    assert refusals(defaulted(spec), "glance", "spec") == []


def test_the_type_of_a_key_stays() -> None:
    spec = defaulted({"glanceAPIs": {"a": {"type": "split", "customServiceConfig": RBD}}})
    assert refusals(spec, "glance", "spec", {"glanceAPIs": {"a": {"type": "split"}}}) == []
    assert "cannot be modified" in refusals(spec, "glance", "spec", {"glanceAPIs": {"a": {"type": "edge"}}})[0]


def entry(*words: str) -> dict[str, Any]:
    volume = {"name": "ceph", "secret": {"secretName": "s"}}
    mount = {"name": "ceph", "mountPath": "/etc/ceph", "readOnly": True}
    return {"extraVol": [{"propagation": list(words), "volumes": [volume], "mounts": [mount]}]}


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ((), 1),
        (("All",), 1),
        (("Glance",), 1),
        (("GlanceAPI",), 1),
        (("far",), 1),
        (("hub", "CinderVolume"), 0),
        # Two words that both match: twice, and Kubernetes refuses the pods.
        (("far", "GlanceAPI"), 2),
    ],
)
def test_propagation(words: tuple[str, ...], count: int) -> None:
    volumes, mounts = propagated([entry(*words)], "far")
    assert [volume["name"] for volume in volumes] == ["ceph"] * count
    assert [mount["mountPath"] for mount in mounts] == ["/etc/ceph"] * count


def test_volume_sources_are_kept() -> None:
    source = {"sources": [{"secret": {"name": "a"}}, {"configMap": {"name": "b"}}]}
    extra = [{"extraVol": [{"volumes": [{"name": "p", "projected": source}], "mounts": []}]}]
    assert propagated(extra, "k")[0] == [{"name": "p", "projected": source}]
