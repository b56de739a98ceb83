# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drop-in directories: files that a service finds and reads beside its main file.

Without ``--config-file`` on its command line, the service reads them after its main file, and their options win. With
it, oslo.config reads them before, and the main file wins. Directories of ``--config-dir`` are read in their order.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Mapping, Sequence

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._core.files import read_file
from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document


def drop_in_directories(path: str) -> list[str]:
    """The directories in reading order: glance.conf.d, then glance-api.conf.d, for /etc/glance/glance-api.conf."""
    directory, name = os.path.split(os.path.abspath(path))
    base = name[:-5] if name.endswith(".conf") else name
    names = dict.fromkeys([base.split("-")[0], base])
    return [os.path.join(directory, f"{each}.conf.d") for each in names]


def drop_ins(directories: Sequence[str]) -> list[str]:
    """The files of drop-in directories, in reading order."""
    return [
        path for directory in directories for path in sorted(glob.glob(os.path.join(glob.escape(directory), "*.conf")))
    ]


def shadowed(
    path: str, wanted: Collection[tuple[str, str]], reading: Mapping[tuple[str, str], tuple[str, ...]]
) -> list[str]:
    """A warning for each option whose value in a drop-in file differs from the one in the main file."""
    found: list[str] = []
    for drop_in in drop_ins(drop_in_directories(path)):
        try:
            other = Document.parse(read_file(drop_in).data or b"", "oslo", drop_in).reading()
        except DcnError as error:
            found.append(f"{drop_in} is read after {path} and could not be compared: {error}")
            continue
        found += [
            f"[{section}] {option} has another value in {drop_in} than in {path}. A service that is started with "
            f"--config-file={path} uses that of {path}, otherwise that of {drop_in}."
            for section, option in sorted(wanted)
            if (section, option) in other and other[(section, option)] != reading.get((section, option))
        ]
    return found
