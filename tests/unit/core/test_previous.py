# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of a file that is kept until a service runs with the new one."""

from __future__ import annotations

import stat
from pathlib import Path

from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file
from ansible_collections.dcn.glance.plugins.module_utils._core.previous import (
    forget,
    keep_previous,
    kept_files,
    previous_path,
    restore,
)


def test_the_first_content_is_kept_and_restored_with_its_mode(tmp_path: Path) -> None:
    conf, link = tmp_path / "a.conf", tmp_path / "link.conf"
    conf.write_text("first")
    conf.chmod(0o640)
    link.symlink_to(conf)
    keep_previous(read_file(str(link)))
    kept = Path(previous_path(str(link)))
    assert kept == tmp_path / ".a.conf.previous" and stat.S_IMODE(kept.stat().st_mode) == 0o640
    conf.write_text("second")
    keep_previous(read_file(str(conf)))
    assert kept.read_text() == "first", "the service never ran with the second one"
    assert kept_files([str(link), str(tmp_path / "other")]) == [str(link)]
    conf.write_text("third")
    restore(str(link))
    assert conf.read_text() == "first" and link.is_symlink() and not kept.exists()


def test_nothing_is_kept_of_a_new_file(tmp_path: Path) -> None:
    keep_previous(read_file(str(tmp_path / "new")))
    assert list(tmp_path.iterdir()) == []
    forget([str(tmp_path / "new")])
