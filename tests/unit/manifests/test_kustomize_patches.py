# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches of kustomizations, in the forms that published kustomizations have."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.dcn.glance.tests.support.builders.manifests import (
    KUSTOMIZE,
    built,
    changed,
    dump,
    good,
    rules,
)

BASE = "resources: [cp.yaml, secrets.yaml]\n"
WRONG = "apiVersion: core.openstack.org/v1beta1\nkind: OpenStackControlPlane\nmetadata: {name: openstack}\n"
WRONG += "spec: {glance: {template: {keystoneEndpoint: dcn0}}}\n"
JSON = "- op: {op}\n      path: /spec/glance/template/keystoneEndpoint\n      value: {value}\n"


def test_list_of_patch_paths() -> None:
    found = built(BASE + "patches:\n- p.yaml\n", over__p_yaml=WRONG)
    assert [(each.rule, each.file, each.line) for each in found] == [("keystone-endpoint", "over/p.yaml", 4)]
    # kustomize rejects paths among mappings.
    mixed = built(BASE + "patches:\n- p.yaml\n- path: q.yaml\n", over__p_yaml=WRONG, over__q_yaml=WRONG)
    assert [each.line for each in mixed if each.rule == "kustomize-broken"] == [5]


def test_remote_patch() -> None:
    found = built(BASE + "patches:\n- path: https://example.com/more.yaml\n")
    assert [(each.severity, each.rule, each.line) for each in found] == [("info", "base-missing", 5)]
    # The remote patch may set the missing field.
    bare = changed(good(), ("spec/glance/template/keystoneEndpoint",))
    found = built(BASE + "patches:\n- path: https://example.com/more.yaml\n", over__cp_yaml=dump(bare))
    assert "keystone-endpoint" not in rules(found)


def test_inline_patch_on_one_line() -> None:
    entries = BASE + "patches:\n- patch: '" + yaml.safe_dump(yaml.safe_load(WRONG), default_flow_style=True, width=999)
    found = built(entries.rstrip() + "'\n")
    assert [(each.rule, each.line) for each in found] == [("keystone-endpoint", 5)]


@pytest.mark.parametrize(
    ("selector", "meant"),
    [("tier=edge", False), ("tier=hub", True), ("tier", True), ("tier!=hub", False), ("x", False)],
)
def test_patch_with_a_label_selector(selector: str, meant: bool) -> None:
    labelled = changed(good(), ("metadata/labels", {"tier": "hub"}))
    entries = f"patches:\n- target: {{kind: OpenStackControlPlane, labelSelector: '{selector}'}}\n"
    entries += "  patch: '[{op: replace, path: /spec/glance/template/keystoneEndpoint, value: dcn0}]'\n"
    found = built(BASE + entries, over__cp_yaml=dump(labelled))
    assert ("keystone-endpoint" in rules(found)) is meant


@pytest.mark.parametrize(
    ("op", "value", "broken"), [("test", "central", False), ("test", "dcn0", True), ("set", "central", True)]
)
def test_json_patch_operations_that_fail_the_build(op: str, value: str, broken: bool) -> None:
    entries = "patches:\n- target: {kind: OpenStackControlPlane}\n  patch: |-\n    " + JSON.format(op=op, value=value)
    assert rules(built(BASE + entries)) == (["kustomize-broken"] if broken else [])


def test_files_outside_of_the_kustomization() -> None:
    entries = "resources: [cp.yaml, secrets.yaml, ../more.yaml, ../base]\npatches:\n- path: ../p.yaml\n"
    entries += "replacements:\n- path: ../r.yaml\nsecretGenerator:\n- name: s\n  files: [a=../a, b]\n"
    base = {"base__kustomization_yaml": KUSTOMIZE, "more_yaml": "", "p_yaml": WRONG, "r_yaml": "[]"}
    found = [each for each in built(entries, **base) if each.rule == "kustomize-outside"]
    assert [(each.severity, each.line) for each in found] == [("warning", line) for line in (3, 5, 7, 10)]


def test_patch_that_is_not_text() -> None:
    entries = "patches:\n- target: {kind: OpenStackControlPlane}\n  patch:\n    " + JSON.format(op="add", value="dcn0")
    found = built(BASE + entries)
    assert [(each.rule, each.line) for each in found] == [("kustomize-broken", 7), ("keystone-endpoint", 8)]
