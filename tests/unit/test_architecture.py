# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure code stays pure, and packages import only from the packages below them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.dcn.glance.tests.support import architecture

ROOT = Path(__file__).resolve().parents[2] / "plugins" / "module_utils"
SOURCES = architecture.files(ROOT)

#: The files that read or change something outside their arguments, or import one that does. All others are pure.
IMPURE = """
_adopt/host.py
_adopt/write.py
_audit/host.py
_ceph/child_processes.py
_ceph/clients_write.py
_ceph/connect.py
_ceph/files_write.py
_ceph/given_keys_read.py
_ceph/rbd.py
_ceph/rbd_images.py
_ceph/rbd_module.py
_ceph/rbd_work.py
_ceph/recipient.py
_ceph/rotation_write.py
_ceph/sealing.py
_ceph/secret_file.py
_ceph/store_probe.py
_ceph/switch_write.py
_ceph/transport_cli.py
_ceph/transport_rados.py
_containers/archive.py
_containers/check.py
_containers/definition_files.py
_containers/fetch.py
_containers/run.py
_containers/service.py
_containers/swap.py
_control_plane/module.py
_control_plane/read.py
_control_plane/secret_write.py
_control_plane/write.py
_core/files.py
_core/jobs.py
_core/module.py
_core/previous.py
_core/python_exec.py
_core/python_program.py
_core/systemd.py
_edge/module.py
_edge/read.py
_edge/result.py
_edge/write.py
_glance/cache_fill.py
_glance/client.py
_glance/copy_job.py
_glance/drain.py
_glance/dry_run.py
_glance/image_watch.py
_glance/images.py
_glance/import_job.py
_glance/import_verify.py
_glance/module.py
_glance/placement.py
_glance/release.py
_glance/release_program.py
_glance/reload.py
_glance/restart.py
_glance/running_imports.py
_glance/source.py
_glance/start_check.py
_identity/keystone.py
_images/progress.py
_images/write.py
_ini/drop_ins.py
_ini/module.py
_ini/write.py
_kube/access.py
_kube/client.py
_kube/exec.py
_kube/connection.py
_kube/module.py
_kube/watch.py
_libvirt/virsh.py
_libvirt/write.py
_manifests/reading/definitions.py
_manifests/reading/disk.py
_manifests/reading/yaml_nodes.py
_rollout/read.py
_rollout/result.py
_rollout/stores.py
_rollout/wait.py
_scale/claims.py
_scale/evidence.py
_scale/find.py
_scale/guard.py
_scale/read.py
_scale/result.py
_scale/run.py
_scale/wait.py
_scale/write.py
_verify/api_probe.py
_verify/boot.py
_verify/boot_cloud.py
_verify/copies.py
_verify/nova_ask.py
_workers/exec.py
_workers/inside/ask_stores.py
_workers/inside/config.py
_workers/inside/connect.py
_workers/inside/identity.py
_workers/inside/import_steps.py
_workers/inside/inspect.py
_workers/inside/reach.py
_workers/inside/stop.py
_workers/probe.py
_workers/read.py
_workers/run.py
_workers/stores.py
""".split()

#: Which package may import from which, the lowest first. A package imports only from lines above its own.
ARROWS = {
    "_core": "",
    "_ini": "_core",
    "_operators": "_core",
    "_platforms": "_core",
    "_topology": "_core _ini _operators _platforms",
    "_kube": "_core",
    "_ceph": "_core _ini _topology",
    "_libvirt": "_core _ceph",
    "_glance": "_core _ini",
    "_containers": "_core _glance",
    "_images": "_core _ini _topology _glance",
    "_identity": "_core _glance",
    "_workers": "_core _ini _operators _kube _glance",
    "_control_plane": "_core _ini _operators _topology _kube _ceph _glance _workers",
    "_edge": "_core _ini _operators _topology _kube _ceph _control_plane",
    "_scale": "_core _operators _kube",
    "_rollout": "_core _operators _topology _kube _control_plane _scale _workers",
    "_manifests": "_core _ini _operators _topology",
    "_verify": "_core _ini _glance _topology",
    "_audit": "_core _topology _glance _libvirt",
    "_adopt": "_core _ceph _glance _ini _manifests _platforms _topology",
    "_summary": "_core",
}


def test_pure_files_have_no_effects() -> None:
    assert architecture.impurities(SOURCES, IMPURE) == []


def test_every_listed_file_is_impure() -> None:
    """A file that lost its effects leaves the list."""
    assert architecture.needlessly_impure(SOURCES, IMPURE) == []


def test_imports_lead_to_files() -> None:
    assert architecture.unknown_imports(SOURCES) == []


def test_packages_import_exactly_what_the_table_allows() -> None:
    """An arrow that no import uses any more leaves the table."""
    allowed = {name: set(targets.split()) for name, targets in ARROWS.items()}
    assert architecture.arrows(SOURCES) == allowed


def test_the_table_has_no_circle() -> None:
    known: set[str] = set()
    for package, targets in ARROWS.items():
        assert set(targets.split()) <= known, package
        known.add(package)


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("import os", "os"),
        ("import os.path", ""),
        ("from os import path", ""),
        ("from os import environ", "os"),
        ("import time", "time"),
        ("from urllib.parse import urlsplit", ""),
        ("from urllib import request", "urllib.request"),
        ("def later():\n    import yaml", "yaml"),
        ("from ansible.module_utils.basic import AnsibleModule", "ansible"),
        ("from concurrent.futures import ThreadPoolExecutor", "concurrent"),
        ("text = open('/etc/hosts').read()", "open()"),
        ("import timeit", ""),
    ],
)
def test_an_effect_in_a_pure_file_is_found(line: str, effect: str) -> None:
    expected = [f"_ini/lines.py uses {effect}"] if effect else []
    assert architecture.impurities({"_ini/lines.py": line}, []) == expected


@pytest.mark.parametrize(
    "line",
    [
        "from ansible_collections.dcn.glance.plugins.module_utils._core import files",
        "from ansible_collections.dcn.glance.plugins.module_utils._core.files import replace",
        "import ansible_collections.dcn.glance.plugins.module_utils._core.files",
    ],
)
def test_the_import_of_an_impure_file_is_found(line: str) -> None:
    sources = {"_core/files.py": "import os", "_ini/lines.py": line}
    assert architecture.impurities(sources, ["_core/files.py"]) == [
        "_ini/lines.py imports the impure file _core/files.py"
    ]
    assert architecture.arrows(sources) == {"_core": set(), "_ini": {"_core"}}


def test_a_name_that_leads_nowhere_is_found() -> None:
    line = "from ansible_collections.dcn.glance.plugins.module_utils.plan import stores"
    assert architecture.unknown_imports({"_ini/lines.py": line}) != []
    assert architecture.needlessly_impure({"_ini/lines.py": ""}, ["_ini/lines.py", "_ini/gone.py"]) == [
        "_ini/gone.py",
        "_ini/lines.py",
    ]
