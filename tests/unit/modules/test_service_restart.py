# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module service_restart with a systemctl and a Glance of its own."""

from __future__ import annotations

import json
import os
import pwd
import sys
import time
from pathlib import Path
from typing import Any, Callable

import pytest

from ansible_collections.dcn.glance.plugins.modules import service_restart
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

Run = Callable[..., dict[str, Any]]
SYSTEMCTL = """#!/bin/sh
echo "$@" >> {log}
case "$1" in
show) cat {state} ;;
restart) echo restarted >> {log} ;;
esac
"""
ACTIVE = "LoadState=loaded\nActiveState={0}\nMainPID=7\nExecMainStartTimestampMonotonic={1}\nUser=\nUnitFileState={2}\n"

#: A Glance whose start does what each test says.
GLANCE = {
    "oslo_config/__init__.py": "",
    "oslo_config/cfg.py": """
class Error(Exception): pass
class ConfigFileValueError(Error): pass
class ConfigFileParseError(Error): pass
class TemplateSubstitutionError(Error): pass
class NoSuchOptError(Error): pass
class ConfigOpts(dict):
    class GroupAttr(dict):
        def __getitem__(self, name):
            value = dict.__getitem__(self, name)
            if isinstance(value, type): raise value(name)
            return value
    def __getitem__(self, name):
        value = dict.__getitem__(self, name)
        if isinstance(value, type): raise value(name)
        return value
    enabled_backends = {"central": "rbd"}
CONF = ConfigOpts(debug=True, size=ConfigFileValueError, gone=NoSuchOptError)
CONF["central"] = ConfigOpts.GroupAttr(pool="images", chunk=TemplateSubstitutionError)
""",
    "glance/__init__.py": "",
    "glance/common/__init__.py": "",
    "glance/common/config.py": "def parse_args(args):\n    assert args[0] == '--config-file'\n",
    "glance/common/wsgi.py": """
import os
def initialize_multi_store():
    os.makedirs("/proc/no/such/directory")
    from glance.common import start
""",
    "glance/common/start.py": "",
    "rados.py": """
class Error(Exception): pass
class Rados:
    def connect(self): raise SystemExit("connected")
""",
}


