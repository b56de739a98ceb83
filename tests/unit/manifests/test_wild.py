# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways of writing that published kustomizations and directories have."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import Finding
from ansible_collections.dcn.glance.plugins.module_utils._manifests.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._manifests.read import read

from .conftest import SCHEMAS, SITES, Memory, changed, good, lint_files, rules, secret

KUSTOMIZE = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"


def dump(*documents: Any) -> str:
    return yaml.safe_dump_all(documents, sort_keys=False)


SECRETS = dump(*(secret(site) for site in SITES))


def built(entries: str, **more: str) -> tuple[Finding, ...]:
    """The findings on a kustomization over a good control plane and its Secrets."""
    files = {name.replace("__", "/").replace("_yaml", ".yaml"): text for name, text in more.items()}
    files = {"over/cp.yaml": dump(good()), "over/secrets.yaml": SECRETS, **files}
    return lint_files({**files, "over/kustomization.yaml": KUSTOMIZE + entries}, "over")


BASE = "resources: [cp.yaml, secrets.yaml]\n"
WRONG = "apiVersion: core.openstack.org/v1beta1\nkind: OpenStackControlPlane\nmetadata: {name: openstack}\n"
WRONG += "spec: {glance: {template: {keystoneEndpoint: dcn0}}}\n"


def test_paths_alone_among_the_patches_are_read() -> None:
    found = built(BASE + "patches:\n- p.yaml\n", over__p_yaml=WRONG)
    assert [(each.rule, each.file, each.line) for each in found] == [("keystone-endpoint", "over/p.yaml", 4)]
    # Beside mappings kustomize refuses them.
    mixed = built(BASE + "patches:\n- p.yaml\n- path: q.yaml\n", over__p_yaml=WRONG, over__q_yaml=WRONG)
    assert [each.line for each in mixed if each.rule == "kustomize-broken"] == [5]


def test_a_remote_patch_is_not_missing() -> None:
    found = built(BASE + "patches:\n- path: https://example.com/more.yaml\n")
    assert [(each.severity, each.rule, each.line) for each in found] == [("info", "base-missing", 5)]
    # It may hold what is not here.
    bare = changed(good(), ("spec/glance/template/keystoneEndpoint",))
    found = built(BASE + "patches:\n- path: https://example.com/more.yaml\n", over__cp_yaml=dump(bare))
    assert "keystone-endpoint" not in rules(found)


def test_an_inline_patch_of_one_line() -> None:
    entries = BASE + "patches:\n- patch: '" + yaml.safe_dump(yaml.safe_load(WRONG), default_flow_style=True, width=999)
    found = built(entries.rstrip() + "'\n")
    assert [(each.rule, each.line) for each in found] == [("keystone-endpoint", 5)]


def values(**template: Any) -> str:
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "values"}, "data": {"glance": template}}
    return dump(document)


REPLACE = "  - source: {{kind: ConfigMap, name: values, fieldPath: {source}}}\n    targets:\n"
REPLACE += (
    "    - select: {{kind: OpenStackControlPlane}}\n      fieldPaths: [{target}]\n      options: {{create: true}}\n"
)
APIS = good()["spec"]["glance"]["template"]["glanceAPIs"]
ENDPOINT = REPLACE.format(source="data.glance.keystoneEndpoint", target="spec.glance.template.keystoneEndpoint")


def test_values_without_their_target_are_judged_alone() -> None:
    text = values(keystoneEndpoint="nobody", glanceAPIs=APIS)
    entries = "components: [../../lib/not-here]\nresources: [values.yaml]\nreplacements:\n" + ENDPOINT
    found = built(entries, over__values_yaml=text)
    assert [(each.rule, each.file, each.path) for each in found if each.severity == "error"] == [
        ("keystone-endpoint", "over/values.yaml", "data.glance.keystoneEndpoint")
    ]
    # With it the result is judged, and the values no more.
    both = built("resources: [cp.yaml, values.yaml]\nreplacements:\n" + ENDPOINT, over__values_yaml=text)
    assert [each.path for each in both if each.rule == "keystone-endpoint"] == ["spec.glance.template.keystoneEndpoint"]


@pytest.mark.parametrize(
    ("source", "kind"), [("data.glance.nothing", "values"), ("data.glance.keystoneEndpoint", "other")]
)
def test_a_replacement_without_source(source: str, kind: str) -> None:
    entry = REPLACE.format(source=source, target="spec.glance.template.keystoneEndpoint").replace(
        "name: values", f"name: {kind}"
    )
    text = values(keystoneEndpoint="central", glanceAPIs={})
    found = built("resources: [cp.yaml, secrets.yaml, values.yaml]\nreplacements:\n" + entry, over__values_yaml=text)
    assert [(each.rule, each.line) for each in found if each.severity == "error"] == [("kustomize-broken", 5)]
    # Where something is not at hand, the source may be there, and what it would fill is not missed.
    there = "resources: [cp.yaml, secrets.yaml, values.yaml, ../../gone]\nreplacements:\n" + entry
    bare = changed(good(), ("spec/glance/template/keystoneEndpoint",))
    found = built(there, over__values_yaml=text, over__cp_yaml=dump(bare))
    assert [each.severity for each in found if each.rule != "conversion-off"] == ["info"]


