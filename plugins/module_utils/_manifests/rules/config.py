# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint: import, options that must not be there, and the text itself."""

from __future__ import annotations

import re

from ansible_collections.dcn.glance.plugins.module_utils._core import words as names
from ansible_collections.dcn.glance.plugins.module_utils._ini import located as ini_text
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import DEFAULT
from ansible_collections.dcn.glance.plugins.module_utils._manifests.findings import ERROR, INFO, WARNING, Hits, Rule
from ansible_collections.dcn.glance.plugins.module_utils._manifests.setups import Setup, setups
from ansible_collections.dcn.glance.plugins.module_utils._manifests.workspace import Workspace

METHODS_OPTION = "enabled_import_methods"
METHODS = ("glance-direct", "web-download", "copy-image", "glance-download")
PLUGINS_SECTION, PLUGINS_OPTION = "image_import_opts", "image_import_plugins"
_LEFT = re.compile(r"CHANGE_?ME|REPLACE_?ME|_FSID_|\bFIXME\b|\bTODO\b|_replaced_|<[A-Za-z_ -]+>|\{%", re.IGNORECASE)

_OBSOLETE = {
    ("glance_store", "stores"): "enabled_backends takes its place and it is ignored",
    ("glance_store", "default_store"): "[glance_store] default_backend takes its place and it is ignored",
    (DEFAULT, "node_staging_uri"): "with enabled_backends the section os_glance_staging_store counts and it is ignored",
    (DEFAULT, "registry_host"): "the registry is gone from Glance",
    (DEFAULT, "enable_v1_api"): "the v1 API is gone from Glance",
    (DEFAULT, "enable_v2_api"): "v2 is the only API",
}


