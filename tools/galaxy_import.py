# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import an artifact as Galaxy does, and fail unless all of it is documented there: galaxy_import.py ARTIFACT.

The importer installs no dependencies, so it finds nothing but this collection and ansible-core.
"""

from __future__ import annotations

import logging
import sys
import tarfile
import typing as t
from pathlib import Path

from galaxy_importer import collection, config

#: Errors that mean nothing here. The importer takes the documentation beside the Python file of a filter for
#: Python. It gives ansible-lint 3 minutes, which a busy machine exceeds; make lint runs it without a limit.
QUIRKS = ("E999", "Timeout on call to ansible-lint")


class Errors(logging.Handler):
    """Keeps what the importer logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not any(quirk in record.getMessage() for quirk in QUIRKS):
            self.lines.append(record.getMessage())


def wanted(artifact: Path) -> dict[str, set[str]]:
    """The names of modules, filters and roles in the artifact."""
    with tarfile.open(artifact) as archive:
        paths = [Path(name) for name in archive.getnames()]
    return {
        "module": {path.stem for path in paths if path.match("plugins/modules/*.py") and path.stem != "__init__"},
        "filter": {path.stem for path in paths if path.match("plugins/filter/*.yml")},
        "role": {path.parts[1] for path in paths if path.match("roles/*/tasks/*.yml") and len(path.parts) == 4},
    }


def undocumented(contents: t.Iterable[dict[str, t.Any]], names: dict[str, set[str]]) -> list[str]:
    """What Galaxy would show without documentation, or not at all."""
    found: dict[str, set[str]] = {kind: set() for kind in names}
    for content in contents:
        kind = content["content_type"]
        documented = content.get("readme_html") if kind == "role" else (content.get("doc_strings") or {}).get("doc")
        if kind in found and documented:
            found[kind].add(content["content_name"])
    return [
        f"{kind} {name} has no documentation" for kind, all_ in names.items() for name in sorted(all_ - found[kind])
    ]


def main() -> int:
    artifact = Path(sys.argv[1])
    errors = Errors()
    logger = logging.getLogger("galaxy_importer")
    logger.setLevel(logging.INFO)
    logger.addHandler(errors)
    logger.addHandler(logging.StreamHandler(sys.stdout))
    settings = config.Config(config_data=config.ConfigFile.load())
    named = collection.CollectionFilename(*artifact.name.removesuffix(".tar.gz").split("-", 2))
    with artifact.open("rb") as stream:
        result = collection.import_collection(file=stream, filename=named, logger=logger, cfg=settings)
    names = wanted(artifact)
    problems = [*errors.lines, *undocumented(result["docs_blob"]["contents"], names)]
    counted = ", ".join(f"{len(found)} {kind}s" for kind, found in names.items())
    print("\n".join(problems) or f"Galaxy documents {counted}.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