def test_keys_that_are_filled_in_elsewhere_are_not_judged() -> None:
    """A Secret whose data another file holds that was not given."""
    empty = {**secret("dcn0"), "stringData": {"ceph.conf": "x", "ceph.client.openstack.keyring": "x"}}
    entries = "resources: [cp.yaml, s.yaml, ../../gone.yaml]\nreplacements:\n"
    entries += "- source: {kind: ConfigMap, name: gone, fieldPath: data.files}\n"
    entries += "  targets: [{select: {kind: Secret, name: ceph-dcn0}, fieldPaths: [stringData]}]\n"
    assert not [each for each in built(entries, over__s_yaml=dump(empty)) if each.severity == "error"]
    found = built(entries.partition("replacements")[0], over__s_yaml=dump(empty))
    assert {"conf-not-mounted", "keys-exposed"} <= set(rules(found))


def test_keys_with_dots_in_brackets_and_wildcards() -> None:
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


GENERATOR = "secretGenerator:\n- name: ceph-dcn0\n  files: [dcn0.conf]\n"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (GENERATOR, "ceph-dcn0-<hash>"),
        (GENERATOR + "  options: {disableNameSuffixHash: true}\n", ""),
        (GENERATOR + "generatorOptions: {disableNameSuffixHash: true}\n", ""),
        (GENERATOR + "configurations: [names.yaml]\n", ""),
        ("namePrefix: a-\n" + GENERATOR, "a-ceph-dcn0-<hash>"),
        ("nameSuffix: -z\ngeneratorOptions: {disableNameSuffixHash: true}\n" + GENERATOR, "ceph-dcn0-z"),
    ],
)
def test_names_that_kustomize_makes(entries: str, expected: str) -> None:
    two = dump(secret("central"), secret("dcn1"))
    found = [
        each
        for each in built("resources: [cp.yaml, secrets.yaml]\n" + entries, over__secrets_yaml=two)
        if each.rule == "name-changed" and "'ceph-dcn0'" in each.message
    ]
    assert [f"'{expected}'" in each.message for each in found] == ([True] if expected else [])
    assert all(each.path.endswith("extraVol[1].volumes[0].secret.secretName") for each in found)


def test_a_secret_beside_the_kustomization_keeps_its_name() -> None:
    two = dump(secret("central"), secret("dcn1"))
    files = {"over/cp.yaml": dump(good()), "over/s.yaml": two, "dcn0.yaml": dump(secret("dcn0"))}
    files["over/kustomization.yaml"] = KUSTOMIZE + "resources: [cp.yaml, s.yaml]\n" + GENERATOR
    assert "name-changed" in rules(lint_files(files, "over"))
    assert "name-changed" not in rules(lint_files(files, "over", "dcn0.yaml"))


def test_a_prefix_changes_the_names_of_secrets_but_not_what_refers_to_them() -> None:
    found = built(BASE + "namePrefix: lab-\n")
    assert [each.rule for each in found] == ["name-changed"] * 3
    assert found[0].object == "OpenStackControlPlane/lab-openstack"
    # Written as they will be, the names are right, and the files of the Secrets are known.
    text = dump(good()).replace("secretName: ceph-", "secretName: lab-ceph-")
    assert built(BASE + "namePrefix: lab-\n", over__cp_yaml=text) == ()


def test_a_namespace_for_all() -> None:
    elsewhere = SECRETS.replace("metadata:\n", "metadata:\n  namespace: other\n")
    assert "secret-not-read" in rules(built(BASE, over__secrets_yaml=elsewhere))
    assert built(BASE + "namespace: site\n", over__secrets_yaml=elsewhere) == ()


def test_annotations_for_all() -> None:
    single = changed(good(), ("spec/glance/template/glanceAPIs/central/type", "single"))
    assert "single-store" in rules(built(BASE, over__cp_yaml=dump(single)))
    entries = BASE + "commonAnnotations: {glance.openstack.org/location-api: 'true'}\n"
    assert "single-store" not in rules(built(entries, over__cp_yaml=dump(single)))