def ini_syntax(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        for fault in each.config.ini.faults:
            message = f"cannot be loaded by oslo.config ({fault.reason}): {fault.shown!r}. Glance does not start"
            yield each.hit("", "", fault.line, message)


def default_section(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        for header, line in each.config.ini.headers:
            if header.lower() == "default" and header != DEFAULT:
                message = f"is not [DEFAULT], so nothing of [{header}] is read. Write it in capitals"
                yield each.hit(header, "", line, message)


def option_name(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        for option in each.config.ini.options:
            if " " in option.name or "\t" in option.name:
                message = f"is read as an option called '{option.name}', which nothing asks for. Is a '=' missing?"
                yield each.hit(option.section, option.name, option.line, message)


def methods_form(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        option = each.config.ini.find(DEFAULT, METHODS_OPTION)
        if option is None:
            continue
        if not ini_text.bracketed(option.value):
            wanted = f"[{','.join(ini_text.items(option.value))}]"
            message = f"is a list without brackets, and Glance does not start. Write {wanted}"
            yield each.hit(DEFAULT, METHODS_OPTION, option.line, message)
        for method in ini_text.items(option.value):
            if method not in METHODS and "{{" not in method:
                hint = names.suggest(method, METHODS)
                message = f"has '{method}', which is no import method, and Glance does not start{hint or '.'} Remove it"
                yield each.hit(DEFAULT, METHODS_OPTION, option.line, message)


def copy_image(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        if len(each.config.backends) < 2:
            continue
        option = each.config.ini.find(DEFAULT, METHODS_OPTION)
        if each.stated(DEFAULT, METHODS_OPTION):
            if "copy-image" not in ini_text.items(each.value(DEFAULT, METHODS_OPTION)):
                message = "lacks copy-image, without which no image gets from one store to another. Add it"
                yield each.about(DEFAULT, METHODS_OPTION, message)
        elif option is None and not each.unknown:
            message = (
                "is not set, and the operator's [web-download,glance-direct] lacks copy-image: no image gets from one "
                "store to another. Set it to [web-download,copy-image,glance-direct]"
            )
            line = each.config.ini.header(DEFAULT)
            # Between sites images are cloned only from a copy on the site's own cluster.
            needed = each.deployment.has_edge and _has_rbd(each)
            yield each.hit(DEFAULT, METHODS_OPTION, line, message, "" if needed else WARNING)


def glance_direct(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        option = each.config.ini.find(DEFAULT, METHODS_OPTION)
        if option is not None and "glance-direct" not in ini_text.items(option.value):
            message = (
                "lacks glance-direct, which the operator's own list has: images from a file can no longer be imported, "
                "only uploaded without conversion. Add it"
            )
            yield each.hit(DEFAULT, METHODS_OPTION, option.line, message)


def worker_url(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        inis = ((each.config.ini, True), *((ini, False) for ini in each.added))
        for ini, shown in inis:
            for option in ini.options:
                if option.name == "worker_self_reference_url":
                    message = (
                        "is one URL for all replicas, and it wins over the one that the operator gives each pod: an "
                        "import that reaches another replica than its upload fails. Remove it"
                    )
                    line = option.line if shown else None
                    yield each.hit(option.section, option.name, line, message)


def obsolete(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        for option in each.config.ini.options:
            section = DEFAULT if option.section == DEFAULT else option.section.lower()
            why = _OBSOLETE.get((section, option.name))
            if why:
                yield each.hit(option.section, option.name, option.line, f"is obsolete: {why}. Remove it")


def plugins_form(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        option = each.config.ini.find(PLUGINS_SECTION, PLUGINS_OPTION)
        if option is not None and not ini_text.bracketed(option.value):
            wanted = f"[{','.join(ini_text.items(option.value))}]"
            message = f"is a list without brackets, and Glance does not start. Write {wanted}"
            yield each.hit(PLUGINS_SECTION, PLUGINS_OPTION, option.line, message)


def _has_rbd(each: Setup) -> bool:
    return any(entry.type == "rbd" for entry in each.config.backends)


def conversion_lost(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        option = each.config.ini.find(PLUGINS_SECTION, PLUGINS_OPTION)
        if option is None or not _has_rbd(each):
            continue
        plugins = ini_text.items(option.value)
        if "image_conversion" not in plugins:
            message = (
                "replaces the operator's list, which converts images to raw for rbd: a qcow2 image stays qcow2 and no "
                "server is cloned from it. Add image_conversion as the last one"
            )
            yield each.hit(PLUGINS_SECTION, PLUGINS_OPTION, option.line, message)


def plugin_order(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        option = each.config.ini.find(PLUGINS_SECTION, PLUGINS_OPTION)
        plugins = ini_text.items(option.value) if option is not None else []
        both = "image_conversion" in plugins and "image_decompression" in plugins
        if option is not None and both and plugins.index("image_conversion") < plugins.index("image_decompression"):
            message = "converts before it decompresses, and plugins run as listed. Put image_decompression first"
            yield each.hit(PLUGINS_SECTION, PLUGINS_OPTION, option.line, message)


def conversion_off(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        kinds = {api.type for api in each.config.apis}
        if each.stated(PLUGINS_SECTION, PLUGINS_OPTION) or not _has_rbd(each) or each.unknown:
            continue
        if kinds & {"edge", "single"}:
            message = (
                "is not set, and the operator converts images to raw on the external pods of a split API only: what is "
                "imported here stays as it is. Import raw images here, or set [image_conversion]"
            )
            yield each.hit(PLUGINS_SECTION, PLUGINS_OPTION, None, message)


def placeholder_left(workspace: Workspace) -> Hits:
    for each in setups(workspace):
        for option in each.config.ini.options:
            found = _LEFT.search(option.value)
            if found:
                message = f"still holds the placeholder '{found.group()}'. Put the value in"
                yield each.hit(option.section, option.name, option.line, message)


RULES = (
    Rule("ini-syntax", ERROR, "oslo.config cannot load the text", ini_syntax),
    Rule("ini-default-section", ERROR, "[default] is not [DEFAULT]", default_section),
    Rule("import-methods-form", ERROR, "enabled_import_methods cannot be read", methods_form),
    Rule("copy-image-missing", ERROR, "an API with several stores cannot copy images", copy_image),
    Rule("worker-url-shared", ERROR, "all replicas would have one URL", worker_url),
    Rule("import-plugins-form", ERROR, "image_import_plugins cannot be read", plugins_form),
    Rule("plugin-order", ERROR, "images are converted before they are decompressed", plugin_order),
    Rule("ini-option-name", WARNING, "the name of an option has a blank in it", option_name),
    Rule("glance-direct-missing", WARNING, "images cannot be imported from a file", glance_direct),
    Rule("conversion-lost", WARNING, "the operator's conversion to raw is replaced", conversion_lost),
    Rule("obsolete-option", WARNING, "an option means nothing any more", obsolete),
    Rule("placeholder-left", WARNING, "a value was never filled in", placeholder_left),
    Rule("conversion-off", INFO, "images imported at this API are not converted to raw", conversion_off),
)
