# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy an image to each site as Nova does for an ordinary user: through the API that its Nova asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._core.errors import DcnError
from ansible_collections.dcn.glance.plugins.module_utils._glance.client import GlanceClient
from ansible_collections.dcn.glance.plugins.module_utils._glance.errors import GlanceError
from ansible_collections.dcn.glance.plugins.module_utils._glance.model import Image
from ansible_collections.dcn.glance.plugins.module_utils._verify import apis, qcow2
from ansible_collections.dcn.glance.plugins.module_utils._verify.api_probe import (
    ProbeOptions,
    at,
    delete_through,
    send,
    settled,
    side_by_side,
)

ADMIN = (
    "The account has the role admin, which may always copy, so this would prove nothing about other users. Use an"
    " ordinary member of a project."
)
Site = Mapping[str, Any]


def copy_probe(
    connect: Callable[[], GlanceClient], sites: Sequence[Site], hub_store: str, run: str, options: ProbeOptions
) -> list[dict[str, Any]]:
    """The result of each site; each has its own connection and image."""
    if connect().is_admin():
        return [outcome(site, skipped=ADMIN) for site in sites]
    return side_by_side(lambda site: _copy(connect(), site, hub_store, f"{run}-{site['site']}", options), sites)


def outcome(site: Site, **found: Any) -> dict[str, Any]:
    """The result of one site; ``allowed`` is None where nothing was tried."""
    empty = {"skipped": "", "image": "", "allowed": None, "ok": None, "error": "", "undeleted": "", "seconds": 0.0}
    return {"site": site["site"], "store": site["store"], "url": site["url"], **empty, **found}


def _copy(client: GlanceClient, site: Site, hub_store: str, name: str, options: ProbeOptions) -> dict[str, Any]:
    begun, image, allowed, error = time.monotonic(), None, None, ""
    edge = at(client, site["url"])
    try:
        image = client.create({"name": name, "disk_format": "raw", "container_format": "bare", "tags": [apis.TAG]})
        send(client, image, qcow2.content(apis.TEXT))
        client.start_import(image, {"method": {"name": "glance-direct"}, "stores": [hub_store]})
        image, state = settled(client, image, options)
        if not state.usable:
            raise DcnError(f"The import of the test image to {hub_store} failed: {state.explanation or image.status}.")
        allowed = _request(edge, image, site["store"])
        if allowed:
            image, _state = settled(edge, image, options)
        error = judge(site, allowed, image)
    except DcnError as failure:
        error = str(failure)
    undeleted = delete_through((client, edge), image) if image else ""
    seconds = round(time.monotonic() - begun, 3)
    found = {"image": image.id if image else "", "allowed": allowed, "error": error, "undeleted": undeleted}
    return outcome(site, **found, ok=not error and not undeleted, seconds=seconds)


def _request(edge: GlanceClient, image: Image, store: str) -> bool:
    """Request the copy; whether Glance permits it to this account."""
    try:
        edge.start_import(image, {"method": {"name": "copy-image"}, "stores": [store]})
    except GlanceError as error:
        if error.status == 403:
            return False
        raise
    return True


def judge(site: Site, allowed: bool, image: Image) -> str:
    """What is wrong with the answer; ``expected`` of the site is allowed, refused, or empty where both are right."""
    expected = site["expected"]
    if not allowed:
        if expected != "allowed":
            return ""
        return (
            f"Glance at {site['url']} does not permit an ordinary user to copy an image to {site['store']} (HTTP 403),"
            " so Nova cannot boot from images that only the hub has. Set its policy copy_image (glance.copy_policy in"
            " the topology), and restart it."
        )
    if expected == "refused":
        return f"Glance at {site['url']} permits an ordinary user to copy images, but glance.copy_policy is admin."
    if site["store"] not in image.stores:
        return f"Glance at {site['url']} accepted the request, but did not copy the image to {site['store']}."
    return ""
