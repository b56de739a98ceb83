# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two faces of the Glance in memory: a client for plan and apply, and HTTP with a Keystone for the adapter."""

from __future__ import annotations

import json
import re
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError, refusal
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, ListedStore, StoreListing, Task
from ansible_collections.dcn.glance.tests.support.fakes.glance import FakeGlance, Refusal

with warnings.catch_warnings():  # the library deprecates a part of itself, and the tests make errors of warnings
    warnings.simplefilter("ignore", DeprecationWarning)
    import openstack.config  # noqa: F401  # pylint: disable=unused-import

PASSWORD = "secret"  # a password of nothing
URL = "http://glance.test:9292"


class FakeClient:
    """The client protocol straight on the state; ``faults`` are raised by the next calls of a method."""

    def __init__(self, glance: FakeGlance) -> None:
        self.glance = glance
        self.url = URL
        self.faults: dict[str, list[GlanceError]] = {}

    def _do(self, action: str, call: Any, *arguments: Any) -> Any:
        self.glance.log.append(" ".join((action, *(str(item) for item in arguments if isinstance(item, str)))))
        if self.faults.get(action):
            raise self.faults[action].pop(0)
        try:
            return call(*arguments)
        except Refusal as error:
            raise refusal(f"do {action}", action, URL, error.status, error.message, "req-1") from error

    def project_id(self) -> str:
        return self.glance.project

    def stores(self) -> StoreListing:
        return StoreListing(tuple(ListedStore(id=item["id"], default="default" in item) for item in self.glance.stores))

    def store_details(self) -> StoreListing:
        return self._do("details", lambda: StoreListing(tuple(map(ListedStore.parse, self.glance.stores)), True))

    def import_methods(self) -> tuple[str, ...]:
        return tuple(self.glance.methods)

    def image(self, image_id: str) -> Image | None:
        try:
            return Image.parse(self._do("show", self.glance.get, image_id))
        except GlanceError as error:
            if error.status == 404:
                return None
            raise

    def images(self, names: Sequence[str] = ()) -> tuple[Image, ...]:
        return tuple(Image.parse(item) for hidden in (False, True) for item in self.glance.find(list(names), hidden))

    def create(self, attributes: Mapping[str, Any]) -> Image:
        return Image.parse(self._do("create", self.glance.create, dict(attributes)))

    def patch(self, image: Image, operations: Sequence[Mapping[str, Any]]) -> Image:
        return Image.parse(self._do("patch", self.glance.patch, image.id, list(operations)))

    def delete(self, image: Image) -> None:
        self._do("delete", self.glance.delete, image.id)

    def stage(self, image: Image, path: str) -> None:
        self._do("stage", self.glance.stage, image.id, Path(path).stat().st_size)

    def read_head(self, image: Image, size: int) -> bytes:
        return self._do("read", lambda _id: self.glance.download[:size], image.id)

    def read(self, image: Image, block: int = 2**20) -> Iterator[bytes]:
        yield self.glance.download

    def start_import(self, image: Image, request: Mapping[str, Any]) -> str:
        self._do("import", self.glance.start_import, image.id, dict(request))
        return "req-import"

    def tasks(self, image_id: str) -> tuple[Task, ...] | None:
        return tuple(map(Task.parse, self.glance.tasks.get(image_id, ())))

    def remove_from_store(self, image: Image, store: str) -> None:
        self._do("remove", self.glance.remove, store, image.id)


@dataclass
class Fault:
    """An answer in place of the real one, for the next ``times`` requests that match."""

    method: str
    path: str
    status: int
    body: str = ""
    times: int = 1
    delay: float = 0.0


