# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules for values of options agree with oslo.config."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from oslo_config import cfg

from ansible_collections.dcn.glance.tests.support.builders.manifests import changed, good, lint_objects, rules

#: The options as Glance registers them.
OPTIONS = {
    "DEFAULT": [
        cfg.IntOpt("workers", min=0),
        cfg.IntOpt("image_size_cap", min=1, max=2**63 - 1),
        cfg.IntOpt("image_cache_stall_time", min=0),
        cfg.BoolOpt("show_image_direct_url"),
    ],
    "import_filtering_opts": [
        cfg.ListOpt("allowed_schemes", item_type=cfg.types.String(quotes=True), bounds=True),
        cfg.ListOpt("allowed_ports", item_type=cfg.types.Integer(min=1, max=65535), bounds=True),
    ],
    "inject_metadata_properties": [cfg.DictOpt("inject"), cfg.ListOpt("ignore_user_roles")],
    "image_format": [cfg.ListOpt("disk_formats")],
}

VALUES = [
    ("DEFAULT", "workers", ["4", " 4 ", "0", "", "-1", "4G", "4.5", "'4'", "4 # four"]),
    ("DEFAULT", "image_size_cap", ["13743895347", "13743895347   # ~12.8 GB", "0", str(2**63)]),
    ("DEFAULT", "image_cache_stall_time", ["86400", "1d", "86400 ; one day"]),
    ("DEFAULT", "show_image_direct_url", ["True", "yes", "ON", "0", "yes please", "2", "'true'"]),
    ("import_filtering_opts", "allowed_schemes", ["[http,https]", "['https']", "http,https", "[http", ""]),
    ("import_filtering_opts", "allowed_ports", ["[80,443]", "80", "[]"]),
    ("inject_metadata_properties", "inject", ["a:b,c:d", "a", "a:b,c", '"a":"b"', "a:b,a:c", "a:b:c", "", "'a:b'"]),
    ("inject_metadata_properties", "ignore_user_roles", ["admin", "admin,member", '"admin","member"', '"admin"']),
    ("image_format", "disk_formats", ["raw,iso", "raw,'iso'"]),
]
CASES = [(section, name, value) for section, name, values in VALUES for value in values]


def oslo_value(directory: Path, section: str, name: str, value: str) -> Any:
    """The value that oslo.config reads; raises if it cannot convert it."""
    path = directory / "x.conf"
    path.write_text(f"[{section}]\n{name} = {value}\n")
    conf = cfg.ConfigOpts()
    for group, options in OPTIONS.items():
        conf.register_opts(options, group=None if group == "DEFAULT" else group)
    conf(["--config-file", str(path)], default_config_dirs=[], default_config_files=[str(path)])
    return conf[name] if section == "DEFAULT" else conf[section][name]


def text_with(section: str, name: str, value: str) -> dict[str, Any]:
    """The control plane with the option in the text of a site."""
    if section == "DEFAULT":
        return changed(good(), ("dcn0", "[DEFAULT]\n", f"[DEFAULT]\n{name} = {value}\n"))
    return changed(good(), ("dcn0", "[dcn0]\n", f"[{section}]\n{name} = {value}\n[dcn0]\n"))


@pytest.mark.parametrize(("section", "name", "value"), CASES)
def test_values_that_oslo_config_rejects(section: str, name: str, value: str, tmp_path: Path) -> None:
    reported = "option-value" in rules(lint_objects(text_with(section, name, value)))
    try:
        oslo_value(tmp_path, section, name, value)
    except (cfg.ConfigFileValueError, ValueError):
        assert reported
    else:
        assert not reported


@pytest.mark.parametrize(("section", "name", "value"), [case for case in CASES if "'" in case[2] or '"' in case[2]])
def test_quotes_that_oslo_config_keeps(section: str, name: str, value: str, tmp_path: Path) -> None:
    try:
        found = oslo_value(tmp_path, section, name, value)
    except (cfg.ConfigFileValueError, ValueError):
        pytest.skip("oslo.config rejects the value")
    items = [*found, *found.values()] if isinstance(found, dict) else found if isinstance(found, list) else [found]
    kept = any(quote in str(item) for item in items for quote in "'\"")
    assert ("option-quotes" in rules(lint_objects(text_with(section, name, value)))) is kept
