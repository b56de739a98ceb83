# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each documented failure is recognized in a message of Glance, and has a repair."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._glance.failures import (
    FAILURES,
    RECREATE,
    copy_failure,
    recognize,
    repair,
)
from ansible_collections.dcn.glance.plugins.module_utils._glance.image_state import classify
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, Task

CASES = {
    "partial_object": ("RBD image 1a0d1d77 already exists", "Image file /img/1a0d1d77 already exists!"),
    "staged_data_gone": ("[Errno 2] No such file or directory: '/var/lib/glance/os_glance_staging_store/1a0d'",),
    "store_full": ("[errno 28] RBD insufficient space", "pool 'images' is full"),
    "staging_full": ("Image storage media is full: There is not enough disk space", "[Errno 27] File too large"),
    "quota": ("Image exceeds the storage quota", "[errno 122] RBD disk quota exceeded"),
    "format_refused": ("Image format mismatch", "Image has disallowed configuration", "Image format detection failed"),
    "external_data": ("QCOW images with backing files are not allowed", "QCOW images with data-file set"),
    "vmdk_type": ("Invalid VMDK create-type specified", "Unable to determine VMDK create-type"),
    "conversion_failed": ("qemu-img: Unknown driver 'vhd'", "No module named oslo_concurrency.prlimit"),
    "decompression_failed": ("No lhafile available.", "Archive contains more than one file."),
    "uri_refused": ("Import request for image x does not pass filtering",),
    "download_failed": ("HTTP Error 404: Not Found", "<urlopen error [Errno 111] Connection refused>"),
    "no_store_worked": ("None of the uploads finished!",),
    "lock_taken_over": ("Expired lock preempted",),
    "duplicate_stores": ("Atoms with duplicate names found",),
}


def test_every_failure_has_a_case() -> None:
    assert [failure.name for failure in FAILURES] == list(CASES)


@pytest.mark.parametrize(("name", "message"), [(name, text) for name, texts in CASES.items() for text in texts])
def test_the_failure_is_recognized(name: str, message: str) -> None:
    found = recognize(message)
    assert found is not None and found.name == name
    assert repair(message) == found.repair


def test_an_unknown_message() -> None:
    assert recognize("Task failed due to Internal Error") is None
    assert repair("Task failed due to Internal Error") == RECREATE
    assert repair("", "wait") == "wait"


def test_the_state_of_a_failed_import_names_the_repair() -> None:
    task = Task("t1", "failure", "[Errno 2] No such file or directory")
    state = classify(Image("i", status="queued", failed=("central",)), [task])
    assert "give every worker its own worker_self_reference_url" in state.sentence


def test_a_copy_that_failed_after_a_worker_died() -> None:
    assert copy_failure(["Task failed due to Internal Error", "Expired lock preempted"]).startswith("a worker died")
    assert copy_failure(["", "Copied 4 MiB"]).startswith("if the log contains 'already exists'")


def test_the_documentation_has_a_row_for_every_failure() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "imports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", text, flags=re.MULTILINE)
    assert sorted(rows) == sorted([*CASES, "size"])
