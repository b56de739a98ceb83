# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that each store driver of glance_store reads, and what their values are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STORE_TYPES = ("file", "http", "rbd", "swift", "cinder", "s3")

#: Options that the topology itself decides for an rbd store.
DERIVED_RBD = ("rbd_store_pool", "rbd_store_user", "rbd_store_ceph_conf")


@dataclass(frozen=True)
class Option:
    """One option of a driver: its name and the type that oslo.config parses it as."""

    name: str
    type: str = "str"
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    deprecated: str = ""


def _options(text: str) -> tuple[Option, ...]:
    """Options from lines of 'name [type] [choice|choice] [min=N]'."""
    found = []
    for line in text.split("\n"):
        line, _colon, deprecated = line.partition(" deprecated: ")
        words = line.split()
        if not words:
            continue
        types = [word for word in words[1:] if word in ("bool", "int", "list", "dict", "multi")]
        choices = [tuple(word.split("|")) for word in words[1:] if "|" in word]
        minimum = [int(word[4:]) for word in words[1:] if word.startswith("min=")]
        found.append(
            Option(
                name=words[0],
                type=types[0] if types else "str",
                choices=choices[0] if choices else (),
                minimum=minimum[0] if minimum else None,
                deprecated=deprecated,
            )
        )
    return tuple(found)


_COMMON = """
store_description
weight int
"""

_DRIVERS = {
    "rbd": """
rbd_store_pool
rbd_store_user
rbd_store_ceph_conf
rbd_store_chunk_size int min=1
rbd_thin_provisioning bool
rados_connect_timeout int min=-1
""",
    "file": """
filesystem_store_datadir
filesystem_store_datadirs multi deprecated: describe one file store per directory
filesystem_store_metadata_file
filesystem_store_file_perm int min=0
filesystem_store_chunk_size int min=1
filesystem_thin_provisioning bool
filesystem_store_timeout int min=0
filesystem_store_thread_pool_size int min=1
filesystem_store_threadpool_threshold int min=1
""",
    "http": """
https_ca_certificates_file
https_insecure bool
http_proxy_information dict
""",
    "swift": """
swift_store_multi_tenant bool
swift_store_config_file
default_swift_reference
swift_store_container
swift_store_create_container_on_put bool
swift_store_endpoint
swift_store_endpoint_type publicURL|adminURL|internalURL
swift_store_service_type
swift_store_region
swift_store_large_object_size int min=1
swift_store_large_object_chunk_size int min=1
swift_store_multiple_containers_seed int min=0
swift_store_admin_tenants list
swift_store_auth_insecure bool
swift_store_cacert
swift_store_ssl_compression bool
swift_store_retry_get_count int min=0
swift_store_expire_soon_interval int min=0
swift_store_use_trusts bool
swift_buffer_on_upload bool
swift_upload_buffer_dir
swift_store_auth_version deprecated: use swift_store_config_file
swift_store_auth_address deprecated: use swift_store_config_file
swift_store_user deprecated: use swift_store_config_file
swift_store_key deprecated: use swift_store_config_file
swift_store_application_credential_id
swift_store_application_credential_secret
swift_store_project_name
swift_store_project_id
""",
    "cinder": """
cinder_catalog_info
cinder_endpoint_template
cinder_os_region_name
cinder_store_auth_address
cinder_store_user_name
cinder_store_password
cinder_store_project_name
cinder_store_user_domain_name
cinder_store_project_domain_name
cinder_store_application_credential_id
cinder_store_application_credential_secret
cinder_volume_type
cinder_http_retries int min=0
cinder_state_transition_timeout int min=0
cinder_api_insecure bool
cinder_ca_certificates_file
cinder_use_multipath bool
cinder_enforce_multipath bool
cinder_mount_point_base
rootwrap_config
cinder_do_extend_attached bool
cinder_attachment_retry_attempts int min=1
""",
    "s3": """
s3_store_host
s3_store_access_key
s3_store_secret_key
s3_store_bucket
s3_store_create_bucket_on_put bool
s3_store_bucket_url_format auto|virtual|path
s3_store_large_object_size int min=1
s3_store_large_object_chunk_size int min=5
s3_store_thread_pools int min=1
s3_store_region_name
s3_store_cacert
s3_store_request_checksum_calculation when_supported|when_required
s3_store_response_checksum_validation when_supported|when_required
""",
}

OPTIONS: Mapping[str, Mapping[str, Option]] = {
    store_type: {option.name: option for option in _options(_COMMON + text)} for store_type, text in _DRIVERS.items()
}
