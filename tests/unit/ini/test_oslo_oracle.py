# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as oslo.config itself reads them after an edit. Random files and edits are in ``tests/fuzz/test_ini.py``."""

from __future__ import annotations

from pathlib import Path

import pytest
from oslo_config import cfg

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._core.option_types import COMMONLY_SUBSTITUTED
from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits
from ansible_collections.dcn.glance.tests.support.builders.ini import MULTI, VALUES, meaning, oslo_reading


@pytest.mark.parametrize("value", VALUES + MULTI)
@pytest.mark.parametrize("existing", ["", "[s]\nk = old\n", "[s]\nk: old\n  more\n", "[s]\nk =\n", "[s]\r\nk='x'\r\n"])
def test_a_value_is_read_as_it_is_written(value: str, existing: str, tmp_path: Path) -> None:
    result = apply_edits(existing.encode(), [OptionEdit("s", "k", (value,))])
    (read,) = oslo_reading(tmp_path / "f", result.after)[("s", "k")]
    assert read == meaning(value)


def oslo_value(path: Path, data: bytes, *options: str) -> str:
    """The value of [s] k with substitution, where these options of [s] and [DEFAULT] exist."""
    path.write_bytes(data)
    conf = cfg.ConfigOpts()
    conf.register_opts([cfg.StrOpt(name) for name in ("k", *options)], group="s")
    conf.register_opts([cfg.StrOpt(name, default="service") for name in sorted(COMMONLY_SUBSTITUTED)])
    conf(["--config-file", str(path)], project="none", default_config_dirs=[])
    return str(conf.s.k)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("100$", "100$"),
        ("$5 each", "$5 each"),
        ("pa$$word", "pa$word"),
        ("pa\\$word", "pa$word"),
        ("a$$$$b", "a$$b"),
        ("$state_path/lock", "service/lock"),
        ("${my_ip}:1", "service:1"),
        ("$other", "o"),
    ],
)
def test_dollar_signs_that_oslo_config_can_substitute(value: str, read: str, tmp_path: Path) -> None:
    result = apply_edits(b"[s]\nother = o\n", [OptionEdit("s", "k", (value,))])
    assert oslo_value(tmp_path / "f", result.after, "other") == read


@pytest.mark.parametrize(
    "value", ["pa$word", "pa${word}", "$$$word", "$nosuch.name/x", "a\nb $word", "$Word", '"$word"', "$_"]
)
def test_a_reference_to_an_option_that_does_not_exist_is_refused(value: str, tmp_path: Path) -> None:
    """The service would stop with NoSuchOptError when it reads the option."""
    indented = value.replace("\n", "\n  ")
    with pytest.raises((cfg.NoSuchOptError, cfg.NoSuchGroupError)):
        oslo_value(tmp_path / "f", f"[s]\nk = {indented}\n".encode())
    with pytest.raises(InputErrors, match=r"\[s\] k: oslo.config replaces .* Write \$\$ for a dollar sign"):
        apply_edits(b"[s]\n", [OptionEdit("s", "k", (value,))])
