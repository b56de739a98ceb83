# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain text tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Row = Mapping[str, str]


def table(columns: Sequence[str], rows: Sequence[Row], cell_width: int = 60) -> str:
    """The rows under their column names; cells are cut after ``cell_width`` characters."""
    lines = [list(columns), *([str(row.get(column, ""))[:cell_width] for column in columns] for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    return "\n".join([text[0], "-" * max(map(len, text)), *text[1:]])
