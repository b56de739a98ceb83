# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do what the section "Use it" of a README says, in an empty directory: readme_use.py README DIRECTORY

The files that the section shows are written, and its commands run in their order. Playbooks that would contact hosts
are only checked for their syntax, because the addresses in the section are examples.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SECTION = re.compile(r"^## Use it\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
# The name of a file is in the line above its content: `inventory/hosts.yml`:
FILE = re.compile(r"^`([\w./-]+)`:\n+```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# The playbook that contacts no host.
LINT = "dcn.glance.lint"


def section(readme: str) -> str:
    """The text of the section."""
    found = SECTION.search(readme)
    if not found:
        raise SystemExit('The README has no section "Use it".')
    return found[1]


def files(text: str) -> dict[str, str]:
    """The files that the section shows, by path."""
    return dict(FILE.findall(text))


def commands(text: str) -> list[str]:
    """The commands of the section, as they run here."""
    lines = [line for block in COMMANDS.findall(text) for line in block.splitlines()]
    return [f"{line} --syntax-check" if "ansible-playbook" in line and LINT not in line else line for line in lines]


def main() -> int:
    text = section(Path(sys.argv[1]).read_text(encoding="utf-8"))
    directory = Path(sys.argv[2])
    for name, content in files(text).items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(content, encoding="utf-8")
    for command in commands(text):
        print(f"$ {command}", flush=True)
        if code := subprocess.run(["bash", "-ec", command], cwd=directory, check=False).returncode:
            print(f"The command of the README failed: {command}", file=sys.stderr)
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
