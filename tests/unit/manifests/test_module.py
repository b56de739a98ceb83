# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module as Ansible runs it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible.module_utils import basic

from ansible_collections.dcn.glance.plugins.modules import manifest_lint
from ansible_collections.dcn.glance.tests.support.builders.manifests import (
    SECRET,
    SITES,
    changed,
    good,
    secret,
    topology,
)
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

Run = Callable[..., dict[str, Any]]
DATA = Path(__file__).with_name("data")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """run(paths=..., ...): the result of the module."""
    logged: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda _self, text, **_rest: logged.append(str(text)))

    def apply(check: bool = False, **options: Any) -> dict[str, Any]:
        set_arguments(monkeypatch, options, check=check)
        with pytest.raises(SystemExit):
            manifest_lint.main()
        text = capsys.readouterr().out
        assert SECRET not in text + "".join(logged)
        assert base64.b64encode(SECRET.encode()).decode() not in text
        result: dict[str, Any] = json.loads(text)
        return result

    return apply


def test_file_with_an_error(run: Run) -> None:
    result = run(paths=[str(DATA / "bad_removed_site.yaml")])
    assert result["failed"] is True
    assert result["findings"][0]["rule"] == "store-without-section"
    assert result["findings"][0]["line"] == 26
    assert result["findings"][0]["site"] == "hub"
    assert result["msg"].split("\n") == [result["summary"], result["report"][0]]
    assert len(result["report"]) == len(result["findings"]) > 1


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("name", "fail_on", "fails"),
    [
        ("good_sites.yaml", "warning", False),
        ("bad_methods.yaml", "error", True),
        ("bad_methods.yaml", "never", False),
    ],
)
def test_fail_on(run: Run, name: str, fail_on: str, fails: bool, check_mode: bool) -> None:
    result = run(paths=[str(DATA / name)], fail_on=fail_on, check=check_mode)
    assert result.get("failed", False) is fails
    assert result.get("changed", False) is False


def test_fail_on_warning(run: Run) -> None:
    document = changed(good(), ("dcn0", "[glance_store]\n", "[glance_store]\nstores = rbd\n"))
    objects = [document, *(secret(site) for site in SITES)]
    assert "failed" not in run(objects=objects)
    assert run(objects=objects, fail_on="warning")["failed"] is True


def test_live_objects_with_secrets_and_the_topology(run: Run) -> None:
    encoded = secret("dcn0")
    texts = encoded.pop("stringData")
    encoded["data"] = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
    result = run(
        objects=[good(), secret("central"), encoded, secret("dcn1")],
        topology=topology(),
        crds=[str(Path(__file__).resolve().parents[3] / "lab/roles/kubernetes/files/crds")],
        fail_on="warning",
    )
    assert result["report"] == []
    assert result["summary"] == "1 Glance with 3 APIs and 3 Secrets: no error and no warning."
    assert result["invocation"]["module_args"]["objects"][1] == {"kind": "Secret", "metadata": {"name": "ceph-central"}}


def test_site_that_only_the_topology_has(run: Run) -> None:
    wanted = topology()
    wanted["sites"]["dcn2"] = {"ceph": {}, "glance": {"endpoint": "http://192.0.2.9:9292"}}
    result = run(objects=[good()], topology=wanted)
    assert {finding["rule"] for finding in result["findings"] if finding["severity"] == "error"} == {
        "topology-api-missing",
        "topology-store-missing",
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "Specify what to check"),
        ({"paths": ["/nowhere/a", "/nowhere/b"]}, "/nowhere/b: does not exist"),
        ({"paths": [str(DATA)], "crds": [str(DATA)]}, "has no CustomResourceDefinition"),
        ({"paths": [str(DATA)], "topology": {"hub": "x"}}, "sites"),
    ],
)
def test_invalid_options(run: Run, options: dict[str, Any], said: str) -> None:
    result = run(**options)
    assert result["failed"] is True
    assert said in result["msg"]


def test_without_pyyaml(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_lint, "HAS_YAML", False)
    result = run(paths=[str(DATA)])
    assert result["failed"] is True and "PyYAML" in result["msg"]


def test_secrets_in_invalid_text_are_not_shown(run: Run) -> None:
    document = changed(good(), ("dcn0", "[dcn0]\n", f"[dcn0]\n  password = {SECRET}\nsecret_key {SECRET}\n"))
    more = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "stringData": {"a": f"{SECRET}\n[x"}}
    document = changed(document, ("spec/glance/template/glanceAPIs/dcn1/customServiceConfigSecrets", ["x"]))
    result = run(objects=[document, more])
    assert "ini-syntax" in {finding["rule"] for finding in result["findings"]}
