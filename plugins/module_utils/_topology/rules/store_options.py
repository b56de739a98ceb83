# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about the options of stores of one type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import normpath

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import STORE_TYPES
from ansible_collections.dcn.glance.plugins.module_utils._operators.placeholders import service_account
from ansible_collections.dcn.glance.plugins.module_utils._topology.model import Store
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.stores import all_stores
from ansible_collections.dcn.glance.plugins.module_utils._topology.values import is_true


def of_type(context: Context, store_type: str) -> Iterator[tuple[Store, str]]:
    """(store, path of its options) for the stores of one type."""
    for _site, store, path in all_stores(context.topology):
        if store.type == store_type:
            yield store, f"{path}.options"


def rbd_chunk_size(context: Context) -> Hits:
    for store, path in of_type(context, "rbd"):
        size = int(store.options.get("rbd_store_chunk_size", "8"))
        if size & (size - 1):
            yield Hit(
                f"{path}.rbd_store_chunk_size",
                f"{size} MiB is not a power of two, and Ceph rounds the size of objects down to one. Use 4, 8 or 16",
            )


def rados_timeout_zero(context: Context) -> Hits:
    for store, path in of_type(context, "rbd"):
        if store.options.get("rados_connect_timeout") == "0":
            yield Hit(
                f"{path}.rados_connect_timeout",
                "0 means no timeout since Glance 2024.1 (older releases ignore it): Glance does not start while the "
                "cluster is unreachable. Remove it, or set it to some seconds",
            )


def swift_tenant_and_file(context: Context) -> Hits:
    for store, path in of_type(context, "swift"):
        if is_true(store.options.get("swift_store_multi_tenant")) and store.options.get("swift_store_config_file"):
            yield Hit(
                f"{path}.swift_store_config_file",
                "cannot be combined with `swift_store_multi_tenant: true`; Glance disables such a store. Remove one "
                "of the two",
            )


def swift_no_account(context: Context) -> Hits:
    for store, path in of_type(context, "swift"):
        if is_true(store.options.get("swift_store_multi_tenant")) or store.options.get("swift_store_config_file"):
            continue
        if context.topology.platform == "operators" and service_account("swift", store.options):
            continue
        plain = ("swift_store_auth_address", "swift_store_user", "swift_store_key")
        if any(not store.options.get(name) for name in plain) and not store.options.get(
            "swift_store_application_credential_id"
        ):
            yield Hit(
                path,
                "do not name the account that owns the images. Set swift_store_config_file (a file with one section "
                "per reference), or `swift_store_multi_tenant: true`",
            )


def swift_buffer(context: Context) -> Hits:
    for store, path in of_type(context, "swift"):
        if is_true(store.options.get("swift_buffer_on_upload")) and not store.options.get("swift_upload_buffer_dir"):
            yield Hit(
                f"{path}.swift_upload_buffer_dir", "is needed with `swift_buffer_on_upload: true`. Name a directory"
            )


def swift_reference_shared(context: Context) -> Hits:
    seen: dict[str, tuple[str, str]] = {}
    for store, path in of_type(context, "swift"):
        config = store.options.get("swift_store_config_file")
        if not config:
            continue
        reference = store.options.get("default_swift_reference") or "ref1"
        other, other_config = seen.setdefault(reference, (path, config))
        if other_config != config:
            yield Hit(
                f"{path}.default_swift_reference",
                f"'{reference}' is also the reference of {other} in another file, and Glance reads all files into one "
                "set of references. Use different names in the files and here",
            )


def s3_required(context: Context) -> Hits:
    for store, path in of_type(context, "s3"):
        for name in STORE_TYPES["s3"].required:
            if not store.options.get(name):
                yield Hit(f"{path}.{name}", "is missing, and an s3 store does not work without it. Set it")


def cinder_partial(context: Context) -> Hits:
    for store, path in of_type(context, "cinder"):
        together = STORE_TYPES["cinder"].together
        missing = [name for name in together if not store.options.get(name)]
        if missing and len(missing) < len(together):
            yield Hit(
                path,
                f"{words.one_of(missing)} {'is' if len(missing) == 1 else 'are'} missing: either all of "
                f"{words.one_of(together)} must be set, or none. Set the missing ones, or remove the others",
            )


def cinder_multipath(context: Context) -> Hits:
    for store, path in of_type(context, "cinder"):
        if is_true(store.options.get("cinder_enforce_multipath")) and not is_true(
            store.options.get("cinder_use_multipath")
        ):
            yield Hit(
                f"{path}.cinder_enforce_multipath",
                "has no effect without `cinder_use_multipath: true`. Set both, or neither",
            )


def file_two_kinds(context: Context) -> Hits:
    for store, path in of_type(context, "file"):
        if store.repeated.get("filesystem_store_datadirs") and store.options.get("filesystem_store_datadir"):
            yield Hit(
                f"{path}.filesystem_store_datadirs",
                "cannot be combined with filesystem_store_datadir; Glance refuses the store. Remove it",
            )


def file_datadirs(context: Context) -> Hits:
    for store, path in of_type(context, "file"):
        seen: set[str] = set()
        for value in store.repeated.get("filesystem_store_datadirs", ()):
            directory, _colon, priority = value.partition(":")
            wrong = ""
            if not directory.startswith("/"):
                wrong = "is not an absolute path"
            elif priority.strip() and not re.fullmatch(r"\s*-?[0-9]+\s*", priority):
                wrong = "has no whole number after the colon"
            elif normpath(directory) in seen:
                wrong = "is there twice"
            seen.add(normpath(directory))
            if wrong:
                yield Hit(
                    f"{path}.filesystem_store_datadirs",
                    f"'{value}' {wrong}. Write DIRECTORY:PRIORITY, once for each directory; Glance uses the "
                    "directory with the highest priority that has room",
                )


def http_insecure(context: Context) -> Hits:
    for store, path in of_type(context, "http"):
        if "https_insecure" not in store.options and "https_ca_certificates_file" not in store.options:
            yield Hit(
                f"{path}.https_insecure",
                "is true by default, so Glance does not verify the certificate of the server. Set it to false, or set "
                "https_ca_certificates_file",
            )


RULES = (
    Rule("rados-timeout-zero", ERROR, "rados_connect_timeout is 0", rados_timeout_zero),
    Rule("swift-tenant-and-file", ERROR, "a swift store is multi-tenant and has a config file", swift_tenant_and_file),
    Rule("swift-no-account", ERROR, "a swift store has no account", swift_no_account),
    Rule("swift-buffer-directory", ERROR, "a swift store has no directory for its buffer", swift_buffer),
    Rule(
        "swift-reference-shared",
        ERROR,
        "swift stores use the same reference in different files",
        swift_reference_shared,
    ),
    Rule("s3-required", ERROR, "a required option of an s3 store is missing", s3_required),
    Rule("cinder-partial", ERROR, "some of the credentials of a cinder store are missing", cinder_partial),
    Rule("file-two-kinds", ERROR, "a file store has a directory and a list of directories", file_two_kinds),
    Rule("file-datadirs", ERROR, "a directory of a file store is written wrongly", file_datadirs),
    Rule("cinder-multipath", WARNING, "multipath is enforced and not used", cinder_multipath),
    Rule("rbd-chunk-size", WARNING, "rbd_store_chunk_size is not a power of two", rbd_chunk_size),
    Rule("http-insecure", WARNING, "an http store does not verify certificates", http_insecure),
)
