# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file as it was read, for plans that read no file themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileState:
    """A file as it was read. ``real_path`` is behind all symbolic links; ``data`` is None where nothing exists."""

    path: str
    real_path: str
    data: bytes | None = None
    mode: int = 0
    uid: int = -1
    gid: int = -1
    links: int = 0
    stamp: tuple[int, int, int, int] | None = None

    @property
    def exists(self) -> bool:
        return self.data is not None
