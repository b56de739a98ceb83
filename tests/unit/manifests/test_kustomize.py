# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kustomizations and directories."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import Finding
from ansible_collections.dcn.glance.tests.support.builders.manifests import (
    APIS,
    KUSTOMIZE,
    changed,
    dump,
    good,
    lint_files,
    rules,
    secret,
)


def patch(**apis: Any) -> dict[str, Any]:
    document = good()
    spec = {"glance": {"template": {"glanceAPIs": apis}}}
    return {
        "apiVersion": document["apiVersion"],
        "kind": document["kind"],
        "metadata": {"name": "openstack"},
        "spec": spec,
    }


def files(kustomization: str, **more: str) -> dict[str, str]:
    named = {name.replace("__", "/"): text for name, text in more.items()}
    secrets = dump(*(secret(site) for site in ("central", "dcn0", "dcn1")))
    return {
        "base/kustomization.yaml": KUSTOMIZE + "resources: [cp.yaml, secrets.yaml]\n",
        "base/cp.yaml": dump(good()),
        "base/secrets.yaml": secrets,
        "over/kustomization.yaml": KUSTOMIZE + kustomization,
        **named,
    }


def only(findings: tuple[Finding, ...], rule: str) -> Finding:
    (finding,) = [each for each in findings if each.rule == rule]
    return finding


def test_the_build_result_is_checked() -> None:
    wrong = {"patch.yaml": dump(patch(dcn0={"type": "split", "preserveJobs": True}))}
    found = lint_files(
        {**files("resources: [../base]\npatches:\n- path: patch.yaml\n"), "over/patch.yaml": wrong["patch.yaml"]},
        "over",
    )
    assert rules(found) == ["field-unknown"]
    finding = only(found, "field-unknown")
    assert (finding.file, finding.line, finding.site) == ("over/patch.yaml", 11, "dcn0")


def test_a_patch_can_correct_its_base() -> None:
    broken = {**files("resources: [../base]\npatches:\n- path: patch.yaml\n")}
    broken["base/cp.yaml"] = dump(changed(good(), (f"{APIS}/dcn0/type", "egde")))
    broken["over/patch.yaml"] = dump(patch(dcn0={"type": "edge"}))
    assert lint_files(broken, "over") == ()
    # A base is checked as part of what uses it, unless its directory is specified.
    assert lint_files(broken, ".") == ()
    assert rules(lint_files(broken, "base")) == ["field-invalid"]


def test_strategic_merge_patch_and_patch_with_target() -> None:
    entries = "resources: [../base]\npatchesStrategicMerge: [patch.yaml]\n"
    entries += "patches:\n- target: {kind: OpenStackControlPlane}\n  patch: |-\n    - op: replace\n"
    entries += "      path: /spec/glance/template/keystoneEndpoint\n      value: dcn0\n"
    found = lint_files({**files(entries), "over/patch.yaml": dump(patch(dcn0={"replicas": 40}))}, "over")
    assert {(each.rule, each.file, each.line) for each in found} == {
        ("field-invalid", "over/patch.yaml", 10),
        ("keystone-endpoint", "over/kustomization.yaml", 9),
    }


def test_line_numbers_in_an_inline_patch() -> None:
    entries = "resources: [https://example.com/base.yaml]\npatches:\n- target:\n    kind: OpenStackControlPlane\n"
    entries += "  patch: |-\n    - op: replace\n      path: /spec/glance/template/customServiceConfig\n"
    entries += "      value: |\n        [DEFAULT]\n        enabled_backends = a:rbd,b:rbd\n        [glance_store]\n"
    entries += "        default_backend = a\n        [a]\n        rbd_store_user = x\n"
    found = lint_files(files(entries), "over")
    assert only(found, "store-without-section").line == 12
    assert only(found, "base-missing").line == 3
    assert only(found, "base-missing").severity == "info"
    # Nothing is reported as missing in a patch: no endpoint, storage or Secret.
    assert set(rules(found)) == {"store-without-section", "copy-image-missing", "base-missing"}


def test_builds_that_fail() -> None:
    entries = "resources: [../base, ../empty, here.yaml, ../elsewhere]\npatches:\n- path: none.yaml\n- text.yaml\n"
    found = lint_files(files(entries, empty__readme="x", over__text_yaml="x"), "over")
    said = [(each.severity, each.line) for each in found if each.rule in ("kustomize-broken", "base-missing")]
    assert sorted(said) == [("error", 3), ("error", 3), ("error", 5), ("error", 6), ("error", 6), ("info", 3)]


def test_patch_without_a_matching_resource() -> None:
    stray = patch(dcn0={"replicas": 1})
    stray["metadata"]["name"] = "other"
    found = lint_files(
        {**files("resources: [../base]\npatches:\n- path: p.yaml\n"), "over/p.yaml": dump(stray)}, "over"
    )
    assert rules(found) == ["kustomize-broken"]
    assert "OpenStackControlPlane/other" in found[0].message
    entries = "resources: [../base]\npatches:\n- target: {kind: OpenStackControlPlane}\n"
    entries += "  patch: '[{op: remove, path: /spec/nothing}]'\n"
    assert rules(lint_files(files(entries), "over")) == ["kustomize-broken"]


def test_kustomization_that_includes_itself() -> None:
    assert rules(lint_files(files("resources: [../base, ../over]\n"), "over")) == ["kustomize-broken"]


