# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module glance_store_config on real files, run in this process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest
from oslo_config import cfg, types

from ansible_collections.dcn.glance.plugins.modules import glance_store_config
from ansible_collections.dcn.glance.tests.support.modules import set_arguments

Run = Callable[..., dict[str, Any]]
SAMPLE = """[DEFAULT]

# Import methods. (list value)
#enabled_import_methods = [glance-direct,web-download,copy-image]

# Backends. (dict value)
#enabled_backends = <None>


[glance_store]

#
# From glance.multi_store
#

# (string value)
#default_backend = <None>

[keystone_authtoken]
password = servicepassword1
"""


@pytest.fixture(name="run")
def run_fixture(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(check: bool = False, diff: bool = True, **arguments: Any) -> dict[str, Any]:
        set_arguments(monkeypatch, arguments, check=check, diff=diff)
        with pytest.raises(SystemExit):
            glance_store_config.main()
        output = capsys.readouterr().out
        return {**json.loads(output), "_output": output}

    return run


@pytest.fixture(name="conf")
def conf_fixture(tmp_path: Path) -> Path:
    path = tmp_path / "glance-api.conf"
    path.write_text(SAMPLE)
    return path


def arguments_for(tmp_path: Path, *sites: str, **more: Any) -> dict[str, Any]:
    stores = [
        {
            "id": site,
            "type": "rbd",
            "default": index == 0,
            "options": {
                "rbd_store_pool": "images",
                "rbd_store_user": "glance.central",
                "rbd_store_ceph_conf": str(tmp_path / f"{site}.conf"),
                "rbd_thin_provisioning": True,
            },
        }
        for index, site in enumerate(sites)
    ]
    return {"path": str(tmp_path / "glance-api.conf"), "stores": stores, **more}


def write_conf(path: Path) -> None:
    """A conf whose keyring exists."""
    keyring = path.parent / "keyring"
    keyring.touch()
    path.write_text(f"[client]\nkeyring = {keyring}\n")


def glance_reads(path: Path, sites: tuple[str, ...]) -> dict[str, Any]:
    """What Glance gets from oslo.config, with its own option types."""
    conf = cfg.ConfigOpts()
    conf.register_opt(cfg.DictOpt("enabled_backends"))
    methods = types.List(item_type=types.String(quotes=True), bounds=True)
    conf.register_opt(cfg.Opt("enabled_import_methods", type=methods))
    conf.register_opt(cfg.StrOpt("default_backend"), group="glance_store")
    for site in sites:
        conf.register_opts([cfg.StrOpt("rbd_store_ceph_conf"), cfg.BoolOpt("rbd_thin_provisioning")], group=site)
    conf(["--config-file", str(path)], project="none", default_config_dirs=[])
    return {
        "backends": conf.enabled_backends,
        "methods": conf.enabled_import_methods,
        "default": conf.glance_store.default_backend,
        **{site: (conf[site].rbd_store_ceph_conf, conf[site].rbd_thin_provisioning) for site in sites},
    }


def test_first_run_check_mode_and_second_run(run: Run, conf: Path, tmp_path: Path) -> None:
    arguments = arguments_for(tmp_path, "central", "dcn0", import_methods=["glance-direct", "copy-image"])
    coming = [str(tmp_path / "central.conf"), str(tmp_path / "dcn0.conf")]
    predicted = run(check=True, coming_files=coming, **arguments)
    assert conf.read_text() == SAMPLE
    for path in coming:
        write_conf(Path(path))
    done = run(coming_files=coming, **arguments)
    for key in ("operations", "stores", "deferred", "diff", "changed", "effective"):
        assert predicted[key] == done[key], key
    assert done["changed"]
    assert done["stores"] == [
        {"id": "central", "action": "added", "reason": ""},
        {"id": "dcn0", "action": "added", "reason": ""},
    ]
    assert glance_reads(conf, ("central", "dcn0")) == {
        "backends": {"central": "rbd", "dcn0": "rbd"},
        "methods": ["glance-direct", "copy-image"],
        "default": "central",
        "central": (coming[0], True),
        "dcn0": (coming[1], True),
    }
    again = run(**arguments)
    assert not again["changed"]
    assert {store["action"] for store in again["stores"]} == {"unchanged"}


def test_only_lines_are_added_to_a_stock_file(run: Run, conf: Path, tmp_path: Path) -> None:
    run(check_files=False, **arguments_for(tmp_path, "central"))
    rest = iter(conf.read_text().splitlines())
    assert all(line in rest for line in SAMPLE.splitlines())
    text = conf.read_text()
    assert "#enabled_backends = <None>\nenabled_backends = central:rbd\n" in text
    assert "#default_backend = <None>\ndefault_backend = central\n" in text


def test_coming_files_have_an_effect_in_check_mode_only(run: Run, conf: Path, tmp_path: Path) -> None:
    arguments = arguments_for(tmp_path, "central", coming_files=[str(tmp_path / "central.conf")])
    result = run(**arguments)
    assert result["failed"] and "central.conf does not exist on this host" in result["msg"]
    assert result["problems"][0]["path"] == "stores[0].options.rbd_store_ceph_conf"
    assert conf.read_text() == SAMPLE
    assert not run(check=True, **arguments).get("failed")


def test_a_file_that_an_earlier_task_installs(run: Run, tmp_path: Path) -> None:
    arguments = arguments_for(tmp_path, "central", check_files=False)
    assert run(**arguments)["failed"] and run(check=True, **arguments)["failed"]
    result = run(check=True, coming_files=[arguments["path"]], **arguments)
    assert result["changed"] and result["stores"][0]["action"] == "added"


def test_deferred_stores(run: Run, conf: Path, tmp_path: Path) -> None:
    write_conf(tmp_path / "central.conf")
    arguments = arguments_for(tmp_path, "central", "dcn0", "dcn1", missing_files="defer", deferred_stores=["dcn1"])
    for check in (True, False):
        result = run(check=check, **arguments)
        assert result["deferred"] == ["dcn0", "dcn1"]
        assert [store["action"] for store in result["stores"]] == ["added", "deferred", "deferred"]
        assert "Store dcn0 is left as it is" in str(result["warnings"])
    assert glance_reads(conf, ("central",))["backends"] == {"central": "rbd"}
    write_conf(tmp_path / "dcn0.conf")
    result = run(**arguments)
    assert result["deferred"] == ["dcn1"]
    assert glance_reads(conf, ("central",))["backends"] == {"central": "rbd", "dcn0": "rbd"}


@pytest.mark.parametrize("gone", ["dcn0.conf", "keyring"])
def test_a_store_whose_files_are_gone_is_disabled_and_enabled_again(
    run: Run, conf: Path, tmp_path: Path, gone: str
) -> None:
    for site in ("central", "dcn0"):
        write_conf(tmp_path / f"{site}.conf")
    keyring = tmp_path / "dcn0.keyring"
    keyring.touch()
    (tmp_path / "dcn0.conf").write_text(f"[client]\nkeyring = {keyring}\n")
    arguments = arguments_for(tmp_path, "central", "dcn0", missing_files="defer")
    assert run(**arguments)["changed"]
    (keyring if gone == "keyring" else tmp_path / gone).rename(tmp_path / "away")
    predicted = run(check=True, **arguments)
    result = run(**arguments)
    assert glance_reads(conf, ("central", "dcn0"))["backends"] == {"central": "rbd"}
    assert predicted["stores"] == result["stores"]
    assert result["stores"][1]["action"] == "disabled"
    assert (result["deferred"], result["restart_blocked"]) == (["dcn0"], "")
    assert "Store dcn0 is disabled in this Glance until its files exist" in str(result["warnings"])
    assert not run(**arguments)["changed"]
    (tmp_path / "away").rename(keyring if gone == "keyring" else tmp_path / gone)
    assert [store["action"] for store in run(**arguments)["stores"]] == ["unchanged", "added"]
    assert glance_reads(conf, ("central", "dcn0"))["backends"] == {"central": "rbd", "dcn0": "rbd"}


def test_the_default_store_without_its_conf_blocks_the_restart(run: Run, conf: Path, tmp_path: Path) -> None:
    run(check_files=False, **arguments_for(tmp_path, "central"))
    debug = [{"section": "DEFAULT", "option": "debug", "value": True}]
    result = run(options=debug, **arguments_for(tmp_path, "central", missing_files="defer"))
    assert result["changed"] and "debug = True" in conf.read_text()
    assert f"{tmp_path / 'central.conf'} does not exist on this host" in result["restart_blocked"]


def test_a_site_leaves(run: Run, conf: Path, tmp_path: Path) -> None:
    run(check_files=False, **arguments_for(tmp_path, "central", "dcn0", "dcn1"))
    result = run(check_files=False, **arguments_for(tmp_path, "central", "dcn1"), purge="managed", only_copies={})
    assert [(store["id"], store["action"]) for store in result["stores"]] == [
        ("central", "unchanged"), ("dcn1", "unchanged"), ("dcn0", "removed"),
    ]  # fmt: skip
    assert "dcn0" not in conf.read_text()
    assert "-[dcn0]\n" in result["diff"][0]["prepared"]


def test_all_problems_and_nothing_written(run: Run, conf: Path, tmp_path: Path) -> None:
    arguments = arguments_for(tmp_path, "central", "CENTRAL")
    arguments["stores"].append({"id": "database", "type": "rdb", "options": {}})
    result = run(**arguments)
    assert len(result["problems"]) == 5
    assert all(problem["message"] in result["msg"] for problem in result["problems"])
    assert conf.read_text() == SAMPLE


@pytest.mark.parametrize("check", [True, False])
def test_no_secret_is_shown(run: Run, conf: Path, tmp_path: Path, check: bool) -> None:
    stores = [
        {"id": "s3", "type": "s3", "default": True, "options": {
            "s3_store_secret_key": "secretkey111", "s3_store_access_key": "accesskey222", "s3_store_host": "http://h"}},
        {"id": "ci", "type": "cinder", "options": {"cinder_store_password": "secretword333", "mine": "secretmine444"}},
    ]  # fmt: skip
    result = run(check=check, path=str(conf), stores=stores, secret_options=["mine"])
    assert result["changed"]
    assert "s3_store_host = http://h" in result["_output"]
    for secret in ("secretkey111", "accesskey222", "secretword333", "secretmine444", "servicepassword1"):
        assert secret not in result["_output"]
    assert result["invocation"]["module_args"]["stores"][0]["options"]["s3_store_secret_key"] == "********"


def test_a_drop_in_that_overrides_an_option_is_reported(run: Run, conf: Path, tmp_path: Path) -> None:
    (tmp_path / "glance.conf.d").mkdir()
    (tmp_path / "glance.conf.d" / "90.conf").write_text("[DEFAULT]\nenabled_backends = old:file\n")
    result = run(check_files=False, **arguments_for(tmp_path, "central"))
    assert "[DEFAULT] enabled_backends" in str(result["warnings"]) and "90.conf" in str(result["warnings"])


CENTRAL_OPTIONS = {
    "rbd_store_pool": "images",
    "rbd_store_user": "glance.central",
    "rbd_store_ceph_conf": "/etc/ceph/central.conf",
}


def test_a_store_with_the_name_cinder(run: Run, conf: Path) -> None:
    text = (
        "[DEFAULT]\nenabled_backends = rbd:rbd,http:http,cinder:cinder\n[glance_store]\ndefault_backend = rbd\n[rbd]\n"
        "rbd_store_pool = images\nrbd_store_user = glance\nrbd_store_ceph_conf = /etc/ceph/ceph.conf\n[cinder]\n"
        "cinder_catalog_info = volumev3::publicURL\n"
    )
    conf.write_text(text)
    rbd = {**CENTRAL_OPTIONS, "rbd_store_user": "glance", "rbd_store_ceph_conf": "/etc/ceph/ceph.conf"}
    stores = [
        {"id": "rbd", "type": "rbd", "default": True, "options": rbd},
        {"id": "cinder", "type": "cinder", "options": {"cinder_catalog_info": "volumev3::publicURL"}},
        {"id": "http", "type": "http"},
    ]
    result = run(path=str(conf), check_files=False, purge="none", stores=stores)
    assert not result["changed"], result
    assert conf.read_text() == text


def test_a_number_with_a_comment_behind_it(run: Run, conf: Path) -> None:
    options = {**CENTRAL_OPTIONS, "rbd_store_chunk_size": "8  # MB"}
    stores = [{"id": "central", "type": "rbd", "default": True, "options": options}]
    result = run(path=str(conf), check_files=False, stores=stores)
    assert result["problems"] == [
        {
            "path": "stores[0].options.rbd_store_chunk_size",
            "message": "store 'central': rbd_store_chunk_size must be a whole number, without a unit and without a "
            "comment after it",
        }
    ]
    assert conf.read_text() == SAMPLE


def test_a_bad_number_in_the_file_is_replaced(run: Run, conf: Path) -> None:
    conf.write_text(
        "[DEFAULT]\nenabled_backends = central:rbd\n\n[glance_store]\ndefault_backend = central\n\n[central]\n"
        "rbd_store_pool = images\nrbd_store_user = glance.central\nrbd_store_ceph_conf = /etc/ceph/central.conf\n"
        "rbd_store_chunk_size = 8  # MB\n"
    )
    stores = [
        {"id": "central", "type": "rbd", "default": True, "options": {**CENTRAL_OPTIONS, "rbd_store_chunk_size": 8}}
    ]
    assert run(path=str(conf), check_files=False, stores=stores)["changed"]
    assert conf.read_text().endswith("rbd_store_chunk_size = 8\n")


def test_the_first_run_keeps_and_reports_the_stores_of_the_file(run: Run, conf: Path) -> None:
    conf.write_text(
        "[DEFAULT]\nenabled_backends = file:file,http:http,rbd:rbd\n[glance_store]\ndefault_backend = file\n[file]\n"
        "filesystem_store_datadir = /var/lib/glance/images/\n[rbd]\nrbd_store_pool = images\nrbd_store_user = glance\n"
        "rbd_store_ceph_conf = /etc/ceph/ceph.conf\n"
    )
    stores = [{"id": "central", "type": "rbd", "default": True, "options": CENTRAL_OPTIONS}]
    old = conf.read_text().partition("[file]")[2]
    for check in (True, False):
        result = run(check=check, path=str(conf), check_files=False, stores=stores)
        assert [(each["id"], each["action"]) for each in result["stores"]] == [
            ("central", "added"), ("file", "kept"), ("http", "kept"), ("rbd", "kept"),
        ]  # fmt: skip
        for store in ("file", "http", "rbd"):
            assert f"Store {store} is enabled in the file, but not listed. It stays" in str(result["warnings"])
    assert old in conf.read_text()
    assert not run(path=str(conf), check_files=False, stores=stores)["changed"]


def test_the_only_copy_of_an_image_is_not_removed(run: Run, conf: Path, tmp_path: Path) -> None:
    run(check_files=False, **arguments_for(tmp_path, "central", "dcn0"))
    before = conf.read_text()
    arguments = arguments_for(tmp_path, "central", purge="managed", check_files=False)
    for check in (True, False):
        result = run(check=check, only_copies={"dcn0": ["cirros (1)"]}, **arguments)
        assert result["failed"] and "store 'dcn0' cannot be removed: it has the only copy of 1 image" in result["msg"]
        assert "nobody looked whether it has the only copy" in run(check=check, **arguments)["msg"]
    assert conf.read_text() == before
    assert run(only_copies={"central": ["cirros (1)"]}, **arguments)["changed"]
