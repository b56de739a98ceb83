# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replacements of kustomizations, and the ConfigMaps that feed them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.dcn.glance.tests.support.builders.manifests import (
    COMPONENT,
    built,
    changed,
    dump,
    good,
    lint_files,
    rules,
    secret,
)

REPLACE = "  - source: {{kind: ConfigMap, name: values, fieldPath: {source}}}\n    targets:\n"
REPLACE += (
    "    - select: {{kind: OpenStackControlPlane}}\n      fieldPaths: [{target}]\n      options: {{create: true}}\n"
)
APIS = good()["spec"]["glance"]["template"]["glanceAPIs"]
ENDPOINT = REPLACE.format(source="data.glance.keystoneEndpoint", target="spec.glance.template.keystoneEndpoint")


def values(**template: Any) -> str:
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "values"}, "data": {"glance": template}}
    return dump(document)


def test_values_without_their_target() -> None:
    text = values(keystoneEndpoint="nobody", glanceAPIs=APIS)
    entries = "components: [../../lib/not-here]\nresources: [values.yaml]\nreplacements:\n" + ENDPOINT
    found = built(entries, over__values_yaml=text)
    assert [(each.rule, each.file, each.path) for each in found if each.severity == "error"] == [
        ("keystone-endpoint", "over/values.yaml", "data.glance.keystoneEndpoint")
    ]
    # With the target, only the result of the build is checked.
    both = built("resources: [cp.yaml, values.yaml]\nreplacements:\n" + ENDPOINT, over__values_yaml=text)
    assert [each.path for each in both if each.rule == "keystone-endpoint"] == ["spec.glance.template.keystoneEndpoint"]


@pytest.mark.parametrize(
    ("source", "kind"), [("data.glance.nothing", "values"), ("data.glance.keystoneEndpoint", "other")]
)
def test_replacement_without_a_source(source: str, kind: str) -> None:
    entry = REPLACE.format(source=source, target="spec.glance.template.keystoneEndpoint").replace(
        "name: values", f"name: {kind}"
    )
    text = values(keystoneEndpoint="central", glanceAPIs={})
    found = built("resources: [cp.yaml, secrets.yaml, values.yaml]\nreplacements:\n" + entry, over__values_yaml=text)
    assert [(each.rule, each.line) for each in found if each.severity == "error"] == [("kustomize-broken", 5)]
    # A missing base may have the source, so its target is not reported as missing.
    there = "resources: [cp.yaml, secrets.yaml, values.yaml, ../../gone]\nreplacements:\n" + entry
    bare = changed(good(), ("spec/glance/template/keystoneEndpoint",))
    found = built(there, over__values_yaml=text, over__cp_yaml=dump(bare))
    assert [each.severity for each in found if each.rule != "conversion-off"] == ["info"]


def test_secret_keys_that_an_unknown_replacement_sets() -> None:
    """A Secret whose data another file holds that was not given."""
    empty = {**secret("dcn0"), "stringData": {"ceph.conf": "x", "ceph.client.openstack.keyring": "x"}}
    entries = "resources: [cp.yaml, s.yaml, ../../gone.yaml]\nreplacements:\n"
    entries += "- source: {kind: ConfigMap, name: gone, fieldPath: data.files}\n"
    entries += "  targets: [{select: {kind: Secret, name: ceph-dcn0}, fieldPaths: [stringData]}]\n"
    assert not [each for each in built(entries, over__s_yaml=dump(empty)) if each.severity == "error"]
    found = built(entries.partition("replacements")[0], over__s_yaml=dump(empty))
    assert {"conf-not-mounted", "keys-exposed"} <= set(rules(found))


def test_field_paths_with_brackets_and_wildcards() -> None:
    data = {"conf": "x", "off": 0}
    text = dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "values"}, "data": data})
    incomplete = secret("dcn0")
    del incomplete["stringData"]["dcn0.conf"]
    entries = "resources: [cp.yaml, s.yaml, values.yaml]\nreplacements:\n"
    entries += "- source: {kind: ConfigMap, name: values, fieldPath: data.conf}\n  targets:\n"
    entries += "  - select: {kind: Secret}\n    fieldPaths: ['stringData.[dcn0.conf]']\n    options: {create: true}\n"
    secrets = dump(secret("central"), incomplete, secret("dcn1"))
    assert "conf-not-mounted" not in rules(built(entries, over__s_yaml=secrets, over__values_yaml=text))
    entries = entries.partition("replacements")[0]
    assert "conf-not-mounted" in rules(built(entries, over__s_yaml=secrets, over__values_yaml=text))
    entries += "replacements:\n" + REPLACE.format(
        source="data.off", target="spec.glance.template.glanceAPIs.*.type"
    ).replace("kind: OpenStackControlPlane", "kind: '.*Plane'")
    found = built(entries, over__s_yaml=secrets, over__values_yaml=text)
    assert len([each for each in found if each.path.endswith(".type") and each.rule == "field-invalid"]) == 3


def test_component_without_its_kustomization() -> None:
    entries = "resources: [cp.yaml]\nreplacements:\n" + ENDPOINT
    found = lint_files({"part/cp.yaml": dump(good()), "part/kustomization.yaml": COMPONENT + entries}, "part")
    assert [each.message.partition(",")[0] for each in found if each.rule == "base-missing"] == [
        "OpenStackControlPlane/openstack is part of a component"
    ]
