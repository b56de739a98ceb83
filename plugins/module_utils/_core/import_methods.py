# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The import methods and import plugins of Glance, their options, and their defaults here.

This is the only place that lists them. Source: Glance Zed to 2026.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import DICT, LIST, STR, Option

GLANCE_DIRECT = "glance-direct"
WEB_DOWNLOAD = "web-download"
COPY_IMAGE = "copy-image"
GLANCE_DOWNLOAD = "glance-download"

IMPORT_METHODS = (GLANCE_DIRECT, WEB_DOWNLOAD, COPY_IMAGE, GLANCE_DOWNLOAD)
#: The default of Glance and of this collection.
DEFAULT_METHODS = (GLANCE_DIRECT, WEB_DOWNLOAD, COPY_IMAGE)
#: What the OpenStack operator sets when nothing else is configured.
OPERATOR_METHODS = (WEB_DOWNLOAD, GLANCE_DIRECT)

#: Where glance-api.conf holds the lists. Both need brackets.
METHODS_OPTION = ("DEFAULT", "enabled_import_methods")
PLUGINS_OPTION = ("image_import_opts", "image_import_plugins")


@dataclass(frozen=True)
class ImportPlugin:
    """A plugin that Glance runs on imported images, the section of its options, and these options by name."""

    name: str
    section: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)


CONVERSION = "image_conversion"
DECOMPRESSION = "image_decompression"
INJECT = "inject_image_metadata"
NO_OP = "no_op"

#: Formats that the plugin image_conversion writes.
OUTPUT_FORMATS = ("raw", "qcow2", "vmdk")

_PLUGINS = (
    ImportPlugin(NO_OP),
    ImportPlugin(
        INJECT,
        "inject_metadata_properties",
        {"inject": Option("inject", DICT), "ignore_user_roles": Option("ignore_user_roles", LIST)},
    ),
    ImportPlugin(DECOMPRESSION),
    ImportPlugin(CONVERSION, CONVERSION, {"output_format": Option("output_format", STR, choices=OUTPUT_FORMATS)}),
)
IMPORT_PLUGINS: Mapping[str, ImportPlugin] = {plugin.name: plugin for plugin in _PLUGINS}

#: The plugins of an API with an rbd store, with their options, unless the topology states others.
DEFAULT_PLUGINS: Mapping[str, Mapping[str, str]] = {CONVERSION: {"output_format": "raw"}}
