# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: whether its rbd stores let it in, with the confs and keys that it has. Writes nothing.

The text of this file is sent to the pod's own Python, so it knows the standard library only (and librados, which
Glance's rbd driver needs).
"""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Mapping
from typing import Any

FSID, POOL = "fsid", "pool"


def enter(store: Mapping[str, str], limit: float, told: dict[str, Any]) -> None:
    """Connect as Glance does, and open the pool."""
    try:
        rados: Any = importlib.import_module("rados")
        seconds = str(max(1, int(limit)))
        names = ("client_mount_timeout", "rados_mon_op_timeout", "rados_osd_op_timeout")
        cluster = rados.Rados(conffile=store["conf"], rados_id=store["user"], conf=dict.fromkeys(names, seconds))
        told["step"] = "connect"
        cluster.connect(timeout=max(1, int(limit)))
        try:
            told.update(step=POOL, fsid=cluster.get_fsid())
            cluster.open_ioctx(store[POOL]).close()
            told.update(step="done")
        finally:
            cluster.shutdown()
    except ImportError:
        told["error"] = "this Python has no module rados"
    except Exception as error:  # the library has a class for each errno, and none in common with the standard one's
        told["error"] = str(error) or type(error).__name__


def main(options: Mapping[str, Any]) -> dict[str, Any]:
    """``stores``: [{store, conf, user, pool}]; ``timeout``: for each of them, all at once."""
    os.environ.setdefault("LOGNAME", "glance")
    limit = float(options["timeout"])
    found: list[dict[str, Any]] = []
    threads = []
    for store in options["stores"]:
        told = {"store": store["store"], "step": "begin", "error": "", FSID: ""}
        found.append(told)
        threads.append(threading.Thread(target=enter, args=(store, limit, told), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join(2 * limit)
    for told in found:
        if told["step"] != "done" and not told["error"]:
            told["error"] = f"no answer within {2 * limit:.0f} seconds"
    return {"stores": [dict(told) for told in found]}