@dataclass
class FakeCloud:
    """Keystone and Glance on one loopback port."""

    glance: FakeGlance = field(default_factory=FakeGlance)
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    staged: bytes = b""
    url: str = ""
    catalog_suffix: str = ""  # catalogs often carry the version

    @property
    def auth(self) -> dict[str, str]:
        """What a module needs to log in."""
        names = {"username": "admin", "password": PASSWORD, "project_name": "admin"}
        return {"auth_url": f"{self.url}/v3", **names, "user_domain_id": "default", "project_domain_id": "default"}

    @contextmanager
    def serve(self) -> Iterator[FakeCloud]:
        """Run until the block ends."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"cloud": self}))
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def fault(self, method: str, path: str) -> Fault | None:
        """The fault that is due for a request."""
        for item in self.faults:
            if item.times and item.method == method and re.search(item.path, path):
                item.times -= 1
                return item
        return None


class _Handler(BaseHTTPRequestHandler):
    cloud: FakeCloud
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""

    def do_GET(self) -> None:
        self._handle("GET")

    def do_POST(self) -> None:
        self._handle("POST")

    def do_PUT(self) -> None:
        self._handle("PUT")

    def do_PATCH(self) -> None:
        self._handle("PATCH")

    def do_DELETE(self) -> None:
        self._handle("DELETE")

    def _handle(self, method: str) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        data = self.rfile.read(size)
        self.cloud.requests.append(f"{method} {self.path}")
        fault = self.cloud.fault(method, self.path)
        if fault:
            time.sleep(fault.delay)
            self._answer(fault.status, fault.body)
            return
        try:
            self._answer(*self._route(method, urlsplit(self.path).path, data))
        except Refusal as error:
            body = {"code": f"{error.status} Error", "title": "Error", "message": f"{error.message}<br /><br />\n\n\n"}
            self._answer(error.status, body)

    def _answer(self, status: int, body: Any = "", headers: Mapping[str, str] | None = None) -> None:
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("x-openstack-request-id", f"req-{len(self.cloud.requests)}")
        self.send_header("Content-Length", str(len(data)))
        if not isinstance(body, str):
            self.send_header("Content-Type", "application/json")
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.end_headers()
        with suppress(ConnectionError):  # a client that has given up
            self.wfile.write(data)

    def _route(self, method: str, path: str, data: bytes) -> tuple[Any, ...]:
        if path.startswith("/v3"):
            return self._keystone(method, data)
        if self.headers.get("X-Auth-Token") != "token":
            raise Refusal(401, "This server could not verify that you are authorized")
        if path.startswith("/v2/info/"):
            return 200, self._info(path.removeprefix("/v2/info/"))
        if match := re.fullmatch(r"/v2/cache(?:/([^/]+))?", path):
            state = self.cloud.glance.cache(
                method, match[1] or "", self.headers.get("x-image-cache-clear-target") or ""
            )
            return (200, state) if method == "GET" else ({"PUT": 202, "DELETE": 204}[method],)
        if path == "/v2/images":
            return (201, self.cloud.glance.create(json.loads(data))) if method == "POST" else (200, self._list())
        if match := re.fullmatch(r"/v2/stores/([^/]+)/([^/]+)", path):
            self.cloud.glance.remove(*match.groups())
            return (204,)
        return self._image(method, path.split("/")[3:], data)

    def _keystone(self, method: str, data: bytes) -> tuple[Any, ...]:
        if method == "GET":
            link = [{"rel": "self", "href": f"{self.cloud.url}/v3/"}]
            return 200, {"version": {"id": "v3.14", "status": "stable", "links": link}}
        user = json.loads(data)["auth"]["identity"]["password"]["user"]
        if user["password"] != PASSWORD:
            text = "The request you have made requires authentication."
            return 401, {"error": {"code": 401, "message": text, "title": "Unauthorized"}}
        url = self.cloud.url + self.cloud.catalog_suffix
        endpoint = {"id": "e1", "interface": "public", "region": "RegionOne", "region_id": "RegionOne", "url": url}
        role = "admin" if self.cloud.glance.admin else "member"
        token = {
            **{"methods": ["password"], "expires_at": "2099-01-01T00:00:00.000000Z"},
            **{"project": {"id": self.cloud.glance.project, "name": "admin", "domain": {"id": "default"}}},
            **{"catalog": [{"id": "s1", "type": "image", "name": "glance", "endpoints": [endpoint]}]},
            **{"user": {"id": "u1", "name": "admin", "domain": {"id": "default"}}, "roles": [{"name": role}]},
        }
        return 201, {"token": token}, {"X-Subject-Token": "token"}

    def _info(self, what: str) -> dict[str, Any]:
        glance = self.cloud.glance
        if what == "import":
            return {"import-methods": {"type": "array", "value": glance.methods}}
        if what == "stores/detail":
            if not glance.admin:
                raise Refusal(403, "You are not authorized to complete stores_info_detail action.")
            return {"stores": glance.stores}
        keys = ("id", "description", "default", "read-only")
        return {"stores": [{key: item[key] for key in keys if key in item} for item in glance.stores]}

    def _list(self) -> dict[str, Any]:
        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        names = re.findall(r'"((?:[^"\\]|\\.)*)"', query.get("name", ""))
        found = self.cloud.glance.find([name.replace('\\"', '"') for name in names], query.get("os_hidden") == "true")
        found = [image for image in found if "tag" not in query or query["tag"] in image.get("tags", ())]
        ids = [image["id"] for image in found]
        start = ids.index(query["marker"]) + 1 if "marker" in query else 0
        page = found[start : start + 2]  # small pages, so that following them is tested
        more = {"next": f"/v2/images?marker={page[-1]['id']}"} if start + 2 < len(found) else {}
        return {"images": page, "first": "/v2/images", **more}

    def _image(self, method: str, parts: list[str], data: bytes) -> tuple[Any, ...]:
        glance = self.cloud.glance
        image_id, rest = parts[0], parts[1:]
        if rest == ["tasks"]:
            return 200, {"tasks": glance.tasks.get(image_id, [])}
        if rest == ["file"]:
            glance.read(image_id)
            return 200, glance.download.decode("latin-1")
        if rest == ["stage"]:
            self.cloud.staged = data
            glance.stage(image_id, len(data))
            return (204,)
        if rest == ["import"]:
            glance.start_import(image_id, json.loads(data))
            return (202,)
        if method == "PATCH":
            return 200, glance.patch(image_id, json.loads(data))
        if method == "DELETE":
            glance.delete(image_id)
            return (204,)
        return 200, glance.get(image_id)
