# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random INI files and random edits, judged by oslo.config itself.

``FUZZ_DOCUMENTS`` is the number of documents (20,000 if it is not set), ``FUZZ_SEED`` the seed of the first part.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import InputErrors
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.plugins.module_utils._ini.located import read
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits
from ansible_collections.dcn.glance.tests.support.builders.ini import (
    REFUSED,
    expected_reading,
    oslo_reading,
    random_edits,
    random_file,
)

PARTS = 10
#: Documents of one part and one kind: half of them are read, half are edited.
DOCUMENTS = max(1, int(os.environ.get("FUZZ_DOCUMENTS", "20000")) // (2 * PARTS))
SEED = int(os.environ.get("FUZZ_SEED", "1"))


@pytest.mark.parametrize("part", range(PARTS))
def test_files_are_read_and_refused_as_oslo_config_does(part: int, tmp_path: Path) -> None:
    rng = random.Random(f"read {SEED + part}")
    loaded = refused = 0
    for _document in range(DOCUMENTS):
        data = random_file(rng, wild=rng.random() < 0.5)
        text = data.decode()
        try:
            theirs = oslo_reading(tmp_path / "f", data)
        except REFUSED:
            refused += 1
            with pytest.raises(InputErrors):
                Document.parse(data)
            assert "\r" in text or read(text).faults, data
            continue
        loaded += 1
        document = Document.parse(data)
        assert document.reading() == theirs, data
        assert document.to_bytes() == data
        assert "\r" in text or not read(text).faults, data
    assert DOCUMENTS < 100 or (loaded > DOCUMENTS / 5 and refused > DOCUMENTS / 20)


@pytest.mark.parametrize("part", range(PARTS))
def test_after_an_edit_oslo_config_reads_the_edited_values_and_the_others(part: int, tmp_path: Path) -> None:
    rng = random.Random(f"edit {SEED + part}")
    done = 0
    while done < DOCUMENTS:
        data = random_file(rng, wild=False)
        options, sections = random_edits(rng)
        try:
            before = oslo_reading(tmp_path / "f", data)
        except REFUSED:
            continue
        done += 1
        result = apply_edits(data, options, sections)
        after = oslo_reading(tmp_path / "f", result.after)
        assert after == expected_reading(before, options, {edit.section for edit in sections}), (data, options)
        again = apply_edits(result.after, options, sections)
        assert again.after == result.after, (data, options)
        assert not any(operation.changed for operation in again.operations), (data, options)
