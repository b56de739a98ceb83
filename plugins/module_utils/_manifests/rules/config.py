# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the text of customServiceConfig: its syntax, image import, and obsolete options."""

from __future__ import annotations

import re

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.findings import ERROR, INFO, WARNING, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import (
    CONVERSION,
    COPY_IMAGE,
    DECOMPRESSION,
    GLANCE_DIRECT,
    IMPORT_METHODS,
    METHODS_OPTION,
    OPERATOR_METHODS,
    PLUGINS_OPTION,
)
from ansible_collections.dcn.glance.plugins.module_utils._ini import located
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import DEFAULT
from ansible_collections.dcn.glance.plugins.module_utils._manifests.effective_config import EffectiveConfig
from ansible_collections.dcn.glance.plugins.module_utils._manifests.model import Workspace

_UNFILLED = re.compile(r"CHANGE_?ME|REPLACE_?ME|_FSID_|\bFIXME\b|\bTODO\b|_replaced_|<[A-Za-z_ -]+>|\{%", re.IGNORECASE)

_OBSOLETE = {
    ("glance_store", "stores"): "enabled_backends replaces it, and Glance ignores it",
    ("glance_store", "default_store"): "[glance_store] default_backend replaces it, and Glance ignores it",
    (DEFAULT, "node_staging_uri"): "the section os_glance_staging_store replaces it, and Glance ignores it",
    (DEFAULT, "registry_host"): "Glance has no registry any more",
    (DEFAULT, "enable_v1_api"): "Glance has no v1 API any more",
    (DEFAULT, "enable_v2_api"): "v2 is the only API version",
}


