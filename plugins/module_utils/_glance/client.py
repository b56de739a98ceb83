# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of the Glance API, over a session of keystoneauth."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance.cache import CacheState
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError, refusal
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image, ListedStore, StoreListing, Task

_PATCH_TYPE = "application/openstack-images-v2.1-json-patch"
_NAMES_PER_REQUEST = 20
# Seconds for the answer to a request that only reads, where api_timeout is not set: a worker that waits for a cluster
# that does not answer answers no other request either.
_READ_SECONDS = {"show": 30.0, "methods": 30.0, "stores": 45.0}
_BLOCK = 2**20
#: Why an API has no detailed list of stores, by status.
_NO_DETAILS = {
    403: "the account is not an administrator",
    404: "this Glance has no detailed list",
    500: "this Glance fails (HTTP 500) to list them, as it does if a file store has several directories, or if a store"
    " has an unknown type, an invalid option or no driver library. Search its log for 'Caught error'",
}


class GlanceClient:
    """The Image API version 2 over a keystoneauth session."""

    def __init__(self, session: Any, url: str) -> None:
        self._session = session
        self.url = url

    def _call(self, what: str, action: str, method: str, path: str, **options: Any) -> Any:
        from keystoneauth1 import exceptions

        if action in _READ_SECONDS and not self._session.timeout:
            options.setdefault("timeout", _READ_SECONDS[action])
        try:
            answer = self._session.request(f"{self.url}{path}", method, raise_exc=False, **options)
        except exceptions.Unauthorized as error:
            raise _unauthorized(error, self.url) from error
        except exceptions.ConnectionError as error:
            raise GlanceError(_unreachable(self.url, what, error)) from error
        except exceptions.ClientException as error:
            raise GlanceError(f"Keystone could not be used to {what} at {self.url}: {error}", 0, str(error)) from error
        if not 200 <= answer.status_code < 300:
            request_id = answer.headers.get("x-openstack-request-id", "")
            raise refusal(what, action, self.url, answer.status_code, answer.text, request_id)
        return answer

    def _json(self, what: str, action: str, path: str, **options: Any) -> dict[str, Any]:
        method = options.pop("method", "GET")
        return _as_object(self._call(what, action, method, path, **options), self.url, what)

    def project_id(self) -> str:
        """The project of the account; empty where it has none."""
        return str(_guarded(self._session.get_project_id, self.url) or "")

    def require_admin(self, why: str) -> None:
        """Raise GlanceError unless the account has the role admin, which sees the images of every project."""
        access = _guarded(lambda: self._session.auth.get_access(self._session), self.url)
        if "admin" not in access.role_names:
            roles = ", ".join(access.role_names) or "no role"
            raise GlanceError(
                f"The account for Glance at {self.url} is no administrator (it has {roles}): {why}. Use another one."
            )

    def stores(self) -> StoreListing:
        """The configured stores. The answer is fast and does not prove that they work."""
        data = self._json("list its stores", "stores", "/v2/info/stores")
        return StoreListing(tuple(ListedStore.parse(item) for item in data.get("stores", ())))

    def store_details(self) -> StoreListing:
        """The stores with type, pool and fsid if the account may see them. Glance connects to every cluster."""
        try:
            data = self._json("list its stores in detail", "stores", "/v2/info/stores/detail")
        except GlanceError as error:
            if error.status not in _NO_DETAILS:
                raise
            note = f"Types, pools and clusters are not visible: {_NO_DETAILS[error.status]}."
            return StoreListing(self.stores().stores, False, note, "warning" if error.status == 500 else "info")
        return StoreListing(tuple(ListedStore.parse(item) for item in data.get("stores", ())), True)

    def import_methods(self) -> tuple[str, ...]:
        """The import methods that the API accepts."""
        data = self._json("list its import methods", "methods", "/v2/info/import")
        return tuple(str(item) for item in data.get("import-methods", {}).get("value", ()))

    def image(self, image_id: str) -> Image | None:
        """One image, or None."""
        try:
            return Image.parse(self._json(f"show image {image_id}", "show", f"/v2/images/{quote(image_id)}"))
        except GlanceError as error:
            if error.status == 404:
                return None
            raise

    def images(self, names: Sequence[str] = ()) -> tuple[Image, ...]:
        """The images with these names, or all images, of every owner that the account may see."""
        found: dict[str, Image] = {}
        for start in range(0, len(names), _NAMES_PER_REQUEST) if names else (0,):
            part = names[start : start + _NAMES_PER_REQUEST]
            for hidden in ("false", "true"):  # each request lists only hidden or only visible images
                query = {"visibility": "all", "os_hidden": hidden, "limit": "100", "sort": "created_at:asc"}
                if part:
                    query["name"] = "in:" + ",".join('"' + name.replace('"', '\\"') + '"' for name in part)
                found.update((image.id, image) for image in self._pages(query))
        return tuple(found.values())

    def tagged(self, tag: str) -> tuple[Image, ...]:
        """The images that have a tag, of every owner that the account may see."""
        return tuple(self._pages({"visibility": "all", "tag": tag, "limit": "100", "sort": "created_at:asc"}))

    def _pages(self, query: Mapping[str, str]) -> list[Image]:
        images: list[Image] = []
        path, params = "/v2/images", dict(query)
        while path:
            data = self._json("list images", "show", path, params=params)
            images.extend(Image.parse(item) for item in data.get("images", ()))
            path, params = str(data.get("next") or ""), {}
        return images

    def create(self, attributes: Mapping[str, Any]) -> Image:
        """Create an image without data."""
        what = f"create image {attributes.get('name')}"
        return Image.parse(self._json(what, "create", "/v2/images", method="POST", json=dict(attributes)))

    def patch(self, image: Image, operations: Sequence[Mapping[str, Any]]) -> Image:
        """Change attributes by JSON patch."""
        body = json.dumps(list(operations))
        headers = {"Content-Type": _PATCH_TYPE}
        path = f"/v2/images/{image.id}"
        what = f"change image {image.label}"
        return Image.parse(self._json(what, "patch", path, method="PATCH", data=body, headers=headers))

    def delete(self, image: Image) -> None:
        """Remove an image and all its copies."""
        self._call(f"delete image {image.label}", "delete", "DELETE", f"/v2/images/{image.id}")

    def stage(self, image: Image, path: str) -> None:
        """Send the data of a file to the API's staging directory.

        The file is read in blocks. After a new token or a redirect, the library would send only the rest of the file,
        so neither is allowed. The request before this one has proved that the token is valid.
        """
        headers = {"Content-Type": "application/octet-stream"}
        options: dict[str, Any] = {"headers": headers, "allow_reauth": False, "redirect": False, "log": False}
        try:
            with Path(path).open("rb") as data:
                self._call(
                    f"stage {path} for image {image.label}",
                    "stage",
                    "PUT",
                    f"/v2/images/{image.id}/stage",
                    data=data,
                    **options,
                )
        except OSError as error:
            raise GlanceError(f"{path} could not be read for image {image.label}: {error.strerror}.", 400) from error

    def read_head(self, image: Image, size: int) -> bytes:
        """The first bytes of the data of an image."""
        options: dict[str, Any] = {"headers": {"Range": f"bytes=0-{size - 1}"}, "stream": True, "log": False}
        answer = self._call(f"read image {image.label}", "show", "GET", f"/v2/images/{image.id}/file", **options)
        with closing(answer):  # an API that ignores the range sends everything
            return b"".join(itertools.islice(answer.iter_content(size), 1))

    def read(self, image: Image, block: int = 2**20) -> Iterator[bytes]:
        """All data of an image, in blocks."""
        options: dict[str, Any] = {"stream": True, "log": False}
        answer = self._call(f"read image {image.label}", "show", "GET", f"/v2/images/{image.id}/file", **options)
        with closing(answer):
            yield from answer.iter_content(block)

    def is_admin(self) -> bool:
        """Whether the account has the role admin."""
        access = _guarded(lambda: self._session.auth.get_access(self._session), self.url)
        return "admin" in access.role_names

    def at(self, url: str) -> GlanceClient:
        """Another API with the same session."""
        return GlanceClient(self._session, root_url(url))

    def start_import(self, image: Image, request: Mapping[str, Any]) -> str:
        """Request an import or a copy; returns the request id."""
        what = f"run {request['method']['name']} for image {image.label}"
        path = f"/v2/images/{image.id}/import"
        answer = self._call(what, "import", "POST", path, json=dict(request))
        return str(answer.headers.get("x-openstack-request-id", ""))

    def tasks(self, image_id: str) -> tuple[Task, ...] | None:
        """The tasks of an image; None where the API or the account cannot list them."""
        try:
            data = self._json(f"list the tasks of image {image_id}", "show", f"/v2/images/{quote(image_id)}/tasks")
        except GlanceError as error:
            if error.status in (403, 404):
                return None
            raise
        return tuple(Task.parse(item) for item in data.get("tasks", ()))

    def remove_from_store(self, image: Image, store: str) -> None:
        """Remove one copy."""
        what = f"remove image {image.label} from store {store}"
        self._call(what, "remove", "DELETE", f"/v2/stores/{quote(store)}/{image.id}")

    def cache_state(self) -> CacheState:
        """The image cache of the worker that answers."""
        return CacheState.parse(self._json("list its image cache", "cache", "/v2/cache"))

    def queue_for_cache(self, image_id: str) -> None:
        """Let the worker that answers read an image into its cache; it does so after its answer."""
        self._call(f"cache image {image_id}", "cache-image", "PUT", f"/v2/cache/{quote(image_id)}")

    def uncache(self, image_id: str) -> None:
        """Remove an image from the cache and the queue of the worker that answers."""
        what = f"remove image {image_id} from its cache"
        self._call(what, "cache-image", "DELETE", f"/v2/cache/{quote(image_id)}")

    def clear_cache(self, target: str = "") -> None:
        """Remove everything from the cache or the queue of the worker that answers; from both without ``target``."""
        headers = {"x-image-cache-clear-target": target} if target else {}
        self._call("clear its image cache", "cache", "DELETE", "/v2/cache", headers=headers)

    def read_blocks(self, image: Image) -> Iterator[bytes]:
        """The data of an image, in blocks."""
        options: dict[str, Any] = {"stream": True, "log": False}
        answer = self._call(f"read image {image.label}", "read", "GET", f"/v2/images/{image.id}/file", **options)
        with closing(answer):
            yield from _blocks(answer, image, self.url)


