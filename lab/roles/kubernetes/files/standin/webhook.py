# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Defaults and validation of the webhooks. There are no webhooks here, so they are applied when objects are read."""

from __future__ import annotations

import copy
import re

from .backends import enabled_backends, is_file_only
from .names import Object, api_type

KEYSTONE = "KeystoneEndpoint is assigned to an invalid GlanceAPI instance"
LAYOUT = (
    "The GlanceAPI layout (type) cannot be modified. To proceed, please add a new API with the desired layout and then "
    "decommission the previous API"
)
SPLIT = "The GlanceAPI layout type: split cannot be used in combination with File and NFS backend"
# What the webhook writes for a Glance without APIs. Glance cannot read it: the comment belongs to the value.
PLACEHOLDER = "[DEFAULT]\nenabled_backends=backend1:type1 # CHANGE_ME"
# The limit of names: 63, less a dash and ten characters of a revision.
NAME_LIMIT = 63 - 11

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")


def defaulted(spec: Object) -> Object:
    """A Glance's specification, or a control plane's template, as the webhook stores it."""
    spec = copy.deepcopy(spec)
    apis = spec.get("glanceAPIs") or {}
    if not apis:
        # Every API inherits the top text unless it has its own.
        apis = {"default": {"replicas": 0, "type": "split"}}
        spec["customServiceConfig"] = spec.get("customServiceConfig") or PLACEHOLDER
    spec["glanceAPIs"] = apis
    storage = spec.setdefault("storage", {})
    if not storage.get("storageRequest"):
        storage["external"] = True
    if not spec.get("keystoneEndpoint") and len(apis) == 1:
        spec["keystoneEndpoint"] = next(iter(apis))
    spec.setdefault("dbPurge", {"age": 30, "schedule": "1 0 * * *"})
    return spec


def refusals(spec: Object, name: str, path: str, before: Object | None = None) -> list[str]:
    """Why the webhook rejects a specification of :func:`defaulted`; ``before`` is the previous one."""
    found = []
    apis = spec["glanceAPIs"]
    top_is_file = is_file_only(spec.get("customServiceConfig", ""))
    for key, api in sorted(apis.items()):
        where = f"{path}.glanceAPIs[{key}]"
        old = ((before or {}).get("glanceAPIs") or {}).get(key)
        if old is not None and api_type(old) != api_type(api):
            found.append(f'{where}.type: Invalid value: "{key}": {LAYOUT}')
        if _splits_a_file(api, top_is_file, bool(spec.get("customServiceConfig"))):
            found.append(f'{where}: Invalid value: "{key}": {SPLIT}')
        limit = NAME_LIMIT - len(name) - len(api_type(api)) - 2
        if not _LABEL.match(key) or len(key) > limit:
            found.append(f'{where}: Invalid value: "{key}": must be a DNS label of at most {limit} characters')
        for endpoint in sorted(api.get("override", {}).get("service") or {}):
            if endpoint not in ("internal", "public"):
                wrong = f'Invalid value: "{endpoint}": invalid endpoint type: {endpoint}'
                found.append(f"{where}.override.service[{endpoint}]: {wrong}")
    endpoint = spec.get("keystoneEndpoint", "")
    if endpoint not in apis or api_type(apis[endpoint]) == "edge":
        found.append(f'{path}.keystoneEndpoint: Invalid value: "{endpoint}": {KEYSTONE}')
    return found


def _splits_a_file(api: Object, top_is_file: bool, has_top: bool) -> bool:
    """A split API with pods and only file stores, its own or inherited."""
    if api_type(api) != "split" or not api.get("replicas", 1):
        return False
    own = api.get("customServiceConfig", "")
    if enabled_backends(own):
        return is_file_only(own)
    return top_is_file or not has_top