@pytest.mark.parametrize(
    ("selector", "meant"),
    [("tier=edge", False), ("tier=hub", True), ("tier", True), ("tier!=hub", False), ("x", False)],
)
def test_patches_by_label(selector: str, meant: bool) -> None:
    labelled = changed(good(), ("metadata/labels", {"tier": "hub"}))
    entries = f"patches:\n- target: {{kind: OpenStackControlPlane, labelSelector: '{selector}'}}\n"
    entries += "  patch: '[{op: replace, path: /spec/glance/template/keystoneEndpoint, value: dcn0}]'\n"
    found = built(BASE + entries, over__cp_yaml=dump(labelled))
    assert ("keystone-endpoint" in rules(found)) is meant


def test_what_a_test_expects_is_no_whole_object() -> None:
    expected = {
        "apiVersion": "glance.openstack.org/v1beta1",
        "kind": "Glance",
        "metadata": {"name": "glance"},
        "spec": {"secret": "s", "databaseInstance": "d", "glanceAPIs": {"default": {"replicas": 2}}},
    }
    assert "split-file" in rules(lint_files({"t/01-apply.yaml": dump(expected)}))
    found = lint_files({"t/01-assert.yaml": dump(expected), "t/02-errors.yaml": dump(expected)})
    assert [(each.severity, each.rule) for each in found] == [("info", "base-missing")] * 2


def test_templates() -> None:
    text = "spec:\n  glance:\n    template:\n      keystoneEndpoint: {{ hub }}\n"
    found = lint_files({"d/cp.yaml.j2": text, "d/other.j2": "x"}, "d")
    assert [(each.severity, each.rule, each.file) for each in found] == [("info", "template-file", "d/cp.yaml.j2")]
    named = lint_files({"d/cp.yaml.j2": text}, "d/cp.yaml.j2")
    assert [(each.severity, each.rule) for each in named] == [("warning", "template-file")]


def test_fields_of_glance_beside_the_services(schemas: Any) -> None:
    document = changed(
        good(), ("spec/customServiceConfig", "[DEFAULT]\n"), ("spec/glanceAPI", {}), ("spec/secret", "s")
    )
    found = [each for each in lint_files({"cp.yaml": dump(document)}, schemas=schemas) if each.severity == "error"]
    assert [(each.rule, each.path) for each in found] == [
        ("field-unknown", "spec.customServiceConfig"),
        ("field-unknown", "spec.glanceAPI"),
    ]


def test_services_that_are_gone_or_new_are_no_error_of_glance(schemas: Any) -> None:
    document = changed(good(), ("spec/ceilometer", {}), ("spec/applicationCredential", {"enabled": True}))
    found = lint_files({"cp.yaml": dump(document)}, schemas=schemas)
    assert not [each for each in found if each.severity == "error"]
    assert not [each for each in found if "applicationCredential" in each.path]


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


JSON = "- op: {op}\n      path: /spec/glance/template/keystoneEndpoint\n      value: {value}\n"


@pytest.mark.parametrize(
    ("op", "value", "broken"), [("test", "central", False), ("test", "dcn0", True), ("set", "central", True)]
)
def test_operations_that_stop_a_build(op: str, value: str, broken: bool) -> None:
    entries = "patches:\n- target: {kind: OpenStackControlPlane}\n  patch: |-\n    " + JSON.format(op=op, value=value)
    assert rules(built(BASE + entries)) == (["kustomize-broken"] if broken else [])


def test_a_patch_that_is_no_text() -> None:
    entries = "patches:\n- target: {kind: OpenStackControlPlane}\n  patch:\n    " + JSON.format(op="add", value="dcn0")
    found = built(BASE + entries)
    assert [(each.rule, each.line) for each in found] == [("kustomize-broken", 7), ("keystone-endpoint", 8)]


def test_a_glance_api_by_hand() -> None:
    document = {
        "apiVersion": "glance.openstack.org/v1beta1",
        "kind": "GlanceAPI",
        "metadata": {"name": "mine"},
        "spec": {"replicas": 1},
    }
    schema = {"properties": {"spec": {"type": "object", "required": ["secret"], "properties": {"replicas": {}}}}}
    found = lint_files({"api.yaml": dump(document)}, schemas={"GlanceAPI": schema})
    assert [(each.severity, each.rule, each.path) for each in found] == [("warning", "field-required", "spec.secret")]


def test_a_component_alone_says_why_nothing_is_missed() -> None:
    entries = "resources: [cp.yaml]\nreplacements:\n" + ENDPOINT
    found = lint_files({"part/cp.yaml": dump(good()), "part/kustomization.yaml": COMPONENT + entries}, "part")
    assert [each.message.partition(",")[0] for each in found if each.rule == "base-missing"] == [
        "OpenStackControlPlane/openstack is part of a component"
    ]