def cloud_region(options: Mapping[str, Any]) -> Any:
    """The cloud region of openstacksdk that the options of ``cloud_argument_spec`` describe."""
    import openstack.config

    names = {"validate_certs": "verify", "ca_cert": "cacert"}
    keys = ("cloud", "auth", "auth_type", "region_name", "interface", "ca_cert", "validate_certs", "api_timeout")
    given = {names.get(key, key): options[key] for key in keys if options.get(key) is not None}
    return openstack.config.get_cloud_region(app_name="dcn.glance", **given)


def keystone_token(options: Mapping[str, Any]) -> str:
    """A token for the account that the options of ``cloud_argument_spec`` name."""
    from keystoneauth1 import exceptions
    from openstack.exceptions import SDKException

    try:
        return str(cloud_region(options).get_session().get_token())
    except (exceptions.ClientException, SDKException) as error:
        text = " ".join(str(error).split()).rstrip(".")
        raise DcnError(
            f"This host could not get a token from Keystone: {text}. Check openstack.cloud or openstack.auth, or let"
            " the pods ask Keystone with authenticate=pod or authenticate=worker."
        ) from error


def keystone_session(options: Mapping[str, Any]) -> tuple[Any, Any]:
    """The cloud region that the options of ``cloud_argument_spec`` describe, and an open session of it."""

    def opened() -> tuple[Any, Any]:
        region = cloud_region(options)
        session = region.get_session()
        session.get_auth_headers()  # so that an error of Keystone is reported as such
        return region, session

    found: tuple[Any, Any] = _guarded(opened, "the catalog's endpoint")
    return found


