# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of collections on loopback, with its database, for one command: galaxy_server.py DIRECTORY COMMAND...

PostgreSQL and pulp-ansible run below DIRECTORY while COMMAND runs, and end with it. ANSIBLE_CONFIG leads to the server.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import typing as t
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

WAIT = 300
SETTINGS = """
SECRET_KEY = {secret!r}
DB_ENCRYPTION_KEY = {key!r}
DATABASES = {{
    "default": {{"ENGINE": "django.db.backends.postgresql", "HOST": {sockets!r}, "NAME": "postgres", "USER": "pulp"}}
}}
DEPLOY_ROOT = MEDIA_ROOT = {data!r}
STATIC_ROOT = {data!r} + "/static"
WORKING_DIRECTORY = FILE_UPLOAD_TEMP_DIR = {data!r} + "/work"
CACHE_ENABLED = False
CONTENT_ORIGIN = "http://127.0.0.1:{content}"
ANSIBLE_API_HOSTNAME = "http://127.0.0.1:{api}"
ANSIBLE_CONTENT_HOSTNAME = "http://127.0.0.1:{content}/pulp/content"
ANSIBLE_COLLECT_DOWNLOAD_LOG = False
TOKEN_AUTH_DISABLED = True
ANALYTICS = False
"""
CLIENT = """[galaxy]
server_list = here
[galaxy_server.here]
url = http://127.0.0.1:{api}/pulp_ansible/galaxy/here/
username = admin
password = {password}
"""


def free_port() -> int:
    """A port of loopback that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """The path of a program of PostgreSQL, which Debian keeps out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    path = str(found[-1]) if found else shutil.which(name)
    if not path:
        raise SystemExit("PostgreSQL is missing: apt-get install postgresql")
    return path


@contextlib.contextmanager
def processes() -> Iterator[t.Callable[..., None]]:
    """Start processes, and end them in reverse order."""
    running: list[subprocess.Popen[bytes]] = []

    def start(log: Path, *line: str, **options: t.Any) -> None:
        with log.open("wb") as stream:
            running.append(subprocess.Popen(line, stdout=stream, stderr=subprocess.STDOUT, **options))

    try:
        yield start
    finally:
        for process in reversed(running):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
            process.kill()


class Server:
    """PostgreSQL and pulp-ansible in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.password = directory, secrets.token_hex(12)
        self.api, self.content = free_port(), free_port()
        self.bin = Path(sys.executable).parent
        self.environment = {
            **os.environ,
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "PULP_SETTINGS": str(directory / "settings.py"),
            "DJANGO_SETTINGS_MODULE": "pulpcore.app.settings",
            # tools/galaxy-check has imported the artifact with all checks before.
            "GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "false",
            "GALAXY_IMPORTER_RUN_ANSIBLE_DOC": "false",
        }

    def database(self, start: t.Callable[..., None]) -> None:
        """Make and start the database. PostgreSQL refuses to run as root."""
        data, sockets = self.directory / "postgresql", self.directory / "sockets"
        for path in (data, sockets):
            path.mkdir(mode=0o700)
        user: dict[str, t.Any] = {}
        if os.geteuid() == 0:
            user = {"user": "postgres"}
            for path in (data, sockets):
                shutil.chown(path, "postgres")
        line = [program("initdb"), "--username=pulp", "--auth=trust", f"--pgdata={data}", "--no-sync"]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets}", "-c", "fsync=off"]
        start(self.directory / "postgresql.log", program("postgres"), "-D", str(data), *options, cwd="/", **user)
        self.until(lambda: next(sockets.glob(".s.PGSQL.*"), None), "PostgreSQL")

    def settings(self) -> None:
        """Write the settings and the key of the database."""
        data = self.directory / "data"
        (data / "work").mkdir(parents=True)
        (data / "static").mkdir()
        key = self.directory / "database.key"
        key.write_bytes(base64.urlsafe_b64encode(secrets.token_bytes(32)))
        text = SETTINGS.format(
            secret=secrets.token_hex(24),
            key=str(key),
            sockets=str(self.directory / "sockets"),
            data=str(data),
            api=self.api,
            content=self.content,
        )
        (self.directory / "settings.py").write_text(text, encoding="utf-8")
        client = CLIENT.format(api=self.api, password=self.password)
        (self.directory / "ansible.cfg").write_text(client, encoding="utf-8")

    def services(self, start: t.Callable[..., None]) -> None:
        """Make the tables and the account, and start the API, the content application and a worker."""
        for arguments in (["migrate", "--noinput"], ["reset-admin-password", "--password", self.password]):
            log = (self.directory / f"{arguments[0]}.log").open("wb")
            with log:
                line = [str(self.bin / "pulpcore-manager"), *arguments]
                subprocess.run(line, env=self.environment, check=True, stdout=log, stderr=log)
        addresses = {"api": [f"127.0.0.1:{self.api}"], "content": [f"127.0.0.1:{self.content}"]}
        for name in ("api", "content", "worker"):
            bind = [word for address in addresses.get(name, []) for word in ("--bind", address)]
            log_file = self.directory / f"{name}.log"
            start(log_file, str(self.bin / f"pulpcore-{name}"), *bind, env=self.environment)
        self.until(lambda: self.ask("status/")["online_workers"], "pulp")

    def ask(self, path: str, body: t.Any = None) -> t.Any:
        """Ask the API of pulp."""
        account = base64.b64encode(f"admin:{self.password}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.api}/pulp/api/v3/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Basic {account}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def until(self, ready: t.Callable[[], t.Any], what: str) -> None:
        """Wait until something answers."""
        limit = time.monotonic() + WAIT
        while True:
            with contextlib.suppress(OSError, ValueError):
                if ready():
                    return
            if time.monotonic() > limit:
                raise SystemExit(f"{what} did not start in {WAIT} seconds: see the logs in {self.directory}")
            time.sleep(0.5)

    def repository(self) -> None:
        """A repository of collections with the name here; pulp-ansible has its own rules for the name default."""
        made = self.ask("repositories/ansible/ansible/", {"name": "here"})
        body = {"name": "here", "base_path": "here", "repository": made["pulp_href"]}
        task = self.ask("distributions/ansible/ansible/", body)["task"].split("/pulp/api/v3/")[1]
        self.until(lambda: self.ask(task)["state"] == "completed", "The repository")


def main() -> int:
    directory = Path(sys.argv[1]).resolve()
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    # The user of PostgreSQL must reach its directory below.
    directory.chmod(0o711)
    server = Server(directory)
    with processes() as start:
        server.settings()
        server.database(start)
        server.services(start)
        server.repository()
        environment = {**os.environ, "ANSIBLE_CONFIG": str(directory / "ansible.cfg")}
        return subprocess.run(sys.argv[2:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
