# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the stand-in for one namespace: ``python -m standin --kubeconfig FILE --namespace NAME``."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from dataclasses import fields

from . import api, glance
from .cluster import CONTROL_PLANES, FINALIZED, GLANCE_APIS, GLANCES, ApiError, Cluster, Unreachable
from .context import Context
from .seed import connect
from .settings import Settings, Switches

LOG = logging.getLogger("standin")


def arguments(argv: list[str]) -> argparse.Namespace:
    """Parse the command line; each field of Settings and Switches is an option."""
    parser = argparse.ArgumentParser(prog="standin", description=__doc__)
    parser.add_argument("--kubeconfig", help="default: KUBECONFIG, else the user's own")
    parser.add_argument("--namespace", required=True)
    for kind in (Settings, Switches):
        for field in fields(kind):
            option = "--" + field.name.replace("_", "-")
            default = field.default
            if isinstance(default, bool):
                parser.add_argument(option, action=argparse.BooleanOptionalAction, default=default)
            else:
                parser.add_argument(option, type=type(default), default=default)
    return parser.parse_args(argv)


def reconcile(context: Context) -> float | None:
    """Reconcile the whole namespace once. Returns the seconds until the next run if nothing changes."""
    if context.switches.stuck:
        return None
    for kind in FINALIZED:
        for obj in context.leaving(kind):
            context.cluster.release(kind, obj)
    for obj in context.alive(CONTROL_PLANES):
        glance.plane(context, obj)
    for obj in context.alive(GLANCES):
        glance.glance(context, obj)
    for obj in context.alive(GLANCE_APIS):
        api.reconcile(context, obj)
    return context.next_run()


def run(context: Context) -> None:
    """Reconcile after each change, until the process ends."""
    changed = context.cluster.store.changed
    wait: float | None = 0.0
    while True:
        if changed.wait(wait) and context.switches.delay:
            time.sleep(context.switches.delay)
        changed.clear()
        try:
            wait = reconcile(context)
        except (ApiError, Unreachable) as error:
            LOG.warning("reconciliation failed, retrying: %s", error)
            wait = 1.0
        except Exception:  # the next run may succeed; the process must not end
            LOG.exception("reconciliation failed")
            wait = 1.0


def main(argv: list[str]) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    options = arguments(argv)
    LOG.info(
        "stand-in for the Glance part of the OpenStack operators, not the operators; namespace %s", options.namespace
    )
    try:
        api_client = connect(options.kubeconfig)
    except ImportError:
        LOG.error("%s has no Python package kubernetes: install it, or use an interpreter that has it", sys.executable)
        return 1
    known = vars(options)
    settings = Settings(**{field.name: known[field.name] for field in fields(Settings)})
    switches = Switches(**{field.name: known[field.name] for field in fields(Switches)})
    cluster = Cluster(api_client, options.namespace)
    cluster.start()
    LOG.info("watching")
    try:
        run(Context(cluster, settings, switches))
    except KeyboardInterrupt:
        LOG.info("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
