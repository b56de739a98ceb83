# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of Glance, in whole sentences with advice."""

from __future__ import annotations

import html
import json
import re

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError

_LIMIT = (
    "Raise the limit of the project in Keystone (image_size_total, image_stage_total, image_count_total or"
    " image_count_uploading), or delete images."
)
# The advice by kind of request and text of the error; else by kind and HTTP status; else by status.
_BY_TEXT: tuple[tuple[str, str, str], ...] = (
    ("import", "active task", "Another import or copy has locked the image; wait until it is over."),
    ("import", "store for identifier", "This API does not define the store; use the endpoint of one that does."),
    ("import", "needs to be staged", "The data are not staged; another worker may have lost them. Import it again."),
    ("import", "status active", "Only an active image can be copied; wait for its import, or import it again."),
    ("import", "unknown import method", "Add the method to enabled_import_methods of this API, in brackets."),
    (
        "import",
        "does not pass filtering",
        "[import_filtering_opts] of this API sets which schemes, hosts and ports are allowed;"
        " the default is ports 80 and 443.",
    ),
    ("import", "over limit", _LIMIT),
    ("stage", "over limit", _LIMIT),
    ("create", "over limit", _LIMIT),
    (
        "stage",
        "storage media is full",
        "Free space in the staging directory of that worker ([os_glance_staging_store] filesystem_store_datadir), which"
        " needs the size of the image, and with conversion the size of the raw image, too.",
    ),
    ("stage", "storage quota", "Raise user_storage_quota in glance-api.conf, or delete images of the project."),
    ("stage", "image is too large", "Raise image_size_cap in glance-api.conf."),
    ("stage", "has data on staging", "The worker has other data for this image: delete the image and import it again."),
    ("remove", "last location", "It is the image's last copy; delete the image itself if you want that."),
    ("delete", "protected", "Set protected to false first."),
)
_BY_ACTION: dict[tuple[str, int], str] = {
    ("import", 403): "The account may not import or copy this image; copy-image needs the role admin"
    " unless the policy copy_image allows others.",
    ("import", 409): "The image is not in a state that allows it.",
    ("import", 500): "If the data were staged, the host that staged them (worker_self_reference_url) may be down.",
    ("stage", 409): "The image already has data, or another request is staging it.",
    ("stage", 413): "The image is larger than a quota allows, or the staging directory of the API's host is full.",
    ("stage", 500): "The staging directory of the API's host may be missing, full or not writable by Glance.",
    ("remove", 403): "It is the image's last copy, or the account does not have the role admin.",
    ("remove", 404): "The copy no longer exists.",
    ("remove", 409): "Clones (instances or volumes) depend on it, or this API does not define the store.",
    ("delete", 403): "The image is protected, or it belongs to another project.",
    ("delete", 409): "Instances or volumes that are its clones depend on it; remove or flatten them first.",
    ("delete", 500): "If its data were staged, the host that staged them (worker_self_reference_url) may be down.",
    ("stores", 404): "Multistore is disabled on this API: enabled_backends is not set.",
    ("stores", 500): "A store of this API has an unknown type, an invalid option or no driver library;"
    " search its log for 'Failed to load driver'.",
    ("cache", 403): "The account may not manage the cache; by default only the role admin may.",
    ("cache", 404): "This API has no image cache: its flavor needs cachemanagement, and image_cache_dir must be set."
    " Set glance.cache of its site in the topology, and run dcn.glance.site.",
    ("cache-image", 400): "Only active images can be cached.",
    ("cache-image", 403): "The account may not manage the cache; by default only the role admin may.",
    ("cache-image", 404): "The image does not exist, or this API has no image cache.",
    (
        "cache-image",
        500,
    ): "image_cache_dir of this worker, or a directory in it, may be missing, full or not writable for"
    " Glance. dcn.glance.site corrects owner and mode where the topology has glance.cache.",
    ("read", 403): "The account may not read the data, or the image is deactivated.",
    ("read", 404): "The image does not exist, has no data, or the store of its data is not known to this API.",
    ("methods", 500): "enabled_import_methods may be written without brackets.",
}
_BY_STATUS: dict[int, str] = {
    400: "This API does not accept the request.",
    401: "Keystone or Glance refused the account: check cloud, auth and the password.",
    403: "The account is not allowed to do this.",
    404: "Check the id, the project of the account and the endpoint.",
    409: "Another request changed it at the same time; run again.",
    413: "A quota, or a limit of the API or of the proxy in front of it, is exceeded.",
    500: "Search the log of this Glance API for the request id.",
    502: "The proxy in front of Glance has no working API.",
    503: "The API or a store behind it is not available; see its log.",
    504: "The proxy in front of Glance timed out.",
}


class GlanceError(DcnError):
    """A request that Glance or Keystone refused; ``status`` is 0 where it did not reach them."""

    def __init__(self, message: str, status: int = 0, detail: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail
        self.request_id = request_id

    @property
    def transient(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status in (0, 502, 503, 504)

    @property
    def locked(self) -> bool:
        """Whether another task has locked the image."""
        return self.status == 409 and "active task" in self.detail.lower()

    @property
    def already_there(self) -> bool:
        """Whether a copy was refused because the store already has the image."""
        return self.status == 400 and "already present" in self.detail.lower()


def refusal(what: str, action: str, url: str, status: int, body: str, request_id: str) -> GlanceError:
    """The error for an answer: ``what`` describes the request, ``action`` is its kind."""
    detail = plain_text(body)
    answer = f" Its answer: {detail}" if detail else ""
    if answer and answer[-1] not in ".!?":
        answer += "."
    request = f", request {request_id}" if request_id else ""
    message = f"Glance at {url} refused to {what} (HTTP {status}{request}).{answer} {advice(action, status, detail)}"
    return GlanceError(message, status, detail, request_id)


def advice(action: str, status: int, detail: str) -> str:
    """What to do about an error."""
    for kind, part, text in _BY_TEXT:
        if kind == action and part in detail.lower():
            return text
    fallback = _BY_STATUS.get(status) or (_BY_STATUS[500] if status >= 500 else "See the log of this Glance API.")
    return _BY_ACTION.get((action, status), fallback)


def plain_text(body: str) -> str:
    """The text of an error, from JSON or HTML, up to 500 characters."""
    text = body
    try:
        data = json.loads(body)
    except ValueError:
        text = re.sub(r"(?is)<(title|h1)[^>]*>.*?</\1>", " ", body)
    else:
        if isinstance(data, dict):
            inner = data.get("error", data)
            text = str(inner.get("message", "")) if isinstance(inner, dict) else str(inner)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return " ".join(text.split())[:500]
