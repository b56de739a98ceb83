# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Placeholders that the operator replaces in the configuration of an API, and stores that need nothing else.

The operator replaces all placeholders of a text or none: one that has no value leaves the others as they are, too. Only
the API in Keystone's catalog has a region.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

#: A value that is one placeholder.
PLACEHOLDER = re.compile(r"\{\{-?\s*\.[A-Za-z]\w*\s*-?\}\}")
#: The beginning of any instruction to the operator's template.
TEMPLATE = "{{"
REGION = re.compile(r"\{\{-?\s*\.Region\b")

#: By type of store: options that name an account, and those with which the store uses Glance's own account.
_ACCOUNTS: Mapping[str, tuple[Collection[str], Mapping[str, str]]] = {
    "swift": (
        (
            "swift_store_config_file",
            "swift_store_multi_tenant",
            "swift_store_auth_address",
            "swift_store_user",
            "swift_store_key",
            "swift_store_application_credential_id",
        ),
        {
            "swift_store_auth_version": "3",
            "swift_store_auth_address": "{{ .KeystoneInternalURL }}",
            "swift_store_user": "service:{{ .ServiceUser }}",
            "swift_store_key": "{{ .ServicePassword }}",
            "swift_store_endpoint_type": "internalURL",
            "swift_store_create_container_on_put": "True",
        },
    ),
    "cinder": (
        (
            "cinder_store_auth_address",
            "cinder_store_user_name",
            "cinder_store_password",
            "cinder_store_project_name",
            "cinder_store_auth_type",
            "cinder_store_application_credential_id",
        ),
        {
            "cinder_store_auth_address": "{{ .KeystoneInternalURL }}",
            "cinder_store_user_name": "{{ .ServiceUser }}",
            "cinder_store_password": "{{ .ServicePassword }}",
            "cinder_store_project_name": "service",
            "cinder_catalog_info": "volumev3::internalURL",
        },
    ),
}


def service_account(store_type: str, stated: Collection[str]) -> dict[str, str]:
    """Options with which a store uses Glance's own account; none if the ``stated`` options name an account."""
    accounts, options = _ACCOUNTS.get(store_type, ((), {}))
    return {} if any(name in stated for name in accounts) else dict(options)


def has_account(store_type: str) -> bool:
    """Whether a store of this type gets an account from the operator if it names none."""
    return store_type in _ACCOUNTS


def is_placeholder(value: str) -> bool:
    """Whether a value is nothing but one placeholder, so that it holds no secret itself."""
    return PLACEHOLDER.fullmatch(value.strip()) is not None


def without_placeholders(text: str) -> str:
    """The text without its placeholders."""
    return PLACEHOLDER.sub("", text)
