# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options are secret by their names."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.secret_names import is_secret_option

SECRET = """
password admin_password Password swift_store_key s3_store_access_key s3_store_secret_key key apikey api_key
transport_url connection slave_connection connection_string connection_parameters memcache_secret_key passphrase
cinder_store_password vmware_server_password metadata_proxy_shared_secret token admin_token root_token_id
approle_secret_id swift_store_application_credential_secret http_proxy_information private_key auth_plugin_params
basic_auth
"""
PLAIN = """
rbd_secret_uuid connection_recycle_time max_retries max_connections service_token_roles service_token_roles_required
token_cache_time enabled_backends rbd_store_user keyring keyring_path connection_debug key_file keystone region_name
key_id monkey secret_name auth_type swift_store_application_credential_id private_key_path connection_trace
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_secret_options(name: str) -> None:
    assert is_secret_option(name)


@pytest.mark.parametrize("name", PLAIN.split())
def test_plain_options(name: str) -> None:
    assert not is_secret_option(name)
