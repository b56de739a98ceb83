# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common frame of the modules that use the Glance API."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient, connect

try:
    import keystoneauth1
    import openstack.config
except ImportError:
    HAS_SDK = False
    SDK_TRACEBACK: str | None = traceback.format_exc()
else:
    HAS_SDK = bool(keystoneauth1 and openstack)
    SDK_TRACEBACK = None


#: The limits of copies; the fragment ``dcn.glance.copies`` documents them.
COPIES: dict[str, dict[str, Any]] = {
    "concurrency": {"type": "int", "default": 4},
    "timeout": {"type": "int", "default": 3600},
    "interval": {"type": "float", "default": 5.0},
    "retries": {"type": "int", "default": 1},
    "lock_timeout": {"type": "int", "default": 60},
}


def account_argument_spec() -> dict[str, dict[str, Any]]:
    """The options to reach Keystone; the fragment ``dcn.glance.cloud`` documents them."""
    return {
        "cloud": {"type": "str"},
        "auth": {"type": "dict", "no_log": True},
        "auth_type": {"type": "str"},
        "region_name": {"type": "str"},
        "interface": {"type": "str", "choices": ["admin", "internal", "public"], "default": "public"},
        "ca_cert": {"type": "path"},
        "validate_certs": {"type": "bool"},
        "api_timeout": {"type": "int", "default": 120},
    }


def cloud_argument_spec() -> dict[str, dict[str, Any]]:
    """The options to reach Keystone and Glance; the fragment ``dcn.glance.cloud`` documents them."""
    return {**account_argument_spec(), "endpoint": {"type": "str"}}


def glance_module(spec: Mapping[str, Any], **options: Any) -> AnsibleModule:
    """A module with the cloud options and its own; it fails where openstacksdk is not installed."""
    module = AnsibleModule({**cloud_argument_spec(), **spec}, supports_check_mode=True, **options)
    if not HAS_SDK:
        text = missing_required_lib("openstacksdk", reason="(package python3-openstacksdk) to talk to Glance")
        module.fail_json(msg=text, exception=SDK_TRACEBACK)
    return module


def run(module: AnsibleModule, work: Callable[[AnsibleModule, GlanceClient], None]) -> None:
    """Connect and do the work; an expected error becomes the failure message of the module."""
    try:
        work(module, connect(module.params))
    except InputErrors as error:
        module.fail_json(msg=str(error), problems=[str(problem) for problem in error.problems])
    except DcnError as error:
        found = {"status": getattr(error, "status", 0), "request_id": getattr(error, "request_id", "")}
        details = {key: value for key, value in found.items() if value}
        module.fail_json(msg=str(error), **details)
