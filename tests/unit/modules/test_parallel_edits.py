# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that edit one file at the same time: no edit is lost, whoever makes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.dcn.glance.plugins.module_utils._ini.document import Document
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

CRUDINI = Path(sys.executable).parent / "crudini"
#: Calls of one module one after another, which begin when the file "go" appears.
RUN = """
import json, os, sys, time
from importlib import import_module
from ansible.module_utils import basic
module = import_module("ansible_collections.dcn.glance.plugins.modules." + sys.argv[1])
basic._ANSIBLE_PROFILE = "legacy"
while not os.path.exists(sys.argv[2]):
    time.sleep(0.01)
for arguments in json.loads(sys.argv[3]):
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    try:
        module.main()
    except SystemExit as end:
        if end.code:
            raise
"""
EDITS = 10


def start(arguments: Sequence[str]) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def module(name: str, go: Path, *calls: dict[str, Any]) -> subprocess.Popen[str]:
    return start([sys.executable, "-c", RUN, name, str(go), json.dumps(calls)])


def oslo_config(path: Path, go: Path, editor: int, **more: Any) -> subprocess.Popen[str]:
    """A process that sets the options ``EDITOR_0`` and so on, each in a call of its own."""
    calls = [
        {"path": str(path), "options": [{"section": "module", "option": f"m{editor}_{number}", "value": "1"}], **more}
        for number in range(EDITS)
    ]
    return module("oslo_config", go, *calls)


def crudini(path: Path, go: Path, editor: int) -> subprocess.Popen[str]:
    sets = f"{sys.executable} {CRUDINI} --set {path} crudini c{editor}_$number 1"
    loop = f"for number in 0 1 2; do {sets} || exit 1; done"
    return start(["sh", "-c", f"until test -e {go}; do sleep 0.01; done; {loop}"])


def store(name: str, default: bool = False) -> dict[str, Any]:
    return {"id": name, "type": "file", "default": default, "options": {"filesystem_store_datadir": f"/srv/{name}"}}


def finish(go: Path, processes: Sequence[subprocess.Popen[str]]) -> None:
    time.sleep(1)
    go.touch()
    for process in processes:
        output, errors = process.communicate(timeout=300)
        assert process.returncode == 0, output + errors


@pytest.fixture(name="path")
def path_fixture(tmp_path: Path) -> Path:
    path = tmp_path / "glance-api.conf"
    path.write_text("[DEFAULT]\ndebug = False\n")
    return path


def test_twenty_editors_of_one_file_lose_nothing(path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Ten processes of oslo_config, nine of crudini, and one of glance_store_config, all started together."""
    go = tmp_path_factory.mktemp("start") / "go"
    editors = [oslo_config(path, go, editor) for editor in range(10)]
    editors += [crudini(path, go, editor) for editor in range(9)]
    editors.append(module("glance_store_config", go, {"path": str(path), "stores": [store("a", True), store("b")]}))
    finish(go, editors)
    document = Document.parse(path.read_bytes())
    assert set(document.options("module")) == {f"m{editor}_{number}" for editor in range(10) for number in range(EDITS)}
    assert set(document.options("crudini")) == {f"c{editor}_{number}" for editor in range(9) for number in range(3)}
    assert document.get("DEFAULT", "enabled_backends") == "a:file, b:file"
    assert os.listdir(path.parent) == [path.name]


def test_editors_that_create_the_file_together_lose_nothing(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    go, path = tmp_path_factory.mktemp("start") / "go", tmp_path / "new.conf"
    finish(go, [oslo_config(path, go, editor, create=True) for editor in range(6)])
    options = Document.parse(path.read_bytes()).options("module")
    assert set(options) == {f"m{editor}_{number}" for editor in range(6) for number in range(EDITS)}
    assert os.listdir(tmp_path) == ["new.conf"]


def test_an_editor_without_the_lock_is_read_again(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """An editor that takes no lock writes between reading and writing: its edit stays, and ours is made on top."""

    from ansible_collections.dcn.glance.plugins.module_utils._core import files
    from ansible_collections.dcn.glance.plugins.modules import oslo_config as edited

    publish, others = files._publish, ["[other]\nnumber = 1\n", "[other]\nnumber = 2\n"]

    def late(*arguments: Any) -> None:
        if others:
            path.write_text(others.pop(0))
        publish(*arguments)

    monkeypatch.setattr(files, "_publish", late)
    options = [{"section": "module", "option": "option", "value": "1"}]
    arguments = {"path": str(path), "options": options}
    set_arguments(monkeypatch, arguments)
    with pytest.raises(SystemExit):
        edited.main()
    assert json.loads(capsys.readouterr().out)["changed"]
    assert path.read_text() == "[other]\nnumber = 2\n\n[module]\noption = 1\n"
    assert os.listdir(path.parent) == [path.name]
