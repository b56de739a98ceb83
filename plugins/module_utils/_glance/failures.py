# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures that Glance reports in the message of a task, each with its repair."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """One documented failure: its name, what shows it in a message, and what to do."""

    name: str
    pattern: str
    repair: str


RECREATE = "delete it and import it again"
WAITING = (
    "A task also waits, without an update, while the pool of a store is full or its cluster does not answer: see `ceph"
    " health detail` there."
)
_PARTIAL = (
    "an interrupted import or copy left a part of the image in the cluster of that store: if `rbd snap ls POOL/IMAGE`"
    " shows no snapshot there, remove it with `rbd rm POOL/IMAGE` and run again"
)
FAILURES: tuple[Failure, ...] = (
    Failure(
        "partial_object",
        r"already exists",
        _PARTIAL,
    ),
    Failure(
        "staged_data_gone",
        r"no such file or directory|errno 2\b",
        "the worker that ran the import does not have the staged data: give every worker its own"
        " worker_self_reference_url and keep its staging directory, then import again",
    ),
    Failure(
        "store_full",
        r"rbd.*insufficient|pool\b.*\bfull|full\b.*\bpool",
        "free space in the cluster of that store, or raise the quota of its pool, then copy the image there",
    ),
    Failure(
        "staging_full",
        r"storage media is full|no space left|errno 28\b|file too large|errno 27\b",
        "free space in the staging directory of that worker (twice the size of the largest image with conversion),"
        " then import again",
    ),
    Failure(
        "quota",
        r"quota|edquot|errno 122\b|limit exceeded|over.?limit",
        "raise the limit of the project (image_size_total, image_stage_total, image_count_total in Keystone,"
        " user_storage_quota or image_size_cap in glance-api.conf) or delete images, then import again",
    ),
    Failure(
        "format_refused",
        r"format mismatch|failed format inspection|disallowed configuration|format detection failed"
        r"|disagrees about format|unexpected format|unable to inspect image|does not match content",
        "Glance's inspector refused the data: disk_format must name the format of the file; it accepts a qcow2 that"
        " `qemu-img convert -O qcow2` has written, without a backing file and a data file",
    ),
    Failure(
        "external_data",
        r"backing file|data-file",
        "the qcow2 refers to other files: write it whole with `qemu-img convert -O qcow2`, then import that file",
    ),
    Failure(
        "vmdk_type",
        r"vmdk.*createtype|vmdk create-type",
        "vmdk_allowed_types of this API does not allow this kind of vmdk: convert the file with"
        " `qemu-img convert -O qcow2`",
    ),
    Failure(
        "conversion_failed",
        r"qemu-img|prlimit|conversion",
        "the conversion failed: qemu-img must be installed on the worker, its staging directory needs space for the"
        " raw image, and under uwsgi [wsgi] python_interpreter must be set",
    ),
    Failure(
        "decompression_failed",
        r"bad ?gzip|not a gzipped|lhafile|more than one file|crc check",
        "decompress the file before the import",
    ),
    Failure(
        "uri_refused",
        r"does not pass filtering|invalid uri|not allowed.*uri|redirect",
        "[import_filtering_opts] of this API sets which schemes, hosts and ports are allowed",
    ),
    Failure(
        "download_failed",
        r"http error \d+|<url\w+ error|urlerror|connection refused|name or service not known|timed out|404 from",
        "the worker itself must reach the uri: check the URL, its name service and proxies",
    ),
    Failure(
        "no_store_worked",
        r"none of the uploads finished",
        "no store took the data",
    ),
    Failure("lock_taken_over", r"expired lock preempted", "another request took over the lock; run again"),
    Failure("duplicate_stores", r"atoms with duplicate names", "the request named a store twice: name each store once"),
)
_PATTERNS = tuple((failure, re.compile(failure.pattern, re.IGNORECASE)) for failure in FAILURES)


def recognize(message: str) -> Failure | None:
    """The failure that a message of Glance names; None for one that it does not explain."""
    return next((failure for failure, pattern in _PATTERNS if pattern.search(message)), None)


def repair(message: str, otherwise: str = RECREATE) -> str:
    """What to do about a failure."""
    found = recognize(message)
    return found.repair if found else otherwise


def copy_failure(messages: Sequence[str]) -> str:
    """What is known of a copy that failed, from the messages of the tasks of its image.

    Glance writes the reason only to its log, but the task of a worker that died names that another took over its lock.
    """
    if any(_matches("lock_taken_over", message) for message in messages):
        return f"a worker died during an earlier copy, so probably {_PARTIAL}"
    return f"if the log contains 'already exists', {_PARTIAL}"


def _matches(name: str, message: str) -> bool:
    found = recognize(message)
    return bool(found and found.name == name)
