# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of Glance stores: the options of their drivers, and what each type can do.

This is the only place that lists store types. To add one, add an entry to ``_TYPES``. Source: the drivers of
glance_store, releases 4.1 (Zed) to 2026.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import (
    BOOL,
    DICT,
    INT,
    LIST,
    MULTI,
    STR,
    Option,
)

#: What the drivers use when an option is not set.
DEFAULT_CEPH_CONF = "/etc/ceph/ceph.conf"
DEFAULT_POOL = "images"
DEFAULT_DATADIR = "/var/lib/glance/images"

#: What a store of a type needs from its section in glance-api.conf.
SECTION_OPTIONAL = "optional"  # works without a section
SECTION_DEFAULTS = "defaults"  # starts without a section, with the defaults of the driver
SECTION_REQUIRED = "required"  # fails in use without a section


@dataclass(frozen=True)
class StoreType:
    """A type of store, as ``enabled_backends`` names it.

    Attributes:
        name: The type in ``enabled_backends``.
        options: The options that the driver reads, by name, those that all drivers read included.
        prefixes: Beginnings of option names by which a section is recognized as a store of this type.
        section: One of ``SECTION_OPTIONAL``, ``SECTION_DEFAULTS``, ``SECTION_REQUIRED``.
        required: Options without which a store of this type does not work.
        together: Options that must be set all or not at all.
        derived: Options that follow from the topology, so that a user does not set them.
        read_only: Whether images can be read and not written.
        single: Whether one Glance API can have one store of this type only.
    """

    name: str
    options: Mapping[str, Option]
    prefixes: tuple[str, ...]
    section: str = SECTION_REQUIRED
    required: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    read_only: bool = False
    single: bool = False


def _text(*names: str) -> tuple[Option, ...]:
    return tuple(Option(name, STR) for name in names)


def _switches(*names: str) -> tuple[Option, ...]:
    return tuple(Option(name, BOOL) for name in names)


def _number(name: str, minimum: int | None = None, maximum: int | None = None) -> Option:
    return Option(name, INT, minimum=minimum, maximum=maximum)


def _choice(name: str, *choices: str) -> Option:
    return Option(name, STR, choices=choices)


def _deprecated(instead: str, *names: str, type: str = STR) -> tuple[Option, ...]:
    return tuple(Option(name, type, deprecated=instead) for name in names)


#: Options that every driver reads.
_COMMON = (*_text("store_description"), _number("weight"))

_FILE = (
    *_text("filesystem_store_datadir"),
    *_deprecated("describe one file store per directory", "filesystem_store_datadirs", type=MULTI),
    *_text("filesystem_store_metadata_file"),
    _number("filesystem_store_file_perm", 0),
    _number("filesystem_store_chunk_size", 1),
    *_switches("filesystem_thin_provisioning"),
    _number("filesystem_store_timeout", 0),
    _number("filesystem_store_thread_pool_size", 1),
    _number("filesystem_store_threadpool_threshold", 1),
)

_HTTP = (
    *_text("https_ca_certificates_file"),
    *_switches("https_insecure"),
    Option("http_proxy_information", DICT),
)

_RBD = (
    *_text("rbd_store_pool", "rbd_store_user", "rbd_store_ceph_conf"),
    _number("rbd_store_chunk_size", 1),
    *_switches("rbd_thin_provisioning"),
    _number("rados_connect_timeout", -1),
)

_SWIFT = (
    *_switches("swift_store_multi_tenant"),
    *_text("swift_store_config_file", "default_swift_reference", "swift_store_container"),
    *_switches("swift_store_create_container_on_put"),
    *_text("swift_store_endpoint"),
    _choice("swift_store_endpoint_type", "publicURL", "adminURL", "internalURL"),
    *_text("swift_store_service_type", "swift_store_region"),
    _number("swift_store_large_object_size", 1),
    _number("swift_store_large_object_chunk_size", 1),
    _number("swift_store_multiple_containers_seed", 0, 32),
    Option("swift_store_admin_tenants", LIST),
    *_switches("swift_store_auth_insecure"),
    *_text("swift_store_cacert"),
    *_switches("swift_store_ssl_compression"),
    _number("swift_store_retry_get_count", 0),
    _number("swift_store_expire_soon_interval", 0),
    *_switches("swift_store_use_trusts", "swift_buffer_on_upload"),
    *_text("swift_upload_buffer_dir"),
    *_deprecated(
        "use swift_store_config_file",
        "swift_store_auth_version",
        "swift_store_auth_address",
        "swift_store_user",
        "swift_store_key",
    ),
    *_text("swift_store_application_credential_id", "swift_store_application_credential_secret"),
    *_text("swift_store_project_name", "swift_store_project_id"),
)

