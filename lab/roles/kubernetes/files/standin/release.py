# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove the operators' finalizers in a namespace without a stand-in: ``python -m standin.release --namespace NAME``.

Otherwise its Glances and GlanceAPIs, and the namespace with them, are never deleted. Prints what changed.
"""

from __future__ import annotations

import argparse
import sys

from .cluster import FINALIZED, ApiError, Connection, Unreachable, without_finalizer
from .names import MANAGER, finalizer
from .seed import connect


def release(connection: Connection, namespace: str) -> list[str]:
    """Remove the finalizers. Returns the objects that had one."""
    found = []
    for kind in FINALIZED:
        for item in connection.send("GET", kind.path(namespace))["items"]:
            obj = {"apiVersion": kind.api_version, "kind": kind.kind, **item}
            if finalizer(obj) not in obj["metadata"].get("finalizers", []):
                continue
            name = obj["metadata"]["name"]
            connection.send("PUT", f"{kind.path(namespace)}/{name}", without_finalizer(obj), fieldManager=MANAGER)
            found.append(f"{kind.kind} {name}")
    return found


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
