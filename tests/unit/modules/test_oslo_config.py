# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module oslo_config on real files, run in this process."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible.module_utils import basic

from ansible_collections.dcn.glance.plugins.modules import oslo_config
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

Run = Callable[..., dict[str, Any]]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to other users")
CONF = "[DEFAULT]\n#debug = false\n\n[database]\nconnection = mysql://glance:oldsecret99@db/glance\n"


@pytest.fixture(name="run")
def run_fixture(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the module. Returns its result, and everything that it printed as ``_output``."""

    def run(check: bool = False, diff: bool = True, **arguments: Any) -> dict[str, Any]:
        set_arguments(monkeypatch, arguments, check=check, diff=diff)
        with pytest.raises(SystemExit):
            oslo_config.main()
        output = capsys.readouterr().out
        return {**json.loads(output), "_output": output}

    return run


@pytest.fixture(name="conf")
def conf_fixture(tmp_path: Path) -> Path:
    path = tmp_path / "glance-api.conf"
    path.write_text(CONF)
    return path


def option(section: str, name: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"section": section, "option": name, **({} if value is None else {"value": value}), **more}


def test_set_check_and_repeat(run: Run, conf: Path) -> None:
    arguments = {"path": str(conf), "options": [option("DEFAULT", "debug", True), option("new", "k", 10)]}
    predicted = run(check=True, **arguments)
    assert conf.read_text() == CONF
    done = run(**arguments)
    assert conf.read_text() == CONF.replace("false\n", "false\ndebug = True\n") + "\n[new]\nk = 10\n"
    again = run(**arguments)
    assert (predicted["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert predicted["operations"] == done["operations"]
    assert predicted["diff"] == done["diff"]
    assert again["diff"] == []
    assert done["effective"] == {"DEFAULT": {"debug": ["True"]}, "new": {"k": ["10"]}}
    assert done["operations"][0] == {
        "section": "DEFAULT", "option": "debug", "action": "added", "changed": True, "line": 3, "before": [],
        "after": ["True"],
    }  # fmt: skip
    assert "+debug = True\n" in done["diff"][0]["prepared"]


def test_nothing_to_write_touches_nothing(run: Run, conf: Path) -> None:
    os.utime(conf, ns=(1, 1))
    before = conf.stat()
    result = run(path=str(conf), options=[option("database", "connection", '"mysql://glance:oldsecret99@db/glance"')])
    assert not result["changed"]
    assert (conf.stat().st_ino, conf.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_states_and_sections(run: Run, conf: Path) -> None:
    conf.write_text("[a]\nk=1\nk=2\nj=1\n\n[b]\n# c\nx=1\ny=2\n\n[c]\nz=1\n")
    result = run(
        path=str(conf),
        options=[option("a", "k", "1", state="absent"), option("a", "j", state="absent"), option("b", "x", 1)],
        sections=[{"section": "b", "state": "exact"}, {"section": "c"}],
    )
    assert conf.read_text() == "[a]\nk=2\n\n[b]\n# c\nx=1\n"
    assert [(each["section"], each["option"], each["action"]) for each in result["operations"]] == [
        ("c", None, "removed"), ("a", "k", "removed"), ("a", "j", "removed"), ("b", "x", "unchanged"),
        ("b", "y", "removed"),
    ]  # fmt: skip


def test_values(run: Run, conf: Path) -> None:
    result = run(path=str(conf), options=[option("n", "driver", values=["messagingv2", "log"])])
    assert conf.read_text().endswith("\n[n]\ndriver = messagingv2\ndriver = log\n")
    assert result["effective"]["n"] == {"driver": ["messagingv2", "log"]}


def test_all_problems_are_reported_and_nothing_is_written(run: Run, conf: Path) -> None:
    result = run(
        path=str(conf),
        options=[
            option("a", "k"),
            option("a", "k", 1, values=[2]),
            option("a", "j", {"x": 1}),
            option("a", "x=y", "1"),
            option("a", "i", "1\n\n2"),
            option("a", "h", state="absent", values=["1"]),
            option("database", "password", " leadingblank9"),
        ],
    )
    assert result["failed"]
    assert [problem["path"] for problem in result["problems"]] == [
        "options[0]", "options[1]", "options[2].value", "options[5].values", "options[3]", "options[4]", "options[6]",
    ]  # fmt: skip
    assert all(problem["message"] in result["msg"] for problem in result["problems"])
    assert "leadingblank9" not in result["_output"]
    assert conf.read_text() == CONF


def test_a_missing_file(run: Run, tmp_path: Path) -> None:
    path = str(tmp_path / "x.conf")
    arguments = {"path": path, "options": [option("s", "k", "v")]}
    assert f"{path} does not exist" in run(**arguments)["msg"]
    assert f"{path} does not exist" in run(check=True, **arguments)["msg"]
    coming = run(check=True, coming_files=[path], **arguments)
    assert coming["changed"] and "+[s]\n+k = v\n" in coming["diff"][0]["prepared"]
    assert f"{path} does not exist" in run(coming_files=[path], **arguments)["msg"]
    gone = run(path=path, options=[option("s", "k", state="absent")], sections=[{"section": "t"}])
    assert (gone["changed"], gone.get("failed")) == (False, None)
    assert not os.path.exists(path)


def test_a_new_file_is_not_readable_by_all(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.conf"
    arguments = {"path": str(path), "create": True, "options": [option("s", "k", "v")]}
    assert run(check=True, **arguments)["changed"]
    assert not path.exists()
    assert run(**arguments)["changed"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert not run(**arguments)["changed"]


@pytest.mark.parametrize(("mode", "bits"), [("0600", 0o600), ("u=rw,g=r,o=", 0o640), ("g-r", 0o600), (0o644, 0o644)])
def test_mode_of_a_new_file(run: Run, tmp_path: Path, mode: Any, bits: int) -> None:
    path = tmp_path / "x.conf"
    arguments = {"path": str(path), "create": True, "mode": mode, "options": [option("s", "k", "v")]}
    assert run(**arguments)["changed"]
    assert stat.S_IMODE(path.stat().st_mode) == bits
    assert not run(**arguments)["changed"]


@needs_root
def test_attributes_are_predicted_and_set(run: Run, conf: Path) -> None:
    conf.chmod(0o644)
    arguments = {"path": str(conf), "mode": "0640", "owner": "42415", "group": "42416", "options": []}
    predicted = run(check=True, **arguments)
    assert predicted["changed"]
    assert predicted["diff"][0]["after"] == {"owner": 42415, "group": 42416, "mode": "0640"}
    assert (conf.stat().st_uid, stat.S_IMODE(conf.stat().st_mode)) == (0, 0o644)
    assert run(**arguments)["changed"]
    found = conf.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (42415, 42416, 0o640)
    assert conf.read_text() == CONF
    assert not run(**arguments)["changed"]


@needs_root
def test_content_and_attributes_together_keep_the_rest(run: Run, conf: Path) -> None:
    os.chown(conf, 42415, 42436)
    conf.chmod(0o600)
    os.setxattr(conf, "user.note", b"kept")
    assert run(path=str(conf), group="42416", options=[option("s", "k", "v")])["changed"]
    found = conf.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (42415, 42416, 0o600)
    assert os.getxattr(conf, "user.note") == b"kept"


def test_names_that_do_not_exist(run: Run, conf: Path) -> None:
    arguments = {"path": str(conf), "owner": "nobody-here", "group": "none-here", "options": [option("s", "k", "v")]}
    failed = run(**arguments)
    assert "user nobody-here and group none-here does not exist on this host" in failed["msg"]
    assert conf.read_text() == CONF
    predicted = run(check=True, **arguments)
    assert predicted["changed"] and "assumes that an earlier task" in str(predicted["warnings"])


def test_a_wrong_mode(run: Run, conf: Path) -> None:
    assert "'rwx' is neither an octal nor a symbolic mode" in run(path=str(conf), mode="rwx", options=[])["msg"]


def test_backup(run: Run, conf: Path) -> None:
    conf.chmod(0o600)
    arguments = {"path": str(conf), "backup": True, "options": [option("s", "k", "v")]}
    assert "backup_file" not in run(check=True, **arguments)
    backup = Path(run(**arguments)["backup_file"])
    assert backup.read_text() == CONF
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert "backup_file" not in run(**arguments)


def test_links(run: Run, conf: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.conf"
    link.symlink_to(conf.name)
    os.link(conf, tmp_path / "hard")
    result = run(path=str(link), mode="0600", options=[option("s", "k", "v")])
    assert "2 hard links" in str(result["warnings"])
    assert link.is_symlink() and conf.read_text() != CONF and (tmp_path / "hard").read_text() == CONF
    assert stat.S_IMODE(conf.stat().st_mode) == 0o600


@needs_root
def test_a_mounted_file_only_when_allowed(run: Run, conf: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside.conf"
    inside.touch()
    if subprocess.run(["mount", "--bind", str(conf), str(inside)], capture_output=True, check=False).returncode:
        pytest.skip("cannot mount here")
    try:
        arguments = {"path": str(inside), "options": [option("s", "k", "v")]}
        assert "mount point" in run(**arguments)["msg"]
        assert conf.read_text() == CONF
        assert run(unsafe_writes=True, **arguments)["changed"]
        assert conf.read_text() == CONF + "\n[s]\nk = v\n"
        assert not run(unsafe_writes=True, **arguments)["changed"]
    finally:
        subprocess.run(["umount", str(inside)], check=True)


def test_drop_ins_that_override_options_are_reported(run: Run, conf: Path, tmp_path: Path) -> None:
    for directory, value in (("glance.conf.d", "False"), ("glance-api.conf.d", "True"), ("other.conf.d", "False")):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / "10.conf").write_text(f"[DEFAULT]\ndebug = {value}\n")
    (tmp_path / "glance.conf.d" / "20.conf").write_text("junk\n")
    result = run(path=str(conf), options=[option("DEFAULT", "debug", True)])
    warnings = [text for text in map(str, result["warnings"]) if str(tmp_path) in text]
    assert len(warnings) == 2
    assert f"[DEFAULT] debug has another value in {tmp_path}/glance.conf.d/10.conf than in {conf}" in warnings[0]
    assert f"{tmp_path}/glance.conf.d/20.conf is read after" in warnings[1]


NEW = "newsecret77"


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("item", "more"),
    [
        (option("database", "connection", f"mysql://glance:{NEW}@db/glance"), {}),
        (option("keystone_authtoken", "password", NEW), {}),
        (option("central", "swift_store_key", NEW), {}),
        (option("central", "mine", NEW), {"secret_options": ["mine"]}),
        (option("central", "token", values=[NEW, f"{NEW}2"]), {}),
        (option("central", "some_url", f"http://user:{NEW}@host/"), {}),
        (option("database", "connection", NEW, state="absent"), {}),
    ],
)
def test_no_secret_is_shown(
    run: Run, conf: Path, item: dict[str, Any], more: dict[str, Any], check: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "_log_to_syslog", lambda _module, text: logged.append(text))
    monkeypatch.setattr(basic, "has_journal", False)
    result = run(check=check, path=str(conf), options=[item], **more)
    assert not result.get("failed"), result
    for secret in (NEW, "oldsecret99"):
        assert secret not in result["_output"]
        assert secret not in "".join(logged)
    assert logged
    assert result["invocation"]["module_args"]["path"] == str(conf)
    if not check and item.get("state") != "absent":
        assert NEW in conf.read_text()


def test_a_changed_secret_is_visible_as_a_change(run: Run, conf: Path) -> None:
    result = run(path=str(conf), options=[option("database", "connection", f"mysql://glance:{NEW}@db/glance")])
    assert "-connection = ******** (old)\n+connection = ******** (new)\n" in result["diff"][0]["prepared"]


def test_old_secrets_around_a_change_are_hidden(run: Run, conf: Path) -> None:
    conf.write_text(
        "[a]\nold_password = short\n#admin_password = commented55\nk = 1\ntransport_url = rabbit://u:pp@h\n"
    )
    result = run(path=str(conf), options=[option("a", "k", "2")])
    assert "-k = 1\n+k = 2\n" in result["diff"][0]["prepared"]
    for secret in ("short", "commented55", "u:pp"):
        assert secret not in result["_output"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"options": [option("s", "password", NEW), {"option": "k"}]},
        {"options": json.dumps([option("s", "password", NEW)]), "unknown": 1},
        {"options": [json.dumps(option("s", "password", NEW))], "sections": [{"section": "s", "state": "wrong"}]},
        {"options": [option("s", "password", NEW)], "mode": []},
    ],
)
def test_refused_arguments_show_no_secret(run: Run, conf: Path, arguments: dict[str, Any]) -> None:
    result = run(path=str(conf), **arguments)
    assert result["failed"]
    assert NEW not in result["_output"]


def test_a_file_that_cannot_be_loaded(run: Run, conf: Path) -> None:
    conf.write_text("[a]\nk = 1\n\n  orphan\npassword topsecret1\n")
    result = run(path=str(conf), options=[option("a", "k", "2")])
    assert [problem["path"] for problem in result["problems"]] == [f"{conf}, line 4", f"{conf}, line 5"]
    assert "topsecret1" not in result["_output"]
    assert conf.read_text().startswith("[a]\nk = 1\n")


def test_leftovers_of_killed_runs_are_predicted_removed_and_reported(run: Run, conf: Path) -> None:
    left = conf.parent / ".glance-api.conf.abcd1234.tmp"
    left.write_text("password = leftover99\n")
    other = conf.parent / ".other.conf.abcd1234.tmp"
    other.write_text("")
    predicted = run(check=True, path=str(conf), options=[])
    assert left.exists()
    assert (predicted["changed"], predicted["removed_leftovers"]) == (True, [str(left)])
    assert f"{left} would be removed" in str(predicted["warnings"])
    done = run(path=str(conf), options=[])
    assert not left.exists() and other.exists()
    assert (done["changed"], done["written"], done["removed_leftovers"]) == (True, False, [str(left)])
    assert f"{left} was removed: it is the unfinished copy of {conf}" in str(done["warnings"])
    assert "leftover99" not in done["_output"]
    again = run(path=str(conf), options=[])
    assert (again["changed"], again["removed_leftovers"], conf.read_text()) == (False, [], CONF)
