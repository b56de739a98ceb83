# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of the report."""

from __future__ import annotations

import json
from pathlib import Path

from ansible_collections.dcn.glance.plugins.module_utils._audit import model
from ansible_collections.dcn.glance.tests.support.builders.audit_report import SAMPLE

DATA = Path(__file__).parent / "data" / "sample.json"


def test_the_sample_file_has_the_shape_of_the_report() -> None:
    assert json.loads(DATA.read_text(encoding="utf-8")) == SAMPLE.as_dict()


def test_the_sample_has_every_state_of_a_store() -> None:
    found = {store.state for image in SAMPLE.images for store in image.stores.values()}
    assert found == set(model.STORE_STATES)


def test_the_summary_counts() -> None:
    summary = SAMPLE.as_dict()["summary"]
    assert (summary["sites"], summary["stores"], summary["images"]) == (3, 4, 3)
    assert summary["severities"] == {"error": 3, "warning": 2, "info": 1}
    assert summary["kinds"]["orphan"] == 1


def test_a_finding_keeps_its_id() -> None:
    ids = [finding.id for finding in SAMPLE.findings]
    assert ids[1] == "unprotected_snapshot/dcn0/dcn0/2f1f8f0c-6f0e-4c8e-9d2e-1f2c4b5a6d7e"
    assert len(set(ids)) == len(ids)
