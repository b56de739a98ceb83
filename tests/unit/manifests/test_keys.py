# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and keys in the pods of an API."""

from __future__ import annotations

from typing import Any

import yaml

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import Finding
from ansible_collections.dcn.glance.tests.support.builders.manifests import (
    APIS,
    SECRET,
    changed,
    good,
    lint_files,
    lint_objects,
    rules,
    secret,
    topology,
)

VOLUME = "spec/extraMounts/0/extraVol/1"


def only(findings: tuple[Finding, ...], rule: str) -> Finding:
    (finding,) = [each for each in findings if each.rule == rule]
    return finding


def with_secrets(document: dict[str, Any], **more: dict[str, str]) -> tuple[Finding, ...]:
    """The findings with keys added to the Secrets of sites."""
    made = []
    for site in ("central", "dcn0", "dcn1"):
        each = secret(site)
        each["stringData"].update(more.get(site, {}))
        made.append(each)
    return lint_objects(document, *made, secrets=False)


def test_keyring_of_client_admin() -> None:
    key = {"central.client.admin.keyring": f"[client.admin]\nkey = {SECRET}\n"}
    found = only(with_secrets(good(), central=key), "keys-exposed")
    assert (found.severity, found.site, SECRET in found.message) == ("error", "central", False)
    # A store uses client.admin.
    admin = changed(good(), ("central", "user = glance.central", "user = admin"))
    assert "keys-exposed" not in rules(with_secrets(admin, central=key))


def test_keyring_under_another_file_name() -> None:
    foreign = {"dcn1.client.glance.dcn0.keyring": "x"}
    keys = [*secret("dcn0")["stringData"], *foreign]
    items = [{"key": key, "path": "more" if key in foreign else key} for key in keys]
    document = changed(good(), (f"{VOLUME}/volumes/0/secret/items", items))
    assert only(with_secrets(document, dcn0=foreign), "keys-exposed").site == "dcn0"


def test_listed_key_that_the_secret_lacks() -> None:
    keys = list(secret("dcn0")["stringData"])
    items = [{"key": key, "path": key} for key in (*keys, "dcn0.cnf")]
    document = changed(good(), (f"{VOLUME}/volumes/0/secret/items", items))
    found = only(lint_objects(document), "secret-key-missing")
    assert "dcn0.cnf" in found.message
    assert "did you mean 'dcn0.conf'" in found.message
    optional = changed(document, (f"{VOLUME}/volumes/0/secret/optional", True))
    assert "secret-key-missing" not in rules(lint_objects(optional))
    assert "secret-key-missing" not in rules(lint_objects(document, secrets=False))


def test_location_of_a_mount_without_volume() -> None:
    text = yaml.safe_dump(changed(good(), (f"{VOLUME}/mounts/0/name", "other")), sort_keys=False)
    found = only(lint_files({"cp.yaml": text}), "mount-without-volume")
    assert text.split("\n")[found.line - 1].strip(" -") == "name: other"


def test_secret_without_a_name() -> None:
    shared = [{"secret": {"secretName": "x"}}]
    document = changed(
        good(),
        (f"{VOLUME}/propagation", ["Glance"]),
        (f"{VOLUME}/volumes/0", {"name": "ceph-dcn0", "projected": {"sources": shared}}),
    )
    found = lint_objects(document)
    assert "field-unknown" in rules(found)
    assert not [each for each in found if "Secret ''" in each.message]


def test_placeholders_in_a_secret_are_not_shown() -> None:
    more = secret("dcn0")
    more["metadata"]["name"] = "more"
    more["stringData"] = {"a.conf": f"[dcn0]\nrbd_store_user = {{{{ hub['{SECRET}'] }}}}\n"}
    document = changed(good(), (f"{APIS}/dcn0/customServiceConfigSecrets", ["more"]))
    found = only(lint_objects(document, more), "placeholder-bare")
    assert (found.site, found.path.endswith("[dcn0] rbd_store_user"), SECRET in found.message) == ("dcn0", True, False)


def test_edge_api_without_its_own_store() -> None:
    """The text of one spoke is used for another."""
    text = good()["spec"]["glance"]["template"]["glanceAPIs"]["dcn0"]["customServiceConfig"]
    document = changed(good(), (f"{APIS}/dcn1/customServiceConfig", text))
    found = only(lint_objects(document, secrets=False), "edge-default")
    assert (found.site, "'dcn1', which is not enabled here" in found.message) == ("dcn1", True)


def test_store_named_after_a_site() -> None:
    edits = [("central", old, new) for old, new in (("dcn1:rbd", "to_dcn1:rbd"), ("[dcn1]", "[to_dcn1]"))]
    assert "store-foreign-conf" not in rules(lint_objects(changed(good(), *edits)))
    wrong = changed(good(), *edits, ("central", "ceph/dcn1.conf", "ceph/dcn0.conf"))
    assert "named after 'dcn1'" in only(lint_objects(wrong), "store-foreign-conf").message


def test_field_among_the_apis() -> None:
    document = changed(good(), (f"{APIS}/replicas", 3))
    assert rules(lint_objects(document)) == ["field-invalid", "field-as-api"]


def test_mounts_of_the_topology() -> None:
    operators = {**topology(), "platform": "operators", "operators": {"mount": "ceph", "secret_name": "ceph"}}
    found = lint_objects(good(), with_topology=operators)
    assert "topology-mounts" not in rules(found)
    for other in ({"mount": "dcn-glance", "secret_name": "ceph"}, {"mount": "ceph", "secret_name": "files"}):
        found = lint_objects(good(), with_topology={**operators, "operators": other})
        said = [each for each in found if each.rule == "topology-mounts"]
        assert [(each.severity, each.site) for each in said] == [("warning", s) for s in ("central", "dcn0", "dcn1")]
    assert "topology-mounts" not in rules(lint_objects(good(), with_topology=topology()))
