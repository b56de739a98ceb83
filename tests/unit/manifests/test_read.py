# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are not plain manifests, and how often a file is read."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._manifests.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._manifests.read import read
from ansible_collections.dcn.glance.tests.support.builders.manifests import (
    COMPONENT,
    KUSTOMIZE,
    SCHEMAS,
    SECRETS,
    Memory,
    changed,
    dump,
    good,
    lint_files,
    lint_objects,
    rules,
)

BASE = "resources: [cp.yaml, secrets.yaml]\n"
WRONG = "apiVersion: core.openstack.org/v1beta1\nkind: OpenStackControlPlane\nmetadata: {name: openstack}\n"
WRONG += "spec: {glance: {template: {keystoneEndpoint: dcn0}}}\n"


def test_expectations_of_kuttl_tests() -> None:
    expected = {
        "apiVersion": "glance.openstack.org/v1beta1",
        "kind": "Glance",
        "metadata": {"name": "glance"},
        "spec": {"secret": "s", "databaseInstance": "d", "glanceAPIs": {"default": {"replicas": 2}}},
    }
    assert "split-file" in rules(lint_files({"t/01-apply.yaml": dump(expected)}))
    found = lint_files({"t/01-assert.yaml": dump(expected), "t/02-errors.yaml": dump(expected)})
    assert [(each.severity, each.rule) for each in found] == [("info", "base-missing")] * 2


def test_jinja_templates() -> None:
    text = "spec:\n  glance:\n    template:\n      keystoneEndpoint: {{ hub }}\n"
    found = lint_files({"d/cp.yaml.j2": text, "d/other.j2": "x"}, "d")
    assert [(each.severity, each.rule, each.file) for each in found] == [("info", "template-file", "d/cp.yaml.j2")]
    named = lint_files({"d/cp.yaml.j2": text}, "d/cp.yaml.j2")
    assert [(each.severity, each.rule) for each in named] == [("warning", "template-file")]


def test_fields_of_glance_in_the_spec_of_a_control_plane(schemas: Any) -> None:
    document = changed(
        good(), ("spec/customServiceConfig", "[DEFAULT]\n"), ("spec/glanceAPI", {}), ("spec/secret", "s")
    )
    found = [each for each in lint_files({"cp.yaml": dump(document)}, schemas=schemas) if each.severity == "error"]
    assert [(each.rule, each.path) for each in found] == [
        ("field-unknown", "spec.customServiceConfig"),
        ("field-unknown", "spec.glanceAPI"),
    ]


def test_unknown_services_are_no_error(schemas: Any) -> None:
    document = changed(good(), ("spec/ceilometer", {}), ("spec/applicationCredential", {"enabled": True}))
    found = lint_files({"cp.yaml": dump(document)}, schemas=schemas)
    assert not [each for each in found if each.severity == "error"]
    assert not [each for each in found if "applicationCredential" in each.path]


def glance_api(**spec: Any) -> dict[str, Any]:
    """A GlanceAPI as the operator creates it: with all extraMounts of the control plane."""
    mounts = good()["spec"]["extraMounts"]
    text = good()["spec"]["glance"]["template"]["glanceAPIs"]["dcn0"]["customServiceConfig"]
    return {
        "apiVersion": "glance.openstack.org/v1beta1",
        "kind": "GlanceAPI",
        "metadata": {"name": "glance-dcn0-edge", "labels": {"api-name": "dcn0"}, "uid": "1", "resourceVersion": "2"},
        "spec": {"apiType": "edge", "replicas": 3, "customServiceConfig": text, "extraMounts": mounts, **spec},
    }


def test_live_glance_api_has_the_mounts_of_all_apis() -> None:
    assert lint_objects(glance_api()) == ()
    misspelt = changed(good(), ("spec/extraMounts/0/extraVol/1/propagation", ["Glanceapi"]))
    wrong = glance_api(extraMounts=misspelt["spec"]["extraMounts"])
    assert "propagation-unknown" in rules(lint_objects(wrong))


@pytest.mark.parametrize("live", [True, False])
def test_unknown_field_of_a_live_object(live: bool) -> None:
    document = changed(good(), ("spec/glance/template/glanceAPIs/dcn0/containerImage", "x"))
    if live:
        document = changed(document, ("metadata/uid", "1"))
    (found,) = lint_objects(document)
    assert (found.rule, found.severity) == ("field-unknown", "warning" if live else "error")
    assert "with `crds`" in found.message


def test_glance_api_without_an_operator() -> None:
    document = {
        "apiVersion": "glance.openstack.org/v1beta1",
        "kind": "GlanceAPI",
        "metadata": {"name": "mine"},
        "spec": {"replicas": 1},
    }
    schema = {"properties": {"spec": {"type": "object", "required": ["secret"], "properties": {"replicas": {}}}}}
    found = lint_files({"api.yaml": dump(document)}, schemas={"GlanceAPI": schema})
    assert [(each.severity, each.rule, each.path) for each in found] == [("warning", "field-required", "spec.secret")]


class Counting(Memory):
    def __init__(self, files: dict[str, str]) -> None:
        super().__init__(files)
        self.reads: list[str] = []

    def read(self, path: str) -> str | None:
        self.reads.append(path)
        return super().read(path)


def test_no_file_is_read_twice() -> None:
    files = {
        "base/kustomization.yaml": KUSTOMIZE + BASE,
        "base/cp.yaml": dump(good()),
        "base/secrets.yaml": SECRETS,
        "part/kustomization.yaml": COMPONENT + "patches: [{path: p.yaml}]\n",
        "part/p.yaml": WRONG.replace("dcn0", "central"),
        "one/kustomization.yaml": KUSTOMIZE + "resources: [../base]\ncomponents: [../part]\n",
        "two/kustomization.yaml": KUSTOMIZE + "resources: [../one]\n",
        "three/kustomization.yaml": KUSTOMIZE + "resources: [../one]\ncomponents: [../part]\n",
    }
    disk = Counting(files)
    found = lint(read(disk, ["."], schemas=SCHEMAS))
    assert not [each for each in found if each.severity == "error"]
    assert sorted(disk.reads) == sorted(set(disk.reads))
