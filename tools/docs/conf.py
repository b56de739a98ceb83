# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of Sphinx for `make docs`. tools/docs/build puts it beside the pages."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

project = "dcn.glance"
author = "the dcn.glance authors"
project_copyright = "2026 the dcn.glance authors"
html_title = "dcn.glance"
html_theme = "furo"
html_copy_source = False
html_show_sphinx = False
extensions = ["myst_parser", "sphinx_antsibull_ext"]
highlight_language = "text"
# As GitHub makes them, so that the same links work there.
myst_heading_anchors = 4
# Names of other programs' options and types are no references.
nitpicky = False

# Pages of Ansible and of other collections. They are not built here, and a build needs no network.
ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
OTHER_PLUGIN = re.compile(r"ansible_collections\.(?!dcn\.glance\.)(\w+)\.(\w+)\.(\w+?)_([a-z]+)(__.*)?$")


def other_documentation(
    _app: Sphinx, _environment: BuildEnvironment, node: nodes.Element, content: nodes.Element
) -> nodes.Element | None:
    """A link to a page of Ansible, or to a plugin of another collection."""
    from docutils import nodes as docutils_nodes

    target = str(node.get("reftarget", ""))
    page = PAGES.get(target)
    if found := OTHER_PLUGIN.match(target):
        namespace, name, plugin, kind = found.groups()[:4]
        page = f"collections/{namespace}/{name}/{plugin}_{kind}.html"
    if page is None:
        return None
    return docutils_nodes.reference("", "", content, internal=False, refuri=f"{ANSIBLE}/{page}")


def setup(app: Sphinx) -> None:
    app.connect("missing-reference", other_documentation)
