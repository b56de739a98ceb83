# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test sanity --local on a copy of each collection: python tools/sanity.py [TEST...]

ansible-test requires a path that ends in ansible_collections/NAMESPACE/NAME without a symlink, clears the environment,
keeps its virtual environments in HOME, and downloads a get-pip script from a host that may not be reachable. So it gets
a copy, a HOME below .cache, the machine's pip settings as a file there, and a replacement for that script.
"""

from __future__ import annotations

import ast
import configparser
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

from ansible_test._internal.python_requirements import get_venv_packages

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
ROOT = Path(__file__).resolve().parents[1]
COPIES = ROOT / ".cache/sanity/ansible_collections"
# Each collection and its folder in the checkout.
COLLECTIONS = {"dcn/glance": "", "dcn/glance_lab": "lab/"}
HOME = ROOT / ".cache/home"
# Collections that are imported.
DEPENDENCIES = ("kubernetes/core",)

GET_PIP = """\
import subprocess, sys
options = [option for option in sys.argv[1:] if option not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([{python!r}, "-m", "pip", "--python", sys.executable, "install", *options]))
"""


def copy_tree(collection: str) -> Path:
    """Copy a collection as git would see it: committed, changed and new files, not the ignored ones."""
    tree, folder = COPIES / collection, COLLECTIONS[collection]
    others = tuple(other for other in COLLECTIONS.values() if other and other != folder)
    shutil.rmtree(tree, ignore_errors=True)
    # A repository of its own: otherwise ansible-test finds that of the checkout, which ignores the copy.
    subprocess.run(["git", "init", "--quiet", str(tree)], check=True)
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    names = subprocess.run(listing, cwd=ROOT / folder, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in names:
        source, target = ROOT / folder / name, tree / name
        if name and source.is_file() and not name.startswith(others):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return tree


def link_dependencies() -> None:
    """Make the collections that are imported available: they come with the package ansible."""
    source = Path(sysconfig.get_path("purelib")) / "ansible_collections"
    for name in DEPENDENCIES:
        target = COPIES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_symlink():
            target.symlink_to(source / name)


def pip_settings() -> configparser.RawConfigParser:
    """What pip would use here, from its files and the environment, as one file."""
    listing = [sys.executable, "-m", "pip", "config", "list"]
    output = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    settings = configparser.RawConfigParser()
    settings.add_section("global")
    for line in sorted(output.splitlines(), key=lambda text: text.startswith(":env:")):
        name, value = line.split("=", 1)
        section, key = name.replace(":env:", "global").split(".", 1)
        if not settings.has_section(section):
            settings.add_section(section)
        settings.set(section, key, ast.literal_eval(value))
    settings["global"].update({"quiet": "1", "progress-bar": "off"})
    fallbacks = {"cert": "REQUESTS_CA_BUNDLE", "proxy": "HTTPS_PROXY"}
    for key, variable in fallbacks.items():
        value = os.environ.get(variable) or os.environ.get(variable.lower())
        if value and not settings.has_option("global", key):
            settings.set("global", key, value)
    return settings


def prepare_home() -> None:
    """Write the pip settings and the replacement of get-pip where ansible-test and its children look for them."""
    config = HOME / ".config/pip/pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.parent.chmod(0o700)  # an index URL can hold a password
    with config.open("w", encoding="utf-8") as stream:
        pip_settings().write(stream)
    pip = get_venv_packages(SimpleNamespace(version=PYTHON))["pip"].replace(".", "_")
    script = HOME / f".ansible/test/cache/get_pip_{pip}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(GET_PIP.format(python=sys.executable), encoding="utf-8")


def check(tree: Path) -> int:
    command = ["ansible-test", "sanity", "--local", "--color", "no", "--python", PYTHON]
    for test in sys.argv[1:]:
        command += ["--test", test]
    environment = {**os.environ, "HOME": str(HOME)}
    for name in [name for name in environment if name.startswith("ANSIBLE_")]:
        del environment[name]
    return subprocess.call(command, cwd=tree, env=environment)


def main() -> int:
    link_dependencies()
    prepare_home()
    failed = []
    for collection in COLLECTIONS:
        print(f"== {collection.replace('/', '.')}", flush=True)
        if check(copy_tree(collection)):
            failed.append(collection)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