def connect(options: Mapping[str, Any]) -> GlanceClient:
    """The API that the options of ``cloud_argument_spec`` describe."""

    def session_and_url() -> tuple[Any, str]:
        region = cloud_region(options)
        session = region.get_session()
        session.get_auth_headers()  # so that an error of Keystone is reported as such
        return session, str(options.get("endpoint") or region.get_session_endpoint("image") or "")

    session, url = _guarded(session_and_url, str(options.get("endpoint") or "the catalog's endpoint"))
    if not url:
        raise GlanceError(
            f"Keystone's catalog has no {options.get('interface') or 'public'} endpoint of type image"
            f" in region {options.get('region_name') or '(any)'}; set endpoint, or interface and region_name."
        )
    return GlanceClient(session, root_url(url))


def root_url(url: str) -> str:
    """The root URL of an API: catalogs may append the version."""
    root = url.rstrip("/")
    for version in ("/v2", "/v2.0", "/v1"):
        if root.endswith(version):
            root = root[: -len(version)].rstrip("/")
    return root


def _guarded(call: Any, url: str) -> Any:
    """Call a function that may ask Keystone; an error becomes one sentence with advice."""
    from keystoneauth1 import exceptions
    from openstack.exceptions import SDKException

    try:
        return call()
    except exceptions.Unauthorized as error:
        raise _unauthorized(error, url) from error
    except (exceptions.ClientException, SDKException) as error:
        text = " ".join(str(error).split())
        raise GlanceError(
            f"No session with Keystone could be opened to reach Glance at {url}: {text.rstrip('.')}."
            " Check cloud (in clouds.yaml on the host of the module), auth, ca_cert, and that Keystone answers.",
            0,
            text,
        ) from error


