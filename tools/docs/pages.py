# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies the pages of docs/ into the source of the site.

The pages are written for GitHub, where a README.md is the page of its folder and links lead to any file of the
repository. The site has an index instead, and links to what is no page lead to the repository.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

REPOSITORY = "https://github.com/dcn-glance/dcn.glance/blob/main"
LINK = re.compile(r"(?<=\]\()(?!https?://|#|mailto:)([^)#\s]+)(#[^)\s]*)?(?=\))")
HEADING = re.compile(r"^## (.+)$", re.M)
ENTRY = re.compile(r"^[-*|] ?.*?\]\(([^)#]+\.md)\)", re.M)


def on_site(page: Path, top: Path, target: str, anchor: str) -> str:
    """Where a link of a page leads to on the site."""
    path = (page.parent / target).resolve()
    if not path.exists():
        raise SystemExit(f"{page}: the link {target} leads nowhere")
    if path.is_dir() and (path / "README.md").is_file():
        path /= "README.md"
    if path.is_relative_to(top) and path.suffix == ".md":
        if path.name == "README.md":
            path = path.with_name("index.md")
        up = len(page.parent.relative_to(top).parts)
        return "../" * up + str(path.relative_to(top)) + anchor
    return f"{REPOSITORY}/{path.relative_to(top.parent)}{anchor}"


def converted(page: Path, top: Path) -> str:
    text = page.read_text(encoding="utf-8")
    return LINK.sub(lambda found: on_site(page, top, found[1], found[2] or ""), text)


def contents(text: str, caption: str, entries: list[str]) -> str:
    """A table of contents for the side bar. It repeats links of the page, so the page does not show it."""
    listing = "\n".join(entry.removesuffix(".md") for entry in dict.fromkeys(entries))
    return f"{text}\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n:caption: {caption}\n\n{listing}\n```\n"


def with_contents(text: str) -> str:
    """An index, with a table of contents for each of its sections that has links to pages."""
    parts = HEADING.split(text)
    for caption, part in zip(parts[1::2], parts[2::2], strict=True):
        if entries := ENTRY.findall(part):  # links at the start of a line, as those of a list or a table
            text = contents(text, caption, entries)
    return text


def main(source: str, target: str) -> None:
    top = Path(source).resolve()
    for page in sorted(top.rglob("*.md")):
        copy = Path(target) / page.relative_to(top)
        text = converted(page, top)
        if page.name == "README.md":
            copy = copy.with_name("index.md")
            text = with_contents(text)
            if page.parent == top:
                text = contents(text, "Reference", ["collection/index"])
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
