# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The effective options of several files, judged by oslo.config itself."""

from __future__ import annotations

import random
from pathlib import Path

from oslo_config import cfg

from ansible_collections.dcn.glance.plugins.module_utils._ini.effective import Place, effective_options, shown

MAIN = "[DEFAULT]\ndebug = False\nmulti = a\n[Database]\nconnection = mysql://u:pw@h/d\n"
DROP_IN = "# more\n[database]\nconnection = mysql://u:other@h/d\n[DEFAULT]\nmulti = b\nlog-dir = /x\n"


def test_the_last_line_counts_and_the_others_are_overridden() -> None:
    options, faults = effective_options([("/main", MAIN), ("/drop", DROP_IN)])
    assert faults == []
    found = {(each.section, each.option): each.places for each in options}
    assert found[("DEFAULT", "multi")] == (Place("/main", 3, "a"), Place("/drop", 5, "b"))
    assert found[("DEFAULT", "debug")] == (Place("/main", 2, "False"),)
    result = shown(options, ())
    assert result["Database"]["connection"] == {
        "value": "********",
        "values": ["********"] * 2,
        "path": "/drop",
        "line": 3,
        "overridden": [{"path": "/main", "line": 5, "value": "********"}],
    }
    assert result["DEFAULT"]["multi"]["values"] == ["a", "b"]


def test_wanted_options_are_found_whatever_the_case_of_their_section() -> None:
    options, _faults = effective_options([("/main", MAIN)], [("DATABASE", "connection"), ("DEFAULT", "gone")])
    assert [(each.section, each.option) for each in options] == [("Database", "connection")]


def test_lines_that_oslo_config_refuses_are_named_and_hide_secrets() -> None:
    _options, faults = effective_options([("/main", "[DEFAULT]\npassword secret1234\n")])
    assert len(faults) == 1 and faults[0].startswith("/main line 2: ")
    assert "secret1234" not in faults[0]


def test_oslo_config_reads_the_same(tmp_path: Path) -> None:
    rng = random.Random("effective")
    names = [f"o{number}" for number in range(4)]
    for _round in range(150):
        directory = tmp_path / "d"
        directory.mkdir(exist_ok=True)
        paths = [tmp_path / "a", tmp_path / "b", directory / "1.conf", directory / "2.conf"]
        for path in paths:
            lines = []
            for _section in range(rng.randint(0, 3)):
                lines.append(f"[{rng.choice(['DEFAULT', 's', 'S', 't'])}]")
                values = rng.choices(["1", '"2"', ""], k=rng.randint(0, 4))
                lines += [f"{rng.choice(names)} = {value}" for value in values]
            path.write_text("\n".join(lines))
        conf = cfg.ConfigOpts()
        multi = [cfg.MultiStrOpt(name, default=[]) for name in names]
        for group in (None, "s", "t"):
            conf.register_opts(multi, group=group)
        conf(["--config-file", str(paths[0]), "--config-file", str(paths[1]), "--config-dir", str(directory)], "x")
        options, _faults = effective_options([(str(path), path.read_text()) for path in paths])
        ours = {
            (each.section if each.section == "DEFAULT" else each.section.lower(), each.option): [
                place.value for place in each.places
            ]
            for each in options
        }
        for group in ("DEFAULT", "s", "t"):
            for name in names:
                theirs = conf[name] if group == "DEFAULT" else conf[group][name]
                assert theirs == ours.get((group, name), []), [path.read_text() for path in paths]