def _unauthorized(error: Exception, url: str) -> GlanceError:
    text = " ".join(str(error).split())
    message = f"Keystone refused the account for Glance at {url}: {text.rstrip('.')}. Check cloud and auth."
    return GlanceError(message, 401, text)


def _unreachable(url: str, what: str, error: Exception) -> str:
    text = " ".join(str(error).split())
    system = re.search(r"\[Errno -?\d+\] ([^'\")]+)", text)
    if system:  # the rest of the text is internal to the library
        text = f"{text.partition(': ')[0]}: {system.group(1)}"
    if "timed out" in text:
        return (
            f"Glance at {url} did not answer in time (see api_timeout) to the request to {what}: {text}. A worker that"
            " waits for a cluster that does not answer answers nothing else: see its log and those clusters."
        )
    advice = "that the API runs there, the port, and the firewalls on the way"
    if "SSL" in text or "certificate" in text:
        advice = "ca_cert and the name in the certificate"
    return f"Glance at {url} could not be reached to {what}: {text}. Check {advice}."


def _blocks(answer: Any, image: Image, url: str) -> Iterator[bytes]:
    """The blocks of an answer; an end before time becomes a GlanceError."""
    import requests

    try:
        yield from answer.iter_content(_BLOCK)
    except requests.exceptions.RequestException as error:
        text = f"Glance at {url} stopped sending image {image.label}: {error}. See its log, and check the store."
        raise GlanceError(text, 0, str(error)) from error


def _as_object(answer: Any, url: str, what: str) -> dict[str, Any]:
    try:
        data = answer.json()
    except ValueError as error:
        text = (
            f"The answer of {url} to the request to {what} is not JSON. Check that it is the root URL of a Glance API."
        )
        raise GlanceError(text, answer.status_code) from error
    if not isinstance(data, dict):
        text = f"The answer of {url} to the request to {what} is not a JSON object."
        raise GlanceError(text, answer.status_code)
    return data
