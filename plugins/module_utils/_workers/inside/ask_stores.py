# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside a pod: asks its Glance for its stores, with the account that Glance itself uses. Changes nothing.

The source of this file is sent to the pod's Python: it imports the standard library and other files of ``inside``.
"""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._workers.inside.identity import (
    RequestError,
    send,
    settings,
    token_of,
)

#: The end of the log that is searched, in bytes.
TAIL = 256 * 1024
_ERROR = re.compile(r" (?:ERROR|CRITICAL) \S+ (?:\[[^\]]*\] )?\s*(?P<text>.*\S)")
#: Answers about the request and not about Glance: it may not be asked, or the network has no way to it.
_NOT_ASKED = (403,)


def last_error(found: Mapping[tuple[str, str], str]) -> str:
    """The last error in the log of Glance; empty where there is none or no log can be read."""
    path = found.get(("DEFAULT", "log_file")) or ""
    path = os.path.join(found.get(("DEFAULT", "log_dir")) or "", path) if path else ""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - TAIL))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    matches = (_ERROR.search(line) for line in reversed(lines))
    return next((match.group("text")[:300] for match in matches if match), "")


def main(options: Mapping[str, Any]) -> dict[str, Any]:
    """``url``: of this worker; ``limit``: seconds for each request.

    ``asked`` is whether Glance could be asked; ``error`` says why not, or what it answers instead of its stores.
    """
    found, limit = settings(), float(options["limit"])
    result: dict[str, Any] = {"asked": False, "status": 0, "error": "", "stores": [], "log": ""}
    result["configured"] = found.get(("DEFAULT", "enabled_backends")) or ""
    try:
        token = token_of({"service": True}, found, limit)
    except RequestError as error:
        return {**result, "error": str(error)}
    request = urllib.request.Request(str(options["url"]) + "/v2/info/stores", headers={"X-Auth-Token": token})
    try:
        answer, _headers = send("GET /v2/info/stores", request, limit)
        result["stores"] = [str(store["id"]) for store in answer["stores"]]
        return {**result, "asked": True, "status": 200}
    except RequestError as error:
        asked = error.status not in _NOT_ASKED and "CERTIFICATE_VERIFY_FAILED" not in str(error)
        return {**result, "asked": asked, "status": error.status, "error": str(error), "log": last_error(found)}
    except (KeyError, TypeError):
        return {**result, "asked": True, "status": 200, "error": "the answer is no list of stores"}
