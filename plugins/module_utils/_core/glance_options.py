# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of Glance itself, outside of the sections of stores: their sections and types.

Only options that deployments of several stores use are listed. Source: Glance Zed to 2026.1.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.dcn.glance.plugins.module_utils._core import words
from ansible_collections.dcn.glance.plugins.module_utils._core.import_methods import (
    IMPORT_PLUGINS,
    METHODS_OPTION,
    PLUGINS_OPTION,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import (
    BOOL,
    BRACKETED_LIST,
    DICT,
    INT,
    LIST,
    STR,
    Option,
)
from ansible_collections.dcn.glance.plugins.module_utils._core.store_types import STORE_TYPES

DEFAULT = "DEFAULT"
GLANCE_STORE = "glance_store"
ENABLED_BACKENDS = (DEFAULT, "enabled_backends")
DEFAULT_BACKEND = (GLANCE_STORE, "default_backend")


def _integer(name: str, minimum: int = 0, maximum: int | None = None) -> Option:
    return Option(name, INT, minimum=minimum, maximum=maximum)


_SECTIONS: Mapping[str, tuple[Option, ...]] = {
    DEFAULT: (
        Option(ENABLED_BACKENDS[1], DICT),
        Option(METHODS_OPTION[1], BRACKETED_LIST),
        Option("worker_self_reference_url", STR),
        Option("show_image_direct_url", BOOL),
        Option("show_multiple_locations", BOOL),
        Option("use_keystone_limits", BOOL),
        Option("delayed_delete", BOOL),
        Option("allow_additional_image_properties", BOOL),
        _integer("image_size_cap", 1, 2**63 - 1),
        _integer("image_member_quota", -(2**31)),
        _integer("image_property_quota", -(2**31)),
        _integer("image_tag_quota", -(2**31)),
        _integer("image_location_quota", -(2**31)),
        _integer("limit_param_default", 1),
        _integer("api_limit_max", 1),
        Option("image_cache_driver", STR),
        Option("image_cache_dir", STR),
        _integer("image_cache_max_size"),
        _integer("image_cache_stall_time"),
        Option("bind_host", STR),
        _integer("bind_port", 0, 65535),
        _integer("workers"),
        _integer("client_socket_timeout"),
        _integer("max_header_line"),
        Option("http_keepalive", BOOL),
        Option("debug", BOOL),
        Option("use_stderr", BOOL),
    ),
    GLANCE_STORE: (Option(DEFAULT_BACKEND[1], STR),),
    PLUGINS_OPTION[0]: (Option(PLUGINS_OPTION[1], BRACKETED_LIST), _integer("max_parallel_stores", 1)),
    **{plugin.section: tuple(plugin.options.values()) for plugin in IMPORT_PLUGINS.values() if plugin.section},
    "import_filtering_opts": (
        Option("allowed_schemes", BRACKETED_LIST),
        Option("disallowed_schemes", BRACKETED_LIST),
        Option("allowed_hosts", BRACKETED_LIST),
        Option("disallowed_hosts", BRACKETED_LIST),
        Option("allowed_ports", BRACKETED_LIST),
        Option("disallowed_ports", BRACKETED_LIST),
    ),
    "glance_download_properties": (Option("extra_properties", LIST),),
    "image_format": (
        Option("container_formats", LIST),
        Option("disk_formats", LIST),
        Option("require_image_format_match", BOOL),
        Option("gpt_safety_checks_nonfatal", LIST),
    ),
    "oslo_policy": (
        Option("policy_file", STR),
        Option("enforce_scope", BOOL),
        Option("enforce_new_defaults", BOOL),
    ),
    "paste_deploy": (Option("flavor", STR), Option("config_file", STR)),
    "task": (Option("task_executor", STR), _integer("task_time_to_live"), Option("work_dir", STR)),
    "taskflow_executor": (_integer("max_workers", 1), Option("engine_mode", STR, choices=("serial", "parallel"))),
    "wsgi": (_integer("task_pool_threads", 1), Option("python_interpreter", STR)),
}

#: {section: {name: option}}.
GLANCE_OPTIONS: Mapping[str, Mapping[str, Option]] = {
    section: {option.name: option for option in options} for section, options in _SECTIONS.items()
}

#: Names that other sections or libraries use for other options, or that Glance also reads under an older section.
_IN_SEVERAL_SECTIONS = frozenset(
    """
    config_file container_formats debug disk_formats max_workers policy_file task_time_to_live use_stderr work_dir
    workers
    """.split()
)


def glance_option(section: str, name: str) -> Option | None:
    """An option that Glance reads in this section, None if it is not listed. oslo.config ignores the section's case."""
    return GLANCE_OPTIONS.get(section if section == DEFAULT else section.lower(), {}).get(name)


def section_of(option: str) -> str:
    """The only section in which Glance reads an option of this name; empty if there are several or none."""
    if option in _IN_SEVERAL_SECTIONS:
        return ""
    return next((section for section, options in GLANCE_OPTIONS.items() if option in options), "")


def store_types_with(option: str) -> list[str]:
    """The store types whose driver reads an option with this name, unless its name is a common word."""
    return [name for name, each in STORE_TYPES.items() if option in each.options and "_" in option]


def is_glance_section(name: str) -> bool:
    """Whether Glance, or a library that it uses, has options in a section with this name."""
    return name == DEFAULT or name.lower() in words.GLANCE_GROUPS - {"default"}
