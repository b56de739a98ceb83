# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A second Glance on the hub's second host, with a store of every type on the real services of the lab.

Its topology is the hub and one spoke of the lab with other stores. It shares the database, so its images have names of
their own, and are removed at the end.
"""

from __future__ import annotations

import json
import pathlib
from dataclasses import dataclass, field
from typing import Any

import yaml

from ansible_collections.dcn.glance.tests.support.lab.playbooks import Lab, Run

HOST, CLIENT, PORT = "central2", "central", 9393
URL = f"http://{HOST}:{PORT}"
CONF = "/etc/glance/test-stores.conf"
ACCOUNTS = "/etc/glance/test-stores-swift.conf"
UNIT = "glance-test-stores"
HOME = "/var/lib/glance/test-stores"
#: On a file system of its own, which is small; and on the one that all hosts of the lab share.
FAST, SHARED = "/dev/shm/test-stores", "/srv/shared/images/test-stores"
FILLER = "/dev/shm/test-stores-filler"
WEB = "http://central"
WEB_DIRECTORY = "/var/tmp/test-stores-web"
CONTAINER, BUCKET = "test-stores-swift", "test-stores-s3"
PREFIX = "test-stores-"
MIB = 1024 * 1024

#: Images come into each of these stores, go out of it, and are copied to the others.
WRITABLE = ("thick", "thin", "disk", "objects", "bucket")

_STORES: dict[str, Any] = {
    "thick": {"type": "rbd", "default": True, "options": {"rbd_store_chunk_size": 4}},
    "disk": {
        "type": "file",
        "options": {
            "filesystem_store_datadirs": [f"{FAST}:200", f"{SHARED}:100"],
            "filesystem_thin_provisioning": True,
            "filesystem_store_file_perm": 0,
        },
    },
    "objects": {
        "type": "swift",
        "options": {
            "swift_store_config_file": ACCOUNTS,
            "default_swift_reference": "test",
            "swift_store_container": CONTAINER,
            "swift_store_create_container_on_put": True,
            "swift_store_region": "RegionOne",
            "swift_store_endpoint_type": "internalURL",
            # Images of the tests have several segments.
            "swift_store_large_object_size": 8,
            "swift_store_large_object_chunk_size": 4,
        },
    },
    "bucket": {
        "type": "s3",
        "options": {
            "s3_store_host": "http://central:7480",
            "s3_store_access_key": "{{ s3_access_key }}",
            "s3_store_secret_key": "{{ s3_secret_key }}",
            "s3_store_bucket": BUCKET,
            "s3_store_create_bucket_on_put": True,
            "s3_store_bucket_url_format": "path",
            "s3_store_region_name": "default",
            "s3_store_large_object_size": 8,
            "s3_store_large_object_chunk_size": 5,
        },
    },
    "web": {"type": "http", "options": {"https_insecure": False}},
}
_SPOKE = {"type": "rbd", "default": True, "options": {"rbd_thin_provisioning": True, "rbd_store_chunk_size": 4}}
TOPOLOGY: dict[str, Any] = {
    "hub": "central",
    "sites": {
        "central": {"ceph": {}, "stores": _STORES, "glance": {"endpoint": URL}},
        "dcn0": {"ceph": {}, "stores": {"thin": _SPOKE}, "glance": {"endpoint": "http://dcn0:9292"}},
    },
}
_OPTIONS = [
    {"section": "DEFAULT", "option": "bind_port", "value": PORT},
    {"section": "DEFAULT", "option": "workers", "value": 0},
    {"section": "DEFAULT", "option": "log_file", "value": f"/var/log/glance/{UNIT}.log"},
    {"section": "paste_deploy", "option": "config_file", "value": "/etc/glance/glance-api-paste.ini"},
]

#: Prints what the API of the second Glance answers: METHOD PATH [JSON].
_ASK = """
import hashlib, json, sys, openstack
session = openstack.connect(cloud="dcn").image.session
method, path, body, headers = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
given = {"json": body} if body else {}
answer = session.request(sys.argv[5] + path, method, raise_exc=False, headers=headers, **given)
data = answer.content
found = {"status": answer.status_code, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
found["json"] = answer.json() if "json" in answer.headers.get("content-type", "") else None
found["text"] = data[:500].decode("utf-8", "replace")
print(json.dumps(found))
"""

#: Uploads a file, so that Glance knows the size before: NAME PATH STORE. Prints the id of the image.
_UPLOAD = """
import sys, openstack
session = openstack.connect(cloud="dcn").image.session
name, path, store, url = sys.argv[1:]
image = session.post(url + "/v2/images", json={"name": name, "disk_format": "raw", "container_format": "bare"}).json()
headers = {"Content-Type": "application/octet-stream", "X-Image-Meta-Store": store}
session.put(f"{url}/v2/images/{image['id']}/file", data=open(path, "rb"), headers=headers)
print(image["id"])
"""

_DELETE = """
import json, sys, openstack
session = openstack.connect(cloud="dcn").image.session
print(json.dumps([session.delete(sys.argv[1] + path, raise_exc=False).status_code for path in sys.argv[2:]]))
"""
#: Removes the images whose names start alike: PREFIX URL... The first API that answers is asked; only the second Glance
#: knows all stores.
_REMOVE = """
import sys, openstack
from keystoneauth1.exceptions import ConnectFailure
session = openstack.connect(cloud="dcn").image.session
for url in sys.argv[2:]:
    try:
        images = session.get(url + "/v2/images?limit=1000").json()["images"]
    except ConnectFailure:
        continue
    for image in images:
        if (image["name"] or "").startswith(sys.argv[1]):
            session.delete(f"{url}/v2/images/{image['id']}")
    break
"""


@dataclass
class StoresLab:
    """The second Glance, its secrets, and what every playbook for it printed."""

    lab: Lab
    directory: pathlib.Path
    secrets: dict[str, str]
    printed: list[str] = field(default_factory=list)

    def play(self, host: str, *tasks: dict[str, Any], **variables: Any) -> Run:
        """Run tasks on one host; every task must succeed."""
        path, secrets = self.directory / "play.yml", self.directory / "secrets.json"
        path.write_text(
            yaml.safe_dump([{"hosts": host, "gather_facts": False, "vars": variables, "tasks": list(tasks)}])
        )
        secrets.touch(0o600)
        secrets.write_text(json.dumps(self.secrets))
        run = self.lab.playbook(str(path), "--diff", "-vv", "-e", f"@{secrets}").ok()
        self.printed.append(run.output)
        return run

    def modules(self, *calls: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Run modules of the collection against the second Glance; their results in order."""
        tasks = [
            {"name": f"call {number}", f"dcn.glance.{module}": {"cloud": "dcn", "endpoint": URL, **options}}
            for number, (module, options) in enumerate(calls)
        ]
        run = self.play(CLIENT, *tasks)
        return [run.result(f"call {number}", CLIENT) for number in range(len(calls))]

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """One request to the second Glance."""
        words = (method, path, json.dumps(body), json.dumps(headers), URL)
        answer: dict[str, Any] = json.loads(self.lab.exec(CLIENT, "python3", "-c", _ASK, *words))
        return answer

    def delete(self, *paths: str) -> list[int]:
        """Delete these paths of the API; the status of each answer."""
        statuses: list[int] = json.loads(self.lab.exec(CLIENT, "python3", "-c", _DELETE, URL, *paths))
        return statuses

    def upload(self, name: str, path: str, store: str) -> str:
        """Upload a file of the client to one store; the id of the image."""
        return self.lab.exec(CLIENT, "python3", "-c", _UPLOAD, name, path, store, URL).strip()


def secrets_of(lab: Lab) -> dict[str, str]:
    """What a user has in a vault: the account of Glance, and the S3 account of the gateway."""
    account = json.loads(lab.exec("central", "cat", "/etc/dcn-glance-lab/s3.json"))["keys"][0]
    glance = json.loads(lab.exec("central", "cat", "/etc/dcn-glance-lab/secrets.json"))["glance"]
    return {
        "glance_password": glance,
        "s3_access_key": account["access_key"],
        "s3_secret_key": account["secret_key"],
    }


def configure(stores: StoresLab, topology: dict[str, Any]) -> Run:
    """Write the configuration of the second Glance with the collection."""
    account = {
        "auth_address": "http://central:5000/v3",
        "user": "service:glance",
        "key": "{{ glance_password }}",
        "auth_version": 3,
        "user_domain_id": "default",
        "project_domain_id": "default",
    }
    directories = [HOME, f"{HOME}/staging", f"{HOME}/tasks", FAST, SHARED]
    return stores.play(
        HOST,
        {"name": "Lint", "ansible.builtin.set_fact": {"findings": "{{ dcn_topology | dcn.glance.lint_topology }}"}},
        {
            "ansible.builtin.copy": {
                "src": "/etc/glance/glance-api.conf",
                "dest": CONF,
                "remote_src": True,
                "mode": "0640",
                "group": "glance",
                "force": False,
            }
        },
        {
            "ansible.builtin.file": {"path": "{{ item }}", "state": "directory", "owner": "glance", "group": "glance"},
            "loop": directories,
        },
        {
            "ansible.builtin.include_role": {"name": "dcn.glance.glance_api", "tasks_from": "swift_accounts"},
            "vars": {
                "glance_api_swift_accounts": {"test": account},
                "glance_api_swift_file": ACCOUNTS,
                "__glance_api_group": "glance",
            },
        },
        {
            "name": "Manage the stores",
            "dcn.glance.glance_store_config": {
                "path": CONF,
                "stores": "{{ dcn_topology | dcn.glance.site_stores('central') }}",
                "reserved": {"staging": f"{HOME}/staging", "tasks": f"{HOME}/tasks"},
                "worker_self_reference_url": URL,
                "options": _OPTIONS,
                "purge": "managed",
                "only_copies": {},
            },
        },
        dcn_topology=topology,
    )


def start(lab: Lab) -> None:
    """Start the second Glance, and wait until it answers."""
    lab.exec(HOST, "systemctl", "stop", UNIT, check=False)
    words = ["systemd-run", f"--unit={UNIT}", "--uid=glance", "--gid=glance", "--collect"]
    lab.exec(HOST, *words, "glance-api", f"--config-file={CONF}")
    wait = (
        f"for n in $(seq 90); do curl -sf -m 2 {URL}/healthcheck && exit 0; sleep 1; done; journalctl -u {UNIT}; exit 1"
    )
    lab.exec(HOST, "sh", "-c", wait)


def remove(lab: Lab) -> None:
    """Remove what the tests make, also what a killed run has left."""
    lab.exec("central", "python3", "-c", _REMOVE, PREFIX, URL, "http://glance.central:9292")
    lab.exec(HOST, "systemctl", "stop", UNIT, check=False)
    lab.exec(HOST, "rm", "-rf", CONF, ACCOUNTS, HOME, FAST, SHARED)
    lab.exec(HOST, "rm", "-f", FILLER)
    lab.exec("central", "systemctl", "stop", "test-stores-web", check=False)
    lab.exec("central", "rm", "-rf", WEB_DIRECTORY)
    for name in (CONTAINER, BUCKET):
        lab.exec("central", "radosgw-admin", "bucket", "rm", f"--bucket={name}", "--purge-objects", check=False)
