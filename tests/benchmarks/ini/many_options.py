# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many options of a 200 kB file: one oslo_config task, a crudini process and an item of ini_file for each option.

Runs all one after another, so that the ratios are comparable on any machine, and prints them. It sets no limits:
python tests/benchmarks/ini/many_options.py [rounds] [stores]

With 20 stores, the default, these are 200 options. A bare module call is ansible.builtin.stat of the same file.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
sys.path.insert(0, str(ROOT / ".cache/collections"))

from ansible_collections.dcn.glance.plugins.module_utils._ini.model import OptionEdit  # noqa: E402
from ansible_collections.dcn.glance.plugins.module_utils._ini.plan import apply_edits  # noqa: E402

#: Options of one store: ten for each.
OF_STORE = (
    ("rbd_store_pool", "images"),
    ("rbd_store_user", "glance.central"),
    ("rbd_store_ceph_conf", "/etc/ceph/{}.conf"),
    ("rbd_store_chunk_size", "8"),
    ("rbd_thin_provisioning", "True"),
    ("rados_connect_timeout", "10"),
    ("store_description", "Ceph of {}"),
)
SHARED = (
    ("DEFAULT", "enabled_import_methods", "[glance-direct,web-download,copy-image]"),
    ("DEFAULT", "worker_self_reference_url", "http://glance-0.example.com:9292"),
    ("DEFAULT", "show_multiple_locations", "True"),
    ("image_import_opts", "image_import_plugins", "['image_conversion']"),
    ("image_conversion", "output_format", "raw"),
)
Options = list[tuple[str, str, str]]


def options(stores: int) -> Options:
    """Ten options for each store, most of them in its section."""
    names = [f"site{number}" for number in range(stores)]
    found: Options = [("DEFAULT", "enabled_backends", ", ".join(f"{name}:rbd" for name in names))]
    found += [("glance_store", "default_backend", names[0]), *SHARED]
    found += [(name, option, value.format(name)) for name in names for option, value in OF_STORE]
    others = 10 * stores - len(found)
    return found + [("keystone_authtoken", f"option_{number}", str(number)) for number in range(others)]


OPTIONS: Options = []


def sample(size: int = 200_000) -> str:
    """A file like those that services ship: every option commented out under its help text."""
    rng = random.Random(1)
    lines: list[str] = []
    length = 0
    sections = iter(["DEFAULT", "glance_store", *(f"group_{number}" for number in range(100))])
    while length < size:
        lines += [f"[{next(sections)}]", ""]
        for number in range(60):
            lines += [
                "#",
                *(f"# {'words ' * rng.randrange(2, 11)}".rstrip() for _line in range(6)),
                "#  (string value)",
            ]
            lines += [f"#option_{number} = <None>", ""]
        length = sum(len(line) + 1 for line in lines)
    return "\n".join(lines) + "\n"


def ansible(module: str, tasks: list[dict[str, object]], directory: Path) -> None:
    playbook = directory / f"{module}.yml"
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    playbook.write_text(json.dumps([play]))
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": f"{ROOT}/.cache/collections",
        "ANSIBLE_PIPELINING": "True",
    }
    command = [str(BIN / "ansible-playbook"), "-i", "localhost,", "-e", f"ansible_python_interpreter={sys.executable}"]
    done = subprocess.run([*command, str(playbook)], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def nothing(path: Path) -> None:
    ansible("nothing", [{"ansible.builtin.meta": "noop"}], path.parent)


def bare_module(path: Path) -> None:
    ansible("bare_module", [{"ansible.builtin.stat": {"path": str(path)}}], path.parent)


def oslo_config(path: Path) -> None:
    items = [{"section": section, "option": option, "value": value} for section, option, value in OPTIONS]
    ansible("oslo_config", [{"dcn.glance.oslo_config": {"path": str(path), "options": items}}], path.parent)


def ini_file(path: Path) -> None:
    item = {"path": str(path), "section": "{{ item[0] }}", "option": "{{ item[1] }}", "value": "{{ item[2] }}"}
    loop = [list(option) for option in OPTIONS]
    ansible("ini_file", [{"community.general.ini_file": item, "loop": loop}], path.parent)


def crudini(path: Path) -> None:
    for section, option, value in OPTIONS:
        subprocess.run([str(BIN / "crudini"), "--set", str(path), section, option, value], check=True)


def pure(path: Path) -> None:
    edits = [OptionEdit(section, option, (value,)) for section, option, value in OPTIONS]
    path.write_bytes(apply_edits(path.read_bytes(), edits).after)


def seconds(run: Callable[[Path], None], path: Path, text: str | None) -> float:
    if text is not None:
        path.write_text(text)
    start = time.perf_counter()
    run(path)
    return time.perf_counter() - start


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    OPTIONS[:] = options(int(sys.argv[2]) if len(sys.argv) > 2 else 20)
    text = sample()
    print(f"{len(OPTIONS)} options, a file of {len(text) / 1000:.0f} kB, median of {rounds} rounds")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "service.conf"
        start = statistics.median(seconds(nothing, path, text) for _round in range(rounds))
        print(f"{'ansible-playbook alone':42} {start:7.2f} s")
        bare = statistics.median(seconds(bare_module, path, text) for _round in range(rounds)) - start
        print(f"{'bare module call':42} {bare + start:7.2f} s   without ansible-playbook {bare:6.2f} s")
        figures: dict[str, float] = {}
        for run in (oslo_config, crudini, ini_file):
            ansible_time = start if run is not crudini else 0.0
            for kind, first in (("first run", True), ("nothing to do", False)):
                times = [seconds(run, path, text if first else None) for _round in range(rounds)]
                name = f"{run.__name__}, {kind}"
                figures[name] = statistics.median(times)
                print(
                    f"{name:42} {figures[name]:7.2f} s   without ansible-playbook {figures[name] - ansible_time:6.2f} s"
                )
        base = max(figures["oslo_config, first run"] - start, 0.01)
        again = figures["oslo_config, nothing to do"] - start
        print(f"oslo_config / bare module call             {base / max(bare, 0.01):7.1f} x")
        print(f"oslo_config, nothing to do / bare module   {again / max(bare, 0.01):7.1f} x")
        print(f"crudini / oslo_config                      {figures['crudini, first run'] / base:7.1f} x")
        print(f"ini_file / oslo_config                     {(figures['ini_file, first run'] - start) / base:7.1f} x")
        work = statistics.median(seconds(pure, path, text) for _round in range(max(rounds, 5)))
        print(f"parse, edit, parse again, compare          {work * 1000:7.0f} ms of that")


if __name__ == "__main__":
    main()