_CINDER = (
    *_text("cinder_catalog_info", "cinder_endpoint_template", "cinder_os_region_name"),
    *_text("cinder_store_auth_address", "cinder_store_user_name", "cinder_store_password"),
    *_text("cinder_store_project_name", "cinder_store_user_domain_name", "cinder_store_project_domain_name"),
    *_text("cinder_store_auth_type"),
    *_text("cinder_store_application_credential_id", "cinder_store_application_credential_secret"),
    *_text("cinder_volume_type"),
    _number("cinder_http_retries", 0),
    _number("cinder_state_transition_timeout", 0),
    *_switches("cinder_api_insecure"),
    *_text("cinder_ca_certificates_file"),
    *_switches("cinder_use_multipath", "cinder_enforce_multipath"),
    *_text("cinder_mount_point_base", "rootwrap_config"),
    *_switches("cinder_do_extend_attached"),
    _number("cinder_attachment_retry_attempts", 1),
)

_S3 = (
    *_text("s3_store_host", "s3_store_access_key", "s3_store_secret_key", "s3_store_bucket"),
    *_switches("s3_store_create_bucket_on_put"),
    _choice("s3_store_bucket_url_format", "auto", "virtual", "path"),
    _number("s3_store_large_object_size", 1),
    _number("s3_store_large_object_chunk_size", 5),
    _number("s3_store_thread_pools", 1),
    *_text("s3_store_region_name", "s3_store_cacert"),
    _choice("s3_store_request_checksum_calculation", "when_supported", "when_required"),
    _choice("s3_store_response_checksum_validation", "when_supported", "when_required"),
)


def _options(own: Iterable[Option]) -> Mapping[str, Option]:
    return {option.name: option for option in (*_COMMON, *own)}


_TYPES = (
    StoreType("file", _options(_FILE), ("filesystem_store_",), SECTION_DEFAULTS),
    StoreType("http", _options(_HTTP), (), SECTION_OPTIONAL, read_only=True, single=True),
    StoreType(
        "rbd",
        _options(_RBD),
        ("rbd_store_", "rbd_thin_"),
        required=("rbd_store_user",),
        derived=("rbd_store_pool", "rbd_store_user", "rbd_store_ceph_conf"),
    ),
    StoreType("swift", _options(_SWIFT), ("swift_store_",)),
    StoreType(
        "cinder",
        _options(_CINDER),
        ("cinder_store_", "cinder_volume_type"),
        SECTION_DEFAULTS,
        together=(
            "cinder_store_auth_address",
            "cinder_store_user_name",
            "cinder_store_password",
            "cinder_store_project_name",
        ),
    ),
    StoreType(
        "s3",
        _options(_S3),
        ("s3_store_",),
        required=("s3_store_host", "s3_store_access_key", "s3_store_secret_key", "s3_store_bucket"),
    ),
)

STORE_TYPES: Mapping[str, StoreType] = {store_type.name: store_type for store_type in _TYPES}
TYPE_NAMES = tuple(STORE_TYPES)

#: Names that people write for a type, with the end of the sentence that reports them.
TYPE_HINTS: Mapping[str, str] = {
    "ceph": "; did you mean 'rbd'?",
    "filesystem": "; did you mean 'file'?",
    "nfs": "; did you mean 'file' (on a mounted directory)?",
    "vmware": "; Glance cannot use it next to other stores",
}

#: Options of an rbd store that follow from the topology.
DERIVED_RBD = STORE_TYPES["rbd"].derived


def options_of(store_type: str) -> Mapping[str, Option]:
    """The options of a type by name; empty for a type that is not known."""
    found = STORE_TYPES.get(store_type)
    return found.options if found is not None else {}


def other_type_of(option: str, store_type: str) -> str:
    """Another type whose driver reads an option of this name, '' if there is none."""
    return next((name for name, each in STORE_TYPES.items() if name != store_type and option in each.options), "")


def looks_like_a_store(options: Iterable[str]) -> bool:
    """Whether a section with options of these names is the section of a store."""
    prefixes = tuple(prefix for each in _TYPES for prefix in each.prefixes)
    return any(option.startswith(prefixes) for option in options)