@pytest.fixture(name="host")
def host_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the programs, the configuration file, and a log of calls."""
    (tmp_path / "bin").mkdir()
    systemctl = tmp_path / "bin" / "systemctl"
    systemctl.write_text(SYSTEMCTL.format(log=tmp_path / "log", state=tmp_path / "state"))
    systemctl.chmod(0o755)
    (tmp_path / "log").touch()
    (tmp_path / "glance-api.conf").write_text("[database]\nconnection = mysql://glance:topsecret99@db/glance\n")
    for name, text in GLANCE.items():
        path = tmp_path / "python" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    program = tmp_path / "bin" / "glance-api"
    program.write_text(f"#! {sys.executable} -B\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "python"))
    set_unit(tmp_path)
    return tmp_path


def set_unit(host: Path, active: str = "active", age: float = 1000.0, file_state: str = "enabled") -> None:
    """The unit, with a process of ``age`` seconds."""
    now = time.clock_gettime(time.CLOCK_MONOTONIC)
    (host / "state").write_text(ACTIVE.format(active, int((now - age) * 1e6), file_state))


def break_start(host: Path, code: str) -> None:
    (host / "python" / "glance" / "common" / "start.py").write_text(code)


def restarted(host: Path) -> bool:
    return "restarted" in (host / "log").read_text()


@pytest.fixture(name="run")
def run_fixture(host: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(check: bool = False, **more: Any) -> dict[str, Any]:
        arguments = {
            "name": "glance-api",
            "files": [str(host / "glance-api.conf")],
            "_ansible_check_mode": check,
            **more,
        }
        set_arguments(monkeypatch, arguments)
        with pytest.raises(SystemExit):
            service_restart.main()
        output = capsys.readouterr().out
        return {**json.loads(output), "_output": output}

    return run


def test_a_unit_that_is_older_than_its_file_is_restarted(host: Path, run: Run) -> None:
    predicted = run(check=True)
    assert predicted["changed"] and not restarted(host)
    assert run()["reason"] == f"its process is older than {host / 'glance-api.conf'}"
    assert restarted(host)


def test_a_younger_unit_is_left_alone(host: Path, run: Run) -> None:
    set_unit(host, age=-10)
    result = run(dry_run="glance", blocked="a conf is missing")
    assert (result["changed"], result["held"], result["dry_run"]) == (False, "", "")
    assert not restarted(host)


@pytest.mark.parametrize("check", [True, False])
def test_a_blocked_restart_waits_while_the_old_process_serves(host: Path, run: Run, check: bool) -> None:
    result = run(check=check, blocked="/etc/ceph/central.conf does not exist on this host.")
    assert (result["changed"], result["held"]) == (False, "/etc/ceph/central.conf does not exist on this host")
    assert not restarted(host)
    assert "cannot start now: /etc/ceph/central.conf does not exist" in str(result["warnings"])
    assert run(check=check, blocked="")["changed"]


def test_a_unit_that_does_not_run_and_is_blocked_fails(host: Path, run: Run) -> None:
    set_unit(host, "failed")
    result = run(blocked="/etc/ceph/central.conf does not exist on this host")
    assert result["failed"]
    assert (
        result["msg"]
        == "glance-api does not run, and cannot start: /etc/ceph/central.conf does not exist on this host."
    )
    assert not restarted(host)


@pytest.mark.parametrize(
    ("active", "file_state", "enable", "enabled"),
    [
        ("inactive", "disabled", True, True),
        ("inactive", "disabled", False, False),
        ("inactive", "static", True, False),
        ("active", "disabled", True, False),
    ],
)
def test_a_unit_that_was_stopped_and_disabled_is_enabled(
    host: Path, run: Run, active: str, file_state: str, enable: bool, enabled: bool
) -> None:
    set_unit(host, active, file_state=file_state)
    run(enable=enable)
    calls = [line for line in (host / "log").read_text().splitlines() if not line.startswith("show")]
    assert calls[:2] == (
        ["enable glance-api", "restart glance-api"] if enabled else ["restart glance-api", "restarted"]
    )


def test_glance_accepts_the_configuration(host: Path, run: Run) -> None:
    result = run(dry_run="glance")
    assert (result["changed"], result["dry_run"], result["dry_run_reason"]) == (True, "passed", "")
    assert restarted(host)


def test_options_that_glance_cannot_read_are_reported(run: Run) -> None:
    warnings = str(run(dry_run="glance")["warnings"])
    for option in ("[DEFAULT] size", "[central] chunk"):
        assert f"Glance cannot read the value of {option}" in warnings
    assert "gone" not in warnings and "pool" not in warnings


def test_stores_that_glance_cannot_write_to_are_reported(host: Path, run: Run) -> None:
    """As glance_store logs it. A cluster that is not asked during the check is no reason."""
    text = "Failed to configure store correctly: Store {} Disabling add method."
    reasons = (
        "filesystem could not be configured. Reason: Permission to write in /x denied",
        "not connected during this check",
    )
    calls = [f"logging.getLogger('glance_store.driver').warning({text.format(reason)!r})" for reason in reasons]
    break_start(host, "\n".join(["import logging", *calls]))
    result = run(dry_run="glance")
    assert result["changed"] and "refuses images for a store: Failed to configure" in str(result["warnings"])
    assert "Permission to write in /x denied" in str(result["warnings"])
    assert "not connected" not in str(result["warnings"])


def test_the_check_does_not_connect_to_a_cluster_and_does_not_mind(host: Path, run: Run) -> None:
    """Glance with an rbd store as its only store stops where its cluster does not answer."""
    break_start(host, "import rados\nrados.Rados().connect()\nraise ValueError('connected')")
    result = run(dry_run="glance")
    assert result["changed"] and restarted(host)
    assert "not connected" not in result["_output"]


REFUSALS = [
    ("raise RuntimeError('Store for identifier nope not found')", "RuntimeError: Store for identifier nope not found"),
    ("raise SystemExit(3)", "SystemExit: 3"),
    (
        "from oslo_config import cfg\nraise cfg.ConfigFileParseError('at /c:2, No = in line: \\'password hidden77\\'')",
        "ConfigFileParseError: at /c:2, No = in line.",
    ),
    ("raise ValueError('mysql://glance:topsecret99@db/glance')", "ValueError: mysql://glance:********@db/glance"),
]


@pytest.mark.parametrize(("code", "reason"), REFUSALS)
def test_a_configuration_that_glance_refuses_takes_nothing_down(host: Path, run: Run, code: str, reason: str) -> None:
    break_start(host, code)
    kept = host / ".glance-api.conf.previous"
    kept.write_text("[DEFAULT]\nold = 1\n")
    result = run(dry_run="glance")
    assert result["failed"] and not restarted(host)
    assert (host / "glance-api.conf").read_text() == "[DEFAULT]\nold = 1\n" and not kept.exists()
    assert f"glance-api cannot start with {host / 'glance-api.conf'}: {reason}" in result["msg"]
    assert "It continues to run with its old configuration" in result["msg"]
    assert "hidden77" not in result["_output"] and "topsecret99" not in result["_output"]
    set_unit(host, "failed")
    assert "It does not run" in run(dry_run="glance")["msg"]


def answering(host: Path, script: str) -> None:
    """A systemctl whose restart runs this script."""
    (host / "bin" / "systemctl").write_text(
        SYSTEMCTL.format(log=host / "log", state=host / "state").replace("echo restarted", f"{script}; echo restarted")
    )


@pytest.mark.parametrize("again", [True, False])
def test_the_old_file_returns_when_the_service_does_not_come_back(host: Path, run: Run, again: bool) -> None:
    """The unit stops after a restart with the new file, and with ``again`` runs with the old one."""
    conf, kept = host / "glance-api.conf", host / ".glance-api.conf.previous"
    conf.write_text("new\n")
    kept.write_text("old\n")
    kept.chmod(0o640)
    works = "grep -q old" if again else "grep -q nothing"
    state = host / "state"
    failed = ACTIVE.format("failed", 0, "enabled").replace("\n", "\\n")
    running = ACTIVE.format("active", int(time.clock_gettime(time.CLOCK_MONOTONIC) * 1e6), "enabled").replace(
        "\n", "\\n"
    )
    answering(host, f"if {works} {conf}; then printf '{running}' > {state}; else printf '{failed}' > {state}; fi")
    result = run()
    assert result["failed"] and "stopped right after it was started" in result["msg"]
    assert conf.read_text() == "old\n" and not kept.exists()
    said = "runs with it again" if again else "does not run with it, either"
    assert f"The old content of {conf} was restored" in result["msg"] and said in result["msg"]


def test_the_errors_of_the_log_file_are_quoted(host: Path, run: Run) -> None:
    log = host / "glance-api.log"
    log.write_text("1 INFO started\n2 ERROR glance [-] no such pool at mysql://glance:topsecret99@db\n")
    answering(host, f"printf 'LoadState=loaded\\nActiveState=failed\\n' > {host / 'state'}")
    result = run(log_file=str(log))
    assert f"The last lines of its log ({log}):\n2 ERROR glance [-] no such pool" in result["msg"]
    assert "started\n" not in result["msg"] and "topsecret99" not in result["_output"]


def test_nothing_is_restored_for_a_unit_that_did_not_run(host: Path, run: Run) -> None:
    conf, kept = host / "glance-api.conf", host / ".glance-api.conf.previous"
    kept.write_text("old\n")
    set_unit(host, "failed")
    assert run()["failed"]
    assert conf.read_text() != "old\n" and kept.exists()


def test_the_old_content_is_forgotten_once_the_service_runs(host: Path, run: Run) -> None:
    kept = host / ".glance-api.conf.previous"
    for age in (1000, -10):
        set_unit(host, age=age)
        kept.write_text("old\n")
        run(check=True)
        assert kept.exists()
        run()
        assert not kept.exists()
    set_unit(host)
    kept.write_text("old\n")
    run(blocked="a conf is missing")
    assert kept.exists()


def test_the_glance_of_a_container_is_asked(host: Path, run: Run) -> None:
    (host / "bin" / "glance-api").unlink()
    inside = host / "inside.conf"
    (host / "python" / "glance" / "common" / "config.py").write_text(
        f"def parse_args(args):\n    assert args == ['--config-file', '{inside}'], args\n"
    )
    python = ["env", f"PYTHONPATH={host / 'python'}", sys.executable, "-B"]
    result = run(dry_run="glance", python_exec=python, dry_run_file=str(inside))
    assert (result["dry_run"], result["dry_run_reason"]) == ("passed", "")
    unknown = run(dry_run="glance", python_exec=["sh", "-c", "echo no such image >&2; exit 125"])
    assert unknown["dry_run"] == "unknown"
    assert unknown["dry_run_reason"] == "the check ended with exit code 125 and no result: no such image"
    break_start(host, "raise SystemExit('no')")
    refused = run(dry_run="glance", python_exec=python, dry_run_file=str(inside))
    assert "cannot start with" in refused["msg"] and refused["failed"]


def test_without_an_answer_in_time_the_unit_is_restarted(host: Path, run: Run) -> None:
    break_start(host, "import time\ntime.sleep(30)")
    result = run(dry_run="glance", dry_run_timeout=1)
    assert (result["changed"], result["dry_run"]) == (True, "unknown")
    assert result["dry_run_reason"] == "the check did not end within 1 seconds"
    assert restarted(host)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("no program", "there is no Python program glance-api on this host"),
        ("a shell script", "there is no Python program glance-api on this host"),
        ("no interpreter", "/nowhere/python3 cannot be run (No such file or directory)"),
        ("no package", "Glance cannot be imported (ModuleNotFoundError: No module named 'glance')"),
        ("no result", "the check ended with exit code 3 and no result"),
    ],
)
def test_where_glance_cannot_be_asked_the_unit_is_restarted(host: Path, run: Run, broken: str, reason: str) -> None:
    program = host / "bin" / "glance-api"
    if broken == "no program":
        program.unlink()
    elif broken == "a shell script":
        program.write_text("#!/bin/sh\n")
    elif broken == "no interpreter":
        program.write_text("#!/nowhere/python3\n")
    elif broken == "no package":
        (host / "python" / "glance").rename(host / "python" / "other")
    else:
        break_start(host, "import os\nos._exit(3)")
    result = run(dry_run="glance")
    assert result["changed"] and restarted(host)
    assert result["dry_run"] == ("unknown" if broken == "no result" else "skipped")
    assert result["dry_run_reason"] == reason


def test_a_missing_unit(host: Path, run: Run) -> None:
    (host / "state").write_text("LoadState=not-found\nActiveState=inactive\nMainPID=0\n")
    assert "glance-api does not exist on this host" in run()["msg"]
    result = run(required=False)
    assert (result["changed"], result["pid"]) == (False, 0)


def test_the_check_runs_as_the_user_of_the_unit(host: Path, run: Run) -> None:
    """Another user could not read the same files, so nothing is asked then."""
    state = host / "state"
    user = pwd.getpwuid(os.geteuid()).pw_name
    state.write_text(state.read_text().replace("User=\n", f"User={user}\n"))
    break_start(host, "import os\nraise RuntimeError(f'user {os.geteuid()}')")
    assert f"RuntimeError: user {os.geteuid()}" in run(dry_run="glance")["msg"]
    if os.geteuid() != 0:
        state.write_text(state.read_text().replace(f"User={user}\n", "User=root\n"))
        assert run(dry_run="glance")["dry_run_reason"] == "this process cannot become the user root of the service"


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/usr/bin/python3").exists(), reason="becomes another user")
def test_root_becomes_the_user_of_the_unit(host: Path, run: Run) -> None:
    state = host / "state"
    state.write_text(state.read_text().replace("User=\n", "User=nobody\n"))
    for path in (host, *host.parents):
        if path != Path("/tmp") and path.is_relative_to("/tmp"):
            path.chmod(0o755)
    (host / "bin" / "glance-api").write_text("#!/usr/bin/python3 -B\n")
    break_start(host, "import os\nraise RuntimeError(f'user {os.geteuid()}')")
    result = run(dry_run="glance")
    assert f"RuntimeError: user {pwd.getpwnam('nobody').pw_uid}" in result.get("msg", ""), result
