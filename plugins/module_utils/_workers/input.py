# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules for workers; the fragment ``dcn.glance.pods`` documents the shared ones."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.ceph_names import CONF_DIRECTORY
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors, Problem
from ansible_collections.dcn.glance.plugins.module_utils._operators.names import SERVICE_SELECTOR


def worker_argument_spec() -> dict[str, dict[str, Any]]:
    """The options that select workers."""
    return {
        "namespace": {"type": "str", "default": "openstack"},
        "apis": {"type": "list", "elements": "str", "default": []},
        "pods": {"type": "list", "elements": "str", "default": []},
        "label_selectors": {"type": "list", "elements": "str", "default": [SERVICE_SELECTOR]},
        "container": {"type": "str"},
        "concurrency": {"type": "int", "default": 8},
    }


def require_positive(params: Mapping[str, Any], *names: str) -> None:
    """Raise InputErrors with every one of these options that is not positive."""
    problems = [Problem(name, f"{params[name]} is not more than 0") for name in names if params[name] <= 0]
    if problems:
        raise InputErrors(problems)


@dataclass(frozen=True)
class ExpectedFiles:
    """The client files that the pods of an API must have, by absolute path."""

    directory: str
    files: tuple[str, ...]


def parse_expected(raw: Mapping[str, Any]) -> dict[str, ExpectedFiles]:
    """Read ``{api: {files: [...], directory: ...}}``; raises InputErrors with all problems."""
    problems: list[Problem] = []
    result = {}
    for api, item in raw.items():
        path = f"expected.{api}"
        if not isinstance(item, Mapping):
            problems.append(Problem(path, "must be a mapping with files"))
            continue
        problems += [
            Problem(f"{path}.{key}", "is not a known key; known are files, directory")
            for key in item
            if key not in ("files", "directory")
        ]
        files, directory = item.get("files"), item.get("directory", CONF_DIRECTORY)
        if not isinstance(files, list) or not all(isinstance(name, str) and name for name in files):
            problems.append(Problem(f"{path}.files", "must be a list of file names"))
            continue
        if not isinstance(directory, str) or not directory.startswith("/"):
            problems.append(Problem(f"{path}.directory", "must be the absolute path of a directory"))
            continue
        result[str(api)] = ExpectedFiles(directory, tuple(posixpath.join(directory, name) for name in files))
    if problems:
        raise InputErrors(problems)
    return result


def pod_credentials(auth: Mapping[str, Any]) -> dict[str, Any]:
    """The credentials with which pods ask Keystone; raises InputErrors naming what is missing."""
    given = {key: value for key, value in auth.items() if value is not None}
    missing = _missing_credentials(given)
    if missing:
        raise InputErrors([Problem(f"openstack.auth.{name}", "is needed with authenticate=pod") for name in missing])
    return given


def _missing_credentials(auth: Mapping[str, Any]) -> list[str]:
    if auth.get("application_credential_id"):
        return [] if auth.get("application_credential_secret") else ["application_credential_secret"]
    wanted = (("username", "user_id"), ("password", "password"), ("project_name", "project_id"))
    return [name for name, other in wanted if not auth.get(name) and not auth.get(other)]
