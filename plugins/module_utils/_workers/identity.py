# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token of Keystone, got where the module runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError, InputErrors, Problem

_NAMES = {"validate_certs": "verify", "ca_cert": "cacert"}


def token(options: Mapping[str, Any]) -> str:
    """A token for the account that the options of ``cloud_argument_spec`` name."""
    import openstack.config
    from keystoneauth1 import exceptions
    from openstack.exceptions import SDKException

    given = {_NAMES.get(key, key): value for key, value in options.items() if value is not None}
    try:
        session = openstack.config.get_cloud_region(app_name="dcn.glance", **given).get_session()
        return str(session.get_token())
    except (exceptions.ClientException, SDKException) as error:
        text = " ".join(str(error).split()).rstrip(".")
        raise DcnError(
            f"Keystone gave no token here: {text}. Check openstack.cloud or openstack.auth, or let the pods ask"
            " Keystone themselves by authenticate=pod or authenticate=worker."
        ) from error


def identity(how: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What the programs in the pods get, by standard input, to authenticate with."""
    if how == "worker":
        return {"service": True}
    if how == "host":
        return {"token": token(options)}
    auth = {key: value for key, value in (options.get("auth") or {}).items() if value is not None}
    lacking = _lacking(auth)
    if lacking:
        raise InputErrors([Problem(f"openstack.auth.{name}", "is needed with authenticate=pod") for name in lacking])
    return {"auth": auth}


def _lacking(auth: Mapping[str, Any]) -> list[str]:
    if auth.get("application_credential_id"):
        return [] if auth.get("application_credential_secret") else ["application_credential_secret"]
    wanted = (("username", "user_id"), ("password", "password"), ("project_name", "project_id"))
    return [name for name, other in wanted if not auth.get(name) and not auth.get(other)]
