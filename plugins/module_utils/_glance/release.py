# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask the Python of Glance which release it is."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import GLANCE_DIRECT
from ansible_collections.dcn.glance.plugins.module_utils._core.old_python import rewrite
from ansible_collections.dcn.glance.plugins.module_utils._core.python_exec import quoted, run_python
from ansible_collections.dcn.glance.plugins.module_utils._core.sources import source_of
from ansible_collections.dcn.glance.plugins.module_utils._glance import release_program
from ansible_collections.dcn.glance.plugins.module_utils._glance.releases import FEATURES, Found


class ReleaseError(DcnError):
    """The release is not known."""

    reason = "release_unknown"


def find_release(python: Sequence[str], timeout: float) -> Found:
    """The Glance of a Python; DcnError if it does not answer or has none."""
    if not python:
        raise ReleaseError("There is no Python program glance-api on this host.")
    words = [word for feature in FEATURES.values() for word in (feature.source, feature.word)]
    done = run_python(python, rewrite(source_of(release_program)), timeout, words)
    try:
        answer = json.loads(done.stdout.decode("utf-8").strip().splitlines()[-1])
    except (ValueError, IndexError):
        text = f"{python[0]} ended with exit code {done.returncode} and did not describe its Glance"
        raise ReleaseError(f"{text}{quoted(done.stderr)}.") from None
    if "error" in answer:
        raise ReleaseError(f"The Python of Glance does not find the package glance ({answer['error']}).")
    return Found(
        str(answer["version"]),
        (GLANCE_DIRECT, *answer["methods"]),
        tuple(answer["plugins"]),
        tuple(name for name, there in zip(FEATURES, answer["words"]) if there),
    )
