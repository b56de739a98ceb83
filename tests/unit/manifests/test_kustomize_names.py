# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, namespaces and annotations that kustomizations set."""

from __future__ import annotations

import pytest

from ansible_collections.dcn.glance.tests.support.builders.manifests import (
    KUSTOMIZE,
    SECRETS,
    built,
    changed,
    dump,
    good,
    lint_files,
    rules,
    secret,
)

BASE = "resources: [cp.yaml, secrets.yaml]\n"
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
def test_names_that_kustomize_changes(entries: str, expected: str) -> None:
    two = dump(secret("central"), secret("dcn1"))
    found = [
        each
        for each in built("resources: [cp.yaml, secrets.yaml]\n" + entries, over__secrets_yaml=two)
        if each.rule == "name-changed" and "'ceph-dcn0'" in each.message
    ]
    assert [f"'{expected}'" in each.message for each in found] == ([True] if expected else [])
    assert all(each.path.endswith("extraVol[1].volumes[0].secret.secretName") for each in found)


def test_secret_outside_of_the_kustomization_keeps_its_name() -> None:
    two = dump(secret("central"), secret("dcn1"))
    files = {"over/cp.yaml": dump(good()), "over/s.yaml": two, "dcn0.yaml": dump(secret("dcn0"))}
    files["over/kustomization.yaml"] = KUSTOMIZE + "resources: [cp.yaml, s.yaml]\n" + GENERATOR
    assert "name-changed" in rules(lint_files(files, "over"))
    assert "name-changed" not in rules(lint_files(files, "over", "dcn0.yaml"))


def test_prefix_does_not_change_references() -> None:
    found = built(BASE + "namePrefix: lab-\n")
    assert [each.rule for each in found] == ["name-changed"] * 3
    assert found[0].object == "OpenStackControlPlane/lab-openstack"
    # References with the final names are correct, and the keys of the Secrets are known.
    text = dump(good()).replace("secretName: ceph-", "secretName: lab-ceph-")
    assert built(BASE + "namePrefix: lab-\n", over__cp_yaml=text) == ()


def test_namespace_of_a_kustomization() -> None:
    elsewhere = SECRETS.replace("metadata:\n", "metadata:\n  namespace: other\n")
    assert "secret-not-read" in rules(built(BASE, over__secrets_yaml=elsewhere))
    assert built(BASE + "namespace: site\n", over__secrets_yaml=elsewhere) == ()


def test_common_annotations() -> None:
    single = changed(good(), ("spec/glance/template/glanceAPIs/central/type", "single"))
    assert "single-store" in rules(built(BASE, over__cp_yaml=dump(single)))
    entries = BASE + "commonAnnotations: {glance.openstack.org/location-api: 'true'}\n"
    assert "single-store" not in rules(built(entries, over__cp_yaml=dump(single)))
