# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment: built from Debian's packages, and used by ansible-runner and ansible-navigator on the lab.

The lab's hosts are containers of this machine. So the environment gets the lab's connection plugin, and a podman that
runs outside of it; on other hosts it needs neither.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.dcn.glance.tests.support.lab.playbooks import Lab

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
IMAGE = "localhost/dcn-glance-ee:test"
COLLECTIONS = "/usr/share/ansible/collections"
# A lab may have a storage of its own. The first process of a machine may be out of reach, this one is not.
PODMAN = f"""#!/bin/sh
export CONTAINERS_STORAGE_CONF={os.environ.get("CONTAINERS_STORAGE_CONF", "")}
exec nsenter --target {os.getpid()} --mount --net -- podman "$@"
"""
LIMITS = ["--ulimit=nofile=20000:20000", "--ulimit=nproc=30000:30000"]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", autouse=True)
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the machine may lack: a runtime for its control groups, and the directory that navigator mounts."""
    Path("/dev/mqueue").mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        if not Path("/sys/fs/cgroup/cgroup.controllers").exists():
            settings = tmp_path_factory.mktemp("podman") / "containers.conf"
            settings.write_text('[engine]\nruntime = "runc"\n', encoding="utf-8")
            patch.setenv("CONTAINERS_CONF", str(settings))
        yield


@pytest.fixture(scope="module")
def image() -> str:
    environment = {**os.environ, "TAG": IMAGE, "PATH": f"{BIN}:{os.environ['PATH']}"}
    built = subprocess.run(
        ["tools/execution-environment", "--debian"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, (built.stdout + built.stderr)[-4000:]
    return IMAGE


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory of ansible-runner with the inventory of the lab, without the collection and ansible.cfg."""
    shutil.copytree(ROOT / "inventories/lab", tmp_path / "inventory")
    (tmp_path / "podman").write_text(PODMAN, encoding="utf-8")
    (tmp_path / "podman").chmod(0o755)
    return tmp_path


def outside(project: Path) -> list[str]:
    """What lets the environment reach the containers of this machine."""
    return [
        "--user=root",
        "--privileged",
        "--pid=host",
        "--network=host",
        *LIMITS,
        f"--volume={project}/podman:/usr/local/bin/podman:ro",
        f"--volume={ROOT}/lab:{COLLECTIONS}/ansible_collections/dcn/glance_lab:ro",
    ]


def run(*line: str, **options: t.Any) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return subprocess.run(
        [str(BIN / line[0]), *line[1:]], env=environment, capture_output=True, text=True, check=False, **options
    )


def runner(project: Path, image: str, playbook: str, *cmdline: str) -> subprocess.CompletedProcess[str]:
    options = [f"--container-option={option}" for option in outside(project)]
    given = [f"--cmdline={' '.join(cmdline)}"] if cmdline else []
    container = ["--process-isolation", "--process-isolation-executable=podman", f"--container-image={image}"]
    return run("ansible-runner", "run", str(project), "-p", playbook, "--ident=test", *given, *container, *options)


def test_definition_of_developers_fails_without_an_artifact(tmp_path: Path) -> None:
    shutil.copy(ROOT / "execution-environment.yml", tmp_path)
    done = run("ansible-builder", "create", "--file", str(tmp_path / "execution-environment.yml"), cwd=tmp_path)
    assert done.returncode != 0
    assert "requirements.yml does not exist" in done.stdout + done.stderr


def test_image_has_the_collection_and_what_it_needs(image: str) -> None:
    line = [
        "podman",
        "run",
        "--rm",
        *LIMITS,
        image,
        "sh",
        "-c",
        "ansible-galaxy collection list --format json; command -v sshpass; command -v ssh",
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    listing, _newline, programs = done.stdout.partition("\n")
    collections = json.loads(listing)[f"{COLLECTIONS}/ansible_collections"]
    assert {"dcn.glance", "kubernetes.core", "awx.awx"} <= set(collections)
    assert programs.split() == ["/usr/bin/sshpass", "/usr/bin/ssh"]


def test_runner_lints_the_lab(lab: Lab, image: str, project: Path) -> None:
    done = runner(project, image, "dcn.glance.lint")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "has no error and no warning" in done.stdout


def test_runner_plans_the_site_and_keeps_a_summary(lab: Lab, image: str, project: Path) -> None:
    done = runner(project, image, "dcn.glance.site", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    events = [json.loads(path.read_text(encoding="utf-8")) for path in project.glob("artifacts/test/job_events/*.json")]
    (stats,) = [event["event_data"]["artifact_data"] for event in events if event["event"] == "playbook_on_stats"]
    plan = stats["dcn_glance_plan"]
    assert (plan["check"], plan["changed_sites"], plan["unchanged_sites"]) == (True, 0, len(lab.sites))
    assert plan["no_result"] == []
    assert stats["dcn_glance_lint"]["severities"]["error"] == 0


def test_runner_refuses_a_broken_choice(lab: Lab, image: str, project: Path) -> None:
    done = runner(project, image, "dcn.glance.lint", "-e topology_fail_on=sometimes")
    assert done.returncode != 0
    assert "topology_fail_on must be one of" in done.stdout


def test_navigator_plans_the_site(lab: Lab, image: str, project: Path) -> None:
    options = [f"--container-options={option}" for option in outside(project)]
    settings = [
        "--mode=stdout",
        "--playbook-artifact-enable=false",
        "--pull-policy=never",
        f"--execution-environment-image={image}",
    ]
    line = ["run", "dcn.glance.site", "-i", "inventory", "--check", *settings, *options]
    done = run("ansible-navigator", *line, cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed=0" in done.stdout
