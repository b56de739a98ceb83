# Copyright (c) 2026 the dcn.glance authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of audits of large fleets."""

from __future__ import annotations

from typing import Any

from ansible_collections.dcn.glance.plugins.module_utils._audit import model


def fleet(spokes: int, images: int) -> dict[str, Any]:
    """A hub with spokes, and images of which every seventh copy has another state than the one before."""
    names = ["central", *(f"edge-{number:02}" for number in range(spokes))]
    sites = [_site(name, name == "central") for name in names]
    rows = [_image(number, names) for number in range(images)]
    findings = [
        model.Finding(
            "copy_wanted", "warning", "a rule wants a copy", "copy it", store, store, image=row.id, name=row.name
        )
        for row in rows
        for store, state in row.stores.items()
        if state.state == model.WANTED
    ]
    report = model.Report("2026-11-29T12:00:00Z", "central", "packages", tuple(sites), tuple(rows), tuple(findings))
    return report.as_dict()


def _site(name: str, hub: bool) -> model.SiteRow:
    hosts = (model.HostRow(f"{name}-1", ("glance_api",)),)
    return model.SiteRow(name, hub, name, name, f"http://{name}:9292", (model.StoreRow(name, "rbd", True),), hosts)


def _image(number: int, stores: list[str]) -> model.ImageRow:
    states = {
        store: model.StoreState(model.STORE_STATES[(number + index) // 7 % len(model.STORE_STATES)])
        for index, store in enumerate(stores)
    }
    image_id = f"{number:08x}-0000-4000-8000-{number:012x}"
    return model.ImageRow(
        image_id, f"image-{number:03}", status="active", state="active", format="raw", size=2**30, stores=states
    )
