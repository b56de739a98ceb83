# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented options of the Kubernetes connection are those that kubernetes.core takes."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.dcn.glance.plugins.doc_fragments.kube import ModuleDocFragment

args_common = pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")


def _documented(options: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        name: (
            option["type"],
            option.get("elements"),
            option.get("aliases", []),
            _documented(option.get("suboptions", {})),
        )
        for name, option in options.items()
    }


def _taken(spec: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        name: (
            option.get("type", "str"),
            option.get("elements"),
            option.get("aliases", []),
            _taken(option.get("options", {})),
        )
        for name, option in spec.items()
    }


def test_the_options_are_those_of_kubernetes_core():
    options = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert _documented(options) == _taken(args_common.AUTH_ARG_SPEC)


def test_no_module_needs_another_collection_for_its_documentation():
    """A collection server renders the documentation without other collections."""
    modules = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "modules"
    foreign = {}
    for path in sorted(modules.glob("*.py")):
        text = path.read_text().partition('DOCUMENTATION = r"""')[2].partition('"""')[0]
        fragments = yaml.safe_load(text).get("extends_documentation_fragment", [])
        names = [fragments] if isinstance(fragments, str) else fragments
        foreign[path.name] = [name for name in names if not name.startswith(("dcn.glance.", "ansible.builtin."))]
    assert len(foreign) > 20
    assert {name: found for name, found in foreign.items() if found} == {}
