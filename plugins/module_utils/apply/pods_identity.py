# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token of Keystone, got where the module runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils.errors import DcnError

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
            f"Keystone gave no token here: {text}. Check openstack.cloud or openstack.auth, or let the pods ask Keystone"
            " themselves by authenticate=pod or authenticate=worker."
        ) from error
