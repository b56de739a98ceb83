# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in writes what the real operators were seen to write; ``data/operator.yml`` has that."""

from __future__ import annotations

import base64
import configparser
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from standin import cluster
from standin.jobs import HASH
from standin.webhook import defaulted

SEEN = yaml.safe_load((pathlib.Path(__file__).parent / "data" / "operator.yml").read_text())
KINDS = {kind.kind: kind for kind in cluster.WATCHED}
OBJECTS = [name for name in SEEN if name.partition("/")[0] in KINDS]
HUB = {
    "propagation": ["hub"],
    "volumes": [{"name": "hub", "secret": {"secretName": "hub"}}],
    "mounts": [{"name": "hub", "mountPath": "/etc/ceph", "readOnly": True}],
}
REGISTERED = "glance-hub-external"


@pytest.fixture(scope="module")
def real(module_rig: Any) -> Any:
    """A control plane whose pods are all ready, probed as by the operator."""
    return module_rig(extraMounts=[{"name": "dcn-glance", "extraVol": [HUB]}])


def named(rig: Any, name: str) -> dict[str, Any]:
    kind, _slash, metadata_name = name.partition("/")
    return dict(rig.cluster.get(KINDS[kind], metadata_name))


def differences(seen: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where ``found`` lacks what was seen: dicts may have more, lists may not, but for lists of things with a name."""
    if isinstance(seen, dict) and isinstance(found, dict):
        for key, value in seen.items():
            if key not in found:
                yield f"{path}.{key}: missing"
            else:
                yield from differences(value, found[key], f"{path}.{key}")
    elif isinstance(seen, list) and isinstance(found, list):
        if len(seen) != len(found):
            yield f"{path}: {found}"
        for index, (one, other) in enumerate(zip(seen, found, strict=False)):
            yield from differences(one, other, f"{path}[{index}]")
    elif seen != found:
        yield f"{path}: {found!r} instead of {seen!r}"


@pytest.mark.parametrize("name", OBJECTS)
def test_objects(real: Any, name: str) -> None:
    assert list(differences(SEEN[name], named(real, name))) == []


@pytest.mark.parametrize("name", [name for name in SEEN if name.startswith("keys of ")])
def test_keys_of_secrets(real: Any, name: str) -> None:
    assert sorted(named(real, name.partition(" of ")[2])["data"]) == SEEN[name]


@pytest.mark.parametrize("name", [name for name in SEEN if name.startswith("conditions of ")])
def test_conditions(real: Any, name: str) -> None:
    conditions = named(real, name.partition(" of ")[2])["status"]["conditions"]
    assert conditions[0]["type"] == "Ready"
    assert [found["type"] for found in conditions[1:]] == sorted(set(SEEN[name]) - {"Ready"})
    assert {found["status"] for found in conditions} == {"True"}
    messages = {found["type"]: found["message"] for found in conditions}
    assert [kind for kind, text in SEEN[name].items() if text is not None and messages[kind] != text] == []


def options(rig: Any, name: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None, default_section="none")
    parser.read_string(base64.b64decode(named(rig, f"Secret/{name}-config-data")["data"]["00-config.conf"]).decode())
    return {section: dict(parser[section]) for section in parser.sections()}


def test_configuration_of_the_operator(real: Any) -> None:
    found = options(real, "glance-far-edge")
    assert list(differences(SEEN["00-config.conf"], found)) == []
    assert "default_backend" not in found
    for place in SEEN["registered"]:
        section, option = place.split("/")
        assert option not in found[section]
        assert options(real, REGISTERED)[section][option]


def test_nothing_of_the_lab_is_in_a_secret(real: Any) -> None:
    for secret in real.cluster.store.list(cluster.SECRETS):
        assert "lab" not in " ".join(secret["data"])
        assert b"bind_host = 0.0.0.0" not in b"".join(base64.b64decode(text) for text in secret["data"].values())


def test_placeholder_of_the_webhook() -> None:
    found = defaulted({})
    assert found["customServiceConfig"] == SEEN["placeholder"]
    assert found["glanceAPIs"] == {"default": {"replicas": 0, "type": "split"}}
    assert defaulted({"customServiceConfig": "[own]\n"})["customServiceConfig"] == "[own]\n"
    assert "customServiceConfig" not in defaulted({"glanceAPIs": {"a": {}}})


def test_no_root_file_system_is_read_only(real: Any) -> None:
    template = named(real, "StatefulSet/glance-far-edge-api")["spec"]["template"]["spec"]
    assert not [each for each in template["containers"] if "readOnlyRootFilesystem" in each["securityContext"]]


# -- the database


def test_no_api_exists_before_the_database_is_synchronized(make_rig: Any, make_plane: Any) -> None:
    rig = make_rig()
    rig.cluster.jobs_end = "active"
    rig.cluster.seed(cluster.CONTROL_PLANES, make_plane())
    rig.settle()
    assert rig.names(cluster.GLANCE_APIS) == []
    running = rig.condition(cluster.GLANCES, "glance", "DBSyncReady")
    assert (running["status"], running["message"]) == ("False", "DBsync job still running")
    unknown = rig.condition(cluster.GLANCES, "glance", "GlanceAPIReady")
    assert (unknown["status"], unknown["reason"]) == ("Unknown", "Init")
    assert "severity" not in unknown
    assert rig.condition(cluster.GLANCES, "glance", "ServiceConfigReady")["status"] == "True"


def test_a_failed_synchronization_is_an_error_until_the_job_is_gone(make_rig: Any, make_plane: Any) -> None:
    rig = make_rig()
    rig.cluster.jobs_end = "failed"
    rig.cluster.seed(cluster.CONTROL_PLANES, make_plane())
    rig.settle()
    message = "DBsync job error occurred Internal error occurred: Job Failed. Check job logs"
    for kind, name, condition in (
        (cluster.GLANCES, "glance", "DBSyncReady"),
        (cluster.GLANCES, "glance", "Ready"),
        (cluster.CONTROL_PLANES, "openstack", "OpenStackControlPlaneGlanceReady"),
    ):
        found = rig.condition(kind, name, condition)
        assert (found["status"], found["reason"], found["message"]) == ("False", "Error", message)
    assert rig.names(cluster.GLANCE_APIS) == []
    # Kubernetes removes a finished Job after its time, and the operator makes another one.
    rig.cluster.jobs_end = "succeeded"
    rig.cluster.forget(cluster.JOBS, rig.cluster.get(cluster.JOBS, "glance-db-sync"))
    rig.settle()
    assert rig.condition(cluster.GLANCES, "glance")["status"] == "True"


def test_another_image_synchronizes_again(rig: Any) -> None:
    before = rig.cluster.get(cluster.JOBS, "glance-db-sync")
    version = rig.cluster.get(cluster.VERSIONS, "openstack")
    version["spec"]["customContainerImages"] = {"glanceAPIImage": "image:2"}
    rig.cluster.seed(cluster.VERSIONS, version)
    rig.settle()
    after = rig.cluster.get(cluster.JOBS, "glance-db-sync")
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert (
        after["metadata"]["annotations"][HASH] == rig.cluster.get(cluster.GLANCES, "glance")["status"]["hash"]["dbsync"]
    )


def test_a_job_that_is_gone_is_not_made_again(rig: Any) -> None:
    rig.cluster.forget(cluster.JOBS, rig.cluster.get(cluster.JOBS, "glance-db-sync"))
    assert rig.settle() == []


# -- starting and leaving


def test_the_first_status_says_that_nothing_was_examined(make_rig: Any, make_plane: Any) -> None:
    from standin.__main__ import reconcile

    rig = make_rig()
    rig.cluster.seed(cluster.CONTROL_PLANES, make_plane())
    reconcile(rig.context)
    found = rig.cluster.get(cluster.GLANCES, "glance")["status"]["conditions"]
    assert {(condition["status"], condition["reason"]) for condition in found} == {("Unknown", "Init")}
    assert found[0]["message"] == "Setup started"
    # These two appear when they are examined.
    assert not {"MariaDBAccountReady", "NotificationBusInstanceReady"} & {condition["type"] for condition in found}


def test_finalizers_are_removed_one_level_after_the_other(rig: Any) -> None:
    from standin.__main__ import reconcile

    rig.cluster.delete(cluster.CONTROL_PLANES, rig.cluster.get(cluster.CONTROL_PLANES, "openstack"))
    assert rig.cluster.get(cluster.GLANCES, "glance")["metadata"]["deletionTimestamp"]
    # The Glance goes first: its APIs and their pods are still there when kubectl returns.
    rig.context.cluster.release(cluster.GLANCES, rig.cluster.get(cluster.GLANCES, "glance"))
    assert rig.names(cluster.GLANCES) == []
    assert len(rig.names(cluster.GLANCE_APIS)) == len(rig.names(cluster.STATEFUL_SETS)) == 3
    reconcile(rig.context)
    assert rig.names(cluster.GLANCE_APIS) == rig.names(cluster.STATEFUL_SETS) == []


def test_per_worker_jobs_of_the_cache(make_rig: Any, make_plane: Any) -> None:
    rig = make_rig()
    rig.cluster.seed(cluster.CONTROL_PLANES, make_plane(imageCache={"size": "1G"}))
    rig.settle()
    edge = [name for name in rig.names(cluster.CRON_JOBS) if "far" in name]
    assert edge == [f"glance-far-edge-api-{number}-{kind}" for number in (0, 1) for kind in ("cleaner", "pruner")]
    section = rig.cluster.get(cluster.CONTROL_PLANES, "openstack")["spec"]["glance"]
    section["template"]["glanceAPIs"]["far"]["replicas"] = 1
    rig.cluster.edit(cluster.CONTROL_PLANES, "openstack", glance=section)
    rig.settle()
    assert [name for name in rig.names(cluster.CRON_JOBS) if "far" in name] == edge[:2]


def test_moving_the_endpoint_rolls_both_apis(rig: Any, make_plane: Any) -> None:
    section = rig.cluster.get(cluster.CONTROL_PLANES, "openstack")["spec"]["glance"]
    section["template"]["glanceAPIs"]["hub2"] = section["template"]["glanceAPIs"]["hub"]
    rig.cluster.edit(cluster.CONTROL_PLANES, "openstack", glance=section)
    rig.settle()
    section["template"]["keystoneEndpoint"] = "hub2"
    rig.cluster.edit(cluster.CONTROL_PLANES, "openstack", glance=section)
    rolled = [write for write in rig.settle() if write.startswith("update StatefulSet")]
    sets = [f"glance-{key}-{half}-api" for key in ("hub", "hub2") for half in ("external", "internal")]
    assert sorted(set(rolled)) == [f"update StatefulSet {name}" for name in sets]
