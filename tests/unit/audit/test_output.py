# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table for a screen, and the file for Prometheus."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.dcn.glance.plugins.module_utils._audit.kinds import KINDS
from ansible_collections.dcn.glance.plugins.module_utils._audit.prometheus import textfile
from ansible_collections.dcn.glance.plugins.module_utils._audit.table import MOST, screen
from ansible_collections.dcn.glance.tests.support.builders.audit_report import SAMPLE


def metrics() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = list(text_string_to_metric_families(textfile(SAMPLE.as_dict())))
    assert all(family.documentation and family.type == "gauge" for family in families)
    return {
        (sample.name.removeprefix("dcn_glance_audit_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_prometheus_reads_the_metrics() -> None:
    found = metrics()
    assert found["timestamp_seconds", ()] == 1795953600
    assert found["stores", (("site", "central"),)] == 2
    assert found["copies", (("state", "broken"), ("store", "dcn0"))] == 1
    assert found["findings", (("kind", "orphan"), ("severity", "warning"))] == 1
    assert found["unreachable", (("site", "dcn1"), ("what", "cluster"))] == 1
    key = (("client", "client.glance.central"), ("cluster", "dcn0"), ("host", "central"), ("site", "central"))
    assert found["key_age_seconds", key] == 41 * 86400
    client = (("client", "client.glance.central"), ("cluster", "central"), ("site", "central"))
    assert found["client_key_age_seconds", client] == 41 * 86400
    assert sum(name == "client_key_age_seconds" for name, _labels in found) == 1


def test_kinds_without_a_finding_are_zero() -> None:
    names = {dict(labels)["kind"] for name, labels in metrics() if name == "findings"}
    assert names >= set(KINDS)


def test_labels_are_escaped() -> None:
    report = SAMPLE.as_dict()
    report["keys"][0]["host"] = 'a"b\\c\nd'
    (family,) = (
        family
        for family in text_string_to_metric_families(textfile(report))
        if family.name.endswith("audit_key_age_seconds")
    )
    assert family.samples[0].labels["host"] == 'a"b\\c\nd'


def test_the_screen_shows_images_findings_and_repairs() -> None:
    lines = screen(SAMPLE.as_dict()).splitlines()
    assert lines[0].endswith("3 sites, 4 stores, 3 images. Findings: 3 error, 2 warning, 1 info.")
    assert any(
        line.split() == ["debian-12", "raw", "2048.0", "ok", "-", "wanted", "copying", "extra"] for line in lines
    )
    assert any("orphan" in line and "Repair: remove the RBD image" in line for line in lines)
    assert any(line.startswith("no ") and "it has 2 clones" in line for line in lines)


def test_long_lists_are_counted() -> None:
    report = SAMPLE.as_dict()
    report["images"] = report["images"] * MOST
    assert f"... and {2 * MOST} more images" in screen(report)
