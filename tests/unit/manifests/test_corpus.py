# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole files, valid and with the faults of published manifests, checked with every set of definitions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import failed, lines
from ansible_collections.dcn.glance.plugins.module_utils._manifests.lint import lint, summary
from ansible_collections.dcn.glance.plugins.module_utils._manifests.read import read
from ansible_collections.dcn.glance.plugins.module_utils._manifests.reading.disk import Disk

DATA = Path(__file__).with_name("data")

#: {file: (rule, line) of every error and warning}
EXPECTED: dict[str, list[tuple[str, int]]] = {
    # The text of a spoke has the conf of its own store for the store of the hub; all pods get all keys.
    "bad_copied_section.yaml": [("store-foreign-conf", 93), ("store-same-place", 93), ("keys-shared", 106)],
    # The list of the hub still has a removed site.
    "bad_removed_site.yaml": [("store-without-section", 26)],
    "bad_methods.yaml": [("import-methods-form", 12), ("glance-direct-missing", 12)],
    "bad_fields.yaml": [
        ("field-unknown", 6),
        ("field-invalid", 8),
        ("field-unknown", 12),
        ("field-unknown", 13),
        ("field-unknown", 14),
        ("field-unknown", 18),
        ("field-unknown", 20),
        ("field-invalid", 22),
        ("field-as-api", 22),
        ("field-unknown", 30),
    ],
    "bad_plugins.yaml": [("worker-url-shared", 12), ("obsolete-option", 14), ("conversion-lost", 20)],
    "bad_storage.yaml": [
        ("keystone-endpoint", 14),
        ("storage-no-pvc", 19),
        ("placeholder-region", 36),
        ("storage-none", 11),
    ],
    "bad_shared_key": [("keys-exposed", 117), ("keys-exposed", 117)],
    "good_sites.yaml": [],
    "good_patch.yaml": [],
    "good_values.yaml": [],
    "good_lone_glance.yaml": [],
}


def test_every_data_file_has_expectations() -> None:
    assert sorted(path.name for path in DATA.iterdir()) == sorted(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_findings_of_data_files(name: str, schemas: Any) -> None:
    workspace = read(Disk(), [str(DATA / name)], schemas=schemas)
    found = lint(workspace)
    assert [(each.rule, each.line) for each in found if each.severity != "info"] == EXPECTED[name]
    assert all(each.file.startswith(str(DATA / name)) for each in found)
    assert failed(found, "error") is any(each.severity == "error" for each in found)
    assert len(workspace.deployments) == 1


def test_report_and_summary() -> None:
    workspace = read(Disk(), [str(DATA / "bad_removed_site.yaml")])
    found = lint(workspace)
    assert summary(workspace, found) == "1 Glance with 2 APIs and 0 Secrets: 1 error."
    assert lines(found)[0] == (
        f"ERROR {DATA}/bad_removed_site.yaml:26: data.glance.glanceAPIs.hub.customServiceConfig [DEFAULT] "
        "enabled_backends (site hub): enables 'spoke1', but there is no section [spoke1]: the store fails when it "
        "is used. Add the section, or remove 'spoke1:rbd' [store-without-section]"
    )
    assert not failed(found, "never")
    assert failed(found, "warning")


def test_input_without_glance() -> None:
    workspace = read(Disk(), [str(Path(__file__).parent / "none")])
    assert summary(workspace, ()).startswith("The input does not configure Glance")


def test_directory() -> None:
    workspace = read(Disk(), [str(DATA)])
    errors = [each for each in lint(workspace) if each.severity == "error"]
    expected = sum(name.startswith("bad") for name in EXPECTED)
    assert len({each.file for each in errors}) == expected
