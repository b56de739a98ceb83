# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask the Glance of a new image, before anything stops, whether it starts with the files of the old container."""

from __future__ import annotations

import json

from ansible_collections.dcn.glance.plugins.module_utils._containers.creation import Creation, throwaway
from ansible_collections.dcn.glance.plugins.module_utils._containers.engine import Engine
from ansible_collections.dcn.glance.plugins.module_utils._containers.model import CHECK
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.sources import source_of
from ansible_collections.dcn.glance.plugins.module_utils._glance import start_check

#: Nothing is known: the check did not end, or printed no result.
UNKNOWN = "unknown"
_NO_FILES, _NO_PROGRAM = 90, 91
#: Copies the files in as the image does at each start, and runs the Python of its Glance, as the user of the service.
_SCRIPT = f"""
user=; [ "$(id -u)" != 0 ] || ! id glance >/dev/null 2>&1 || user=glance
if command -v kolla_set_configs >/dev/null; then
  as=; [ "$(id -u)" = 0 ] || ! command -v sudo >/dev/null || as="sudo -E"
  $as kolla_set_configs >&2 </dev/null || exit {_NO_FILES}
fi
program=$(command -v glance-api) || exit {_NO_PROGRAM}
exec $(sed -n '1s/^#! *//p' "$program") - "$0" "$user"
"""


def check_glance(engine: Engine, made: Creation, image: str, conf: str, timeout: float) -> tuple[str, str]:
    """``passed``, ``skipped`` or ``unknown``, and why; DcnError if this Glance would not start.

    Args:
        engine: The engine.
        made: How the new container is created.
        image: The reference of its image.
        conf: ``glance-api.conf`` as the container sees it.
        timeout: Seconds.
    """
    name = f"{made.arguments[1].rpartition('-')[0]}{CHECK}"
    engine.remove(name)
    try:
        code, out, err = engine.script(throwaway(made, image, name, _SCRIPT, conf), source_of(start_check), timeout)
    finally:
        engine.remove(name)
    state, why = _answer(code, out, err)
    if state == start_check.REFUSED:
        raise DcnError(
            f"The Glance of {image} does not start with {conf}: {why[-800:]}. The container was not touched and "
            "continues to run. Correct the configuration, or use another image."
        )
    return state, why


def _answer(code: int, out: str, err: str) -> tuple[str, str]:
    if code == _NO_FILES:
        return start_check.REFUSED, f"kolla_set_configs fails: {err}"
    if code == _NO_PROGRAM:
        return start_check.REFUSED, "the image has no program glance-api"
    try:
        found = json.loads(out.strip().splitlines()[-1])
        return str(found["state"]), str(found.get("reason", ""))
    except (ValueError, IndexError, KeyError, TypeError):
        return UNKNOWN, f"the check ended with exit code {code} and no result: {err}"
