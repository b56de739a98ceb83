# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-test sanity --local on a copy of the checkout: python tools/sanity.py [TEST...]

ansible-test wants a path that ends in ansible_collections/dcn/glance and no symlink, strips the environment, keeps
its virtual environments in HOME, and downloads a get-pip script from a host that need not be reachable. So it gets
a copy, a HOME of its own below .cache, the machine's pip settings as a file there, and a stand-in for that script.
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
TREE = ROOT / ".cache/sanity/ansible_collections/dcn/glance"
HOME = ROOT / ".cache/home"
# Collections whose module_utils ours imports.
DEPENDENCIES = ("kubernetes/core",)

GET_PIP = """\
import subprocess, sys
options = [option for option in sys.argv[1:] if option not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([{python!r}, "-m", "pip", "--python", sys.executable, "install", *options]))
"""


def copy_tree() -> None:
    """Copy what git would see: committed, changed and new files, not the ignored ones."""
    shutil.rmtree(TREE, ignore_errors=True)
    # A repository of its own, else ansible-test finds the checkout's above it, which ignores this tree.
    subprocess.run(["git", "init", "--quiet", str(TREE)], check=True)
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, names):
        source, target = ROOT / name, TREE / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def link_dependencies() -> None:
    """Let imports of other collections' module_utils be followed: they come with the package ansible."""
    source = Path(sysconfig.get_path("purelib")) / "ansible_collections"
    for name in DEPENDENCIES:
        target = TREE.parents[1] / name
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
    """Write the pip settings and the get-pip stand-in where ansible-test and its children look for them."""
    config = HOME / ".config/pip/pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.parent.chmod(0o700)  # an index URL can hold a password
    with config.open("w", encoding="utf-8") as stream:
        pip_settings().write(stream)
    pip = get_venv_packages(SimpleNamespace(version=PYTHON))["pip"].replace(".", "_")
    script = HOME / f".ansible/test/cache/get_pip_{pip}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(GET_PIP.format(python=sys.executable), encoding="utf-8")


def main() -> int:
    copy_tree()
    link_dependencies()
    prepare_home()
    command = ["ansible-test", "sanity", "--local", "--color", "no", "--python", PYTHON]
    for test in sys.argv[1:]:
        command += ["--test", test]
    environment = {**os.environ, "HOME": str(HOME)}
    for name in [name for name in environment if name.startswith("ANSIBLE_")]:
        del environment[name]
    return subprocess.call(command, cwd=TREE, env=environment)


if __name__ == "__main__":
    sys.exit(main())
