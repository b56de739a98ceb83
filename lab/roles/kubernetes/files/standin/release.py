# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove the operators' finalizers in a namespace without a stand-in: ``python -m standin.release --namespace NAME``.

Otherwise its Glances and GlanceAPIs, and the namespace with them, are never deleted. Prints what changed.
"""

from __future__ import annotations

import argparse
import sys

from .cluster import FINALIZED, ApiError, Connection, Kind, Unreachable, without_finalizer
from .names import MANAGER, finalizer
from .seed import connect

#: Times that an object is read again after somebody else changed it.
ATTEMPTS = 10


def release(connection: Connection, namespace: str) -> list[str]:
    """Remove the finalizers. Returns the objects that had one."""
    found = []
    for kind in FINALIZED:
        for item in connection.send("GET", kind.path(namespace))["items"]:
            if _released(connection, kind, f"{kind.path(namespace)}/{item['metadata']['name']}"):
                found.append(f"{kind.kind} {item['metadata']['name']}")
    return found


def _released(connection: Connection, kind: Kind, path: str) -> bool:
    """Whether the object had the finalizer. Others, such as the garbage collector, can change it meanwhile."""
    for _attempt in range(ATTEMPTS):
        try:
            obj = {"apiVersion": kind.api_version, "kind": kind.kind, **connection.send("GET", path)}
            if finalizer(obj) not in obj["metadata"].get("finalizers", []):
                return False
            connection.send("PUT", path, without_finalizer(obj), fieldManager=MANAGER)
            return True
        except ApiError as error:
            if error.status == 404:
                return False
            if error.status != 409:
                raise
    raise Unreachable(f"{path} was changed by others {ATTEMPTS} times. Run again.")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="standin.release", description=__doc__)
    parser.add_argument("--kubeconfig", help="default: KUBECONFIG, else the user's own")
    parser.add_argument("--namespace", required=True)
    options = parser.parse_args(argv)
    try:
        for released in release(Connection(connect(options.kubeconfig)), options.namespace):
            print(f"released {released}")
    except (ApiError, Unreachable) as error:
        print(f"standin.release: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
