# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a topology that has one file for each site."""

from __future__ import annotations

DOCUMENTATION = r"""
name: sites
short_description: Topology with one file for each site
version_added: 1.0.0
author: dcn.glance authors (@dcn-glance)
description:
  - Reads the description of each site from a file of its own, and sets the variable C(dcn_topology) for all hosts, once
    a run.
  - The name of a file without its extension is the name of the site, and its content is what the topology has under
    that name.
    C(.yml), C(.yaml) and C(.json) are read. Values can be encrypted with C(ansible-vault); templates are not evaluated.
  - Files are read in the order of their names, with C(dcn2) before C(dcn10). A new site does not change the order of
    the others.
  - A file that cannot be read is a finding of the playbook C(dcn.glance.lint) with the path of the file.
  - Ansible reads every directory inside a directory of inventories as inventories, so put the files elsewhere.
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [dcn.glance.sites]
  directory:
    description: The directory with the files. A relative path starts at the directory of this file.
    type: str
    required: true
  topology:
    description:
      - The keys of the topology that are not about one site, such as C(hub) and C(client_names).
      - It can also have C(sites), for sites without a file.
    type: dict
    required: true
"""

EXAMPLES = r"""
# inventory/topology.yml, beside inventory/hosts.yml. The files are dcn_sites/central.yml, dcn_sites/dcn0.yml and so on.
plugin: dcn.glance.sites
directory: ../dcn_sites
topology:
  hub: central

# dcn_sites/dcn0.yml:
#
# ceph:
#   fsid: 6f7cbd9f-0c8d-4b2e-9d3e-0c4b5ff4b2a1
# glance:
#   endpoint: http://dcn0.example.com:9292
"""

import os
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin

from ansible_collections.dcn.glance.plugins.module_utils._topology.directory import SiteFile, in_order, merged, site_of


class InventoryModule(BaseInventoryPlugin):
    """Sets dcn_topology for all hosts."""

    NAME = "dcn.glance.sites"

    def verify_file(self, path: str) -> bool:
        """Whether the file can be the configuration of this plugin."""
        return bool(super().verify_file(path)) and path.endswith((".yml", ".yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Read the files, and set the variable."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        directory = os.path.join(os.path.dirname(os.path.abspath(path)), self.get_option("directory"))
        try:
            names = in_order(name for name in os.listdir(directory) if site_of(name))
        except OSError as error:
            raise AnsibleParserError(
                f"{path}: the directory of sites {directory} cannot be read: {error.strerror}"
            ) from error
        files = [self._read(os.path.normpath(os.path.join(directory, name)), site_of(name)) for name in names]
        self.inventory.set_variable("all", "dcn_topology", merged(self.get_option("topology"), files))

    def _read(self, path: str, site: str) -> SiteFile:
        try:
            return SiteFile(site, path, self.loader.load_from_file(path, cache="none"))
        except AnsibleError as error:
            # Only the first line: the others can quote the file, and so a secret.
            return SiteFile(site, path, error=str(error).strip().split("\n", 1)[0])