def test_replacements_of_a_component() -> None:
    values = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "values", "annotations": {"config.kubernetes.io/local-config": "true"}},
        "data": {"glance": {"glanceAPIs": {"dcn0": {"replicas": 50}}}},
    }
    component = "kind: Component\nreplacements:\n- path: replace.yaml\n"
    replace = "- source: {kind: ConfigMap, name: values, fieldPath: data.glance.glanceAPIs.dcn0.replicas}\n  targets:\n"
    replace += (
        "  - select: {kind: OpenStackControlPlane}\n    fieldPaths: [spec.glance.template.glanceAPIs.dcn0.replicas]\n"
    )
    tree = files("resources: [../base, values.yaml]\ncomponents: [../part]\n")
    tree.update({"part/kustomization.yaml": component, "part/replace.yaml": replace, "over/values.yaml": dump(values)})
    found = lint_files(tree, "over")
    assert [(each.rule, each.path, each.file) for each in found] == [
        ("field-invalid", "spec.glance.template.glanceAPIs.dcn0.replicas", "over/values.yaml")
    ]
    alone = lint_files({"values.yaml": dump(values)})
    assert [(each.rule, each.path) for each in alone] == [("field-invalid", "data.glance.glanceAPIs.dcn0.replicas")]


def test_keys_of_generated_secrets() -> None:
    entries = "resources: [../base/cp.yaml]\ngeneratorOptions: {disableNameSuffixHash: true}\n"
    entries += "secretGenerator:\n- name: ceph-central\n  files: [central.conf]\n"
    entries += (
        "- name: ceph-dcn0\n  files: [x/dcn0.conf, central.conf=y]\n  literals: [dcn0.client.glance.dcn0.keyring=z]\n"
    )
    entries += "- name: ceph-dcn1\n  envs: [keys.env]\n"
    found = lint_files(files(entries), "over")
    missing = {(each.site, each.path.partition(" ")[2]) for each in found if each.severity == "error"}
    assert missing == {
        ("central", "[central] rbd_store_user"),
        ("central", "[dcn0] rbd_store_ceph_conf"),
        ("central", "[dcn1] rbd_store_ceph_conf"),
        ("dcn0", "[central] rbd_store_user"),
    }
    assert "secret-not-read" not in rules(found)


def test_lists_owned_objects_and_other_kinds() -> None:
    owner = {"kind": "OpenStackControlPlane", "name": "openstack", "controller": True}
    made = {
        "apiVersion": "glance.openstack.org/v1beta1",
        "kind": "Glance",
        "metadata": {"name": "glance", "ownerReferences": [owner]},
        "spec": {"wrong": 1},
    }
    foreign = {"apiVersion": "example.com/v1", "kind": "Glance", "metadata": {"name": "x"}, "spec": {"wrong": 1}}
    listed = {"apiVersion": "v1", "kind": "List", "items": [good(), made, foreign, {"kind": "Pod"}]}
    secrets = dump(*(secret(site) for site in ("central", "dcn0", "dcn1")))
    assert lint_files({"l.yaml": dump(listed), "s.yaml": secrets}) == ()
    assert "field-unknown" in rules(lint_files({"g.yaml": dump(made)}))


def test_document_without_a_kind_is_a_patch() -> None:
    text = (
        "spec:\n  glance:\n    template:\n      glanceAPI: {}\n---\nspec:\n  glanceAPIs:\n    a: {preserveJobs: true}\n"
    )
    found = lint_files({"patch.yaml": text})
    assert {(each.rule, each.line) for each in found if each.severity == "error"} == {
        ("field-unknown", 4),
        ("field-unknown", 8),
    }


def test_yaml_faults_are_findings() -> None:
    files = {
        "a.yaml": "glance: {\n",
        "b.yaml": "kind: Glance\na: 1\na: 2\n",
        "c.yaml": "{% if x %}\n",
        "d.yaml": "a: [\n",
    }
    found = lint_files({**files, "e.yaml": "a: |\n  {% if x %}\n"})
    assert {(each.rule, each.severity, each.file, each.line) for each in found} == {
        ("yaml-invalid", "error", "a.yaml", 1),
        ("yaml-duplicate-key", "error", "b.yaml", 3),
        ("template-file", "warning", "c.yaml", 1),
        ("yaml-invalid", "warning", "d.yaml", 1),
    }


def test_secrets_of_other_kustomizations_and_namespaces_are_ignored() -> None:
    overlay = KUSTOMIZE + "resources: [../base, secrets.yaml]\n"
    whole = dump(*(secret(site) for site in ("central", "dcn0", "dcn1")))
    short = secret("dcn0")
    del short["stringData"]["dcn0.conf"]
    tree = {
        "base/kustomization.yaml": KUSTOMIZE + "resources: [cp.yaml]\n",
        "base/cp.yaml": dump(good()),
        "one/kustomization.yaml": overlay,
        "one/secrets.yaml": whole,
        "two/kustomization.yaml": overlay,
        "two/secrets.yaml": dump(secret("central"), short, secret("dcn1")),
    }
    assert lint_files(tree, "one") == ()
    assert [each.path.partition(" ")[2] for each in lint_files(tree, ".")] == ["[dcn0] rbd_store_ceph_conf"]
    elsewhere = {**secret("dcn0"), "metadata": {"name": "ceph-dcn0", "namespace": "other"}}
    loose = {"cp.yaml": dump(good()), "s.yaml": dump(secret("central"), elsewhere, secret("dcn1"))}
    assert rules(lint_files(loose)) == ["secret-not-read"]
