# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every topology in docs/kubernetes-backends.md: it is right, and rendered it is what the golden file says."""

from __future__ import annotations

import copy
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.config_secret import KEY
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.model import Observed, RunOptions
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.plan import ControlPlanePlan, plan_run
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.result import yaml_lines
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.secret_object import secret_body
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.target import new_item
from ansible_collections.dcn.glance.plugins.module_utils._operators.forecast import OperatorObjects
from ansible_collections.dcn.glance.plugins.module_utils._topology.lint import lint
from ansible_collections.dcn.glance.plugins.module_utils._topology.parse import parse
from ansible_collections.dcn.glance.plugins.module_utils._topology.secrets import mask
from ansible_collections.dcn.glance.tests.support.builders.control_plane import Keys, desired
from ansible_collections.dcn.glance.tests.support.builders.manifests import lint_objects
from ansible_collections.dcn.glance.tests.unit.control_plane.test_definitions import FILES, PLACES, unknown

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = Path(__file__).parent / "golden" / "samples"
TEXT = (ROOT / "docs" / "kubernetes-backends.md").read_text()
HEADER = "# SPDX-License-Identifier: GPL-3.0-or-later\n---\n"
KEYS = {"vault_s3_access_key": "access-key-of-a-test", "vault_s3_secret_key": "secret-key-of-a-test"}


class Loader(yaml.SafeLoader):
    """YAML as Ansible reads it."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def samples() -> dict[str, list[dict[str, Any]]]:
    """The YAML of each section by its title."""
    found = {}
    for part in TEXT.split("\n## ")[1:]:
        title = part.partition("\n")[0].lower().replace(" ", "_").replace("-", "_")
        text = part
        for name, value in KEYS.items():
            text = text.replace("{{ " + name + " }}", value)
        blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        found[title] = [yaml.load(block, Loader) for block in blocks]
    return found


SAMPLES = {
    title: (blocks[0]["dcn_topology"], blocks[1] if len(blocks) > 1 else {})
    for title, blocks in samples().items()
    if blocks and "dcn_topology" in blocks[0]
}


def item_of(data: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """An object without Glance APIs; a control plane has what the sample says about Cinder."""
    if "glance" in data.get("operators", {}):
        return new_item({"spec": {"secret": "osp-secret", "containerImage": "image"}}, desired(data))
    spec = {"secret": "osp-secret", "storageClass": "local", **copy.deepcopy(more.get("spec", {}))}
    return new_item({"spec": spec}, desired(data))


def plan(data: dict[str, Any], item: dict[str, Any], keys: Keys, **secrets: Any) -> ControlPlanePlan:
    want = desired(data)
    observed = Observed(item, OperatorObjects("glance"), secrets)
    return plan_run(want, observed, keys.files(want), RunOptions())


def rendered(found: ControlPlanePlan) -> str:
    """The spec, and the Secrets: those with confs and keyrings by the names of their keys only."""
    secrets = {each.name: {KEY: each.files[0].after} if KEY in each.keys else list(each.keys) for each in found.secrets}
    content = {"spec": found.merge.after["spec"], "secrets": secrets}
    return HEADER + "".join(f"{line}\n" for line in yaml_lines(content))


@pytest.mark.parametrize("name", SAMPLES)
def test_golden(name: str, keys: Keys) -> None:
    """After an intended change: DCN_UPDATE_GOLDEN=1 pytest tests/unit/control_plane, then read the difference."""
    path = GOLDEN / f"{name}.golden.yml"
    data, more = SAMPLES[name]
    text = rendered(plan(data, item_of(data, more), keys))
    if os.environ.get("DCN_UPDATE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()
    assert not [key for key in KEYS.values() if key in text]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_second_run_changes_nothing(name: str, keys: Keys) -> None:
    data, more = SAMPLES[name]
    first = plan(data, item_of(data, more), keys)
    secrets = {
        each.name: secret_body(None, each.name, "openstack", each.labels, each.keys, keys.opener.contents(each))
        for each in first.secrets
    }
    again = plan(data, first.merge.after, keys, **secrets)
    assert not again.changed, again


@pytest.mark.parametrize("place", [place for place in PLACES if place.is_dir()], ids=lambda place: place.parent.name)
@pytest.mark.parametrize("name", SAMPLES)
def test_the_definitions_know_every_field(place: Path, name: str, keys: Keys) -> None:
    data, more = SAMPLES[name]
    item = plan(data, item_of(data, more), keys).merge.after
    # The docs show only the part of Cinder that matters here.
    item["spec"].pop("cinder", None)
    definition = yaml.load((place / FILES[item["kind"]]).read_text(), Loader=yaml.CSafeLoader)
    (version,) = definition["spec"]["versions"]
    spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert list(unknown(item["spec"], spec, "spec")) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_manifest_has_no_error(name: str, keys: Keys) -> None:
    data, more = SAMPLES[name]
    found = plan(data, item_of(data, more), keys)
    secrets = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": each.name, "namespace": "openstack"},
            "data": dict.fromkeys(each.keys, ""),
        }
        for each in found.secrets
    ]
    findings = lint_objects(found.merge.after, *secrets, secrets=False, with_topology=data)
    assert [str(each) for each in findings if each.severity == "error"] == []


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{name}.golden.yml" for name in SAMPLES}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_topology_has_no_error(name: str) -> None:
    data, _more = SAMPLES[name]
    assert [str(found) for found in lint(parse(mask(data))) if found.severity == "error"] == []
