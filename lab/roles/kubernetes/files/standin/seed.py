# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy the two passwords of Glance from the lab into a namespace: ``python -m standin.seed --namespace NAME``.

They go through a pipe and a request; no argument, no file and no output has them. Prints what changed.
"""

from __future__ import annotations

import argparse
import configparser
import re
import subprocess
import sys
from typing import Any

from .cluster import SECRETS, ApiError, Connection
from .context import encoded
from .names import MANAGER, Object
from .passwords import DATABASE_KEY, database_secret

HUB_FILE = "/etc/dcn-glance-lab/glance.conf"


def wanted_secrets(text: str, namespace: str, secret: str) -> list[Object]:
    """The two Secrets, from the options of the Glance hosts of the lab."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    database = re.match(r"[^:]+://([^:]+):([^@]+)@", parser["database"]["connection"])
    if database is None:
        raise ValueError(f"the connection in {HUB_FILE} of the hub has no account and password")
    return [
        _secret(secret, namespace, {"GlancePassword": parser["keystone_authtoken"]["password"]}),
        _secret(database_secret(database.group(1)), namespace, {DATABASE_KEY: database.group(2)}),
    ]


def _secret(name: str, namespace: str, content: dict[str, str]) -> Object:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": encoded(content)}


def put(connection: Connection, wanted: Object) -> bool:
    """Write the Secret if it differs; its other keys stay. Returns whether it was written."""
    path = SECRETS.path(wanted["metadata"]["namespace"])
    name = wanted["metadata"]["name"]
    try:
        current = connection.send("GET", f"{path}/{name}")
    except ApiError as error:
        if error.status != 404:
            raise
        connection.send("POST", path, wanted, fieldManager=MANAGER)
        return True
    data = {**(current.get("data") or {}), **wanted["data"]}
    if data == current.get("data"):
        return False
    connection.send("PUT", f"{path}/{name}", {**current, "data": data}, fieldManager=MANAGER)
    return True


def read_hub(podman: str, hub: str) -> str:
    done = subprocess.run([podman, "exec", hub, "cat", HUB_FILE], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"cannot read {HUB_FILE} in container {hub}: {done.stderr.strip()}; make lab-up starts the lab")
    return done.stdout


def connect(kubeconfig: str | None) -> Any:
    from kubernetes import client, config

    config.load_kube_config(config_file=kubeconfig)
    return client.ApiClient()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="standin.seed", description=__doc__)
    parser.add_argument("--kubeconfig", help="default: KUBECONFIG, else the user's own")
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--secret", default="osp-secret", help="the Secret that spec.secret names")
    parser.add_argument("--hub", default="central")
    parser.add_argument("--podman", default="podman")
    options = parser.parse_args(argv)
    try:
        wanted = wanted_secrets(read_hub(options.podman, options.hub), options.namespace, options.secret)
        connection = Connection(connect(options.kubeconfig))
        for secret in wanted:
            if put(connection, secret):
                print(f"wrote Secret {secret['metadata']['name']}")
    except (ApiError, OSError, ValueError) as error:
        print(f"standin.seed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
