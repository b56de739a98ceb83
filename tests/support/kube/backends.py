# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A namespace with a Glance in pods that has a store of each type that the lab can serve, and its API."""

from __future__ import annotations

import hashlib
import json
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._ceph.keys import key_id
from ansible_collections.dcn.glance.plugins.module_utils._ceph.sealing import check_public_key, seal
from ansible_collections.dcn.glance.tests.support.builders.control_plane import Keys
from ansible_collections.dcn.glance.tests.support.wait import until

#: The client of these tests' own on the clusters of the lab.
CLIENT = "t-backends"
SERVER_PORT = 8099
CLAIM = "share"
#: Where the lab keeps the account of its object gateway.
S3_ACCOUNT = "/etc/dcn-glance-lab/s3.json"
S3_URL = "http://central:7480"


def host(name: str, *command: str) -> str:
    """The output of a command on a host of the lab."""
    done = subprocess.run(["podman", "exec", name, *command], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{command[0]} on {name}: {done.stderr[-2000:]}"
    return done.stdout


def s3_account() -> dict[str, str]:
    """The S3 account of the lab; empty where the lab has no object gateway."""
    done = subprocess.run(["podman", "exec", "central", "cat", S3_ACCOUNT], capture_output=True, text=True, check=False)
    return dict(json.loads(done.stdout)["keys"][0]) if done.returncode == 0 else {}


def token_and_services() -> tuple[str, list[str]]:
    """A token of the lab's administrator, and the types of the services in its catalog."""
    code = (
        "import json, openstack; session = openstack.connect(cloud='dcn').session;"
        "access = session.auth.get_access(session);"
        "print(json.dumps([access.auth_token, [each['type'] for each in access.service_catalog.catalog]]))"
    )
    token, services = json.loads(host("central", "python3", "-c", code))
    return token, services


class CephKeys(Keys):
    """Real keys of the lab's clusters, sealed as the Ceph admin hosts do."""

    def _entry(self, cluster: str, client: str, number: int, sealed: bool) -> dict[str, Any]:
        rights = ("mon", "profile rbd", "mgr", "profile rbd pool=images", "osd", "profile rbd pool=images")
        host(cluster, "ceph", "auth", "get-or-create", client, *rights)
        key = host(cluster, "ceph", "auth", "print-key", client).strip()
        self.used.append(key)
        public = check_public_key(self.openssl, str(self.public))
        return {
            "cluster": cluster,
            "fsid": host(cluster, "ceph", "fsid").strip(),
            "mon_host": json.loads(host(cluster, "ceph", "mon", "dump", "-f", "json"))["mons"][0]["public_addrs"][
                "addrvec"
            ][-1]["addr"],
            "clients": [
                {"name": client, "key_id": key_id(key), "sealed": seal(self.openssl, public, cluster, client, key)}
            ],
        }

    def remove(self) -> None:
        for cluster in ("central", "dcn0"):
            host(cluster, "ceph", "auth", "rm", f"client.{CLIENT}.central")
        host("central", "ceph", "auth", "rm", f"client.{CLIENT}.far")


def topology(namespace: str, s3: dict[str, str], swift: bool) -> dict[str, Any]:
    """A hub with one worker and stores of all types, and an API at a site that has no store of its own."""
    shared = {
        "share": {"mount_path": "/var/lib/glance/share", "source": {"persistentVolumeClaim": {"claimName": CLAIM}}}
    }
    stores: dict[str, Any] = {
        "thin": {"type": "rbd", "default": True, "options": {"rbd_thin_provisioning": True}},
        "local": {"type": "file", "options": {"filesystem_store_datadir": "/var/lib/glance/images"}},
        "share": {"type": "file", "options": {"filesystem_store_datadir": "/var/lib/glance/share"}},
    }
    if swift:
        stores["swift"] = {"type": "swift", "options": {"swift_store_container": "t-backends-swift"}}
    if s3:
        options = {
            "s3_store_host": S3_URL,
            "s3_store_access_key": s3["access_key"],
            "s3_store_secret_key": s3["secret_key"],
            "s3_store_bucket": "t-backends-s3",
            "s3_store_create_bucket_on_put": True,
            "s3_store_bucket_url_format": "path",
            "s3_store_region_name": "default",
        }
        stores["s3"] = {"type": "s3", "options": options}
    filters = {"import_filtering_opts": {"allowed_ports": f"[80,{SERVER_PORT}]"}}
    spec = {"apiTimeout": 90, "nodeSelector": {"kubernetes.io/os": "linux"}, "resources": {"requests": {"cpu": "10m"}}}
    api = {"storage_request": "1G", "volumes": shared, "spec": spec}
    return {
        "hub": "central",
        "platform": "operators",
        "client_names": {"glance": CLIENT},
        "operators": {"namespace": namespace, "glance": "glance", "storage_class": "local-storage"},
        "sites": {
            "central": {
                "ceph": {},
                "stores": stores,
                "glance": {"api": {**api, "type": "single"}, "options": filters, "import": {"plugins": {}}},
            },
            "dcn0": {"ceph": {}, "stores": {"thick": {"type": "rbd"}}, "glance": {"enabled": False}},
            "far": {"glance": {"api": api}},
        },
    }


BASE = {
    "metadata": {"annotations": {"glance.openstack.org/location-api": "true"}},
    "spec": {
        "secret": "osp-secret",
        "containerImage": "localhost/dcn-glance-pod:lab",
        "memcachedInstance": "memcached",
    },
}


class ImageApi:
    """A Glance at an address, asked as the administrator of the lab."""

    def __init__(self, address: str, token: str) -> None:
        self.url = f"http://{address}:9292"
        self._token = token

    def ask(self, method: str, path: str, data: Any = None, kind: str = "application/json") -> bytes:
        body = json.dumps(data).encode() if kind == "application/json" and data is not None else data
        headers = {"X-Auth-Token": self._token, "Content-Type": kind}
        request = urllib.request.Request(f"{self.url}/v2/{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())

    def stores(self) -> list[str]:
        return [store["id"] for store in json.loads(self.ask("GET", "info/stores"))["stores"]]

    def put(self, name: str, store: str, content: bytes) -> str:
        """An image in one store by stage and import; not awaited."""
        body = {"name": name, "disk_format": "raw", "container_format": "bare"}
        image = str(json.loads(self.ask("POST", "images", body))["id"])
        self.ask("PUT", f"images/{image}/stage", content, "application/octet-stream")
        self.ask("POST", f"images/{image}/import", {"method": {"name": "glance-direct"}, "stores": [store]})
        return image

    def image(self, image: str) -> dict[str, Any]:
        return dict(json.loads(self.ask("GET", f"images/{image}")))

    def wait_for(self, image: str, *stores: str) -> None:
        """Until it is active, and in exactly these stores."""

        def ready() -> bool:
            found = self.image(image)
            assert not found.get("os_glance_failed_import"), found
            return found["status"] == "active" and set(found["stores"].split(",")) == set(stores)

        until(f"the image is in {', '.join(stores)}", ready, 60, 0.3)

    def copy(self, image: str) -> None:
        """Copy it to all stores; not awaited. Right after an import Glance answers 409 for a moment."""
        body = {"method": {"name": "copy-image"}, "all_stores": True}

        def accepted() -> bool:
            try:
                self.ask("POST", f"images/{image}/import", body)
            except urllib.error.HTTPError as error:
                if error.code != 409:
                    raise
                return False
            return True

        until("Glance accepts the copy", accepted, 20, 0.5)

    def digest(self, image: str) -> str:
        return hashlib.sha256(self.ask("GET", f"images/{image}/file")).hexdigest()

    def delete(self, image: str) -> None:
        self.ask("DELETE", f"images/{image}")


def boot_sector(path: Path) -> bytes:
    """Content that Glance accepts as raw: a partition table, and something to compare."""
    table = b"\x80\x00\x02\x00\x83\x01\x01\x00" + (1).to_bytes(4, "little") + (2047).to_bytes(4, "little")
    content = b"\x00" * 446 + table.ljust(64, b"\x00") + b"\x55\xaa" + bytes(range(256)) * 4094 + b"\x00" * (1 << 20)
    path.write_bytes(content)
    return content
