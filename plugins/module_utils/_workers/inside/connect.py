# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: connects to the clusters of rbd stores with the confs and keys of the pod. Writes nothing.

The source of this file is sent to the pod's Python: it imports the standard library and librados, which the rbd driver
of Glance requires.
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Mapping
from typing import Any

FSID, POOL = "fsid", "pool"


def connect(store: Mapping[str, str], limit: float, result: dict[str, Any]) -> None:
    """Connect as Glance does, and open the pool; the outcome goes to ``result``."""
    try:
        rados: Any = importlib.import_module("rados")
        seconds = str(max(1, int(limit)))
        names = ("client_mount_timeout", "rados_mon_op_timeout", "rados_osd_op_timeout")
        cluster = rados.Rados(conffile=store["conf"], rados_id=store["user"], conf=dict.fromkeys(names, seconds))
        result["step"] = "connect"
        cluster.connect(timeout=max(1, int(limit)))
        try:
            result.update(step=POOL, fsid=cluster.get_fsid())
            cluster.open_ioctx(store[POOL]).close()
            result.update(step="done")
        finally:
            cluster.shutdown()
    except ImportError:
        result["error"] = "this Python has no module rados"
    except Exception as error:  # librados has a class for each errno and no common one
        result["error"] = str(error) or type(error).__name__


def main(options: Mapping[str, Any]) -> dict[str, Any]:
    """``stores``: [{store, conf, user, pool}]; ``timeout``: seconds for each of them, all at the same time."""
    os.environ.setdefault("LOGNAME", "glance")
    limit = float(options["timeout"])
    found: list[dict[str, Any]] = []
    threads = []
    for store in options["stores"]:
        result = {"store": store["store"], "step": "begin", "error": "", FSID: ""}
        found.append(result)
        threads.append(threading.Thread(target=connect, args=(store, limit, result), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join(2 * limit)
    for result in found:
        if result["step"] != "done" and not result["error"]:
            result["error"] = f"no answer within {2 * limit:.0f} seconds"
    return {"stores": [dict(result) for result in found]}
