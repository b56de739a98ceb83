# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that adopt reads and writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._adopt.write import differing, load_documents, write
from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors


def test_all_files_that_cannot_be_read_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("- a\n")
    (tmp_path / "broken.yaml").write_text("a: [\n")
    files = [str(tmp_path / name) for name in ("list.yaml", "broken.yaml", "missing.yaml")]
    with pytest.raises(InputErrors) as caught:
        load_documents([{"name": "hub", "files": files[:1]}], [{"name": "spoke", "files": files[1:]}])
    found = "\n".join(problem.path for problem in caught.value.problems)
    assert all(file in found for file in files)


def test_a_file_is_replaced_on_request_only(tmp_path: Path) -> None:
    old, new, gone = tmp_path / "old.yml", tmp_path / "new.yml", tmp_path / "no" / "such.yml"
    old.write_text("mine\n")
    with pytest.raises(InputErrors) as caught:
        differing({str(old): "a\n", str(new): "b\n", str(gone): "c\n"}, overwrite=False)
    assert [problem.path for problem in caught.value.problems] == [str(old), str(gone)]
    changes = differing({str(old): "a\n", str(new): "b\n"}, overwrite=True)
    assert changes == {str(old): ("mine\n", "a\n"), str(new): ("", "b\n")}
    write(changes)
    assert (old.read_text(), new.read_text()) == ("a\n", "b\n")
    assert differing({str(old): "a\n", str(new): "b\n"}, overwrite=False) == {}
