# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask the Glance of a new image, before anything stops, whether it starts with the files of the old container."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ansible_collections.dcn.glance.plugins.module_utils._containers.creation import Creation, throwaway
from ansible_collections.dcn.glance.plugins.module_utils._containers.engine import Engine
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import CHECK
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance import start_check
from ansible_collections.dcn.glance.plugins.module_utils._glance.dry_run import DryRun, dry_run

#: Copies the files in as the image does at each start, and runs the Python of its Glance as the user of the service.
#: The arguments are ``-``, the configuration file, a user, and a number of seconds, as ``start_check`` takes them.
_SCRIPT = """
refuse() {
  reason=$(printf %s "$1" | tr '\\n\\t' '  ' | tr -d '"\\\\' | tail -c 600)
  printf '{"state": "refused", "reason": "%s"}\\n' "$reason"; exit
}
user=; [ "$(id -u)" != 0 ] || ! id glance >/dev/null 2>&1 || user=glance
if command -v kolla_set_configs >/dev/null; then
  as=; [ "$(id -u)" = 0 ] || ! command -v sudo >/dev/null || as="sudo -E"
  said=$($as kolla_set_configs 2>&1 </dev/null) || refuse "kolla_set_configs fails: $said"
fi
program=$(command -v glance-api) || refuse "the image has no program glance-api"
exec $(sed -n '1s/^#! *//p' "$program") - "$2" "$user" "$4"
"""


def check_glance(engine: Engine, made: Creation, image: str, conf: str, timeout: float) -> DryRun:
    """The answer of this Glance; DcnError if it would not start.

    Args:
        engine: The engine.
        made: How the new container is created.
        image: The reference of its image.
        conf: ``glance-api.conf`` as the container sees it.
        timeout: Seconds.
    """
    name = f"{made.arguments[1].rpartition('-')[0]}{CHECK}"
    once = throwaway(made, image, name, _SCRIPT, "sh")
    engine.remove(name)
    try:
        with _environment(dict(once.variables)):
            answer = dry_run([engine.program, "run", *once.arguments], conf, "", timeout)
    finally:
        engine.remove(name)
    if answer.state == start_check.REFUSED:
        raise DcnError(
            f"The Glance of {image} does not start with {conf}: {answer.reason[-800:]}. The container was not touched "
            "and continues to run. Correct the configuration, or use another image."
        )
    return answer


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Give variables to the processes that are started meanwhile."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
