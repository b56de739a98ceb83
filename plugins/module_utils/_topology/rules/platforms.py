# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint rules about sites whose services run in containers of TripleO or kolla-ansible."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dcn.glance.plugins.module_utils._core.findings import WARNING, Hit, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._platforms.table import KOLLA, TRIPLEO
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.context import Context
from ansible_collections.dcn.glance.plugins.module_utils._topology.rules.stores import datadirs

DATA = "/var/lib/glance"


def container_path(context: Context) -> Hits:
    for path, directory in _directories(context):
        if directory != DATA and not directory.startswith(f"{DATA}/"):
            yield Hit(
                path,
                f"is {directory}, and the container of Glance has only {DATA} from the host: the images are lost with "
                f"the container. Use a directory below {DATA}, unless the deployment gives it another volume",
            )


def _directories(context: Context) -> Iterator[tuple[str, str]]:
    """(path of the setting, directory) of the file stores and of the caches of such sites."""
    for site in context.topology.sites:
        if site.platform not in (TRIPLEO, KOLLA):
            continue
        for store in site.stores:
            if store.type == "file":
                key = f"filesystem_store_datadir{'s' if store.repeated else ''}"
                where = f"sites.{site.name}.stores.{store.id}.options.{key}"
                yield from ((where, directory) for directory in datadirs(store))
        if site.glance.cache is not None:
            yield f"sites.{site.name}.glance.cache.directory", site.glance.cache.directory


RULES = (Rule("container-path", WARNING, "images are outside of the volumes of a container", container_path),)
