# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API becomes: its files, its Services, its StatefulSet.

After an intended change: DCN_UPDATE_GOLDEN=1 pytest tests/unit/lab/standin/test_objects.py, then read the difference.
"""

from __future__ import annotations

import configparser
import copy
import json
import os
import pathlib
from typing import Any

import pytest
import yaml
from standin.cluster import CONTROL_PLANES, GLANCE_APIS, STATEFUL_SETS, ApiError
from standin.config import files, values
from standin.services import clients, endpoints, headless
from standin.settings import Settings, Switches
from standin.specs import apis_of, glance_of
from standin.statefulset import stateful_set

GOLDEN = pathlib.Path(__file__).parent / "golden"
SETTINGS = Settings()
VERSION = {
    "status": {
        "containerImages": {"glanceAPIImage": "image:1"},
        "serviceDefaults": {"glanceWsgi": "true", "glanceLocationAPI": "false"},
    }
}
CEPH = {
    "name": "dcn-glance",
    "extraVol": [
        {
            "propagation": ["far"],
            "extraVolType": "Ceph",
            "volumes": [{"name": "ceph", "secret": {"secretName": "ceph-conf-files-far"}}],
            "mounts": [{"name": "ceph", "mountPath": "/etc/ceph", "readOnly": True}],
        }
    ],
}


def api(plane: dict[str, Any], name: str) -> dict[str, Any]:
    glance = glance_of(plane, plane["spec"]["glance"]["template"], VERSION)
    glance["metadata"].update(uid="g-1", generation=1)
    found = {obj["metadata"]["name"]: obj for obj in apis_of(glance, glance["spec"], SETTINGS.database_host)}[name]
    found["metadata"].update(uid="a-1", generation=1)
    return found


def texts(obj: dict[str, Any], region: str = "", secrets: list[dict[str, str]] | None = None) -> dict[str, str]:
    return files(obj, SETTINGS, values(obj, SETTINGS, "s3rv", "d4ta", region), secrets or [])


def options(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, default_section="none")
    parser.read_string(text)
    return parser


@pytest.mark.parametrize("name", ["glance-far-edge", "glance-hub-external"])
def test_golden(make_plane: Any, name: str) -> None:
    plane = make_plane()
    plane["spec"]["extraMounts"] = [CEPH]
    obj = api(plane, name)
    made = [*[headless(obj), *clients(obj)], stateful_set(obj, SETTINGS, "c0ffee", True, Switches())]
    # Through JSON, or YAML would write references for what is used twice.
    plain = json.loads(json.dumps(made))
    text = "# SPDX-License-Identifier: GPL-3.0-or-later\n---\n" + yaml.safe_dump(plain, sort_keys=True, width=120)
    golden = GOLDEN / f"{name}.golden.yml"
    if os.environ.get("DCN_UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text)
    assert text == golden.read_text()


def test_the_configuration_of_the_operator(make_plane: Any) -> None:
    plane = make_plane()
    edge = options(texts(api(plane, "glance-far-edge"))["00-config.conf"])
    assert edge["DEFAULT"]["enabled_import_methods"] == "[web-download,glance-direct]"
    assert edge["database"]["connection"].startswith("mysql+pymysql://glance:d4ta@central/glance?")
    assert edge["keystone_authtoken"]["password"] == "s3rv"
    assert edge["os_glance_staging_store"]["filesystem_store_datadir"] == "/var/lib/glance/os_glance_staging_store/"
    # The operator converts for Ceph at external APIs only, and shows locations at all others only.
    shown = {}
    for name in ("glance-hub-external", "glance-hub-internal", "glance-far-edge"):
        found = options(texts(api(plane, name))["00-config.conf"])
        shown[name] = (found["DEFAULT"]["show_multiple_locations"], found["image_import_opts"]["image_import_plugins"])
    assert shown == {
        "glance-hub-external": ("False", "['image_conversion']"),
        "glance-hub-internal": ("True", "['no_op']"),
        "glance-far-edge": ("True", "['no_op']"),
    }


def test_region_is_known_to_registered_apis_only(make_plane: Any) -> None:
    config = "[swift]\nregion={{ .Region }}\nkey={{ .ServicePassword }}\n"
    keys = {"hub": {"type": "edge", "customServiceConfig": config}}
    obj = api(make_plane(glanceAPIs=keys), "glance-hub-edge")
    assert texts(obj, region="RegionOne")["02-config.conf"] == "[swift]\nregion=RegionOne\nkey=s3rv\n"
    # One name that is not known leaves every placeholder as it stands.
    assert texts(obj)["02-config.conf"] == config


def test_secrets_are_joined_key_by_key(make_plane: Any) -> None:
    found = texts(api(make_plane(), "glance-far-edge"), secrets=[{"b": "2", "a": "{{ .ServiceUser }}"}, {"c": "3"}])
    assert found["03-config.conf"] == "glance\n2\n3\n"


def test_cache(make_plane: Any) -> None:
    obj = api(make_plane(imageCache={"size": "2G"}), "glance-far-edge")
    found = options(texts(obj)["00-config.conf"])
    assert found["DEFAULT"]["image_cache_max_size"] == "2000000000"
    assert found["paste_deploy"]["flavor"] == "keystone+cachemanagement"
    claims = stateful_set(obj, SETTINGS, "x", True, Switches())["spec"]["volumeClaimTemplates"]
    assert [claim["metadata"]["name"] for claim in claims] == ["glance", "glance-cache"]
    assert claims[1]["metadata"]["annotations"] == {"image-cache": "true"}


def test_external_storage_has_no_claim_and_no_mount(make_plane: Any) -> None:
    found = stateful_set(
        api(make_plane(storage={"external": True}), "glance-far-edge"), SETTINGS, "x", True, Switches()
    )
    assert "volumeClaimTemplates" not in found["spec"]
    httpd = found["spec"]["template"]["spec"]["containers"][1]
    assert "/var/lib/glance" not in [mount["mountPath"] for mount in httpd["volumeMounts"]]


def test_proxy_mode_has_a_container_more(make_plane: Any) -> None:
    pod = stateful_set(api(make_plane(), "glance-far-edge"), SETTINGS, "x", False, Switches())["spec"]["template"][
        "spec"
    ]
    assert [container["name"] for container in pod["containers"]] == ["glance-log", "glance-httpd", "glance-api"]
    serving = [container["name"] for container in pod["containers"] if "glance-api --" in container["command"][2]]
    assert serving == ["glance-api"]


def test_probes_can_be_overridden(make_plane: Any) -> None:
    override = {"probes": {"readinessProbes": {"path": "/other", "periodSeconds": 7}, "startupProbes": {"port": 1}}}
    obj = api(make_plane(glanceAPIs={"hub": {"type": "edge", "override": override}}), "glance-hub-edge")
    httpd = stateful_set(obj, SETTINGS, "x", True, Switches())["spec"]["template"]["spec"]["containers"][1]
    assert httpd["readinessProbe"]["httpGet"]["path"] == "/other"
    assert httpd["readinessProbe"]["periodSeconds"] == 7
    assert httpd["livenessProbe"]["periodSeconds"] == 18
    assert httpd["startupProbe"]["httpGet"]["port"] == 1


def test_endpoints(make_plane: Any) -> None:
    plane = make_plane()
    services = {"internal": {"endpointURL": "http://elsewhere"}}
    plane["spec"]["glance"]["template"]["glanceAPIs"]["far"]["override"] = {"service": services}
    assert endpoints(api(plane, "glance-far-edge")) == {"internal": "http://elsewhere"}
    assert endpoints(api(plane, "glance-hub-external")) == {"public": "http://glance-hub-public.ns.svc:9292"}
    keys = {"k": {"type": "single"}}
    assert sorted(endpoints(api(make_plane(glanceAPIs=keys), "glance-k-single"))) == ["internal", "public"]


def enable_another_store(rig: Any) -> None:
    section = copy.deepcopy(rig.cluster.get(CONTROL_PLANES, "openstack")["spec"]["glance"])
    section["template"]["glanceAPIs"]["far"]["customServiceConfig"] = "[DEFAULT]\nenabled_backends=far:rbd\n"
    rig.cluster.edit(CONTROL_PLANES, "openstack", glance=section)
    rig.settle()


def test_a_stateful_set_that_the_copy_lacks_is_recreated_all_the_same(rig: Any) -> None:
    name = "glance-far-edge-api"
    there = rig.cluster.get(STATEFUL_SETS, name)
    rig.cluster.unseen[STATEFUL_SETS.plural, name] = there
    rig.cluster.store.drop(STATEFUL_SETS, name, there["metadata"]["uid"])
    enable_another_store(rig)
    assert rig.cluster.writes.count(f"delete StatefulSet {name}") == 1
    assert rig.cluster.get(STATEFUL_SETS, name)["metadata"]["uid"] != there["metadata"]["uid"]


def test_a_stateful_set_that_cannot_be_deleted_at_once_is_recreated_later(rig: Any) -> None:
    name = "glance-far-edge-api"
    before = rig.cluster.get(STATEFUL_SETS, name)["metadata"]["uid"]
    rig.cluster.refuse["delete StatefulSet"] = ApiError(500, "InternalError", "etcdserver: request timed out")
    enable_another_store(rig)
    assert rig.condition(GLANCE_APIS, "glance-far-edge")["message"].endswith("etcdserver: request timed out")
    del rig.cluster.refuse["delete StatefulSet"]
    rig.settle()
    assert rig.cluster.get(STATEFUL_SETS, name)["metadata"]["uid"] != before