def ini_syntax(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for fault in config.text.ini.faults:
            message = (
                f"has a line that oslo.config cannot parse ({fault.reason}): {fault.shown!r}. Glance does not start"
            )
            yield config.hit("", "", fault.line, message)


def default_section(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for header, line in config.text.ini.headers:
            if header.lower() == "default" and header != DEFAULT:
                message = f"is not [DEFAULT], so Glance ignores all options in [{header}]. Write the name in upper case"
                yield config.hit(header, "", line, message)


def option_name(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for option in config.text.ini.options:
            if " " in option.name or "\t" in option.name:
                message = (
                    f"is read as an option called '{option.name}', which does not exist. Check whether a '=' is missing"
                )
                yield config.hit(option.section, option.name, option.line, message)


def methods_form(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        option = config.text.ini.find(*METHODS_OPTION)
        if option is None:
            continue
        if not located.bracketed(option.value):
            wanted = f"[{','.join(located.items(option.value))}]"
            message = f"is a list without brackets, so image creation and import fail with HTTP 500. Write {wanted}"
            yield config.hit(*METHODS_OPTION, option.line, message)
        for method in located.items(option.value):
            if method not in IMPORT_METHODS and "{{" not in method:
                hint = words.suggest(method, IMPORT_METHODS)
                message = (
                    f"has '{method}', which is not an import method{hint or '.'} Some releases reject the whole list. "
                    "Remove it"
                )
                yield config.hit(*METHODS_OPTION, option.line, message)


def copy_image(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        if len(config.text.backends) < 2:
            continue
        option = config.text.ini.find(*METHODS_OPTION)
        if config.is_set(*METHODS_OPTION):
            if COPY_IMAGE not in located.items(config.value(*METHODS_OPTION)):
                message = "lacks copy-image, so images cannot be copied between stores. Add it"
                yield config.option_hit(*METHODS_OPTION, message)
        elif option is None and not config.secrets_unknown:
            message = (
                f"is not set, and the operator's default [{','.join(OPERATOR_METHODS)}] lacks copy-image, so images "
                "cannot be copied between stores. Set it to [web-download,copy-image,glance-direct]"
            )
            line = config.text.ini.header(DEFAULT)
            # Edge sites with rbd stores need copies on their own cluster, to clone from them.
            needed = config.deployment.has_edge and _has_rbd(config)
            yield config.hit(*METHODS_OPTION, line, message, "" if needed else WARNING)


def glance_direct(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        option = config.text.ini.find(*METHODS_OPTION)
        if option is not None and GLANCE_DIRECT not in located.items(option.value):
            message = (
                "lacks glance-direct, which is among the operator's defaults: image files can only be uploaded without "
                "conversion, not imported. Add it"
            )
            yield config.hit(*METHODS_OPTION, option.line, message)


def worker_url(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        sources = ((config.text.ini, True), *((ini, False) for ini in config.added))
        for ini, in_text in sources:
            for option in ini.all(DEFAULT, "worker_self_reference_url"):
                message = (
                    "is one URL for all replicas and overrides the URL that the operator sets in each pod: an import "
                    "fails if it reaches another replica than the upload. Remove it"
                )
                yield config.hit(DEFAULT, option.name, option.line if in_text else None, message)


def obsolete(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for option in config.text.ini.options:
            section = DEFAULT if option.section == DEFAULT else option.section.lower()
            why = _OBSOLETE.get((section, option.name))
            if why:
                yield config.hit(option.section, option.name, option.line, f"is obsolete: {why}. Remove it")


def plugins_form(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        option = config.text.ini.find(*PLUGINS_OPTION)
        if option is not None and not located.bracketed(option.value):
            wanted = f"[{','.join(located.items(option.value))}]"
            message = f"is a list without brackets, so every import fails and leaves its image locked. Write {wanted}"
            yield config.hit(*PLUGINS_OPTION, option.line, message)


def _has_rbd(config: EffectiveConfig) -> bool:
    return any(entry.type == "rbd" for entry in config.text.backends)


def conversion_lost(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        option = config.text.ini.find(*PLUGINS_OPTION)
        if option is None or not _has_rbd(config):
            continue
        plugins = located.items(option.value)
        if CONVERSION not in plugins:
            message = (
                "replaces the operator's list, which converts images to raw for rbd. qcow2 images stay qcow2, and "
                "servers cannot be cloned from them. Add image_conversion as the last plugin"
            )
            yield config.hit(*PLUGINS_OPTION, option.line, message)


def plugin_order(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        option = config.text.ini.find(*PLUGINS_OPTION)
        plugins = located.items(option.value) if option is not None else []
        both = CONVERSION in plugins and DECOMPRESSION in plugins
        if option is not None and both and plugins.index(CONVERSION) < plugins.index(DECOMPRESSION):
            message = (
                "runs image_conversion before image_decompression, because plugins run in this order. Reverse the two"
            )
            yield config.hit(*PLUGINS_OPTION, option.line, message)


def conversion_off(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        kinds = {api.type for api in config.text.apis}
        if config.is_set(*PLUGINS_OPTION) or not _has_rbd(config) or config.secrets_unknown:
            continue
        if kinds & {"edge", "single"}:
            message = (
                "is not set, and the operator enables conversion to raw only in the external pods of a split API: "
                "images that are imported here are not converted. Import raw images here, or set image_conversion"
            )
            yield config.hit(*PLUGINS_OPTION, None, message)


def placeholder_left(workspace: Workspace) -> Hits:
    for config in workspace.configs:
        for option in config.text.ini.options:
            found = _UNFILLED.search(option.value)
            if found:
                message = f"still has the placeholder '{found.group()}'. Replace it with the value"
                yield config.hit(option.section, option.name, option.line, message)


RULES = (
    Rule("ini-syntax", ERROR, "oslo.config cannot parse the text", ini_syntax),
    Rule("ini-default-section", ERROR, "[default] is not [DEFAULT]", default_section),
    Rule("import-methods-form", ERROR, "enabled_import_methods is invalid", methods_form),
    Rule("copy-image-missing", ERROR, "an API with several stores cannot copy images", copy_image),
    Rule("worker-url-shared", ERROR, "all replicas have the same worker_self_reference_url", worker_url),
    Rule("import-plugins-form", ERROR, "image_import_plugins is invalid", plugins_form),
    Rule("plugin-order", ERROR, "images are converted before they are decompressed", plugin_order),
    Rule("ini-option-name", WARNING, "the name of an option has a space", option_name),
    Rule("glance-direct-missing", WARNING, "image files cannot be imported", glance_direct),
    Rule("conversion-lost", WARNING, "images are no longer converted to raw", conversion_lost),
    Rule("obsolete-option", WARNING, "Glance does not support an option any more", obsolete),
    Rule("placeholder-left", WARNING, "a value is a placeholder", placeholder_left),
    Rule("conversion-off", INFO, "images imported at this API are not converted to raw", conversion_off),
)
