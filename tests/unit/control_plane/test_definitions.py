# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every written field is in the definitions: the collection's own, and the operators' where they are available."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.module_utils._control_plane.catalog import MergeContext
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.merge import Merger
from ansible_collections.dcn.glance.plugins.module_utils._control_plane.target import new_item
from ansible_collections.dcn.glance.tests.support.builders.control_plane import desired, topology

ROOT = Path(__file__).resolve().parents[3]
PLACES = [ROOT / "lab" / "roles" / "kubernetes" / "files" / "crds", ROOT.parent / "shared" / "crds"]
FILES = {
    "OpenStackControlPlane": "core.openstack.org_openstackcontrolplanes.yaml",
    "Glance": "glance.openstack.org_glances.yaml",
}
BASES = {
    "OpenStackControlPlane": {"spec": {"secret": "osp-secret", "storageClass": "local"}},
    "Glance": {"spec": {"secret": "osp-secret", "containerImage": "image"}},
}


def unknown(content: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    """Fields without a definition, required ones that are missing, and values of another type or not allowed."""
    if schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("x-kubernetes-int-or-string"):
        return
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    if not isinstance(content, kinds[schema["type"]]):
        yield f"{path}: is no {schema['type']}"
        return
    if "enum" in schema and content not in schema["enum"]:
        yield f"{path}: {content!r} is not one of {schema['enum']}"
    if isinstance(content, list):
        for index, item in enumerate(content):
            yield from unknown(item, schema["items"], f"{path}[{index}]")
    if isinstance(content, dict):
        known = schema.get("properties", {})
        more = schema.get("additionalProperties")
        for name in schema.get("required", []):
            if name not in content and "default" not in known[name]:
                yield f"{path}.{name}: is missing"
        for name, value in content.items():
            if name in known or isinstance(more, dict):
                yield from unknown(value, known.get(name, more), f"{path}.{name}")
            else:
                yield f"{path}.{name}: is not known"


@pytest.mark.parametrize("place", [place for place in PLACES if place.is_dir()], ids=lambda place: place.parent.name)
@pytest.mark.parametrize("kind", list(FILES))
def test_every_written_field_is_defined(place: Path, kind: str) -> None:
    lone = {} if kind == "OpenStackControlPlane" else {"glance": "image"}
    want = desired(topology("dcn0", storage_class="fast", **lone))
    around = MergeContext(secrets=frozenset(api.key for api in want.apis))
    item = Merger(new_item(BASES[kind], want), want, around).merge().after
    definition = yaml.load((place / FILES[kind]).read_text(), Loader=yaml.CSafeLoader)
    (version,) = definition["spec"]["versions"]
    spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert list(unknown(item["spec"], spec, "spec")) == []
    part = item["spec"]["glance"]["template"] if kind == "OpenStackControlPlane" else item["spec"]
    part["glanceAPIs"]["central"]["replica"] = 1
    part["glanceAPIs"]["dcn0"]["type"] = "edgy"
    assert len(list(unknown(item["spec"], spec, "spec"))) == 2
